import { describe, expect, it } from 'vitest';
import { History } from '../../histories/history.ts';
import { judge, ledgerOf } from '../../histories/judge.ts';
import type { Actor } from '../../histories/actor.ts';

const address = '127.0.0.1:3001';

/** A socket with a descriptor left, past `closed` by mark but not by `done`. */
function closedEarly(main: Actor, fd: number, at: string, options: { reusePort?: boolean } = {}): void {
  main.socket(fd);
  if (options.reusePort === true) main.sets(fd, 'reusePort');
  main.binds(fd, at);
  main.mark(`closing udp ${at}`);
  main.mark(`closed udp ${at}`);
}

function freePoints(history: History): (string | null)[] {
  return ledgerOf(history.whole()).sockets.map((socket) =>
    socket.freePoint === null ? null : `${socket.freePoint.by} ${socket.freePoint.at}`,
  );
}

describe('the free point in a run with marks', () => {
  it('is the entry of the next bind that the socket blocks', () => {
    const history = new History();
    const main = history.run();
    closedEarly(main, 3, address);
    main.findsInUse(4, address);
    const failed = history.now;

    expect(freePoints(history)).toEqual([`bind ${failed - 10}`, null]);
  });

  it('is the earliest of done and that bind: done first', () => {
    const history = new History();
    const main = history.run();
    closedEarly(main, 3, address);
    main.mark(`done udp ${address}`);
    const done = history.now;
    main.findsInUse(4, address);

    expect(freePoints(history)).toEqual([`mark ${done}`, null]);
  });

  it('is the earliest of done and that bind: the bind was entered first and came back last', () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    closedEarly(main, 3, address);
    other.socket(4);
    const bind = other.entersBind(4, address);
    const entered = history.now;
    main.mark(`done udp ${address}`);
    bind.fails('EADDRINUSE');

    expect(freePoints(history)).toEqual([`bind ${entered}`, null]);
  });

  it('is any of the run’s binds: of another process too', () => {
    const history = new History();
    const main = history.run();
    closedEarly(main, 3, address);
    const child = main.forks();
    child.close(3);
    child.findsInUse(4, address);
    child.exits();

    expect(freePoints(history)[0]).toMatch(/^bind/);
  });

  it.each([
    { how: 'another port', next: '127.0.0.1:3002' },
    { how: 'another address', next: '127.0.0.2:3001' },
    { how: 'a port of the kernel’s choice', next: '127.0.0.1:0' },
  ])('is not a bind of $how', ({ next }) => {
    const history = new History();
    const main = history.run();
    closedEarly(main, 3, address);
    main.udp(4, next);

    expect(freePoints(history)[0]).toBeNull();
  });

  it('is not a bind that REUSEPORT lets through', async () => {
    const history = new History();
    const main = history.run();
    closedEarly(main, 3, address, { reusePort: true });
    main.socket(4);
    main.sets(4, 'reusePort');
    main.binds(4, address);
    main.close(3);

    expect(freePoints(history)[0]).toBeNull();
    expect(await judge(history)).toMatchObject({ verdict: 'clean' });
  });

  it('is not a bind that failed for another reason', () => {
    const history = new History();
    const main = history.run();
    closedEarly(main, 3, address);
    main.socket(4);
    main.binds(4, address, 'EACCES');

    expect(freePoints(history)[0]).toBeNull();
  });

  it('is not a bind that an open socket would block too', async () => {
    const history = new History();
    const main = history.run();
    closedEarly(main, 3, address);
    main.udp(4, '127.0.0.2:3001');
    main.findsInUse(5, '0.0.0.0:3001');
    main.close(3);
    main.closesHonestly(4, '127.0.0.2:3001');

    expect(freePoints(history)[0]).toBeNull();
    expect((await judge(history)).findings).toMatchObject([{ code: 'conflict' }]);
  });

  it('is that bind after all when the other socket was gone by its entry, whatever else is in flight', () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    main.udp(4, '127.0.0.2:3001');
    closedEarly(main, 3, address);
    other.socket(6);
    const slow = other.entersBind(6, '127.0.0.9:1');
    main.close(4);
    main.findsInUse(5, '0.0.0.0:3001');
    slow.returns();

    expect(freePoints(history)[1]).toMatch(/^bind/);
  });

  it('is not that bind when an open socket was bound by its entry, even if its bind came back later', () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    closedEarly(main, 3, address);
    other.socket(6);
    const slow = other.entersBind(6, '127.0.0.2:3001');
    main.findsInUse(5, '0.0.0.0:3001');
    slow.returns();

    expect(freePoints(history)[0]).toBeNull();
  });

  it('is that bind when the open socket was bound only during it', () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    closedEarly(main, 3, address);
    other.socket(6);
    main.socket(5);
    const bind = main.entersBind(5, '0.0.0.0:3001');
    other.binds(6, '127.0.0.2:3001');
    bind.fails('EADDRINUSE');

    expect(freePoints(history)[0]).toMatch(/^bind/);
  });

  it('frees several at once', () => {
    const history = new History();
    const main = history.run();
    closedEarly(main, 3, address);
    closedEarly(main, 4, '127.0.0.2:3001');
    main.findsInUse(5, '0.0.0.0:3001');
    const failed = history.now;

    expect(freePoints(history).slice(0, 2)).toEqual([`bind ${failed - 10}`, `bind ${failed - 10}`]);
  });
});

