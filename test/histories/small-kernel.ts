/**
 * A kernel small enough to be obviously right: sockets with reference counts, tables of descriptors, ports in
 * bind order, threads that are interleaved at every step of a call. A program of random calls runs on it. What
 * comes out is the trace that a tracer would have seen, and the truth that it could not see.
 */
import type { Call, CallName, TraceEvent } from '../../src/trace/event.ts';
import * as abi from '../../src/kernel/abi.ts';
import { fd as asFd, nanos, pid as asPid, tid as asTid } from '../../src/trace/ids.ts';
import { launcher, program } from './history.ts';

/** A socket as it really was. */
export interface TrueSocket {
  /** In order of the returns of socket(2), as the replay counts. */
  number: number;
  references: number;
  bound: { readonly host: string; readonly port: number; readonly order: number } | null;
  boundBy: number;
  reuseAddress: boolean;
  reusePort: boolean;
  isWoken: boolean;
  /** Null: it never ended. */
  endedAt: number | null;
}

/** A bind that failed with EADDRINUSE, and the sockets that were in its way at that very moment. */
export interface TrueConflict {
  readonly enteredAt: number;
  readonly returnedAt: number;
  readonly blockers: readonly TrueSocket[];
}

export interface Simulation {
  readonly events: readonly TraceEvent[];
  readonly sockets: readonly TrueSocket[];
  readonly conflicts: readonly TrueConflict[];
}

export interface Program {
  /** Every decision, in order; beyond the last the program comes to its end. */
  readonly choices: readonly number[];
  readonly marks: 'all' | 'none';
  /** `own`: every process has one, which all its threads share. */
  readonly tables?: 'own' | 'any';
  /** A socket of another process holds port 3002. */
  readonly foreignHolder?: boolean;
}

interface Slot {
  readonly socket: TrueSocket;
  closeOnExec: boolean;
}

interface Table {
  readonly slots: Map<number, Slot>;
  users: number;
}

/** One step of a call inside the kernel; `stay`: it has to wait. */
type Step = () => 'next' | 'stay';

interface Thread {
  tid: number;
  readonly process: Process;
  table: Table;
  steps: Step[];
  /** The call that it is in. */
  inside: CallName | null;
  /** What its program does next, whatever it would have chosen. */
  readonly script: (() => void)[];
  /** Held by the call in flight. */
  held: TrueSocket | null;
  /** Released before the thread runs user code again. */
  tails: TrueSocket[];
  /** The descriptor that the call in flight has installed: no program knows its number yet. */
  installed: number | null;
  /** In a receive, or in an exec that waits for the other threads. */
  isWaiting: boolean;
  /** The table that an unshare or exec in flight parts with. */
  unsharing: Table | null;
  isDead: boolean;
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly threads: Thread[];
  state: 'alive' | 'dying' | 'zombie' | 'reaped';
  /** Sockets that it bound and has not yet told to be closed. */
  readonly marked: MarkedSocket[];
}

interface MarkedSocket {
  readonly socket: TrueSocket;
  readonly address: string;
  next: 'closing' | 'closed' | 'done' | null;
}

const hosts = ['127.0.0.1', '127.0.0.1', '127.0.0.2', '0.0.0.0'];
const ports = [3001, 3001, 3001, 3002];
const maxThreads = 5;
const maxProcesses = 4;

export function runProgram(given: Program): Simulation {
  return new SmallKernel(given).run();
}

function newSocket(): TrueSocket {
  return {
    number: 0,
    references: 1,
    bound: null,
    boundBy: 0,
    reuseAddress: false,
    reusePort: false,
    isWoken: false,
    endedAt: null,
  };
}

class SmallKernel {
  readonly #program: Program;
  readonly #events: TraceEvent[] = [];
  readonly #sockets: TrueSocket[] = [];
  readonly #conflicts: TrueConflict[] = [];
  readonly #processes: Process[] = [];
  #place = 0;
  #now = 0;
  #binds = 0;
  #numbers = 0;
  #pids = program;
  #tids = 10_000;
  #cycles = 0;

