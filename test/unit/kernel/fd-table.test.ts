import { describe, expect, it } from 'vitest';
import * as abi from '../../../src/kernel/abi.ts';
import { fd } from '../../../src/trace/ids.ts';
import type { ReferenceLife } from '../../../src/kernel/ledger.ts';
import { History } from '../../histories/history.ts';
import { judge, ledgerOf } from '../../histories/judge.ts';

const address = '127.0.0.1:3001';

/** Who held the address at the only failed bind, shortly. */
function holdersOf(history: History): string[] {
  const { failedBinds } = ledgerOf(history.whole());
  return failedBinds.flatMap((bind) =>
    bind.holders.flatMap(({ socket, references }) =>
      references.map((reference) => `${socket.number}: ${shortly(reference, bind.enteredAt)}`),
    ),
  );
}

function shortly(reference: ReferenceLife, at: number): string {
  const isCertain = reference.sure && (reference.certainUntil === null || reference.certainUntil > at);
  const what =
    reference.kind === 'call' ? (reference.call ?? '') : `fd ${reference.fd} by ${reference.origin}`;
  return `${isCertain ? '' : 'perhaps '}${what}`;
}

describe('a descriptor number', () => {
  it('can be given out again while the close of what it named has not returned', async () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    main.udp(3, address);
    const close = main.entersClose(3);
    other.udp(3, '127.0.0.1:3002');
    close.returns();
    other.findsInUse(4, '127.0.0.1:3002');
    other.close(3);

    const { doubts, findings } = await judge(history);

    expect(doubts).toEqual([]);
    expect(findings).toMatchObject([{ cause: 'still-open', holders: [{ socket: 2, fd: 3 }] }]);
  });

  it('that is given out twice without a close in between shows that a close was missed', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.socket(3);

    expect(await judge(history)).toMatchObject({
      verdict: 'unknown',
      findings: [],
      doubts: [{ code: 'contradiction', address }],
    });
  });

  it('names nothing after a close that failed in any way but EBADF', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.close(3, 'EIO');
    main.socket(4);
    main.binds(4, address);

    expect(ledgerOf(history.whole()).doubts).toEqual([]);
  });

  it('that is open while close says EBADF is a contradiction', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.close(3, 'EBADF');

    expect((await judge(history)).doubts).toMatchObject([{ code: 'contradiction', address }]);
  });

  it('that was never open may be closed without a doubt', async () => {
    const history = new History();
    const main = history.run();
    main.close(3, 'EBADF');
    main.close(4);

    expect(await judge(history)).toMatchObject({ verdict: 'clean' });
  });
});

describe('dup2', () => {
  it('over a socket releases it on the way back: certain to the entry, possible to the thread’s next step', () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    main.udp(3, address);
    main.socket(5);
    main.socket(6);
    main.dup2(5, 3);
    const returned = history.now;
    other.binds(6, address, 'EADDRINUSE');
    main.mark('cycle 2');
    const gone = history.now;

    const { failedBinds, sockets } = ledgerOf(history.whole());

    expect(failedBinds[0]?.holders).toMatchObject([
      {
        socket: { number: 1 },
        references: [{ fd: 3, releasedBy: { call: 'dup2', enteredAt: returned - 10, returnedAt: returned } }],
      },
    ]);
    expect(sockets[0]).toMatchObject({ number: 1, certainUntil: returned - 10, goneBy: gone });
  });

  it('makes a descriptor of the other socket', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.udp(5, '127.0.0.1:3002');
    main.dup2(5, 3);
    main.close(5);
    main.findsInUse(6, '127.0.0.1:3002');

    expect(holdersOf(history)).toEqual(['2: fd 3 by dup']);
  });

  it('that fails leaves both as they were', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.dup2(77, 3, 'EBADF');
    main.findsInUse(6, address);

    const { failedBinds } = ledgerOf(history.whole());

    expect(failedBinds[0]?.holders).toMatchObject([
      { pastClosing: false, references: [{ fd: 3, sure: true, releasedBy: null }] },
    ]);
  });

  it('that fails while another thread closes the number leaves it closed', async () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    main.udp(3, address);
    main.mark(`closing udp ${address}`);
    const dup2 = other.enters({ name: 'dup2', fd: fd(77), to: fd(3) });
    main.close(3);
    dup2.fails('EBADF');
    main.mark(`closed udp ${address}`);
    main.mark(`done udp ${address}`);
    main.socket(4);
    main.binds(4, address);

    expect(await judge(history)).toMatchObject({ verdict: 'clean', doubts: [], findings: [] });
  });

  it('that succeeds while another thread closes the number may have left it closed', () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    main.udp(5, address);
    main.socket(3);
    const dup2 = other.enters({ name: 'dup2', fd: fd(5), to: fd(3) });
    main.close(3);
    dup2.returns(3);
    main.close(5);
    main.findsInUse(6, address);

    expect(holdersOf(history)).toEqual(['1: perhaps fd 3 by dup']);
  });

  it('of a number onto itself changes nothing', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.dup2(3, 3);
    main.findsInUse(6, address);

    const { failedBinds } = ledgerOf(history.whole());

    expect(failedBinds[0]?.holders).toMatchObject([
      { pastClosing: false, references: [{ origin: 'socket' }] },
    ]);
  });

  it('with O_CLOEXEC makes a descriptor that exec closes', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.calls({ name: 'dup3', fd: fd(3), to: fd(9), flags: abi.O_CLOEXEC }, 9);
    main.close(3);
    main.execs();
    main.mark('running');
    main.socket(4);
    main.binds(4, address);

    expect(ledgerOf(history.whole()).doubts).toEqual([]);
  });
});

