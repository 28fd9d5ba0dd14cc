import { describe, expect, it } from 'vitest';
import { analyzeLog, type LogAnalysis } from '../../../src/verdict/log-analysis.ts';
import type { LogRules } from '../../../src/verdict/log-run.ts';
import type { TraceEvent } from '../../../src/trace/event.ts';
import { nanos, pid, tid } from '../../../src/trace/ids.ts';
import { History, launcher, program } from '../../histories/history.ts';

const address = '127.0.0.1:3001';
const rules: LogRules = {
  closeReleasesInCall: false,
  stillOpen: 'finding',
  returns: 'told',
  breakLoses: 'the-end',
};

/** As a log has it: nothing of the launcher. */
function logOf(history: History): TraceEvent[] {
  return history.whole().filter((event) => {
    if (event.kind === 'loss') return true;
    return event.pid !== launcher && !(event.kind === 'fork' && event.parent === launcher);
  });
}

async function analyze(events: readonly TraceEvent[], changed: Partial<LogRules> = {}): Promise<LogAnalysis> {
  return analyzeLog(batches(events), { ...rules, ...changed });
}

async function* batches(events: readonly TraceEvent[]): AsyncGenerator<readonly TraceEvent[]> {
  for (let start = 0; start < events.length; start += 3) {
    yield events.slice(start, start + 3);
    await Promise.resolve();
  }
}

/** A receive is parked, another thread closes the descriptor, a third socket asks for the address. */
function parkedReceive(): History {
  const history = new History();
  const main = history.run();
  main.execs();
  const reader = main.thread();
  main.udp(3, address);
  const parked = reader.entersRead(3);
  main.close(3);
  main.findsInUse(3, address);
  parked.returns(4);
  main.close(3);
  return history;
}

describe('a log without marks', () => {
  it('names the call in flight that held the address when its descriptor was gone', async () => {
    const { summary, seen } = await analyze(logOf(parkedReceive()));
    expect(summary.verdict).toBe('held');
    expect(summary.doubts).toEqual([]);
    expect(summary.findings.map(({ code, cause, certain }) => [code, cause, certain])).toEqual([
      ['conflict', 'after-close', true],
      ['linger', 'call-in-flight', true],
    ]);
    expect(summary.findings[0]?.holders).toMatchObject([{ kind: 'call', call: 'recvfrom', certain: true }]);
    expect(seen).toEqual({
      events: expect.any(Number) as number,
      processes: 1,
      threads: 2,
      begin: 'exec',
    });
  });

  it('takes no call in flight for certain where nothing tells when it came back', async () => {
    const { summary } = await analyze(logOf(parkedReceive()), { returns: 'bounded' });
    expect(summary.verdict).toBe('unknown');
    expect(summary.findings.map(({ code, certain }) => [code, certain])).toEqual([['conflict', false]]);
    expect(summary.findings[0]?.holders).toMatchObject([{ kind: 'call', call: 'recvfrom', certain: false }]);
    expect(summary.doubts.map(({ code }) => code)).toEqual(['foreign-holder']);
  });

  it('never blames the program for an address that only others can have held', async () => {
    const history = new History();
    const main = history.run();
    main.findsInUse(3, address);
    const { summary } = await analyze(logOf(history));
    expect(summary.verdict).toBe('unknown');
    expect(summary.findings).toEqual([]);
    expect(summary.doubts).toMatchObject([{ code: 'foreign-holder', address: `udp ${address}` }]);
  });

  it('doubts a bind of a descriptor from before the log', async () => {
    const history = new History();
    const main = history.run();
    main.binds(7, address);
    const { summary, seen } = await analyze(logOf(history));
    expect(summary.verdict).toBe('unknown');
    expect(summary.doubts).toMatchObject([{ code: 'unknown-descriptor' }]);
    expect(seen.begin).toBe('midway');
  });

  it('tells a duplicate that outlives the first close as a note', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.dup(3, 4);
    main.close(3);
    main.sends(4);
    main.close(4);
    const { summary } = await analyze(logOf(history));
    expect(summary.verdict).toBe('clean');
    expect(summary.notes).toMatchObject([{ code: 'outlives-close', address: `udp ${address}`, count: 1 }]);
  });
});

