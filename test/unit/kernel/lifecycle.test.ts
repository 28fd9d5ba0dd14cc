import { describe, expect, it } from 'vitest';
import * as abi from '../../../src/kernel/abi.ts';
import { fd } from '../../../src/trace/ids.ts';
import { History } from '../../histories/history.ts';
import { judge, judgeEvents, ledgerOf } from '../../histories/judge.ts';

const address = '127.0.0.1:3001';

/** How the socket with that number ended. */
function lifeOf(
  history: History,
  number = 1,
): { certainUntil: number | null; goneBy: number; endedWithProcess: boolean } {
  const life = ledgerOf(history.whole()).sockets.find((each) => each.number === number);
  if (life === undefined) throw new Error(`socket ${number} was not handed over`);
  const { certainUntil, goneBy, endedWithProcess } = life;
  return { certainUntil, goneBy, endedWithProcess };
}

describe('exec', () => {
  it('closes the close-on-exec descriptors: certain to its entry, gone with the next sign of life', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address, { cloexec: true });
    main.execs();
    const returned = history.now;
    main.mark('running');

    expect(lifeOf(history)).toEqual({
      certainUntil: returned - 10,
      goneBy: returned + 10,
      endedWithProcess: false,
    });
  });

  it('leaves the other descriptors', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.execs();
    main.execs();
    main.findsInUse(4, address);

    expect(ledgerOf(history.whole()).failedBinds).toMatchObject([
      { holders: [{ pastClosing: false, references: [{ fd: 3, sure: true }] }] },
    ]);
  });

  it('that fails leaves everything', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address, { cloexec: true });
    main.calls({ name: 'execve', path: '/nowhere' }, 'ENOENT');
    main.findsInUse(4, address);

    expect(ledgerOf(history.whole()).failedBinds).toMatchObject([
      { holders: [{ references: [{ fd: 3, sure: true, releasedBy: null }] }] },
    ]);
  });

  it('in a child may have let go already while it is in flight: no contradiction', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address, { cloexec: true });
    const child = main.forks();
    main.closesHonestly(3, address);
    const exec = child.enters({ name: 'execve', path: '/bin/true' });
    main.socket(3);
    main.binds(3, address);
    exec.returns();
    child.exits();

    const { doubts, findings } = await judge(history);

    expect(doubts).toEqual([]);
    expect(findings).toMatchObject([{ code: 'linger', cause: 'other-process' }]);
  });

  it('in a child that shares the table closes nothing of the parent’s', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address, { cloexec: true });
    const child = main.forks(abi.CLONE_FILES);
    child.execs();
    child.mark('running');
    main.mark(`closing udp ${address}`);
    main.mark(`closed udp ${address}`);
    main.findsInUse(4, address);
    main.close(3);

    const { findings } = await judge(history);

    expect(findings[0]).toMatchObject({
      code: 'conflict',
      holders: [{ pid: main.pid, fd: 3, certain: true }],
    });
    expect(findings[0]?.holders).toHaveLength(1);
  });

  it('of a thread other than the first ends the others and takes the first one’s number', () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    main.udp(3, address);
    main.entersRead(3);
    main.history.entered(other.pid, other.tid, { name: 'close', fd: fd(3) });
    main.history.returned(other.pid, other.tid, 'close', 0);
    main.history.entered(other.pid, other.tid, { name: 'execve', path: '/bin/true' });
    const entered = history.now;
    history.returned(main.pid, main.pid, 'execve', 0);
    const returned = history.now;
    main.mark('running');
    main.findsInUse(4, '127.0.0.1:3002');

    expect(lifeOf(history)).toEqual({ certainUntil: entered, goneBy: returned, endedWithProcess: true });
    expect(ledgerOf(history.whole()).doubts).toEqual([]);
  });

  it('keeps what the process has in flight afterwards apart from what it had before', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.execs();
    main.entersRead(3).returns(4);
    main.closesHonestly(3, address);
    const run = await judge(history);
    // The new program's marks are the same process's: the socket was bound by it.
    expect(run).toMatchObject({ verdict: 'clean', doubts: [] });
  });
});

