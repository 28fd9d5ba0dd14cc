import { describe, expect, it } from 'vitest';
import { History } from '../../histories/history.ts';
import { judge } from '../../histories/judge.ts';

const address = '127.0.0.1:3001';

describe('a socket that is gone by its free point', () => {
  it('is clean when close(2) returns before Close does', async () => {
    const history = new History();
    const main = history.run();
    for (let cycle = 1; cycle <= 3; cycle++) {
      main.mark(`cycle ${cycle}`);
      main.udp(3, address);
      main.closesHonestly(3, address);
    }

    const none = { count: 0, minNs: null, maxNs: null, buckets: [] };
    expect(await judge(history)).toEqual({
      run: '0001',
      verdict: 'clean',
      doubts: [],
      doubtsOmitted: 0,
      findings: [],
      findingsOmitted: 0,
      kinds: [],
      figures: {
        cycles: 3,
        binds: 3,
        addressInUse: 0,
        lingering: 0,
        longestLingerNs: 0,
        linger: none,
        deferredCloses: 0,
        longestCloseLagNs: 0,
        closeLag: none,
      },
      claimed: null,
      notes: [],
      crossCheck: null,
    });
  });

  it('is a deferred close and no finding when the fix waits for the reader before it says done', async () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    for (let cycle = 1; cycle <= 2; cycle++) {
      main.udp(3, address);
      const read = reader.entersRead(3);
      main.mark(`closing udp ${address}`);
      main.mark(`closed udp ${address}`);
      read.fails('EAGAIN');
      reader.close(3);
      main.mark(`done udp ${address}`);
    }

    const { verdict, findings, figures } = await judge(history);

    expect({ verdict, findings }).toEqual({ verdict: 'clean', findings: [] });
    // From `closed` to the entry of close(2): the read's return and the close's entry, 10 ns each.
    expect(figures).toMatchObject({
      deferredCloses: 2,
      longestCloseLagNs: 20,
      lingering: 0,
      longestLingerNs: 0,
    });
  });

  it('is clean when only a close in flight reaches past it: it may have let go at its entry', async () => {
    const history = new History();
    const main = history.run();
    const closer = main.thread();
    main.udp(3, address);
    main.mark(`closing udp ${address}`);
    const close = closer.entersClose(3);
    main.mark(`closed udp ${address}`);
    main.mark(`done udp ${address}`);
    close.returns();

    const { verdict, figures } = await judge(history);

    expect(verdict).toBe('clean');
    expect(figures).toMatchObject({ deferredCloses: 0, lingering: 0 });
  });

  it('is clean when a call was entered behind a close in flight: it may have found the number empty', async () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    main.udp(3, address);
    main.mark(`closing udp ${address}`);
    const close = main.entersClose(3);
    const read = reader.entersRead(3);
    close.returns();
    main.mark(`closed udp ${address}`);
    main.mark(`done udp ${address}`);
    read.returns(0);

    expect((await judge(history)).verdict).toBe('clean');
  });

  it('is clean when a call that was entered in time comes back with EBADF: it never got hold of it', async () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    main.udp(3, address);
    main.mark(`closing udp ${address}`);
    const read = reader.entersRead(3);
    main.close(3);
    main.mark(`closed udp ${address}`);
    main.mark(`done udp ${address}`);
    read.fails('EBADF');

    expect(await judge(history)).toMatchObject({ verdict: 'clean', figures: { deferredCloses: 0 } });
  });
});

describe('a socket that is certainly there after its free point', () => {
  it('lingers until the close of its descriptor, with everything that proves it', async () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    main.mark('cycle 1');
    const start = history.now;
    main.udp(3, address);
    main.mark(`closing udp ${address}`);
    main.mark(`closed udp ${address}`);
    main.mark(`done udp ${address}`);
    main.mark('cycle 2');
    reader.close(3);

    expect(await judge(history)).toMatchObject({
      verdict: 'held',
      doubts: [],
      findings: [
        {
          code: 'linger',
          cause: 'descriptor-open',
          certain: true,
          run: '0001',
          address: `udp ${address}`,
          at: start + 70,
          pid: 100,
          tid: 100,
          cycle: 1,
          failed: null,
          lengthNs: 20,
          holders: [
            {
              socket: 1,
              kind: 'descriptor',
              pid: 100,
              fd: 3,
              call: null,
              openedByTid: 100,
              openedAt: start + 20,
              origin: 'socket',
              certain: true,
              releasedBy: { tid: reader.tid, call: 'close', enteredAt: start + 90, returnedAt: start + 100 },
              boundTo: address,
              boundAt: start + 40,
            },
          ],
          evidence: [
            { at: start + 20, what: 'opened', name: 'socket' },
            { at: start + 40, what: 'bound', name: 'bind' },
            { at: start + 50, what: 'closing', name: 'closing' },
            { at: start + 60, what: 'closed', name: 'closed' },
            { at: start + 70, what: 'free-point', name: 'done' },
            { at: start + 90, what: 'close-entered', name: 'close', tid: reader.tid },
            { at: start + 100, what: 'close-returned', name: 'close', tid: reader.tid },
          ],
        },
      ],
      figures: { lingering: 1, longestLingerNs: 20, deferredCloses: 1, longestCloseLagNs: 30 },
    });
  });

  it('lingers in a call in flight when no descriptor is left', async () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    main.udp(3, address);
    main.mark(`closing udp ${address}`);
    const read = reader.entersRead(3, 'recvmmsg');
    main.close(3);
    main.mark(`closed udp ${address}`);
    main.mark(`done udp ${address}`);
    read.fails('EINTR');

    expect((await judge(history)).findings).toMatchObject([
      {
        code: 'linger',
        cause: 'call-in-flight',
        lengthNs: 10,
        holders: [{ kind: 'call', call: 'recvmmsg' }],
      },
    ]);
  });

  it('lingers in a duplicate', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.dup(3, 9);
    main.closesHonestly(3, address);
    main.close(9);

    expect((await judge(history)).findings).toMatchObject([
      { code: 'linger', cause: 'duplicate', holders: [{ fd: 9, origin: 'dup' }] },
    ]);
  });

  it('lingers in a child until the child closes its copy', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    const child = main.forks();
    main.closesHonestly(3, address);
    child.close(3);
    const closedAt = history.now;

    expect((await judge(history)).findings).toMatchObject([
      {
        code: 'linger',
        cause: 'other-process',
        holders: [{ pid: child.pid, origin: 'fork', releasedBy: { enteredAt: closedAt - 10 } }],
      },
    ]);
  });

  it('is held by what was left at the free point, not by what came later', async () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    main.udp(3, address);
    main.mark(`closing udp ${address}`);
    main.mark(`closed udp ${address}`);
    main.mark(`done udp ${address}`);
    reader.entersRead(3).returns(4);
    main.dup(3, 9);
    main.close(3);
    main.close(9);

    const { findings } = await judge(history);

    expect(findings).toMatchObject([{ code: 'linger', cause: 'descriptor-open', lengthNs: 70 }]);
    expect(findings[0]?.holders.map(({ kind, fd }) => ({ kind, fd }))).toEqual([
      { kind: 'descriptor', fd: 3 },
    ]);
  });

  it('is told once, however many descriptors it has', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.dup(3, 8);
    main.dup(3, 9);
    main.closesHonestly(3, address);
    main.closeRange(8, 9);

    expect(await judge(history)).toMatchObject({ findings: [{ code: 'linger' }], figures: { lingering: 1 } });
  });
});