describe('the free point in a run without marks', () => {
  it('is a bind of an overlapping address even if REUSEPORT lets it through', async () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    main.socket(3);
    main.sets(3, 'reusePort');
    main.binds(3, address);
    const read = reader.entersRead(3);
    main.close(3);
    main.socket(4);
    main.sets(4, 'reusePort');
    main.binds(4, address);
    read.returns(0);

    expect(await judge(history)).toMatchObject({
      verdict: 'held',
      doubts: [],
      findings: [{ code: 'linger', cause: 'call-in-flight' }],
    });
  });

  it('is not a bind while another open socket overlaps it', () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    for (const each of [3, 4, 5]) {
      main.socket(each);
      main.sets(each, 'reusePort');
    }
    main.binds(3, address);
    main.binds(4, address);
    const read = reader.entersRead(3);
    main.close(3);
    main.binds(5, address);
    read.returns(0);

    expect(freePoints(history)[0]).toBeNull();
  });
});

describe('a bind that succeeds', () => {
  it('against a socket that certainly blocks it is a contradiction', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.udp(4, address);

    expect(await judge(history)).toMatchObject({
      verdict: 'unknown',
      doubts: [{ code: 'contradiction', address, pid: 100 }],
    });
  });

  it('proves that what might have blocked it was gone by its return', () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    main.udp(3, address);
    const read = reader.entersRead(3);
    main.close(3);
    read.returns(4);
    const certain = history.now;
    main.udp(4, address);
    const bound = history.now;
    main.mark('cycle 2');
    reader.mark('cycle 3');

    expect(ledgerOf(history.whole()).sockets[0]).toMatchObject({ certainUntil: certain, goneBy: bound });
  });

  it('proves nothing about a socket that does not block it', () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    main.socket(3);
    main.sets(3, 'reuseAddress');
    main.binds(3, address);
    const read = reader.entersRead(3);
    main.close(3);
    read.returns(4);
    main.socket(4);
    main.sets(4, 'reuseAddress');
    main.binds(4, address);
    reader.mark('cycle 3');
    const shown = history.now;

    expect(ledgerOf(history.whole()).sockets[0]).toMatchObject({ goneBy: shown });
  });

  it('while another bind of the address is in flight is no contradiction: one of them came first', () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    main.socket(3);
    main.socket(4);
    const first = main.entersBind(3, address);
    const second = other.entersBind(4, address);
    second.returns();
    other.close(4);
    first.returns();

    expect(ledgerOf(history.whole()).doubts).toEqual([]);
  });
});

describe('a bind that fails', () => {
  it('names a socket whose own bind was in flight at the same time', async () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    main.socket(3);
    main.socket(4);
    const winner = other.entersBind(3, address);
    main.binds(4, address, 'EADDRINUSE');
    winner.returns();
    main.closesHonestly(3, address);

    const { doubts, notes } = await judge(history);

    expect(doubts).toEqual([]);
    expect(notes).toMatchObject([{ code: 'in-use-by-own-open-socket' }]);
  });

  it('is not sure of the walk’s end: a sharer that may have been gone does not hide an older blocker', () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    const other = main.thread();
    // 1: plain, perhaps still there. 2: shares the port, perhaps gone.
    main.udp(3, '127.0.0.1:3001');
    const first = reader.entersRead(3);
    main.close(3);
    first.returns(0);
    main.socket(4);
    main.sets(4, 'reusePort');
    main.binds(4, '127.0.0.2:3001');
    const second = other.entersRead(4);
    main.close(4);
    second.returns(0);
    main.socket(5);
    main.sets(5, 'reusePort');
    main.binds(5, '0.0.0.0:3001', 'EADDRINUSE');

    const { failedBinds } = ledgerOf(history.whole());

    expect(failedBinds[0]?.holders.map(({ socket }) => socket.number)).toEqual([1]);
  });

  it('is handed over once for each, also when hundreds wait for one holder', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.socket(4);
    for (let attempt = 0; attempt < 1000; attempt++) main.binds(4, address, 'EADDRINUSE');
    main.close(3);

    const { failedBinds } = ledgerOf(history.whole());

    expect(failedBinds).toHaveLength(1000);
    expect(new Set(failedBinds.map((bind) => bind.enteredAt)).size).toBe(1000);
    expect(failedBinds[0]?.holders[0]?.references[0]?.releasedBy).not.toBeNull();
  });
});
