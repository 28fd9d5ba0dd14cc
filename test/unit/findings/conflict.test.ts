import { describe, expect, it } from 'vitest';
import { History } from '../../histories/history.ts';
import { judge, judgeEvents } from '../../histories/judge.ts';

const address = '127.0.0.1:3001';

describe('a conflict after close', () => {
  it('names the descriptor whose close came only later, with everything that proves it', async () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    main.mark('cycle 7');
    const boundFrom = history.now;
    main.udp(3, address);
    main.mark(`closing udp ${address}`);
    main.mark(`closed udp ${address}`);
    const before = history.now;
    main.findsInUse(4, address);
    reader.close(3);
    const after = history.now;

    const { verdict, doubts, findings } = await judge(history);

    expect({ verdict, doubts }).toEqual({ verdict: 'held', doubts: [] });
    expect(findings.filter((finding) => finding.code === 'conflict')).toEqual([
      {
        code: 'conflict',
        cause: 'after-close',
        certain: true,
        run: '0001',
        address: `udp ${address}`,
        at: before + 30,
        pid: 100,
        tid: 100,
        cycle: 7,
        failed: { call: 'bind', fd: 4, enteredAt: before + 30, returnedAt: before + 40 },
        lengthNs: null,
        holders: [
          {
            socket: 1,
            inode: null,
            kind: 'descriptor',
            pid: 100,
            fd: 3,
            call: null,
            openedByTid: 100,
            openedAt: boundFrom + 20,
            origin: 'socket',
            certain: true,
            releasedBy: { tid: reader.tid, call: 'close', enteredAt: after - 10, returnedAt: after },
            releasedAt: null,
            boundTo: address,
            boundAt: boundFrom + 40,
          },
        ],
        evidence: [
          { at: boundFrom + 20, pid: 100, tid: 100, what: 'opened', fd: 3, name: 'socket' },
          { at: boundFrom + 40, pid: 100, tid: 100, what: 'bound', fd: null, name: 'bind' },
          { at: boundFrom + 50, pid: 100, tid: 100, what: 'closing', fd: null, name: 'closing' },
          { at: boundFrom + 60, pid: 100, tid: 100, what: 'closed', fd: null, name: 'closed' },
          { at: before + 30, pid: 100, tid: 100, what: 'free-point', fd: null, name: 'bind' },
          { at: before + 30, pid: 100, tid: 100, what: 'bind-entered', fd: 4, name: 'bind' },
          { at: before + 40, pid: 100, tid: 100, what: 'bind-failed', fd: 4, name: 'bind' },
          { at: after - 10, pid: 100, tid: reader.tid, what: 'close-entered', fd: 3, name: 'close' },
          { at: after, pid: 100, tid: reader.tid, what: 'close-returned', fd: 3, name: 'close' },
        ],
      },
    ]);
  });

  it('names a descriptor whose close was in flight through the whole bind', async () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    main.udp(3, address);
    main.socket(4);
    const close = reader.entersClose(3);
    const closeEntered = history.now;
    main.binds(4, address, 'EADDRINUSE');
    close.returns();

    const { verdict, findings } = await judge(history);

    expect(verdict).toBe('held');
    expect(findings).toMatchObject([
      {
        code: 'conflict',
        cause: 'after-close',
        certain: true,
        holders: [
          {
            fd: 3,
            kind: 'descriptor',
            certain: false,
            releasedBy: { tid: reader.tid, enteredAt: closeEntered, returnedAt: history.now - 60 },
          },
        ],
      },
    ]);
  });

  it('judges at the entry of the bind: a close that was entered during it is told as later', async () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    main.udp(3, address);
    main.mark(`closing udp ${address}`);
    main.socket(4);
    const bind = main.entersBind(4, address);
    other.close(3);
    bind.fails('EADDRINUSE');

    const { findings } = await judge(history);

    expect(findings).toMatchObject([
      {
        code: 'conflict',
        cause: 'after-close',
        holders: [{ certain: true, releasedBy: { tid: other.tid } }],
      },
    ]);
  });

  it('names a descriptor that is never closed, and says so', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.mark(`closing udp ${address}`);
    main.mark(`closed udp ${address}`);
    main.findsInUse(4, address);

    const { verdict, findings } = await judge(history);

    expect(verdict).toBe('held');
    expect(findings).toMatchObject([
      { code: 'conflict', cause: 'after-close', holders: [{ fd: 3, releasedBy: null }] },
      { code: 'leak', cause: 'descriptor-open', holders: [{ fd: 3, releasedBy: null }] },
    ]);
  });

  it('names the thread that is parked in a blocking call on a descriptor that close(2) has taken away', async () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    main.udp(3, address);
    const parked = reader.entersRead(3);
    const entered = history.now;
    main.close(3);
    main.findsInUse(4, address);
    parked.returns(0);
    const returned = history.now;

    const { verdict, findings } = await judge(history);

    expect(verdict).toBe('held');
    expect(findings.find((finding) => finding.code === 'conflict')).toMatchObject({
      cause: 'after-close',
      certain: true,
      holders: [
        {
          kind: 'call',
          call: 'recvfrom',
          fd: 3,
          openedByTid: reader.tid,
          openedAt: entered,
          certain: true,
          releasedBy: { tid: reader.tid, call: 'recvfrom', enteredAt: returned, returnedAt: returned },
        },
      ],
    });
  });

  it('counts a socket that was shut down as one whose close had begun', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.shutsDown(3);
    main.findsInUse(4, address);
    main.close(3);

    expect((await judge(history)).findings).toMatchObject([{ code: 'conflict', cause: 'after-close' }]);
  });

  it('counts a shutdown that failed for want of a peer: it wakes the receivers all the same', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.calls({ name: 'shutdown', fd: 3 as never, how: 2 }, 'ENOTCONN');
    main.findsInUse(4, address);
    main.close(3);

    expect((await judge(history)).findings).toMatchObject([{ code: 'conflict', cause: 'after-close' }]);
  });

  it('names the duplicate that was kept when the first descriptor was closed', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.dup(3, 5);
    main.close(3);
    main.findsInUse(4, address);
    main.close(5);

    const { findings } = await judge(history);

    expect(findings).toMatchObject([
      { code: 'conflict', cause: 'after-close', holders: [{ fd: 5, origin: 'dup', certain: true }] },
    ]);
    expect(findings[0]?.holders).toHaveLength(1);
  });

  it('names the child that a fork handed the socket to', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    const child = main.forks();
    main.close(3);
    main.findsInUse(4, address);
    child.exits();
    main.waitsFor(child);

    expect((await judge(history)).findings).toMatchObject([
      {
        code: 'conflict',
        cause: 'after-close',
        holders: [{ pid: child.pid, fd: 3, origin: 'fork', certain: true, releasedBy: null }],
      },
    ]);
  });
});

