/**
 * Random programs for the kernel and the replay: sequences of steps for go-fixtures/bind-table, drawn from a seed.
 * What a step meets is left to the kernel; the generator only keeps track of what is there to be named.
 */
import { randomFromSeed, type Random } from '../../src/experiment/random.ts';
import type { Situation } from '../live/bind-table/situation.ts';
import type { OwnPort, Step } from '../live/bind-table/steps.ts';

/**
 * `calm`: one thread at a time, every port of the kernel's choice is asked for at once, no descriptor goes where a
 * trace does not follow, and no TCP port is bound again once it has had a connection. Nothing in it is undetermined.
 */
export type Manner = 'calm' | 'wild';

export function generate(seed: string, manner: Manner): Situation {
  const author = new Author(randomFromSeed(seed), manner);
  return { name: `${manner} ${seed}`, rule: manner, steps: author.program(), tolerant: true };
}

type Port = OwnPort | 'told';

/** A descriptor. */
interface Known {
  readonly name: string;
  /** The child whose it is; null: the program's own. */
  readonly child: string | null;
  /** Shared by its duplicates. */
  readonly about: About;
}

interface About {
  readonly isMultipath: boolean;
  readonly network: 'udp' | 'tcp';
  readonly family: 'inet' | 'inet6';
  /** Which of the program's ports; `told`: of the kernel's choice; null: none. */
  port: Port | null;
  address: string | null;
  listening: boolean;
  /** Which ports it may be bound to: whether a bind was refused is the kernel's affair. */
  readonly tried: Set<Port>;
}

const addresses = {
  inet: ['127.0.0.1', '127.0.0.1', '127.0.0.2', '0.0.0.0', '0.0.0.0', '127.0.0.6'],
  inet6: ['::1', '::1', '::', '::', '::ffff:127.0.0.1', '::ffff:127.0.0.2', '::ffff:0.0.0.0'],
} as const;
/** More than one, so that binds of the same program can also miss each other. */
const ports = ['own+0', 'own+1'] as const;
const drawnPorts = ['own+0', 'own+0', 'own+0', 'own+1'] as const;
export const portsOfProgram = ports.length;
const stepsOfProgram = 60;

class Author {
  readonly #random: Random;
  readonly #manner: Manner;
  readonly #steps: Step[] = [];
  #sockets: Known[] = [];
  #children: string[] = [];
  #threads: string[] = [];
  #readers: string[] = [];
  #pairs: string[] = [];
  readonly #connectedPorts = new Set<Port>();
  /** A program in which descriptors travel in messages. */
  readonly #passes: boolean;
  #names = 0;
  #isRoot = true;

  constructor(random: Random, manner: Manner) {
    this.#random = random;
    this.#manner = manner;
    this.#passes = manner === 'wild' && random.below(4) === 0;
  }

