import { describe, expect, it } from 'vitest';
import { nanos, pid } from '../../../src/trace/ids.ts';
import type { LossEvent } from '../../../src/trace/event.ts';
import type { RunFacts } from '../../../src/verdict/run-facts.ts';
import type { Actor } from '../../histories/actor.ts';
import { History, launcher } from '../../histories/history.ts';
import { judge, judgeBlock, judgeEvents, soundRun } from '../../histories/judge.ts';

const address = '127.0.0.1:3001';

function linger(main: Actor): void {
  main.udp(3, address);
  main.mark(`closing udp ${address}`);
  main.mark(`closed udp ${address}`);
  main.mark(`done udp ${address}`);
  main.close(3);
}

const twoRuns: readonly RunFacts[] = [soundRun, { ...soundRun, run: '0002' }];

describe('a block of runs', () => {
  it('is dealt out between the launcher’s marks, though the process number is the same', async () => {
    const history = new History();
    linger(history.run('0001'));
    const second = history.run('0002');
    second.udp(3, address);
    second.closesHonestly(3, address);

    const { runs, doubts } = await judgeBlock(history.whole(), { runs: twoRuns });

    expect(doubts).toEqual([]);
    expect(runs.map(({ run, verdict }) => ({ run, verdict }))).toEqual([
      { run: '0001', verdict: 'held' },
      { run: '0002', verdict: 'clean' },
    ]);
  });

  it('answers in the order of the facts, whatever order they ran in', async () => {
    const history = new History();
    linger(history.run('0002'));
    const second = history.run('0001');
    second.udp(3, address);
    second.closesHonestly(3, address);

    const { runs } = await judgeBlock(history.whole(), { runs: twoRuns });

    expect(runs.map(({ run, verdict }) => [run, verdict])).toEqual([
      ['0001', 'clean'],
      ['0002', 'held'],
    ]);
  });

  it('does not carry a socket of one run into the next', async () => {
    const history = new History();
    history.run('0001').udp(3, address);
    history.run('0002').udp(3, address);

    expect(await judgeBlock(history.whole(), { runs: twoRuns })).toMatchObject({
      runs: [
        { verdict: 'clean', doubts: [] },
        { verdict: 'clean', doubts: [] },
      ],
    });
  });

  it('has a run that never began: missing, not clean', async () => {
    const history = new History();
    linger(history.run('0001'));

    const { runs } = await judgeBlock(history.whole(), { runs: twoRuns });

    expect(runs[1]).toMatchObject({ run: '0002', verdict: 'unknown', doubts: [{ code: 'run-missing' }] });
  });

  it('has a run of which no process was seen: missing, not clean', async () => {
    const history = new History();
    history.launcherMarks('run 0001 begin');
    history.launcherMarks('run 0001 end');

    expect(await judgeEvents(history.soFar())).toMatchObject({
      verdict: 'unknown',
      doubts: [{ code: 'run-missing', text: 'the trace does not show the start of the program' }],
    });
  });

  it('leaves out a child of the launcher that is not the run’s first process', async () => {
    const history = new History();
    const main = history.run();
    history.forked(launcher, null, 777, 777);
    history.entered(777, 777, { name: 'setns' });
    history.returned(777, 777, 'setns', 0);
    history.forked(777, null, 778, 778);
    history.marked(778, 778, `closed udp ${address}`);
    main.mark('cycle 1');

    expect(await judge(history)).toMatchObject({ verdict: 'clean', doubts: [], figures: { cycles: 1 } });
  });

  it('takes the child with the recorded number for the first process, not the first that comes', async () => {
    const history = new History();
    history.launcherMarks('run 0001 begin');
    history.forked(launcher, null, 99, 99);
    history.marked(99, 99, 'cycle 1');
    history.forked(launcher, null, 100, 100);
    history.marked(100, 100, 'cycle 2');
    history.exited(100, 100, true);
    history.launcherMarks('run 0001 end');

    expect(await judgeEvents(history.soFar())).toMatchObject({ verdict: 'clean', figures: { cycles: 1 } });
  });

  it('leaves out what was there before any run, and what its wrapper does', async () => {
    const history = new History();
    history.marked(5, 5, 'cycle 1');
    const main = history.run();
    history.marked(5, 5, 'cycle 2');
    history.entered(5, 5, { name: 'io_uring_setup' });
    main.mark('cycle 3');

    expect(await judge(history)).toMatchObject({ verdict: 'clean', figures: { cycles: 1 } });
  });

  it('doubts a process that appears in the middle of a run from nowhere', async () => {
    const history = new History();
    history.run();
    history.marked(999, 999, 'cycle 1');

    expect(await judge(history)).toMatchObject({
      verdict: 'unknown',
      doubts: [{ code: 'unknown-process', pid: 999 }],
    });
  });

  it('hears only the launcher: a program can not end its own run', async () => {
    const history = new History();
    const main = history.run();
    main.mark('run 0001 end');
    main.mark('session begin test');
    linger(main);

    expect(await judge(history)).toMatchObject({ verdict: 'held', figures: { lingering: 1 } });
  });

  it('is in doubt as a whole where a session that ended in order shows no end of it', async () => {
    const history = new History();
    linger(history.run());
    const events = history
      .whole()
      .filter((event) => event.kind !== 'mark' || event.text !== 'session end test');

    expect(await judgeBlock(history.whole(), { endExpected: true })).toMatchObject({
      runs: [{ verdict: 'held' }],
      doubts: [],
    });
    expect(await judgeBlock(events, { endExpected: true })).toMatchObject({
      runs: [{ verdict: 'unknown' }],
      doubts: [{ code: 'truncated', run: null }],
    });
  });

  it('does not hear the launcher of another session', async () => {
    const history = new History();
    linger(history.run());

    const { runs } = await judgeBlock(history.whole(), { session: 'another' });

    expect(runs).toMatchObject([{ verdict: 'unknown', doubts: [{ code: 'run-missing' }], findings: [] }]);
  });

  it('knows a process gone when the launcher, its subreaper, has waited for it', async () => {
    const history = new History();
    const main = history.run();
    const child = main.forks();
    child.udp(3, address);
    child.exits();
    history.waitedFor(launcher, launcher, child.pid);
    main.findsInUse(4, address);

    expect((await judge(history)).doubts).toMatchObject([{ code: 'foreign-holder' }]);
  });
});