describe('a conflict with a socket that nothing has begun to close', () => {
  it('is a note where the run has marks that name the address', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.findsInUse(4, address);
    main.closesHonestly(3, address);

    const { verdict, findings, notes, figures } = await judge(history);

    expect({ verdict, findings, notes }).toEqual({
      verdict: 'clean',
      findings: [],
      notes: [
        {
          code: 'in-use-by-own-open-socket',
          address: `udp ${address}`,
          count: 1,
          text: 'in use by your own open socket',
        },
      ],
    });
    expect(figures).toMatchObject({ binds: 2, addressInUse: 1 });
  });

  it('is a finding where the run has no marks, with the close that came later', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.findsInUse(4, address);
    main.close(3);
    const closed = history.now;

    const { verdict, findings } = await judge(history);

    expect(verdict).toBe('held');
    expect(findings).toMatchObject([
      {
        code: 'conflict',
        cause: 'still-open',
        certain: true,
        holders: [{ fd: 3, releasedBy: { call: 'close', enteredAt: closed - 10, returnedAt: closed } }],
      },
    ]);
  });

  it('is a finding where the marks name only other addresses', async () => {
    const history = new History();
    const main = history.run();
    main.udp(5, '127.0.0.1:3002');
    main.closesHonestly(5, '127.0.0.1:3002');
    main.udp(3, address);
    main.findsInUse(4, address);
    main.close(3);

    expect((await judge(history)).findings).toMatchObject([{ cause: 'still-open', certain: true }]);
  });

  it('is not certain where a lost mark might have named the address', async () => {
    const history = new History();
    const main = history.run();
    history.loss();
    main.udp(3, address);
    main.findsInUse(4, address);
    main.close(3);

    const { verdict, findings } = await judge(history);

    expect(verdict).toBe('unknown');
    expect(findings).toMatchObject([{ cause: 'still-open', certain: false }]);
  });

  it('stays a note after a child that inherited the socket has shed it by exec', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address, { cloexec: true });
    const child = main.forks();
    child.execs();
    main.findsInUse(4, address);
    main.closesHonestly(3, address);
    child.exits();

    expect(await judge(history)).toMatchObject({ verdict: 'clean', findings: [] });
  });

  it('stays a note when a socket that is as good as gone might have held the address too', async () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    // The reader's last receive may still hold socket 1: it has made no call since.
    main.udp(3, '127.0.0.1:3001', {});
    const read = reader.entersRead(3);
    main.mark(`closing udp ${address}`);
    main.close(3);
    read.returns(4);
    main.mark(`closed udp ${address}`);
    main.udp(5, '127.0.0.2:3001');
    main.socket(4);
    main.binds(4, '0.0.0.0:3001', 'EADDRINUSE');
    main.closesHonestly(5, '127.0.0.2:3001');

    expect(await judge(history)).toMatchObject({
      verdict: 'clean',
      findings: [],
      notes: [{ code: 'in-use-by-own-open-socket' }],
    });
  });

  it('is not certain where only possible holders are left and some of them are open', async () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    main.udp(3, address);
    const read = reader.entersRead(3);
    main.mark(`closing udp ${address}`);
    main.close(3);
    read.returns(4);
    main.mark(`closed udp ${address}`);
    main.socket(5);
    main.socket(4);
    const other = main.thread();
    const own = other.entersBind(5, '127.0.0.2:3001');
    main.binds(4, '0.0.0.0:3001', 'EADDRINUSE');
    own.returns();
    main.closesHonestly(5, '127.0.0.2:3001');

    const { verdict, findings } = await judge(history);

    expect(verdict).toBe('unknown');
    expect(findings).toMatchObject([{ code: 'conflict', certain: false }]);
    expect(findings[0]?.holders.map((holder) => holder.fd)).toEqual([3, 5]);
  });
});