  /** What was in a message can not be told any more: so first there is something that can. */
  get #passesNow(): boolean {
    return this.#passes && this.#steps.length > stepsOfProgram / 2;
  }

  program(): readonly Step[] {
    while (this.#steps.length < stepsOfProgram) this.#act();
    return this.#steps;
  }

  #act(): void {
    const weighted: readonly (readonly [number, () => void])[] = [
      [this.#sockets.length > 7 ? 2 : 14, () => this.#open()],
      [30, () => this.#bind()],
      [5, () => this.#listen()],
      [5, () => this.#connect()],
      [4, () => this.#accept()],
      [6, () => this.#option()],
      [7, () => this.#close()],
      [3, () => this.#closeRange()],
      [5, () => this.#duplicate()],
      [2, () => this.#replace()],
      [2, () => this.#shutdown()],
      [2, () => this.#chown()],
      [2, () => this.#send()],
      [1, () => this.#identity()],
      [this.#children.length > 1 ? 0 : 2, () => this.#fork()],
      [this.#threads.length > 0 ? 0 : 2, () => this.#thread()],
      [3, () => this.#exec()],
      [2, () => this.#exit()],
      [this.#readers.length > 1 ? 0 : 4, () => this.#park()],
      [3, () => this.#interrupt()],
      [this.#passesNow ? 60 : 0, () => this.#pass()],
      [this.#passesNow ? 24 : 0, () => this.#receive()],
    ];
    let left = this.#random.below(weighted.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, act] of weighted) {
      left -= weight;
      if (left < 0) return act();
    }
  }

  #push(step: Step): void {
    this.#steps.push(step);
  }

  /** A step of the process whose the descriptor is; the program's own may be done by a thread other than the first. */
  #do(of: Pick<Known, 'child'>, step: Step): void {
    const thread = of.child === null && this.#chance(4) ? this.#one(this.#threads) : undefined;
    const by = { ...(of.child !== null && { in: of.child }), ...(thread !== undefined && { on: thread }) };
    this.#push({ ...step, ...by });
    // The release behind one of these comes after its return, and another thread may be next.
    const isAlone = this.#children.length + this.#threads.length === 0;
    const releasesLate = step.do === 'closeRange' || step.text === 'dup2' || step.text === 'dup3';
    if (this.#manner === 'calm' && releasesLate && !isAlone) this.#push({ do: 'back', ...by });
  }

  /** Not a child's: for what only the executor itself can do. */
  get #own(): Known[] {
    return this.#sockets.filter(({ child }) => child === null);
  }

  #name(): string {
    return `n${this.#names++}`;
  }

  #chance(oneIn: number): boolean {
    return this.#random.below(oneIn) === 0;
  }

  #one<T>(from: readonly T[]): T | undefined {
    return from.length === 0 ? undefined : from[this.#random.below(from.length)];
  }

  #open(): void {
    const child = this.#chance(4) ? (this.#one(this.#children) ?? null) : null;
    const kind = this.#one(['udp', 'udp', 'udp', 'tcp', 'tcp', 'tcp', 'mptcp'] as const) ?? 'udp';
    const family = this.#chance(3) ? 'inet6' : 'inet';
    const name = this.#name();
    const network = kind === 'udp' ? 'udp' : 'tcp';
    const isMultipath = kind === 'mptcp';
    const none = { port: null, address: null, listening: false, tried: new Set<Port>() };
    const socket = { name, child, about: { isMultipath, network, family, ...none } } as const;
    this.#do(socket, { do: 'socket', as: name, family, text: kind, value: this.#random.below(2) });
    this.#sockets.push(socket);
    for (const option of ['reuseAddress', 'reusePort'] as const) {
      if (this.#chance(5)) this.#do(socket, { do: 'option', of: name, text: option, value: 1 });
    }
    if (family === 'inet6' && this.#chance(4))
      this.#do(socket, { do: 'option', of: name, text: 'v6Only', value: 1 });
  }

  #mayBind(network: 'udp' | 'tcp', port: Port): boolean {
    return this.#manner === 'wild' || network === 'udp' || !this.#connectedPorts.has(port);
  }

  #bind(): void {
    const socket = this.#one(this.#sockets.filter(({ about: { port } }) => port === null));
    if (socket === undefined) return this.#open();
    const address = this.#one<string>(addresses[socket.about.family]) ?? '';
    if (this.#chance(12)) {
      this.#do(socket, { do: 'bind', of: socket.name, address, port: 0 });
      this.#tell(socket);
      socket.about.tried.add('told');
      Object.assign(socket.about, { address, port: 'told' });
      return;
    }
    const port = this.#chance(20) ? 'told' : (this.#one(drawnPorts) ?? 'own+0');
    if (!this.#mayBind(socket.about.network, port)) return;
    this.#do(socket, { do: 'bind', of: socket.name, address, port });
    socket.about.tried.add(port);
    // Perhaps refused: then it may try again elsewhere.
    if (this.#chance(2)) Object.assign(socket.about, { address, port });
  }

  /** In wild programs the kernel's choice may stay unknown, for as long as the socket lives. */
  #tell(socket: Known): void {
    if (this.#manner === 'calm' || this.#passes || !this.#chance(60))
      this.#do(socket, { do: 'tell', of: socket.name });
  }

  #listen(): void {
    const socket = this.#one(
      this.#sockets.filter(({ about: { network, listening } }) => network === 'tcp' && !listening),
    );
    if (socket === undefined) return;
    if ([...socket.about.tried].some((port) => !this.#mayBind('tcp', port))) return;
    this.#do(socket, { do: 'listen', of: socket.name });
    socket.about.listening = true;
    // Its bind may have been refused: then it is the listen that chose a port.
    this.#tell(socket);
    socket.about.tried.add('told');
    socket.about.port ??= 'told';
  }

  #connect(): void {
    if (this.#chance(5)) {
      const bound = this.#one(this.#sockets.filter(({ about: { network } }) => network === 'udp'));
      if (bound !== undefined) this.#do(bound, { do: 'connect', of: bound.name, family: 'unspec' });
      return;
    }
    const socket = this.#one(this.#sockets.filter(({ about: { listening } }) => !listening));
    if (socket === undefined) return;
    // What the subflows of MPTCP are bound to then, no call tells.
    if (socket.about.isMultipath && (this.#manner === 'calm' || !this.#chance(3))) return;
    const target = this.#one(
      this.#sockets.filter(({ about: { family, listening, network, port } }) => {
        return (
          family === socket.about.family && network === 'tcp' && port !== null && port !== 'told' && listening
        );
      }),
    );
    const address =
      socket.about.family === 'inet' ? '127.0.0.1' : (this.#one(['::1', '::ffff:127.0.0.1']) ?? '::1');
    const port = target?.about.port ?? null;
    this.#do(socket, {
      do: 'connect',
      of: socket.name,
      address,
      port: socket.about.network === 'tcp' ? (port ?? 9) : 9,
    });
    this.#tell(socket);
    if (socket.about.network === 'tcp') {
      for (const tried of socket.about.tried) this.#connectedPorts.add(tried);
      if (port !== null) this.#connectedPorts.add(port);
      this.#connectedPorts.add('told');
    }
    socket.about.port ??= 'told';
  }

  #accept(): void {
    const listener = this.#one(this.#sockets.filter(({ about: { listening } }) => listening));
    if (listener === undefined) return;
    const name = this.#name();
    this.#do(listener, { do: 'accept', of: listener.name, as: name });
    this.#do(listener, { do: 'tell', of: name });
    const { about } = listener;
    const accepted = { ...about, address: null, listening: false, tried: new Set(about.tried) };
    this.#sockets.push({ ...listener, name, about: accepted });
  }

  #option(): void {
    const socket = this.#one(this.#sockets);
    if (socket === undefined) return;
    const option = this.#one(['reuseAddress', 'reuseAddress', 'reusePort'] as const);
    this.#do(socket, {
      do: 'option',
      of: socket.name,
      text: option ?? 'reusePort',
      value: this.#random.below(2),
    });
  }

  #close(): void {
    const socket = this.#take();
    if (socket !== undefined) this.#do(socket, { do: 'close', of: socket.name });
  }

  #closeRange(): void {
    const closesOnExec = this.#chance(3);
    const socket = closesOnExec ? this.#one(this.#sockets) : this.#take();
    if (socket !== undefined)
      this.#do(socket, { do: 'closeRange', of: socket.name, value: closesOnExec ? 4 : 0 });
  }

  #take(): Known | undefined {
    const socket = this.#one(this.#sockets);
    this.#sockets = this.#sockets.filter((each) => each !== socket);
    return socket;
  }

  #duplicate(): void {
    const socket = this.#one(this.#sockets);
    if (socket === undefined) return;
    const name = this.#name();
    const call = this.#one(['dup', 'F_DUPFD', 'F_DUPFD_CLOEXEC'] as const) ?? 'dup';
    this.#do(socket, { do: 'duplicate', text: call, of: socket.name, as: name });
    this.#sockets.push({ ...socket, name });
  }

  #replace(): void {
    const socket = this.#one(this.#sockets);
    const other = this.#one(this.#sockets.filter((each) => each !== socket && each.child === socket?.child));
    if (socket === undefined || other === undefined) return;
    const call = this.#one(['dup2', 'dup3'] as const) ?? 'dup2';
    this.#do(socket, { do: 'duplicate', text: call, of: socket.name, as: other.name });
    this.#sockets = this.#sockets.filter((each) => each !== other);
    this.#sockets.push({ ...socket, name: other.name });
  }

  #shutdown(): void {
    const socket = this.#one(this.#sockets);
    if (socket === undefined) return;
    // It lets a reader return, at some moment of its own.
    if (this.#manner === 'calm' && this.#readers.length > 0) return;
    this.#do(socket, { do: 'shutdown', of: socket.name });
    socket.about.listening = false;
  }

  #chown(): void {
    const socket = this.#one(this.#sockets);
    if (socket !== undefined)
      this.#do(socket, { do: 'fchown', of: socket.name, value: this.#random.below(2) * 1000 });
  }

  #send(): void {
    const socket = this.#one(this.#sockets.filter(({ about: { network } }) => network === 'udp'));
    if (socket === undefined) return;
    this.#do(socket, {
      do: 'send',
      of: socket.name,
      address: socket.about.family === 'inet' ? '127.0.0.1' : '::1',
      port: 9,
    });
    this.#tell(socket);
    socket.about.tried.add('told');
    socket.about.port ??= 'told';
  }

  #identity(): void {
    const isRoot = this.#chance(2);
    const step = { do: 'identity', text: 'setfsuid', value: isRoot ? 0 : 1000 };
    const on = this.#one(this.#threads);
    if (on !== undefined && this.#chance(2)) return this.#push({ ...step, on });
    this.#isRoot = isRoot;
    this.#push(step);
  }

  #fork(): void {
    // Another user may not run the executor's file.
    if (!this.#isRoot) return;
    const name = this.#name();
    const socket = this.#one(this.#own);
    if (socket !== undefined && this.#chance(3)) {
      this.#push({ do: 'spawn', as: name, of: socket.name });
      this.#sockets.push({ ...socket, child: name });
    } else {
      this.#push({ do: 'fork', as: name, value: this.#chance(4) ? 1 : 0 });
      // It has them all; these are the ones that it will do something with.
      for (const each of this.#own) if (this.#chance(3)) this.#sockets.push({ ...each, child: name });
    }
    this.#children.push(name);
  }

  #thread(): void {
    const name = this.#name();
    this.#push({ do: 'thread', as: name });
    this.#threads.push(name);
  }

  #exec(): void {
    const child = this.#one(this.#children);
    if (child !== undefined) this.#push({ do: 'exec', of: child });
  }

  #exit(): void {
    const child = this.#one(this.#children);
    if (child === undefined) return;
    this.#children = this.#children.filter((each) => each !== child);
    this.#sockets = this.#sockets.filter((each) => each.child !== child);
    this.#push({ do: 'exit', of: child });
  }

  #park(): void {
    // Another user may not see in /proc that the thread sleeps.
    const socket = this.#one(this.#own.filter(({ about: { network } }) => this.#isRoot && network === 'udp'));
    if (socket === undefined) return;
    const name = this.#name();
    const call = this.#one(['recvfrom', 'recvmsg', 'read'] as const) ?? 'recvfrom';
    this.#push({ do: 'park', text: call, of: socket.name, as: name });
    this.#readers.push(name);
    // What it is there for: the descriptor goes, and the call stays.
    if (this.#chance(2)) {
      this.#sockets = this.#sockets.filter((each) => each !== socket);
      this.#push({ do: 'close', of: socket.name });
    }
  }

  #interrupt(): void {
    const reader = this.#one(this.#readers);
    if (reader === undefined) return;
    this.#readers = this.#readers.filter((each) => each !== reader);
    this.#push({ do: 'interrupt', of: reader });
  }

  #pass(): void {
    const socket = this.#one(this.#own);
    if (socket === undefined) return;
    const name = this.#name();
    this.#push({ do: 'pass', of: socket.name, as: name });
    this.#pairs.push(name);
    if (!this.#chance(2)) return;
    this.#sockets = this.#sockets.filter((each) => each !== socket);
    this.#push({ do: 'close', of: socket.name });
  }

  #receive(): void {
    const pair = this.#one(this.#pairs);
    if (pair === undefined) return;
    const name = this.#name();
    this.#push({ do: 'receive', of: pair, as: name });
    if (this.#chance(2)) this.#push({ do: 'close', of: name });
  }
}
