import { describe, expect, it } from 'vitest';
import type { Call, SocketIdentity } from '../../../src/trace/event.ts';
import { fd, nanos } from '../../../src/trace/ids.ts';
import * as abi from '../../../src/kernel/abi.ts';
import type { Actor } from '../../histories/actor.ts';
import { inet } from '../../histories/actor.ts';
import { History, type Told } from '../../histories/history.ts';
import { judge, ledgerOf } from '../../histories/judge.ts';

const address = '127.0.0.1:3001';
const first = { inode: 77, cookie: 7, port: 0 };
const bound = { ...first, port: 3001 };

/** Entry and return as a tracer in the kernel tells them. */
function calls(actor: Actor, call: Call, result: number | string, told: Told = {}, back: Told = told): void {
  const { history, pid, tid } = actor;
  history.entered(pid, tid, call, told);
  history.returned(pid, tid, call.name, result, undefined, back);
}

function udp(actor: Actor, number: number, identity: SocketIdentity | null = first): void {
  const call: Call = { name: 'socket', domain: abi.AF_INET, type: abi.SOCK_DGRAM, protocol: 0 };
  calls(actor, call, number, {}, { socket: identity });
}

function bind(
  actor: Actor,
  number: number,
  identity: SocketIdentity = first,
  result: number | string = 0,
): void {
  const call: Call = { name: 'bind', fd: fd(number), address: inet(address) };
  const port = result === 0 ? 3001 : 0;
  calls(actor, call, result, { socket: identity }, { socket: { ...identity, port } });
}

/** close(2) with the release inside it. */
function close(actor: Actor, number: number, { inode, cookie } = first): void {
  const { history, pid, tid } = actor;
  history.entered(pid, tid, { name: 'close', fd: fd(number) }, { socket: { inode, cookie, port: 3001 } });
  history.released(pid, tid, inode, cookie);
  history.returned(pid, tid, 'close', 0);
}

function codes(history: History): string[] {
  return ledgerOf(history.whole()).doubts.map(({ code }) => code);
}

describe('a release', () => {
  it('is the end of the socket, and its inode is told', () => {
    const history = new History();
    const main = history.run();
    udp(main, 3);
    bind(main, 3);
    close(main, 3);
    const { sockets, doubts } = ledgerOf(history.whole());
    expect(doubts).toEqual([]);
    expect(sockets).toMatchObject([{ inode: 77, released: { pid: 100, tid: 100 } }]);
    expect(sockets[0]?.goneBy).toBe(sockets[0]?.released?.at);
    expect(sockets[0]?.certainUntil).toBe(sockets[0]?.released?.at);
  });

  /** A thread is parked in a receive while another closes the descriptor: close(2) = 0, and nobody has it any more. */
  function parked(): { history: History; receiveReturned: () => number; releasedAt: () => number } {
    const history = new History();
    const main = history.run();
    udp(main, 3);
    bind(main, 3);
    const reader = main.thread();
    const since = history.now;
    const closing: Call = { name: 'close', fd: fd(3) };
    history.entered(main.pid, main.tid, closing, { socket: bound });
    history.entered(reader.pid, reader.tid, { name: 'recvfrom', fd: fd(3) }, { socket: bound, since });
    history.returned(main.pid, main.tid, 'close', 0);
    udp(main, 4, { inode: 78, cookie: 8, port: 0 });
    bind(main, 4, { inode: 78, cookie: 8, port: 0 }, 'EADDRINUSE');
    history.returned(reader.pid, reader.tid, 'recvfrom', 1);
    const returned = history.now;
    history.released(reader.pid, reader.tid, 77, 7);
    const end = history.now;
    close(main, 4, { inode: 78, cookie: 8, port: 0 });
    return { history, receiveReturned: () => returned, releasedAt: () => end };
  }

  it('ends a call in flight that holds a closed socket, not the return of that call', async () => {
    const { history, releasedAt, receiveReturned } = parked();
    const { verdict, findings, doubts } = await judge(history);
    expect(doubts).toEqual([]);
    expect(verdict).toBe('held');
    const conflict = findings.find(({ code }) => code === 'conflict');
    expect(conflict).toMatchObject({ certain: true, cause: 'after-close' });
    const held = conflict?.holders.filter(({ certain }) => certain);
    expect(held).toMatchObject([{ kind: 'call', call: 'recvfrom', inode: 77, releasedAt: releasedAt() }]);
    expect(releasedAt()).toBeGreaterThan(receiveReturned());
    expect(conflict?.evidence.at(-1)).toMatchObject({ what: 'released', at: releasedAt() });
  });

  it('after the program has begun to end, in the thread whose call came back, loses no finding', async () => {
    const history = new History();
    const main = history.run();
    udp(main, 3);
    bind(main, 3);
    const reader = main.thread();
    history.entered(reader.pid, reader.tid, { name: 'recvfrom', fd: fd(3) }, { socket: bound });
    calls(main, { name: 'close', fd: fd(3) }, 0, { socket: bound }, {});
    udp(main, 4, { inode: 78, cookie: 8, port: 0 });
    bind(main, 4, { inode: 78, cookie: 8, port: 0 }, 'EADDRINUSE');
    history.entered(main.pid, main.tid, { name: 'exit_group' });
    history.returned(reader.pid, reader.tid, 'recvfrom', 'ERESTARTSYS');
    history.released(reader.pid, reader.tid, 77, 7);
    history.released(main.pid, main.tid, 78, 8);
    const { verdict, findings, doubts } = await judge(history);
    expect(doubts).toEqual([]);
    expect(verdict).toBe('held');
    expect(findings.map(({ code }) => code)).toContain('conflict');
    expect(ledgerOf(history.whole()).sockets.map(({ inode }) => inode)).toEqual([77, 78]);
  });

  it('is where a linger ends', async () => {
    const { history, releasedAt } = parked();
    const { findings } = await judge(history);
    const linger = findings.find(({ code }) => code === 'linger');
    expect(linger?.lengthNs).toBe(releasedAt() - (linger?.at ?? 0));
  });

  it('of what the calls still have in a table is a disagreement', () => {
    const history = new History();
    const main = history.run();
    udp(main, 3);
    bind(main, 3);
    history.released(main.pid, main.tid, 77, 7);
    expect(codes(history)).toEqual(['identity-disagrees']);
  });

  it('that is missing where the calls left nothing is a disagreement', () => {
    const history = new History();
    const main = history.run();
    udp(main, 3);
    close(main, 3);
    udp(main, 3, { inode: 78, cookie: 8, port: 0 });
    calls(main, { name: 'close', fd: fd(3) }, 0, { socket: { inode: 78, cookie: 8, port: 0 } }, {});
    expect(codes(history)).toEqual(['identity-disagrees']);
  });

  it('of a socket of which the tracer could not read anything is that of the one just dropped', () => {
    const history = new History();
    const main = history.run();
    udp(main, 3, { ...first, cookie: null });
    const { pid, tid } = main;
    history.entered(pid, tid, { name: 'close', fd: fd(3) }, { socket: { ...first, cookie: null } });
    history.released(pid, tid, null, 12);
    history.returned(pid, tid, 'close', 0);
    expect(ledgerOf(history.whole()).sockets).toMatchObject([{ released: { tid } }]);
  });
});