describe('a bind that failed though nobody in the run held the address', () => {
  it('is a foreign holder: a doubt, never the race', async () => {
    const history = new History();
    const main = history.run();
    main.findsInUse(3, address);

    const { verdict, findings, doubts } = await judge(history);

    expect({ verdict, findings }).toEqual({ verdict: 'unknown', findings: [] });
    expect(doubts).toMatchObject([
      { code: 'foreign-holder', address: `udp ${address}`, pid: 100, run: '0001' },
    ]);
  });

  it('is not blamed on an own socket of another port, another address or another protocol', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, '127.0.0.1:3002');
    main.udp(4, '127.0.0.2:3001');
    main.socket(5, { type: 1 });
    main.findsInUse(6, address);

    expect((await judge(history)).doubts).toMatchObject([{ code: 'foreign-holder' }]);
  });

  it('is not blamed on a call that came back with EBADF', async () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    main.udp(3, address);
    const close = main.entersClose(3);
    const read = reader.entersRead(3);
    close.returns();
    main.findsInUse(4, address);
    read.fails('EBADF');

    const { verdict, findings, doubts } = await judge(history, { isolated: false });

    expect({ verdict, findings }).toEqual({ verdict: 'unknown', findings: [] });
    expect(doubts).toMatchObject([{ code: 'foreign-holder' }]);
  });

  it('is doubted, not certain, where other processes share the ports and the own holder was only possible', async () => {
    const history = new History();
    const main = history.run();
    const closer = main.thread();
    main.udp(3, address);
    main.socket(4);
    const close = closer.entersClose(3);
    main.binds(4, address, 'EADDRINUSE');
    close.returns();

    const shared = await judge(history, { isolated: false });
    const own = await judge(history, { isolated: true });

    expect(shared.verdict).toBe('unknown');
    expect(shared.findings).toMatchObject([{ code: 'conflict', certain: false }]);
    expect(shared.doubts).toMatchObject([{ code: 'foreign-holder' }]);
    expect(own).toMatchObject({ verdict: 'held', doubts: [] });
  });

  it('is certain all the same where an own socket certainly held the address', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.findsInUse(4, address);
    main.close(3);

    expect(await judge(history, { isolated: false })).toMatchObject({ verdict: 'held', doubts: [] });
  });

  it('is a used-up range where port 0 was asked for', async () => {
    const history = new History();
    const main = history.run();
    main.findsInUse(3, '127.0.0.1:0');

    expect((await judge(history)).doubts).toMatchObject([{ code: 'no-free-port' }]);
  });

  it('is an unknown address where a socket of the run has a port that the trace does not tell', async () => {
    const history = new History();
    const main = history.run();
    main.socket(3);
    main.sends(3);
    main.findsInUse(4, address);

    expect((await judge(history)).doubts).toMatchObject([{ code: 'unknown-address' }]);
  });

  it('is an unknown address where the tracer could not read it', async () => {
    const history = new History();
    const main = history.run();
    main.socket(3);
    main.calls({ name: 'bind', fd: 3 as never, address: null }, 'EADDRINUSE');

    const { verdict, doubts } = await judge(history);

    expect(verdict).toBe('unknown');
    expect(doubts).toMatchObject([{ code: 'unknown-address' }]);
  });
});