describe('losses in a block', () => {
  const twoHonestRuns = (
    between: (history: History) => void,
    inFirst: (history: History) => void = () => undefined,
  ): History => {
    const history = new History();
    const first = history.run('0001');
    first.udp(3, address);
    inFirst(history);
    first.closesHonestly(3, address);
    history.endRun();
    between(history);
    const second = history.run('0002');
    second.udp(3, address);
    second.closesHonestly(3, address);
    return history;
  };

  it('inside a run concern that run alone', async () => {
    const history = twoHonestRuns(
      () => undefined,
      (each) => {
        each.loss();
      },
    );

    const block = await judgeBlock(history.whole(), { runs: twoRuns });

    expect(block.doubts).toEqual([]);
    expect(block.runs.map((run) => run.verdict)).toEqual(['unknown', 'clean']);
  });

  it('between two runs concern all: it may have been the mark that begins one', async () => {
    const history = twoHonestRuns((each) => {
      each.loss();
    });

    const block = await judgeBlock(history.whole(), { runs: twoRuns });

    expect(block.doubts).toMatchObject([{ code: 'dropped', run: null }]);
    expect(block.runs.map((run) => run.verdict)).toEqual(['unknown', 'unknown']);
  });

  it('that may lie anywhere concern all, though told within one', async () => {
    const history = twoHonestRuns(
      () => undefined,
      (each) => {
        each.loss({ extent: 'anywhere', reason: 'count-mismatch' });
      },
    );

    const block = await judgeBlock(history.whole(), { runs: twoRuns });

    expect(block.doubts).toMatchObject([{ code: 'count-mismatch' }]);
    expect(block.runs.map((run) => run.verdict)).toEqual(['unknown', 'unknown']);
  });

  it('told by the end of the tracer concern all, and leave the findings uncertain', async () => {
    const history = new History();
    linger(history.run());
    const loss: LossEvent = {
      kind: 'loss',
      at: nanos(0),
      pid: pid(100),
      extent: 'anywhere',
      reason: 'tracer-died',
      count: null,
      text: 'killed',
    };

    const { runs, doubts } = await judgeBlock(history.whole(), { losses: [loss] });

    expect(doubts).toMatchObject([{ code: 'tracer-died' }]);
    expect(runs).toMatchObject([{ verdict: 'unknown', findings: [{ certain: false }] }]);
  });

  it('doubts of the shell concern the run that they name, or every run', async () => {
    const altered = (run: string | null) =>
      ({ code: 'altered', run, address: null, pid: null, at: null, text: 'altered' }) as const;
    const history = twoHonestRuns(() => undefined);

    const one = await judgeBlock(history.whole(), { runs: twoRuns, doubts: [altered('0002')] });
    const all = await judgeBlock(history.whole(), { runs: twoRuns, doubts: [altered(null)] });

    expect(one.runs.map((run) => run.verdict)).toEqual(['clean', 'unknown']);
    expect(all.runs.map((run) => run.verdict)).toEqual(['unknown', 'unknown']);
  });

  it('of the mark that ends a run leave it unknown, and the next is judged by itself', async () => {
    const history = twoHonestRuns(() => undefined);
    const events = history.whole().filter((event) => event.kind !== 'mark' || event.text !== 'run 0001 end');

    const { runs } = await judgeBlock(events, { runs: twoRuns });

    expect(runs.map((run) => run.verdict)).toEqual(['unknown', 'clean']);
  });
});

describe('a block without a trace', () => {
  it('has the claims’ figures and is unknown', async () => {
    const claims = { cycles: 3, binds: 6, closes: 6, addressInUse: 1, marks: 9 };
    const { runs } = await judgeBlock([], { evidence: 'claims', runs: [{ ...soundRun, claims }] });

    expect(runs).toMatchObject([
      { verdict: 'unknown', figures: { binds: 6, lingering: null }, claimed: claims },
    ]);
  });
});