describe('a close that does not release, and no call holds the socket', () => {
  const second = { inode: 78, cookie: 8, port: 0 };

  /** As when epoll_wait in another thread was just asking the socket. */
  function inEpoll(told: 'released' | 'lost'): { history: History; releasedAt: number } {
    const history = new History();
    const main = history.run();
    const poller = main.thread();
    udp(main, 5, { inode: 70, cookie: 1, port: 0 });
    close(main, 5, { inode: 70, cookie: 1, port: 0 });
    udp(main, 3);
    bind(main, 3);
    main.mark('closing udp 127.0.0.1:3001');
    calls(main, { name: 'close', fd: fd(3) }, 0, { socket: bound }, {});
    main.mark('closed udp 127.0.0.1:3001');
    udp(main, 3, second);
    bind(main, 3, second, 'EADDRINUSE');
    if (told === 'released') history.released(poller.pid, poller.tid, 77, 7);
    const releasedAt = history.now;
    bind(main, 3, second);
    close(main, 3, second);
    return { history, releasedAt };
  }

  it('holds it until its release, in whatever thread that is', async () => {
    const { history, releasedAt } = inEpoll('released');
    const { verdict, doubts, findings } = await judge(history);
    expect(doubts).toEqual([]);
    expect(verdict).toBe('held');
    expect(findings.find(({ code }) => code === 'linger')).toMatchObject({ address: `udp ${address}` });
    const lives = ledgerOf(history.whole()).sockets;
    expect(lives.find(({ inode }) => inode === 77)).toMatchObject({ goneBy: releasedAt });
  });

  it('is a disagreement where no release is told', async () => {
    const { verdict, doubts } = await judge(inEpoll('lost').history);
    expect(doubts.map(({ code }) => code)).toContain('identity-disagrees');
    expect(verdict).not.toBe('clean');
  });
});