describe('a run without marks', () => {
  it('takes the return of the close that took the last descriptor for closed, and the next bind for the free point', async () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    main.udp(3, address);
    const read = reader.entersRead(3);
    main.close(3);
    const closed = history.now;
    main.findsInUse(4, address);
    const entered = history.now - 10;
    read.returns(0);
    const returned = history.now;

    const { findings, figures } = await judge(history);

    expect(findings.map(({ code, at, lengthNs }) => ({ code, at, lengthNs }))).toEqual([
      { code: 'conflict', at: entered, lengthNs: null },
      { code: 'linger', at: entered, lengthNs: returned - entered },
    ]);
    expect(figures).toMatchObject({ lingering: 1, deferredCloses: 1, longestCloseLagNs: returned - closed });
  });

  it('takes no close for the last while a duplicate is left', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.dup(3, 9);
    main.close(3);
    main.binds(main.socket(4), address, 'EADDRINUSE');
    main.close(9);

    const { findings, figures } = await judge(history);

    expect(findings).toMatchObject([{ code: 'conflict', cause: 'after-close' }]);
    expect(figures).toMatchObject({ lingering: 0, deferredCloses: 0 });
  });

  it('takes a close_range that takes all duplicates at once for closed', async () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    main.udp(3, address);
    main.dup(3, 4);
    const read = reader.entersRead(3);
    main.closeRange(3, 4);
    read.returns(0);

    expect((await judge(history)).figures).toMatchObject({ deferredCloses: 1, longestCloseLagNs: 10 });
  });

  it('takes the later of two closes that overlap for closed', async () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    const other = main.thread();
    main.udp(3, address);
    main.dup(3, 4);
    const read = reader.entersRead(3);
    const first = main.entersClose(3);
    const second = other.entersClose(4);
    first.returns();
    second.returns();
    read.returns(0);

    expect((await judge(history)).figures).toMatchObject({ deferredCloses: 1, longestCloseLagNs: 10 });
  });

  it('is not certain of a linger where a lost mark might have told another free point', async () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    history.loss();
    main.udp(3, address);
    const read = reader.entersRead(3);
    main.close(3);
    main.sets(main.socket(4), 'reusePort');
    main.binds(4, address);
    read.returns(0);

    expect((await judge(history)).findings.filter((finding) => finding.certain)).toEqual([]);
  });
});

describe('losses and a linger', () => {
  const lingerWithLoss = (where: number): History => {
    const history = new History();
    const main = history.run();
    let step = 0;
    const maybeLost = (): void => {
      if (step++ === where) history.loss();
    };
    maybeLost();
    main.udp(3, address);
    maybeLost();
    main.mark(`closing udp ${address}`);
    main.mark(`closed udp ${address}`);
    main.mark(`done udp ${address}`);
    maybeLost();
    main.close(3);
    main.mark('cycle 2');
    maybeLost();
    return history;
  };

  it.each([
    { where: 0, when: 'before the socket was made', verdict: 'held' },
    { where: 1, when: 'before the free point', verdict: 'unknown' },
    { where: 2, when: 'before its end', verdict: 'unknown' },
    { where: 3, when: 'after its end', verdict: 'held' },
  ])('one $when makes the run $verdict', async ({ where, verdict }) => {
    const run = await judge(lingerWithLoss(where));
    expect(run).toMatchObject({
      verdict,
      findings: [{ code: 'linger', certain: verdict === 'held' }],
      figures: { lingering: 1 },
    });
  });
});