describe('a conflict with a socket that nothing had begun to close', () => {
  function stillOpen(): History {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.findsInUse(4, address);
    main.close(3);
    return history;
  }

  it('is a finding', async () => {
    const { summary } = await analyze(logOf(stillOpen()));
    expect(summary.verdict).toBe('held');
    expect(summary.findings).toMatchObject([{ code: 'conflict', cause: 'still-open', certain: true }]);
    expect(summary.notes).toEqual([]);
  });

  it('is a note where that was asked for', async () => {
    const { summary } = await analyze(logOf(stillOpen()), { stillOpen: 'note' });
    expect(summary.verdict).toBe('clean');
    expect(summary.findings).toEqual([]);
    expect(summary.notes).toMatchObject([{ code: 'in-use-by-own-open-socket', address: `udp ${address}` }]);
  });

  it('stays what it is where it had been closed', async () => {
    const { summary } = await analyze(logOf(parkedReceive()), { stillOpen: 'note' });
    expect(summary.verdict).toBe('held');
  });

  it('is no note where something is missing before it', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    history.loss({ pid: program });
    main.findsInUse(4, address);
    const { summary } = await analyze(logOf(history), { stillOpen: 'note' });
    expect(summary.verdict).toBe('unknown');
    expect(summary.notes).toEqual([]);
  });
});

describe('what is missing from a log', () => {
  it('a loss that may lie anywhere takes the certainty from all findings', async () => {
    const history = parkedReceive();
    history.loss({ extent: 'anywhere' });
    const { summary } = await analyze(logOf(history));
    expect(summary.verdict).toBe('unknown');
    expect(summary.findings.length).toBeGreaterThan(0);
    expect(summary.findings.every(({ certain }) => !certain)).toBe(true);
  });

  it.each([
    ['the-end', 'held'],
    ['anything', 'unknown'],
  ] as const)('where it breaks off and loses %s, what came before is %s', async (breakLoses, verdict) => {
    const history = parkedReceive();
    history.loss({ reason: 'truncated', extent: 'anywhere' });
    const { summary } = await analyze(logOf(history), { breakLoses });
    expect(summary.verdict).toBe(verdict);
  });

  it('a break is a doubt where nothing was found', async () => {
    const history = new History();
    history.run().udp(3, address);
    history.loss({ reason: 'truncated', extent: 'anywhere' });
    const { summary } = await analyze(logOf(history));
    expect(summary.verdict).toBe('unknown');
    expect(summary.doubts).toMatchObject([{ code: 'truncated' }]);
  });

  it('a process of which no end is seen is a doubt, and no finding', async () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    main.udp(3, address);
    reader.entersRead(3);
    main.close(3);
    main.udp(4, '127.0.0.1:3002');
    const ends = logOf(history).findIndex(
      (event) => event.kind === 'enter' && event.call.name === 'exit_group',
    );
    const { summary } = await analyze(logOf(history).slice(0, ends));
    expect(summary).toMatchObject({
      verdict: 'unknown',
      findings: [],
      doubts: [{ code: 'truncated', pid: program }],
    });
  });

  it('doubts a process whose start it does not show, beside the first one', async () => {
    const history = new History();
    history.run().udp(3, address);
    const stranger: TraceEvent = {
      kind: 'enter',
      at: nanos(history.now + 1),
      pid: pid(999),
      tid: tid(999),
      call: { name: 'wait4' },
    };
    const { summary } = await analyze([...logOf(history), stranger]);
    expect(summary.doubts[0]).toMatchObject({ code: 'unknown-process', pid: 999 });
    expect(summary.verdict).toBe('unknown');
  });

  it('is nothing at all for an empty log: no claim, no crash', async () => {
    const { summary, seen, refused } = await analyze([]);
    expect(summary.findings).toEqual([]);
    expect(seen.events).toBe(0);
    expect(refused).toEqual([]);
  });
});

it('recognises the trace of a session and names its runs', async () => {
  const history = new History();
  history.run('0001').udp(3, address);
  history.run('0002', 300).udp(3, address);
  const { frame } = await analyze(history.whole());
  expect(frame).toEqual({ session: 'test', runs: ['0001', '0002'] });
});