describe('losses and a conflict', () => {
  const held = (lose: (place: 'before' | 'inside' | 'after', history: History) => void): History => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    lose('before', history);
    main.udp(3, address);
    main.mark(`closing udp ${address}`);
    lose('inside', history);
    main.findsInUse(4, address);
    lose('after', history);
    reader.close(3);
    main.mark(`closed udp ${address}`);
    return history;
  };
  const lossAt = (where: 'before' | 'inside' | 'after'): History =>
    held((place, history) => {
      if (place === where) history.loss();
    });

  it.each(['before', 'after'] as const)(
    'one %s the window leaves it certain, and the doubt is told',
    async (where) => {
      expect(await judge(lossAt(where))).toMatchObject({
        verdict: 'held',
        findings: [{ code: 'conflict', certain: true }],
        doubts: [{ code: 'dropped', run: '0001' }],
      });
    },
  );

  it('one between the creation of the holder and the bind takes its certainty', async () => {
    expect(await judge(lossAt('inside'))).toMatchObject({
      verdict: 'unknown',
      findings: [{ code: 'conflict', certain: false }],
    });
  });

  it('one that may lie anywhere takes the certainty of everything, wherever it stands in the trace', async () => {
    const history = held((place, each) => {
      if (place === 'after') each.loss({ extent: 'anywhere' });
    });

    const run = await judgeEvents(history.whole());

    expect(run).toMatchObject({ verdict: 'unknown', findings: [{ code: 'conflict', certain: false }] });
  });

  it('one of another process counts as well: who knows what it shared', async () => {
    const history = held((place, each) => {
      if (place === 'inside') each.loss({ pid: 4711 });
    });

    expect((await judge(history)).verdict).toBe('unknown');
  });
});