describe('the end of a process', () => {
  it('is certain from the entry of exit_group and complete when it has been waited for', () => {
    const history = new History();
    const main = history.run();
    const child = main.forks();
    child.udp(3, address);
    child.exits();
    const entered = history.now - 10;
    main.mark('waiting');
    main.waitsFor(child);
    const waited = history.now;

    expect(lifeOf(history)).toEqual({
      certainUntil: entered,
      goneBy: waited,
      endedWithProcess: true,
    });
  });

  it('leaves its sockets possible until then: a bind that fails meanwhile names the dead process', async () => {
    const history = new History();
    const main = history.run();
    const child = main.forks();
    child.udp(3, address);
    child.exits();
    main.findsInUse(4, address);
    main.waitsFor(child);

    expect((await judge(history)).findings).toMatchObject([
      {
        code: 'conflict',
        cause: 'still-open',
        holders: [{ pid: child.pid, certain: false, releasedBy: null }],
      },
    ]);
  });

  it('leaves its sockets possible until then: a bind that succeeds meanwhile is no contradiction', () => {
    const history = new History();
    const main = history.run();
    const child = main.forks();
    child.udp(3, address);
    child.exits();
    main.udp(4, address);
    const bound = history.now;

    expect(ledgerOf(history.whole()).doubts).toEqual([]);
    expect(lifeOf(history).goneBy).toBe(bound);
  });

  it('by a signal is the exit of its last thread', () => {
    const history = new History();
    const main = history.run();
    const child = main.forks();
    const thread = child.thread();
    child.udp(3, address);
    history.exited(child.pid, thread.tid, false);
    history.exited(child.pid, child.tid, true);
    const dead = history.now;
    main.waitsFor(child);

    expect(lifeOf(history)).toEqual({ certainUntil: dead, goneBy: dead + 20, endedWithProcess: true });
  });

  it('is not the end of its first thread alone', () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    main.udp(3, address);
    history.entered(main.pid, main.tid, { name: 'exit' });
    history.exited(main.pid, main.tid, false);
    other.findsInUse(4, address);
    other.close(3);
    const closed = history.now - 10;

    expect(lifeOf(history)).toMatchObject({ certainUntil: closed, endedWithProcess: false });
  });

  it('ends the calls that were in flight: certain until their thread ended, gone when the process was waited for', () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    main.udp(3, address);
    reader.entersRead(3);
    main.close(3);
    history.exited(main.pid, reader.tid, false);
    const dead = history.now;
    history.endRun();
    const waitedFor = history.now - 10;

    expect(lifeOf(history)).toEqual({ certainUntil: dead, goneBy: waitedFor, endedWithProcess: true });
  });

  it('leaves what another process shares with it', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    const child = main.forks(abi.CLONE_FILES);
    child.exits();
    main.waitsFor(child);
    main.findsInUse(4, address);

    expect(ledgerOf(history.whole()).failedBinds).toMatchObject([
      { holders: [{ references: [{ fd: 3, certainUntil: history.now - 50 }] }] },
    ]);
  });

  it('does not concern what came back between exit_group and death', async () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    main.udp(3, address);
    const read = reader.entersRead(3);
    history.entered(main.pid, main.tid, { name: 'exit_group' });
    read.fails('EINTR');
    history.exited(main.pid, reader.tid, false);
    history.exited(main.pid, main.tid, true);
    main.hasExited = true;

    expect(await judge(history)).toMatchObject({ verdict: 'clean', doubts: [] });
  });

  it('frees its number for another process', () => {
    const history = new History();
    const main = history.run();
    const child = main.forks();
    child.udp(3, address);
    child.mark(`closing udp ${address}`);
    child.exits();
    main.waitsFor(child);
    history.entered(main.pid, main.tid, { name: 'clone', flags: 0 });
    history.forked(main.pid, main.tid, child.pid, child.pid);
    history.returned(main.pid, main.tid, 'clone', child.pid);
    child.udp(3, address);
    child.mark(`closing udp ${address}`);
    child.mark(`closed udp ${address}`);
    child.close(3);

    const { doubts, sockets } = ledgerOf(history.whole());
    expect(doubts).toEqual([]);
    expect(sockets.map((socket) => socket.closed?.by ?? null)).toEqual([null, 'mark']);
  });

  it('frees its number even where nobody was seen to wait for it', () => {
    const history = new History();
    const main = history.run();
    const child = main.forks();
    child.udp(3, address);
    child.exits();
    history.entered(main.pid, main.tid, { name: 'clone', flags: 0 });
    history.forked(main.pid, main.tid, child.pid, child.pid);
    const reborn = history.now;
    history.returned(main.pid, main.tid, 'clone', child.pid);
    child.socket(3);

    expect(ledgerOf(history.whole()).doubts).toEqual([]);
    expect(lifeOf(history).goneBy).toBe(reborn);
  });
});