describe('a release that takes a while', () => {
  const second = { inode: 78, cookie: 8, port: 0 };

  /** A bind is entered while another thread is inside the close: after its release has begun. */
  function during(steps: number | undefined, result: number | string): History {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    udp(main, 3);
    bind(main, 3);
    udp(other, 4, second);
    history.entered(main.pid, main.tid, { name: 'close', fd: fd(3) }, { socket: bound });
    history.released(main.pid, main.tid, 77, 7, steps);
    bind(other, 4, second, result);
    history.returned(main.pid, main.tid, 'close', 0);
    close(other, 4, second);
    return history;
  }

  /** Beginning, entry of the bind, its return, return of the close. */
  const untilTheReturn = 3;

  it('is told with both of its ends, and the socket has gone by the first', () => {
    const [socket] = ledgerOf(during(untilTheReturn, 0).whole()).sockets;
    expect(socket?.released?.until).toBe((socket?.released?.at ?? 0) + 10 * untilTheReturn);
    expect(socket?.goneBy).toBe(socket?.released?.at);
  });

  it('is over where it began if no end is told', () => {
    const [socket] = ledgerOf(during(undefined, 0).whole()).sockets;
    expect(socket?.released).not.toBeNull();
    expect(socket?.released?.until).toBe(socket?.released?.at);
  });

  it.each([
    ['before its end', untilTheReturn],
    ['at its very end', 1],
  ])('may hold a bind that is entered %s', (_, steps) => {
    const { failedBinds: binds, doubts } = ledgerOf(during(steps, 'EADDRINUSE').whole());
    expect(doubts).toEqual([]);
    expect(binds.flatMap(({ holders }) => holders.map(({ socket }) => socket.address))).toEqual([address]);
  });

  it('holds no bind that is entered when it is over', () => {
    const { failedBinds: binds } = ledgerOf(during(undefined, 'EADDRINUSE').whole());
    expect(binds.map(({ holders }) => holders)).toEqual([[]]);
  });

  it('lets a bind through before its end', () => {
    expect(codes(during(untilTheReturn, 0))).toEqual([]);
  });
});

describe('the identity behind a descriptor', () => {
  it.each<[string, SocketIdentity | null]>([
    ['another socket', { inode: 99, cookie: 9, port: 0 }],
    ['no socket', null],
    ['another port', { ...first, port: 4000 }],
  ])('%s than the one inferred is a doubt', async (_, socket) => {
    const history = new History();
    const main = history.run();
    udp(main, 3);
    bind(main, 3);
    calls(main, { name: 'getsockname', fd: fd(3) }, 0, { socket });
    const { verdict, doubts } = await judge(history);
    expect(new Set(doubts.map(({ code }) => code))).toEqual(new Set(['identity-disagrees']));
    expect(verdict).toBe('unknown');
  });

  it('tells the port that the kernel chose', () => {
    const history = new History();
    const main = history.run();
    udp(main, 3);
    calls(main, { name: 'sendto', fd: fd(3) }, 1, { socket: first }, { socket: { ...first, port: 40_000 } });
    close(main, 3);
    expect(ledgerOf(history.whole()).sockets).toMatchObject([{ address: '0.0.0.0:40000' }]);
  });

  it('finds a descriptor that came in a message, and the socket in between', () => {
    const history = new History();
    const main = history.run();
    udp(main, 3);
    bind(main, 3);
    const child = main.forks();
    calls(child, { name: 'close', fd: fd(3) }, 0, { socket: bound }, {});
    history.entered(main.pid, main.tid, { name: 'sendmsg', fd: fd(9) }, { socket: null });
    history.returned(main.pid, main.tid, 'sendmsg', 1, undefined, { socket: null, passesDescriptors: true });
    calls(main, { name: 'close', fd: fd(3) }, 0, { socket: bound }, {});
    udp(main, 4, { inode: 78, cookie: 8, port: 0 });
    bind(main, 4, { inode: 78, cookie: 8, port: 0 }, 'EADDRINUSE');
    calls(child, { name: 'getsockname', fd: fd(6) }, 0, { socket: bound });
    bind(main, 4, { inode: 78, cookie: 8, port: 0 }, 'EADDRINUSE');
    close(child, 6);
    close(main, 4, { inode: 78, cookie: 8, port: 0 });
    const { failedBinds, doubts, sockets } = ledgerOf(history.whole());
    expect(doubts).toEqual([]);
    expect(sockets[0]?.released?.pid).toBe(child.pid);
    const holders = failedBinds.map((bind) => bind.holders.flatMap(({ references }) => references));
    expect(holders).toMatchObject([
      [{ origin: 'received', sure: false, pid: main.pid }],
      [
        { origin: 'received', sure: false, pid: main.pid },
        { origin: 'received', sure: true, pid: child.pid, fd: 6 },
      ],
    ]);
  });

  it('finds a descriptor that was taken by pidfd_getfd', () => {
    const history = new History();
    const main = history.run();
    udp(main, 3);
    bind(main, 3);
    calls(main, { name: 'pidfd_getfd' }, 6, {}, { socket: bound });
    calls(main, { name: 'close', fd: fd(3) }, 0, { socket: bound }, {});
    close(main, 6);
    const { doubts, sockets } = ledgerOf(history.whole());
    expect(doubts).toEqual([]);
    expect(sockets).toMatchObject([{ released: { at: nanos(history.now - 70) } }]);
  });

  it('where it is not told, or the release is not, what was passed stays a blind spot', () => {
    const told = new History();
    const main = told.run();
    udp(main, 3);
    told.entered(main.pid, main.tid, { name: 'sendmsg', fd: fd(9) });
    told.returned(main.pid, main.tid, 'sendmsg', 1, undefined, { passesDescriptors: true });
    calls(main, { name: 'close', fd: fd(3) }, 0);
    expect(codes(told)).toEqual(['blind-spot']);

    const untold = new History();
    const plain = untold.run();
    plain.socket(3);
    calls(plain, { name: 'pidfd_getfd' }, 6);
    expect(codes(untold)).toEqual(['blind-spot']);
  });
});