describe('fcntl and ioctl', () => {
  it.each([
    { command: abi.F_DUPFD, left: ['1: fd 9 by dup'] },
    { command: abi.F_DUPFD_CLOEXEC, left: [] },
  ])('command $command decides what exec leaves', ({ command, left }) => {
    const history = new History();
    const main = history.run();
    main.udp(3, address, { cloexec: true });
    main.fcntl(3, command, 0, 9);
    main.execs();
    main.mark('running');
    main.findsInUse(4, address);

    expect(holdersOf(history)).toEqual(left);
  });

  it.each([
    {
      how: 'F_SETFD on',
      cloexec: false,
      set: { name: 'fcntl', fd: fd(3), command: abi.F_SETFD, argument: 1 },
      left: [],
    },
    {
      how: 'F_SETFD off',
      cloexec: true,
      set: { name: 'fcntl', fd: fd(3), command: abi.F_SETFD, argument: 0 },
      left: ['1: fd 3 by socket'],
    },
    { how: 'FIOCLEX', cloexec: false, set: { name: 'ioctl', fd: fd(3), request: abi.FIOCLEX }, left: [] },
    {
      how: 'FIONCLEX',
      cloexec: true,
      set: { name: 'ioctl', fd: fd(3), request: abi.FIONCLEX },
      left: ['1: fd 3 by socket'],
    },
  ] as const)('$how changes close-on-exec', ({ cloexec, set, left }) => {
    const history = new History();
    const main = history.run();
    main.udp(3, address, { cloexec });
    main.calls(set);
    main.execs();
    main.mark('running');
    main.findsInUse(4, address);

    expect(holdersOf(history)).toEqual(left);
  });
});

describe('close_range', () => {
  it('closes what lies in the range and nothing else', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, '0.0.0.0:3003');
    main.udp(4, '0.0.0.0:3004');
    main.udp(5, '0.0.0.0:3005');
    main.closeRange(4, 4);
    main.mark('next');
    main.socket(6);
    main.binds(6, '0.0.0.0:3004');
    main.socket(7);
    main.binds(7, '0.0.0.0:3005', 'EADDRINUSE');
    main.socket(8);
    main.binds(8, '0.0.0.0:3003', 'EADDRINUSE');

    expect(holdersOf(history)).toEqual(['3: fd 5 by socket', '1: fd 3 by socket']);
    expect(ledgerOf(history.whole()).doubts).toEqual([]);
  });

  it('to the end of the table closes all', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.closeRange(3, 0xffff_ffff);
    main.mark('next');
    main.socket(4);
    main.binds(4, address);

    expect(ledgerOf(history.whole()).doubts).toEqual([]);
  });

  it('that fails closes nothing', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.closeRange(3, 9, 64, 'EINVAL');
    main.findsInUse(4, address);

    const { failedBinds } = ledgerOf(history.whole());

    expect(failedBinds[0]?.holders).toMatchObject([
      { pastClosing: false, references: [{ fd: 3, sure: true }] },
    ]);
  });

  it('with CLOEXEC leaves them open until exec', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.closeRange(3, 9, abi.CLOSE_RANGE_CLOEXEC);
    main.findsInUse(4, address);
    main.execs();
    main.mark('running');
    main.socket(5);
    main.binds(5, address);

    const { doubts, failedBinds } = ledgerOf(history.whole());

    expect(doubts).toEqual([]);
    expect(failedBinds[0]?.holders).toMatchObject([{ pastClosing: false, references: [{ fd: 3 }] }]);
  });

  it('with UNSHARE closes only the caller’s own copy', () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    main.udp(3, address);
    other.closeRange(3, 9, abi.CLOSE_RANGE_UNSHARE);
    other.mark('next');
    main.findsInUse(4, address);

    expect(holdersOf(history)).toEqual(['1: fd 3 by socket']);
  });
});

