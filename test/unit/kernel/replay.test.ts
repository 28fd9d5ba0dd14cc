import { describe, expect, it } from 'vitest';
import * as abi from '../../../src/kernel/abi.ts';
import { pollCalls } from '../../../src/trace/event.ts';
import { fd } from '../../../src/trace/ids.ts';
import { History } from '../../histories/history.ts';
import { judge, ledgerOf } from '../../histories/judge.ts';

const address = '127.0.0.1:3001';

describe('edges that do not fit together', () => {
  it('a return that nobody entered is a doubt', async () => {
    const history = new History();
    const main = history.run();
    history.returned(main.pid, main.tid, 'close', 0);

    expect((await judge(history)).doubts).toMatchObject([
      { code: 'unpaired', text: 'close returned without having been entered' },
    ]);
  });

  it('a call after one that has not come back is a doubt, and the first one held nothing for certain', async () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    main.udp(3, address);
    reader.entersRead(3);
    main.mark(`closing udp ${address}`);
    main.close(3);
    main.mark(`closed udp ${address}`);
    main.mark(`done udp ${address}`);
    reader.entersRead(4).fails('EBADF');

    expect(await judge(history)).toMatchObject({
      verdict: 'unknown',
      doubts: [{ code: 'unpaired', text: 'recvfrom did not return' }],
      findings: [],
    });
  });

  it('a mark is a call too: what its thread was in is over', async () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    main.udp(3, address);
    reader.entersRead(3);
    main.close(3);
    reader.mark('cycle 1');

    const run = await judge(history);
    expect(run.doubts).toMatchObject([{ code: 'unpaired', text: 'recvfrom did not return' }]);
    expect(run.figures).toMatchObject({ cycles: 1, deferredCloses: 0 });
  });

  it('a return of another call than the one entered is a doubt', async () => {
    const history = new History();
    const main = history.run();
    main.entersClose(3);
    history.returned(main.pid, main.tid, 'bind', 0);

    expect((await judge(history)).doubts).toMatchObject([{ code: 'unpaired' }]);
  });

  it('a bind that did not come back leaves nothing waiting for it', () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    main.udp(3, address);
    main.socket(4);
    main.entersBind(4, '127.0.0.1:3002');
    history.loss();
    main.mark('next');
    other.close(3);

    expect(ledgerOf(history.whole()).sockets.map((socket) => socket.number)).toEqual([1, 2]);
  });
});

describe('what the trace does not show', () => {
  it.each([{ name: 'io_uring_setup' }, { name: 'pidfd_getfd' }] as const)(
    '$name is a blind spot, told once',
    async (call) => {
      const history = new History();
      const main = history.run();
      main.calls(call, 9);
      main.calls(call, 10);

      expect((await judge(history)).doubts).toMatchObject([{ code: 'blind-spot' }]);
    },
  );

  it.each(pollCalls)('a %s in flight may hold what another thread closes', async (name) => {
    const history = new History();
    const main = history.run();
    const waiting = main.thread();
    main.udp(3, address);
    const poll = waiting.enters({ name, descriptors: 1 });
    main.close(3);
    poll.returns(1);

    const { doubts } = await judge(history);

    expect(doubts).toMatchObject([{ code: 'blind-spot' }]);
    expect(doubts[0]?.text).toMatch(`${name} may hold`);
  });

  it('a select of no descriptors is a sleep and holds nothing', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    const sleep = main.thread().enters({ name: 'select', descriptors: 0 });
    main.close(3);
    sleep.returns(0);

    expect((await judge(history)).doubts).toEqual([]);
  });

  it('a poll that is back before the close holds nothing', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.thread().calls({ name: 'poll', descriptors: 1 }, 1);
    main.close(3);

    expect((await judge(history)).doubts).toEqual([]);
  });

  it.each([
    { name: 'setns' },
    { name: 'unshare', flags: abi.CLONE_NEWNET },
    { name: 'clone', flags: abi.CLONE_NEWNET },
  ] as const)('$name into another network namespace is told', async (call) => {
    const history = new History();
    history.run().calls(call, 'EPERM');

    expect((await judge(history)).doubts).toMatchObject([{ code: 'namespace-changed' }]);
  });

  it.each([
    { name: 'unshare', flags: abi.CLONE_FILES },
    { name: 'clone', flags: 0x3d0f00 },
  ] as const)('$name without one is not', async (call) => {
    const history = new History();
    history.run().calls(call, 'EPERM');

    expect((await judge(history)).doubts).toEqual([]);
  });
});

