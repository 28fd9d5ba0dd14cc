import { describe, expect, it } from 'vitest';
import { History } from '../../histories/history.ts';
import { judge, judgeEvents } from '../../histories/judge.ts';

const address = '127.0.0.1:3001';

describe('a socket that is past its free point and ends only with its process', () => {
  it('is a leak, not a linger, and counts as lingering', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.mark(`closing udp ${address}`);
    main.mark(`closed udp ${address}`);
    main.mark(`done udp ${address}`);
    const free = history.now;
    main.exits();

    const { verdict, findings, figures } = await judge(history);

    expect(verdict).toBe('held');
    // The certain end is the entry of exit_group.
    expect(figures).toMatchObject({ lingering: 1, longestLingerNs: 10 });
    expect(findings).toMatchObject([
      {
        code: 'leak',
        cause: 'descriptor-open',
        at: free,
        lengthNs: 10,
        holders: [{ fd: 3, releasedBy: null }],
      },
    ]);
    expect(findings[0]?.evidence.at(-1)).toMatchObject({
      at: free + 10,
      what: 'process-ended',
      name: 'exit',
    });
  });

  it('is a leak in a call that is still in flight at exit_group', async () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    main.udp(3, address);
    reader.entersRead(3);
    main.closesHonestly(3, address);

    expect((await judge(history)).findings).toMatchObject([
      { code: 'leak', cause: 'call-in-flight', holders: [{ kind: 'call', releasedBy: null }] },
    ]);
  });

  it('is a leak in a child that outlives the program’s own close', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    const child = main.forks();
    main.closesHonestly(3, address);
    main.mark('cycle 2');
    child.exits();

    expect((await judge(history)).findings).toMatchObject([{ code: 'leak', cause: 'other-process' }]);
  });

  it('is a linger where somebody closed the last reference before the process ended', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.dup(3, 4);
    main.closesHonestly(3, address);
    main.close(4);

    expect((await judge(history)).findings).toMatchObject([{ code: 'linger' }]);
  });

  it('is neither where the process ends before the free point', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.mark(`closing udp ${address}`);
    main.mark(`closed udp ${address}`);

    expect(await judge(history)).toMatchObject({
      verdict: 'clean',
      findings: [],
      figures: { deferredCloses: 1 },
    });
  });

  it('is told as a linger where the trace was cut: no end of a process was seen', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.mark(`closing udp ${address}`);
    main.mark(`closed udp ${address}`);
    main.mark(`done udp ${address}`);
    main.mark('cycle 2');

    const { findings, doubts } = await judgeEvents(history.soFar());

    expect(doubts).toMatchObject([{ code: 'run-missing' }]);
    expect(findings).toMatchObject([
      { code: 'linger', lengthNs: 10, holders: [{ fd: 3, releasedBy: null }] },
    ]);
    expect(findings[0]?.evidence.map(({ what }) => what)).not.toContain('process-ended');
  });

  it('is not certain of a call in flight at the cut: it may yet come back with EBADF', async () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    main.udp(3, address);
    reader.entersRead(3);
    main.closesHonestly(3, address);
    main.mark('cycle 2');

    expect((await judgeEvents(history.soFar())).findings).toEqual([]);
  });
});