describe('threads', () => {
  it('share their table', () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    main.udp(3, address);
    other.close(3);
    main.socket(3);
    main.binds(3, address);

    expect(ledgerOf(history.whole()).doubts).toEqual([]);
  });

  it('that were not announced share it too', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    history.entered(main.pid, 4711, { name: 'close', fd: fd(3) });
    history.returned(main.pid, 4711, 'close', 0);
    main.socket(3);
    main.binds(3, address);

    expect(ledgerOf(history.whole()).doubts).toEqual([]);
  });

  it('that take the number of one that is gone without a word end its call', () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    main.udp(3, address);
    reader.entersRead(3);
    main.close(3);
    history.entered(main.pid, main.tid, { name: 'clone', flags: abi.CLONE_FILES | abi.CLONE_THREAD });
    history.forked(main.pid, main.tid, main.pid, reader.tid);
    const born = history.now;
    history.returned(main.pid, main.tid, 'clone', reader.tid);

    expect(lifeOf(history)).toMatchObject({ certainUntil: born, goneBy: born });
  });
});

describe('a fork of which little is known', () => {
  it('makes a thread or a process by what the child is, where the flags could not be read', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    history.entered(main.pid, main.tid, { name: 'clone3', flags: null });
    history.forked(main.pid, null, main.pid, 300);
    history.returned(main.pid, main.tid, 'clone3', 300);
    history.entered(main.pid, main.tid, { name: 'clone3', flags: null });
    history.forked(main.pid, null, 400, 400);
    history.returned(main.pid, main.tid, 'clone3', 400);
    history.entered(main.pid, 300, { name: 'close', fd: fd(3) });
    history.returned(main.pid, 300, 'close', 0);
    main.findsInUse(4, address);

    const { doubts, failedBinds } = ledgerOf(history.whole());
    expect(doubts).toEqual([]);
    expect(failedBinds).toMatchObject([
      { holders: [{ references: [{ pid: 400, origin: 'fork', sure: true }] }] },
    ]);
  });

  it('without the call that made it proves nothing any more, before or after', async () => {
    const history = new History();
    const main = history.run();
    history.forked(main.pid, null, 400, 400);
    main.udp(3, address);
    main.mark(`closing udp ${address}`);
    main.findsInUse(4, address);
    main.closesHonestly(3, address);

    const { verdict, doubts } = await judge(history);

    expect(verdict).toBe('unknown');
    expect(doubts[0]).toMatchObject({ code: 'unpaired' });
  });

  it('from a parent that nobody saw is an unknown process, and proves nothing any more', async () => {
    const history = new History();
    const main = history.run();
    main.mark('cycle 1');
    history.entered(main.pid, main.tid, { name: 'vfork', flags: null });
    // A process of the run whose own start was lost.
    history.entered(999, 999, { name: 'getsockname', fd: fd(3) });
    history.returned(999, 999, 'getsockname', 'EBADF');
    history.returned(main.pid, main.tid, 'vfork', 999);
    main.udp(3, address);
    main.mark(`closing udp ${address}`);
    main.findsInUse(4, address);
    main.close(3);
    main.mark(`closed udp ${address}`);

    const run = await judge(history);

    expect(run).toMatchObject({ verdict: 'unknown', findings: [{ certain: false }] });
    expect(run.doubts).toMatchObject([{ code: 'unknown-process', pid: 999 }]);
  });

  it('may show the child before the parent’s call comes back, and its return in the child is no call', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    const { fork, child } = main.entersFork();
    const born = child();
    history.returned(born.pid, born.tid, 'clone', 0);
    born.close(3);
    fork.returns(born.pid);
    main.close(3);
    main.socket(3);
    main.binds(3, address);

    expect(ledgerOf(history.whole()).doubts).toEqual([]);
  });
});

describe('a cut trace', () => {
  it('holds to its end what was held then, and no process ended it', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.mark('cycle 1');

    const { sockets } = ledgerOf(history.soFar());

    expect(sockets).toMatchObject([{ certainUntil: history.now, endedWithProcess: false }]);
    expect(await judgeEvents(history.soFar())).toMatchObject({ verdict: 'unknown', findings: [] });
  });
});
