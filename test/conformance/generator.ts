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

interface Known {
  readonly name: string;
  readonly network: 'udp' | 'tcp';
  readonly family: 'inet' | 'inet6';
  /** Which of the program's ports; `told`: of the kernel's choice; null: none. */
  port: Port | null;
  address: string | null;
  listening: boolean;
}

const addresses = {
  inet: ['127.0.0.1', '127.0.0.1', '127.0.0.2', '0.0.0.0', '0.0.0.0', '127.0.0.6'],
  inet6: ['::1', '::1', '::', '::', '::ffff:127.0.0.1', '::ffff:127.0.0.2', '::ffff:0.0.0.0'],
} as const;
/** More than one, so that binds of the same program can also miss each other. */
const ports = ['own+0', 'own+1'] as const;
export const portsOfProgram = ports.length;
const stepsOfProgram = 60;

class Author {
  readonly #random: Random;
  readonly #manner: Manner;
  readonly #steps: Step[] = [];
  #sockets: Known[] = [];
  #children: string[] = [];
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
    this.#passes = manner === 'wild' && random.below(8) === 0;
  }

  program(): readonly Step[] {
    while (this.#steps.length < stepsOfProgram) this.#act();
    return this.#steps;
  }

  #act(): void {
    const weighted: readonly (readonly [number, () => void])[] = [
      [this.#sockets.length > 7 ? 2 : 14, () => this.#open()],
      [26, () => this.#bind()],
      [5, () => this.#listen()],
      [5, () => this.#connect()],
      [3, () => this.#accept()],
      [8, () => this.#option()],
      [7, () => this.#close()],
      [2, () => this.#closeRange()],
      [3, () => this.#duplicate()],
      [2, () => this.#replace()],
      [2, () => this.#shutdown()],
      [2, () => this.#chown()],
      [2, () => this.#send()],
      [1, () => this.#identity()],
      [this.#children.length > 1 ? 0 : 2, () => this.#fork()],
      [2, () => this.#exec()],
      [2, () => this.#exit()],
      [this.#readers.length > 1 ? 0 : 3, () => this.#park()],
      [3, () => this.#interrupt()],
      [this.#passes ? 6 : 0, () => this.#pass()],
      [this.#passes ? 4 : 0, () => this.#receive()],
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
    const kind = this.#one(['udp', 'udp', 'udp', 'tcp', 'tcp', 'tcp', 'mptcp'] as const) ?? 'udp';
    const family = this.#chance(3) ? 'inet6' : 'inet';
    const name = this.#name();
    this.#push({ do: 'socket', as: name, family, text: kind, value: this.#random.below(2) });
    const network = kind === 'udp' ? 'udp' : 'tcp';
    this.#sockets.push({ name, network, family, port: null, address: null, listening: false });
    for (const option of ['reuseAddress', 'reusePort'] as const) {
      if (this.#chance(4)) this.#push({ do: 'option', of: name, text: option, value: 1 });
    }
    if (family === 'inet6' && this.#chance(4))
      this.#push({ do: 'option', of: name, text: 'v6Only', value: 1 });
  }

  #mayBind(network: 'udp' | 'tcp', port: Port): boolean {
    return this.#manner === 'wild' || network === 'udp' || !this.#connectedPorts.has(port);
  }

  #bind(): void {
    const socket = this.#one(this.#sockets.filter(({ port }) => port === null));
    if (socket === undefined) return this.#open();
    const address = this.#one<string>(addresses[socket.family]) ?? '';
    if (this.#chance(12)) {
      this.#push({ do: 'bind', of: socket.name, address, port: 0 });
      this.#tell(socket);
      Object.assign(socket, { address, port: 'told' });
      return;
    }
    const port = this.#chance(20) ? 'told' : (this.#one(ports) ?? 'own+0');
    if (!this.#mayBind(socket.network, port)) return;
    this.#push({ do: 'bind', of: socket.name, address, port });
    // Perhaps refused: then it may try again elsewhere.
    if (this.#chance(2)) Object.assign(socket, { address, port });
  }

  /** In wild programs the kernel's choice may stay unknown. */
  #tell({ name }: Known): void {
    if (this.#manner === 'calm' || !this.#chance(3)) this.#push({ do: 'tell', of: name });
  }

  #listen(): void {
    const socket = this.#one(
      this.#sockets.filter(({ network, listening }) => network === 'tcp' && !listening),
    );
    if (socket === undefined) return;
    if (socket.port !== null && !this.#mayBind('tcp', socket.port)) return;
    this.#push({ do: 'listen', of: socket.name });
    socket.listening = true;
    if (socket.port !== null) return;
    this.#tell(socket);
    socket.port = 'told';
  }

  #connect(): void {
    if (this.#chance(5)) {
      const bound = this.#one(this.#sockets.filter(({ network }) => network === 'udp'));
      if (bound !== undefined) this.#push({ do: 'connect', of: bound.name, family: 'unspec' });
      return;
    }
    const socket = this.#one(this.#sockets.filter(({ listening }) => !listening));
    if (socket === undefined) return;
    const target = this.#one(
      this.#sockets.filter(({ family, listening, network, port }) => {
        return family === socket.family && network === 'tcp' && port !== null && port !== 'told' && listening;
      }),
    );
    const address =
      socket.family === 'inet' ? '127.0.0.1' : (this.#one(['::1', '::ffff:127.0.0.1']) ?? '::1');
    const port = target?.port ?? null;
    this.#push({ do: 'connect', of: socket.name, address, port: socket.network === 'tcp' ? (port ?? 9) : 9 });
    this.#tell(socket);
    if (socket.network === 'tcp') {
      if (socket.port !== null) this.#connectedPorts.add(socket.port);
      if (port !== null) this.#connectedPorts.add(port);
      this.#connectedPorts.add('told');
    }
    socket.port ??= 'told';
  }

  #accept(): void {
    const listener = this.#one(this.#sockets.filter(({ listening }) => listening));
    if (listener === undefined) return;
    const name = this.#name();
    this.#push({ do: 'accept', of: listener.name, as: name });
    this.#push({ do: 'tell', of: name });
    const { family, port } = listener;
    this.#sockets.push({ name, network: 'tcp', family, port, address: null, listening: false });
  }

  #option(): void {
    const socket = this.#one(this.#sockets);
    if (socket === undefined) return;
    const option = this.#one(['reuseAddress', 'reuseAddress', 'reusePort'] as const);
    this.#push({ do: 'option', of: socket.name, text: option ?? 'reusePort', value: this.#random.below(2) });
  }

  #close(): void {
    const socket = this.#take();
    if (socket !== undefined) this.#push({ do: 'close', of: socket.name });
  }

  #closeRange(): void {
    const closesOnExec = this.#chance(3);
    const socket = closesOnExec ? this.#one(this.#sockets) : this.#take();
    if (socket !== undefined) this.#push({ do: 'closeRange', of: socket.name, value: closesOnExec ? 4 : 0 });
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
    this.#push({ do: 'duplicate', text: call, of: socket.name, as: name });
    this.#sockets.push({ ...socket, name });
  }

  #replace(): void {
    const socket = this.#one(this.#sockets);
    const other = this.#one(this.#sockets.filter((each) => each !== socket));
    if (socket === undefined || other === undefined) return;
    const call = this.#one(['dup2', 'dup3'] as const) ?? 'dup2';
    this.#push({ do: 'duplicate', text: call, of: socket.name, as: other.name });
    this.#sockets = this.#sockets.filter((each) => each !== other);
    this.#sockets.push({ ...socket, name: other.name });
  }

  #shutdown(): void {
    const socket = this.#one(this.#sockets);
    if (socket === undefined) return;
    // It lets a reader return, at some moment of its own.
    if (this.#manner === 'calm' && this.#readers.length > 0) return;
    this.#push({ do: 'shutdown', of: socket.name });
    socket.listening = false;
  }

  #chown(): void {
    const socket = this.#one(this.#sockets);
    if (socket !== undefined)
      this.#push({ do: 'fchown', of: socket.name, value: this.#random.below(2) * 1000 });
  }

  #send(): void {
    const socket = this.#one(this.#sockets.filter(({ network }) => network === 'udp'));
    if (socket === undefined) return;
    this.#push({
      do: 'send',
      of: socket.name,
      address: socket.family === 'inet' ? '127.0.0.1' : '::1',
      port: 9,
    });
    if (socket.port !== null) return;
    this.#tell(socket);
    socket.port = 'told';
  }

  #identity(): void {
    this.#isRoot = this.#chance(2);
    this.#push({ do: 'identity', text: 'setfsuid', value: this.#isRoot ? 0 : 1000 });
  }

  #fork(): void {
    // Another user may not run the executor's file.
    if (!this.#isRoot) return;
    const name = this.#name();
    const socket = this.#one(this.#sockets);
    if (socket !== undefined && this.#chance(3)) this.#push({ do: 'spawn', as: name, of: socket.name });
    else this.#push({ do: 'fork', as: name, value: this.#chance(4) ? 1 : 0 });
    this.#children.push(name);
  }

  #exec(): void {
    const child = this.#one(this.#children);
    if (child !== undefined) this.#push({ do: 'exec', of: child });
  }

  #exit(): void {
    const child = this.#one(this.#children);
    if (child === undefined) return;
    this.#children = this.#children.filter((each) => each !== child);
    this.#push({ do: 'exit', of: child });
  }

  #park(): void {
    // Another user may not see in /proc that the thread sleeps.
    const socket = this.#one(this.#sockets.filter(({ network }) => this.#isRoot && network === 'udp'));
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
    const socket = this.#one(this.#sockets);
    if (socket === undefined) return;
    const name = this.#name();
    this.#push({ do: 'pass', of: socket.name, as: name });
    this.#pairs.push(name);
  }

  #receive(): void {
    const pair = this.#one(this.#pairs);
    if (pair === undefined) return;
    const name = this.#name();
    this.#push({ do: 'receive', of: pair, as: name });
    if (this.#chance(2)) this.#push({ do: 'close', of: name });
  }
}