  constructor(given: Program) {
    this.#program = given;
  }

  run(): Simulation {
    this.#mark(launcher, launcher, 'session begin test');
    this.#mark(launcher, launcher, 'run 0001 begin');
    const root = this.#newProcess(program, launcher, { slots: new Map(), users: 0 });
    this.#emitFork(launcher, null, root.pid, root.pid);
    if (this.#program.marks === 'all') this.#prelude(root);
    while (this.#place < this.#program.choices.length && root.state === 'alive') this.#step();
    this.#windDown();
    this.#mark(launcher, launcher, 'run 0001 end');
    return { events: this.#events, sockets: this.#sockets, conflicts: this.#conflicts };
  }

  /** So that the run is one with marks from its first step. */
  #prelude(root: Process): void {
    const address = '127.0.0.1:3999';
    const call: Call = {
      name: 'bind',
      fd: asFd(3),
      address: { family: 'inet', host: '127.0.0.1', port: 3999 },
    };
    const socket: Call = { name: 'socket', domain: abi.AF_INET, type: abi.SOCK_DGRAM, protocol: 0 };
    for (const [each, result] of [
      [socket, 3],
      [call, 0],
      [{ name: 'close', fd: asFd(3) }, 0],
    ] as const) {
      this.#now += 10;
      this.#emitEnter(root.pid, root.pid, each);
      this.#now += 10;
      this.#emitReturn(root.pid, root.pid, each.name, result);
    }
    this.#now += 10;
    this.#sockets.push({
      ...newSocket(),
      number: ++this.#numbers,
      references: 0,
      endedAt: this.#now - 10,
      boundBy: root.pid,
    });
    for (const moment of ['closed', 'done']) this.#mark(root.pid, root.pid, `${moment} udp ${address}`);
  }