describe('sockets and descriptors', () => {
  it('are numbered in order of creation, accepted ones too', () => {
    const history = new History();
    const main = history.run();
    main.socket(3, { type: abi.SOCK_STREAM });
    main.calls({ name: 'accept4', fd: fd(3), flags: abi.SOCK_CLOEXEC }, 4);
    main.calls({ name: 'accept', fd: fd(3), flags: 0 }, 'EAGAIN');
    main.socket(5);

    expect(ledgerOf(history.whole()).sockets.map(({ number, network }) => [number, network])).toEqual([
      [1, 'tcp'],
      [2, 'tcp'],
      [3, 'udp'],
    ]);
  });

  it.each([
    { what: 'UDP-Lite', type: abi.SOCK_DGRAM, protocol: 136 },
    { what: 'ping', type: abi.SOCK_DGRAM, protocol: 1 },
    { what: 'raw', type: 3, protocol: 17 },
  ])('of $what are not UDP’s', ({ type, protocol }) => {
    const history = new History();
    history.run().socket(3, { type, protocol });

    expect(ledgerOf(history.whole()).sockets).toEqual([]);
  });

  it.each([
    'recvfrom',
    'recvmsg',
    'recvmmsg',
    'read',
    'readv',
    'sendto',
    'sendmsg',
    'sendmmsg',
    'write',
    'writev',
  ] as const)('%s in flight is a reference', (name) => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    main.udp(3, address);
    const call = other.entersRead(3, name);
    main.close(3);
    main.findsInUse(4, address);
    call.returns(0);

    expect(ledgerOf(history.whole()).failedBinds).toMatchObject([
      { holders: [{ references: [{ kind: 'call', call: name, sure: true }] }] },
    ]);
  });

  it('connect in flight is a reference', () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    main.udp(3, address);
    const call = other.enters({ name: 'connect', fd: fd(3) });
    main.close(3);
    main.findsInUse(4, address);
    call.returns(0, '127.0.0.1:9');

    expect(ledgerOf(history.whole()).failedBinds).toMatchObject([
      { holders: [{ references: [{ kind: 'call', call: 'connect' }] }] },
    ]);
  });

  it('before Linux 6.6 close(2) too releases on the way back', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.close(3);
    const closed = history.now;
    main.mark('next');
    const shown = history.now;

    const goneBy = (closeReleasesInCall: boolean): (number | undefined)[] =>
      ledgerOf(history.whole(), { closeReleasesInCall }).sockets.map((socket) => socket.goneBy);
    expect(goneBy(true)).toEqual([closed]);
    expect(goneBy(false)).toEqual([shown]);
  });
});

describe('counts', () => {
  it('are of cycles, binds, EADDRINUSE, closes and marks, as the program claims them', () => {
    const history = new History();
    const main = history.run();
    main.mark('cycle 1');
    main.udp(3, address);
    main.findsInUse(4, address);
    main.binds(4, '127.0.0.1:80', 'EACCES');
    main.closesHonestly(3, address);
    main.mark('anything');

    expect(ledgerOf(history.whole()).counts).toEqual({
      cycles: 1,
      binds: 3,
      addressInUse: 1,
      closes: 1,
      marks: 5,
    });
  });
});

describe('memory', () => {
  it('does not grow with the number of cycles: every life is handed over when its cycle is over', () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    for (let cycle = 0; cycle < 300; cycle++) {
      main.udp(3, address);
      const read = reader.entersRead(3);
      main.mark(`closing udp ${address}`);
      main.mark(`closed udp ${address}`);
      main.findsInUse(4, address);
      main.close(4);
      read.returns(0);
      reader.close(3);
      reader.mark(`done udp ${address}`);
    }
    const endedBy = ledgerOf(history.whole()).sockets.map((socket) => socket.goneBy);

    // Every socket ends within its own cycle, so none waits for the end of the run.
    const lengthOfCycle = history.now / 300;
    endedBy.forEach((goneBy, index) => {
      expect(goneBy).toBeLessThan(lengthOfCycle * (index / 2 + 2));
    });
    expect(endedBy).toHaveLength(600);
  });
});