describe('a fork', () => {
  it('gives the child a copy of every descriptor', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.dup(3, 4);
    const child = main.forks();
    main.closeRange(3, 4);
    main.mark('next');
    main.findsInUse(5, address);
    child.exits();

    expect(holdersOf(history)).toEqual(['1: fd 3 by fork', '1: fd 4 by fork']);
  });

  it('that shares the table gives it nothing of its own: either may close for both', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    const child = main.forks(abi.CLONE_FILES);
    child.close(3);
    main.socket(4);
    main.binds(4, address);

    expect(ledgerOf(history.whole()).doubts).toEqual([]);
  });

  it('may or may not hand on what is closed while it is under way', () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    main.udp(3, address);
    const { fork, child } = other.entersFork();
    main.close(3);
    main.findsInUse(4, address);
    const born = child();
    fork.returns(born.pid);
    main.findsInUse(5, address);
    born.exits();

    const { failedBinds } = ledgerOf(history.whole());
    const held = failedBinds.map((bind) =>
      bind.holders.map(({ socket, references }) => [socket.number, references.map((each) => each.sure)]),
    );
    expect(held).toEqual([[[1, [false]]], [[1, [false]]]]);
  });

  it('may or may not hand on what a close in flight had begun to take', () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    main.udp(3, address);
    const close = main.entersClose(3);
    const { fork, child } = other.entersFork();
    close.returns();
    const born = child();
    fork.returns(born.pid);
    main.findsInUse(5, address);
    born.exits();

    expect(holdersOf(history)).toEqual(['1: perhaps fd 3 by fork']);
  });

  it('may hand on the old or the new of a number that changed hands while it was under way', () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    main.udp(3, address);
    const { fork, child } = other.entersFork();
    main.close(3);
    main.udp(3, '127.0.0.1:3002');
    main.close(3);
    const born = child();
    fork.returns(born.pid);
    main.findsInUse(5, address);
    main.findsInUse(6, '127.0.0.1:3002');
    born.close(3);
    main.socket(7);
    main.binds(7, address);
    main.socket(8);
    main.binds(8, '127.0.0.1:3002');

    expect(holdersOf(history)).toEqual(['1: perhaps fd 3 by fork', '2: perhaps fd 3 by fork']);
    expect(ledgerOf(history.whole())).toMatchObject({
      doubts: [],
      sockets: [{ number: 1 }, { number: 2 }, { number: 3 }, { number: 4 }, { number: 5 }, { number: 6 }],
    });
  });

  it('that races with a close tells the end of each socket once', () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    main.udp(3, address);
    const { fork, child } = other.entersFork();
    main.close(3);
    const born = child();
    fork.returns(born.pid);
    born.exits();
    main.waitsFor(born);

    expect(ledgerOf(history.whole()).sockets.map((socket) => socket.number)).toEqual([1]);
  });

  it('that fails hands nothing on', () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    main.udp(3, address);
    const { fork } = other.entersFork();
    main.close(3);
    fork.fails('EAGAIN');
    main.findsInUse(4, address);

    expect(holdersOf(history)).toEqual([]);
  });

  it('lets the child close what it perhaps never had, without a doubt', async () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    main.udp(3, address);
    const { fork, child } = other.entersFork();
    main.close(3);
    const born = child();
    fork.returns(born.pid);
    born.close(3, 'EBADF');

    expect(await judge(history)).toMatchObject({ verdict: 'clean', doubts: [] });
  });

  it('lets the child open the number that it perhaps had, without a doubt', async () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    main.udp(3, address);
    const { fork, child } = other.entersFork();
    main.close(3);
    const born = child();
    fork.returns(born.pid);
    born.socket(3);

    expect(await judge(history)).toMatchObject({ verdict: 'clean', doubts: [] });
  });

  it('of which the return was lost does not make the table remember for ever', () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    other.entersFork();
    history.loss();
    other.mark('back');
    main.udp(3, address);
    main.close(3);
    const child = main.forks();
    main.findsInUse(4, address);
    child.exits();

    expect(holdersOf(history)).toEqual([]);
  });
});

describe('unshare(CLONE_FILES)', () => {
  it('gives the thread a table of its own', () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    main.udp(3, address);
    other.calls({ name: 'unshare', flags: abi.CLONE_FILES });
    main.close(3);
    main.findsInUse(4, address);
    other.close(3);
    main.socket(5);
    main.binds(5, address);

    expect(holdersOf(history)).toEqual(['1: fd 3 by fork']);
    expect(ledgerOf(history.whole()).doubts).toEqual([]);
  });

  it('that races with a close may or may not have copied it', () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    main.udp(3, address);
    const unshare = other.enters({ name: 'unshare', flags: abi.CLONE_FILES });
    main.close(3);
    unshare.returns();
    main.findsInUse(4, address);

    expect(holdersOf(history)).toEqual(['1: perhaps fd 3 by fork']);
  });

  it('of a thread that shares with nobody changes nothing', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.calls({ name: 'unshare', flags: abi.CLONE_FILES });
    main.findsInUse(4, address);

    expect(holdersOf(history)).toEqual(['1: fd 3 by socket']);
  });
});