  #choose(count: number): number {
    const choice = this.#program.choices[this.#place++] ?? 0;
    return choice % count;
  }

  #oneIn(count: number): boolean {
    return this.#choose(count) === count - 1;
  }

  #step(): void {
    this.#now += 10;
    const threads = this.#threads();
    const thread = threads[this.#choose(threads.length)];
    if (thread !== undefined) this.#advance(thread);
  }

  #threads(): Thread[] {
    return this.#processes
      .filter((process) => process.state === 'alive' || process.state === 'dying')
      .flatMap((process) => process.threads.filter((thread) => !thread.isDead));
  }

  #advance(thread: Thread): void {
    const [step] = thread.steps;
    if (step !== undefined) {
      if (step() === 'next') thread.steps.shift();
      return;
    }
    const tail = thread.tails.shift();
    if (tail !== undefined) return this.#release(tail);
    const scripted = thread.script.shift();
    if (scripted !== undefined) scripted();
    else this.#userCode(thread);
  }

  /** Everything comes to its end: calls return, the first process exits, the launcher waits for all. */
  #windDown(): void {
    for (let round = 0; round < 1000 && this.#threads().length > 0; round++) {
      for (const thread of this.#threads()) {
        this.#now += 10;
        if (thread.isDead) continue;
        if (thread.steps.length + thread.tails.length + thread.script.length > 0) this.#advance(thread);
        else this.#exitGroup(thread);
      }
    }
    for (const process of this.#processes) {
      if (process.state !== 'zombie') continue;
      process.state = 'reaped';
      this.#now += 10;
      this.#emitEnter(launcher, launcher, { name: 'wait4' });
      this.#now += 10;
      this.#emitReturn(launcher, launcher, 'wait4', process.pid);
    }
    this.#now += 10;
  }

  // ---- what the program does ----

  #userCode(thread: Thread): void {
    const unknown = this.#threads().map((each) => (each.table === thread.table ? each.installed : null));
    const open = [...thread.table.slots.keys()].filter((fd) => !unknown.includes(fd));
    const actions: (() => void)[] = [
      () => this.#socket(thread),
      () => this.#socket(thread),
      () => this.#socket(thread),
      () => this.#bind(thread, open),
      () => this.#closeTheGoWay(thread),
      () => this.#closeTheGoWay(thread),
      () => this.#close(thread, open),
      () => this.#close(thread, open),
      () => this.#receive(thread, open),
      () => this.#receive(thread, open),
      () => this.#tell(thread),
      () => this.#tell(thread),
      () => this.#tell(thread),
      () => this.#dup(thread, open),
      () => this.#dup2(thread, open),
      () => this.#closeRange(thread, open),
      () => this.#setOption(thread, open),
      () => this.#shutdown(thread, open),
      () => this.#newThread(thread),
      () => this.#fork(thread),
      () => this.#exec(thread),
      () => this.#exitChild(thread),
      () => this.#wait(thread),
      () => this.#unshare(thread),
    ];
    actions[this.#choose(actions.length)]?.();
  }

  #socket(thread: Thread): void {
    if (this.#sockets.length > 30) return;
    const closeOnExec = this.#oneIn(2);
    const call: Call = {
      name: 'socket',
      domain: abi.AF_INET,
      type: abi.SOCK_DGRAM | (closeOnExec ? abi.SOCK_CLOEXEC : 0),
      protocol: 0,
    };
    const socket = newSocket();
    let number = -1;
    this.#enter(thread, call, [
      () => {
        number = this.#install(thread, { socket, closeOnExec });
        return 'next';
      },
      () => {
        socket.number = ++this.#numbers;
        this.#sockets.push(socket);
        thread.script.push(() => {
          this.#bindNumber(thread, number);
        });
        return this.#returns(thread, 'socket', number);
      },
    ]);
  }

  #bind(thread: Thread, open: readonly number[]): void {
    const fd = this.#pick(open);
    if (fd !== null) this.#bindNumber(thread, fd);
  }

  #bindNumber(thread: Thread, fd: number): void {
    const host = hosts[this.#choose(hosts.length)] ?? '';
    const port = ports[this.#choose(ports.length)] ?? 0;
    const call: Call = { name: 'bind', fd: asFd(fd), address: { family: 'inet', host, port } };
    const enteredAt = this.#now;
    let answer: number | string = 0;
    let blockers: TrueSocket[] = [];
    // A number that means another socket by then would be a bug of the program's own.
    const meant = thread.table.slots.get(fd)?.socket;
    if (
      meant === undefined ||
      this.#threads().some((each) => each.table === thread.table && each.installed === fd)
    ) {
      return;
    }
    this.#enter(thread, call, [
      () => {
        const socket = thread.table.slots.get(fd)?.socket;
        if (socket !== meant) answer = 'EBADF';
        else if (socket.bound !== null) answer = 'EINVAL';
        else {
          blockers = this.#blockers(socket, host, port);
          // Beyond ten on a port the kernel looks another way (blockers.ts).
          if (this.#boundTo(port).length >= 9) answer = 'EACCES';
          else if (blockers.length > 0 || (this.#program.foreignHolder === true && port === 3002))
            answer = 'EADDRINUSE';
          else {
            socket.bound = { host, port, order: ++this.#binds };
            socket.boundBy = thread.process.pid;
            thread.process.marked.push({ socket, address: `${host}:${port}`, next: 'closing' });
          }
        }
        return 'next';
      },
      () => {
        if (answer === 'EADDRINUSE') this.#conflicts.push({ enteredAt, returnedAt: this.#now, blockers });
        return this.#returns(thread, 'bind', answer);
      },
    ]);
  }

  /** The kernel's walk: newest first, ended by a socket that shares the port. */
  #blockers(candidate: TrueSocket, host: string, port: number): TrueSocket[] {
    const found: TrueSocket[] = [];
    const bound = this.#boundTo(port).filter((each) => each !== candidate);
    bound.sort((a, b) => (b.bound?.order ?? 0) - (a.bound?.order ?? 0));
    for (const holder of bound) {
      const held = holder.bound?.host ?? '';
      if (host !== held && host !== '0.0.0.0' && held !== '0.0.0.0') continue;
      if (candidate.reuseAddress && holder.reuseAddress) continue;
      if (candidate.reusePort && holder.reusePort) break;
      found.push(holder);
    }
    return found;
  }

  #boundTo(port: number): TrueSocket[] {
    return this.#sockets.filter((each) => each.bound?.port === port && each.endedAt === null);
  }

  #close(thread: Thread, open: readonly number[]): void {
    const fd = this.#pick(open);
    if (fd !== null) this.#closeNumber(thread, fd);
  }

  #closeNumber(thread: Thread, fd: number): void {
    const isUnknown = this.#threads().some((each) => each.table === thread.table && each.installed === fd);
    if (isUnknown || this.#isBeingTaken(thread.table, fd)) return;
    const call: Call = { name: 'close', fd: asFd(fd) };
    let taken: Slot | undefined;
    this.#enter(thread, call, [
      () => {
        taken = thread.table.slots.get(fd);
        thread.table.slots.delete(fd);
        return 'next';
      },
      () => {
        if (taken !== undefined) this.#drop(taken.socket);
        return 'next';
      },
      () => this.#returns(thread, 'close', taken === undefined ? 'EBADF' : 0),
    ]);
  }

  #receive(thread: Thread, open: readonly number[]): void {
    const fd = this.#pick(open);
    if (fd === null) return;
    const meant = thread.table.slots.get(fd)?.socket;
    let socket: TrueSocket | undefined;
    this.#enter(thread, { name: 'recvfrom', fd: asFd(fd) }, [
      () => {
        const found = thread.table.slots.get(fd)?.socket;
        if (found !== undefined && found === meant) {
          socket = found;
          socket.references++;
          thread.held = socket;
          thread.isWaiting = true;
        }
        return 'next';
      },
      () => {
        const isEnding = this.#place >= this.#program.choices.length;
        return socket === undefined || socket.isWoken || isEnding || this.#oneIn(4) ? 'next' : 'stay';
      },
      () => {
        if (thread.held !== null) {
          this.#put(thread, thread.held);
          thread.held = null;
        }
        return this.#returns(thread, 'recvfrom', socket === undefined ? 'EBADF' : 4);
      },
    ]);
  }

  #dup(thread: Thread, open: readonly number[]): void {
    const fd = this.#pick(open);
    if (fd === null) return;
    const meant = thread.table.slots.get(fd)?.socket;
    let answer: number | string = 'EBADF';
    this.#enter(thread, { name: 'dup', fd: asFd(fd) }, [
      () => {
        const slot = thread.table.slots.get(fd);
        if (slot !== undefined && slot.socket === meant) {
          slot.socket.references++;
          answer = this.#install(thread, { socket: slot.socket, closeOnExec: false });
        }
        return 'next';
      },
      () => this.#returns(thread, 'dup', answer),
    ]);
  }

  #dup2(thread: Thread, open: readonly number[]): void {
    const fd = this.#oneIn(4) ? 77 : this.#pick(open);
    const to = this.#pick(open);
    if (fd === null || to === null || fd === to || this.#isBeingTaken(thread.table, to)) return;
    const meant = thread.table.slots.get(fd)?.socket;
    let answer: number | string = 'EBADF';
    this.#enter(thread, { name: 'dup2', fd: asFd(fd), to: asFd(to) }, [
      () => {
        const source = thread.table.slots.get(fd);
        if (source === undefined || source.socket !== meant) return 'next';
        const old = thread.table.slots.get(to);
        source.socket.references++;
        thread.table.slots.set(to, { socket: source.socket, closeOnExec: false });
        thread.installed = to;
        if (old !== undefined) this.#put(thread, old.socket);
        answer = to;
        return 'next';
      },
      () => this.#returns(thread, 'dup2', answer),
    ]);
  }

  #closeRange(thread: Thread, open: readonly number[]): void {
    const first = this.#pick(open);
    if (first === null) return;
    const last = first + this.#choose(3);
    const known = open.filter((fd) => first <= fd && fd <= last);
    for (let fd = first; fd <= last; fd++) if (this.#isBeingTaken(thread.table, fd)) return;
    this.#enter(thread, { name: 'close_range', first, last, flags: 0 }, [
      () => {
        // What is opened meanwhile comes after it: to close what no program knows yet is a bug of its own.
        for (const fd of known) {
          const slot = thread.table.slots.get(fd);
          if (slot === undefined) continue;
          thread.table.slots.delete(fd);
          this.#put(thread, slot.socket);
        }
        return 'next';
      },
      () => this.#returns(thread, 'close_range', 0),
    ]);
  }

  /** In one piece: what a bind sees of a flag that is being changed is not the question here. */
  #setOption(thread: Thread, open: readonly number[]): void {
    const fd = this.#pick(open);
    if (fd === null) return;
    const slot = thread.table.slots.get(fd);
    const isPort = this.#oneIn(2);
    const value = this.#oneIn(4) ? 0 : 1;
    const bindInFlight = this.#threads().some((each) => each !== thread && each.steps.length > 0);
    if (slot === undefined || bindInFlight) return;
    if (isPort) slot.socket.reusePort = value === 1;
    else slot.socket.reuseAddress = value === 1;
    const option = isPort ? abi.SO_REUSEPORT : abi.SO_REUSEADDR;
    this.#emitEnter(thread.process.pid, thread.tid, {
      name: 'setsockopt',
      fd: asFd(fd),
      level: abi.SOL_SOCKET,
      option,
      value,
    });
    this.#now += 10;
    this.#emitReturn(thread.process.pid, thread.tid, 'setsockopt', 0);
  }

  #shutdown(thread: Thread, open: readonly number[]): void {
    const fd = this.#pick(open);
    if (fd === null) return;
    let answer = 'EBADF';
    this.#enter(thread, { name: 'shutdown', fd: asFd(fd), how: 2 }, [
      () => {
        const socket = thread.table.slots.get(fd)?.socket;
        if (socket !== undefined) {
          socket.isWoken = true;
          answer = 'ENOTCONN';
        }
        return 'next';
      },
      () => this.#returns(thread, 'shutdown', answer),
    ]);
  }

  #newThread(thread: Thread): void {
    if (this.#oneIn(2) || this.#threads().length >= maxThreads) return;
    const tid = ++this.#tids;
    this.#enter(thread, { name: 'clone', flags: abi.CLONE_FILES | abi.CLONE_THREAD }, [
      () => {
        this.#emitFork(thread.process.pid, thread.tid, thread.process.pid, tid);
        this.#addThread(thread.process, tid, thread.table);
        return 'next';
      },
      () => this.#returns(thread, 'clone', tid),
    ]);
  }

  #fork(thread: Thread): void {
    if (this.#oneIn(2) || this.#threads().length >= maxThreads || this.#processes.length >= maxProcesses)
      return;
    const shares = this.#oneIn(6) && this.#program.tables !== 'own';
    const pid = ++this.#pids;
    let table = thread.table;
    this.#enter(thread, { name: 'clone', flags: shares ? abi.CLONE_FILES : 0 }, [
      () => {
        thread.isWaiting = thread.process.state === 'dying';
        if (thread.isWaiting) return 'stay';
        if (shares) return 'next';
        if (this.#isInstalling(thread.table)) return 'stay';
        table = this.#copyOf(thread.table);
        return 'next';
      },
      () => {
        this.#newProcess(pid, thread.process.pid, table);
        this.#emitFork(thread.process.pid, thread.tid, pid, pid);
        return 'next';
      },
      () => this.#returns(thread, 'clone', pid),
    ]);
  }

  #unshare(thread: Thread): void {
    if (
      !this.#oneIn(3) ||
      this.#program.tables === 'own' ||
      thread.process.state === 'dying' ||
      this.#isBeingUnshared(thread)
    )
      return;
    this.#enter(thread, { name: 'unshare', flags: abi.CLONE_FILES }, [
      () => {
        thread.isWaiting = thread.process.state === 'dying';
        if (thread.isWaiting) return 'stay';
        if (thread.table.users > 1) {
          if (this.#isInstalling(thread.table) || this.#isSharedWithTheDying(thread.table)) return 'stay';
          thread.table.users--;
          thread.table = { ...this.#copyOf(thread.table), users: 1 };
        }
        return 'next';
      },
      () => this.#returns(thread, 'unshare', 0),
    ]);
  }

  #exec(thread: Thread): void {
    if (thread.process.pid === program || !this.#oneIn(2) || this.#isBeingUnshared(thread)) return;
    const fails = this.#oneIn(4);
    const { process } = thread;
    this.#enter(thread, { name: 'execve', path: '/bin/true' }, [
      () => {
        if (process.state === 'dying') return 'stay';
        if (fails) return 'next';
        const isDone = this.#killOthers(thread);
        if (isDone === 'next') thread.isWaiting = false;
        return isDone;
      },
      () => {
        if (fails) return 'next';
        if (thread.table.users > 1) {
          if (this.#isInstalling(thread.table) || this.#isSharedWithTheDying(thread.table)) return 'stay';
          thread.table.users--;
          thread.table = { ...this.#copyOf(thread.table), users: 1 };
        }
        for (const [fd, slot] of thread.table.slots) {
          if (!slot.closeOnExec) continue;
          thread.table.slots.delete(fd);
          this.#put(thread, slot.socket);
        }
        return 'next';
      },
      () => {
        if (!fails) thread.tid = process.pid;
        return this.#returns(thread, 'execve', fails ? 'ENOENT' : 0);
      },
    ]);
  }

  #exitChild(thread: Thread): void {
    if (thread.process.pid !== program) this.#exitGroup(thread);
  }

  #exitGroup(thread: Thread): void {
    const { process } = thread;
    // A receive that exit_group overtakes before it has looked for its descriptor never says EBADF.
    const isLooking = process.threads.some((each) => each.inside === 'recvfrom' && each.held === null);
    if (process.state !== 'alive' || isLooking || this.#isBeingUnshared(thread)) return;
    process.state = 'dying';
    this.#enter(thread, { name: 'exit_group' }, [
      () => this.#killOthers(thread),
      () => {
        this.#emitExit(process.pid, thread.tid, true);
        return 'next';
      },
      () => {
        this.#leaveTable(thread);
        thread.isDead = true;
        process.state = 'zombie';
        return 'next';
      },
    ]);
  }

  #wait(thread: Thread): void {
    const zombie = this.#processes.find(
      (each) => each.state === 'zombie' && each.parent === thread.process.pid,
    );
    if (zombie === undefined) return;
    zombie.state = 'reaped';
    this.#enter(thread, { name: 'wait4' }, [() => this.#returns(thread, 'wait4', zombie.pid)]);
  }

  /** The next mark about a socket that this process bound, where it can mean no other. */
  #tell(thread: Thread): void {
    if (this.#program.marks === 'none') return;
    const { marked, pid } = thread.process;
    const entry = marked[this.#choose(Math.max(1, marked.length))];
    if (entry !== undefined && !this.#oneIn(8)) return this.#tellOf(thread, entry);
    this.#mark(pid, thread.tid, `cycle ${++this.#cycles}`);
  }

  /** Close as Go's net package does it: before 1.10 it returns before close(2) is called, since then after it. */
  #closeTheGoWay(thread: Thread): void {
    const { marked } = thread.process;
    const entry = marked[this.#choose(Math.max(1, marked.length))];
    if (entry === undefined) return;
    const close = (): void => {
      for (const [fd, slot] of thread.table.slots)
        if (slot.socket === entry.socket) return this.#closeNumber(thread, fd);
    };
    const tell = (): void => {
      if (this.#program.marks === 'all') this.#tellOf(thread, entry);
    };
    const ways = [
      [tell, close, tell, tell],
      [tell, tell, tell, close],
      [tell, tell, close, tell],
    ];
    thread.script.push(...(ways[this.#choose(ways.length)] ?? []));
  }

  #tellOf(thread: Thread, entry: MarkedSocket): void {
    const { marked, pid } = thread.process;
    // Its bind must have returned, and no other socket of the process may fit.
    const isBinding = this.#threads().some(
      (each) => each.steps.length > 0 && each.process === thread.process,
    );
    const others = marked.filter(
      (each) => each !== entry && each.address === entry.address && each.next !== null,
    );
    if (entry.next === null || isBinding) return;
    if (entry.next !== 'done' && others.some((each) => each.next !== 'done')) return;
    if (entry.next === 'done' && others.length > 0) return;
    this.#mark(pid, thread.tid, `${entry.next} udp ${entry.address}`);
    entry.next = entry.next === 'closing' ? 'closed' : entry.next === 'closed' ? 'done' : null;
  }

  // ---- the kernel's own ----

  #pick(open: readonly number[]): number | null {
    return open[this.#choose(Math.max(1, open.length))] ?? null;
  }

  /** Two threads that close one number are a bug of their own, which no trace of calls can untangle. */
  #isBeingTaken(table: Table, fd: number): boolean {
    return this.#threads().some(
      (thread) => thread.table === table && this.#taking.get(thread)?.has(fd) === true,
    );
  }

  readonly #taking = new Map<Thread, Set<number>>();

  #isInstalling(table: Table): boolean {
    return this.#threads().some((thread) => thread.table === table && thread.installed !== null);
  }

  /** Two processes that share a table, one of which dies while the other parts with it: left out. */
  #isSharedWithTheDying(table: Table): boolean {
    return this.#threads().some((thread) => thread.table === table && thread.process.state === 'dying');
  }

  #isBeingUnshared(by: Thread): boolean {
    return this.#threads().some((thread) => thread.unsharing === by.table && thread !== by);
  }

  #install(thread: Thread, slot: Slot): number {
    let number = 3;
    while (thread.table.slots.has(number)) number++;
    thread.table.slots.set(number, slot);
    thread.installed = number;
    return number;
  }

  #copyOf(table: Table): Table {
    const slots = new Map<number, Slot>();
    for (const [fd, slot] of table.slots) {
      slot.socket.references++;
      slots.set(fd, { ...slot });
    }
    return { slots, users: 0 };
  }

  /** A reference goes; the last one releases the socket at once. */
  #drop(socket: TrueSocket): void {
    socket.references--;
    if (socket.references === 0) this.#release(socket);
  }

  /** A reference goes; the last one leaves the release to the way back to user mode. */
  #put(thread: Thread, socket: TrueSocket): void {
    socket.references--;
    if (socket.references === 0) thread.tails.push(socket);
  }

  #release(socket: TrueSocket): void {
    socket.endedAt = this.#now;
  }

  /** A thread dies between two calls or while it waits: whatever else it does in the kernel it brings to an end. */
  #killOthers(thread: Thread): 'next' | 'stay' {
    const others = thread.process.threads.filter((each) => each !== thread && !each.isDead);
    if (others.some((each) => each.steps.length > 0 && !each.isWaiting)) return 'stay';
    for (const other of others) this.#kill(other);
    return 'next';
  }

  #kill(thread: Thread): void {
    if (thread.isDead) return;
    thread.isDead = true;
    // What it waited in comes back first, as interrupted.
    if (thread.held !== null) this.#put(thread, thread.held);
    thread.held = null;
    if (thread.inside !== null) this.#returns(thread, thread.inside, 'E512');
    this.#now += 10;
    for (const tail of thread.tails.splice(0)) this.#release(tail);
    this.#now += 10;
    this.#emitExit(thread.process.pid, thread.tid, false);
    this.#leaveTable(thread);
    this.#taking.delete(thread);
  }

  #leaveTable(thread: Thread): void {
    thread.table.users--;
    if (thread.table.users > 0) return;
    for (const slot of thread.table.slots.values()) this.#drop(slot.socket);
    thread.table.slots.clear();
  }

  #newProcess(pid: number, parent: number, table: Table): Process {
    const process: Process = { pid, parent, threads: [], state: 'alive', marked: [] };
    this.#processes.push(process);
    this.#addThread(process, pid, table);
    return process;
  }

  #addThread(process: Process, tid: number, table: Table): void {
    table.users++;
    process.threads.push({
      tid,
      process,
      table,
      steps: [],
      inside: null,
      script: [],
      held: null,
      tails: [],
      installed: null,
      isWaiting: false,
      unsharing: null,
      isDead: false,
    });
  }

  // ---- what the tracer sees ----

  #enter(thread: Thread, call: Call, steps: Step[]): void {
    this.#emitEnter(thread.process.pid, thread.tid, call);
    const taking = new Set<number>();
    if (call.name === 'close') taking.add(call.fd);
    if (call.name === 'dup2') taking.add(call.to);
    if (call.name === 'close_range') for (let fd = call.first; fd <= call.last; fd++) taking.add(fd);
    this.#taking.set(thread, taking);
    thread.isWaiting = call.name === 'execve' || call.name === 'wait4';
    thread.unsharing = call.name === 'execve' || call.name === 'unshare' ? thread.table : null;
    thread.inside = call.name;
    thread.steps = steps;
  }

  #returns(thread: Thread, name: CallName, result: number | string): 'next' {
    this.#emitReturn(thread.process.pid, thread.tid, name, result);
    thread.installed = null;
    thread.isWaiting = false;
    thread.unsharing = null;
    thread.inside = null;
    this.#taking.delete(thread);
    return 'next';
  }

  #mark(pid: number, tid: number, text: string): void {
    this.#events.push({ kind: 'mark', ...this.#by(pid, tid), text });
    this.#now += 10;
  }

  #emitEnter(pid: number, tid: number, call: Call): void {
    this.#events.push({ kind: 'enter', ...this.#by(pid, tid), call });
  }

  #emitReturn(pid: number, tid: number, name: CallName, result: number | string): void {
    const answer =
      typeof result === 'number'
        ? ({ ok: true, value: result } as const)
        : ({ ok: false, errno: result } as const);
    this.#events.push({ kind: 'return', ...this.#by(pid, tid), name, result: answer });
  }

  #emitFork(parent: number, parentTid: number | null, pid: number, tid: number): void {
    this.#events.push({
      kind: 'fork',
      ...this.#by(pid, tid),
      parent: asPid(parent),
      parentTid: parentTid === null ? null : asTid(parentTid),
    });
  }

  #emitExit(pid: number, tid: number, last: boolean): void {
    this.#events.push({ kind: 'exit', ...this.#by(pid, tid), last });
  }

  #by(
    pid: number,
    tid: number,
  ): { at: ReturnType<typeof nanos>; pid: ReturnType<typeof asPid>; tid: ReturnType<typeof asTid> } {
    return { at: nanos(this.#now), pid: asPid(pid), tid: asTid(tid) };
  }
}
