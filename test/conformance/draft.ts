/** A random program while it is being written: its steps, and what there is to be named in the next one. */
import type { Random } from '../../src/experiment/random.ts';
import type { OwnPort, Step } from '../live/bind-table/steps.ts';
import type { Manner } from './generator.ts';

export type Port = OwnPort | 'told';

/** A descriptor. */
export interface Known {
  readonly name: string;
  /** The child whose it is; null: the program's own. */
  readonly child: string | null;
  /** False: the accept may have found nothing, or an exec may have closed it. */
  readonly isSure: boolean;
  /** Shared by its duplicates. */
  readonly about: About;
}

export interface About {
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

export const stepsOfProgram = 60;

export class Draft {
  readonly random: Random;
  readonly manner: Manner;
  readonly steps: Step[] = [];
  sockets: Known[] = [];
  children: string[] = [];
  /** Children that use the program's own table, as its threads do. */
  sharers: string[] = [];
  threads: string[] = [];
  readers: string[] = [];
  pairs: string[] = [];
  readonly connectedPorts = new Set<Port>();
  /** What `told` may be beside a port of the kernel's choice: whoever was told of may have bound one of these itself. */
  readonly told = new Set<Port>();
  /** It may be a port that the kernel chose for UDP: of TCP a connection of another program may still be on it. */
  isToldOfUdp = false;
  /** A program in which descriptors travel in messages. */
  readonly passes: boolean;
  #names = 0;
  isRoot = true;

  constructor(random: Random, manner: Manner) {
    this.random = random;
    this.manner = manner;
    this.passes = manner === 'wild' && random.below(4) === 0;
  }

  /** What was in a message can not be told any more: so first there is something that can. */
  get passesNow(): boolean {
    return this.passes && this.steps.length > stepsOfProgram / 2;
  }

  push(step: Step): void {
    this.steps.push(step);
  }

  /** A step of the process whose the descriptor is; the program's own may be done by others that share its table. */
  do(of: Pick<Known, 'child'>, step: Step): void {
    const by = of.child === null ? this.#actor() : { in: of.child };
    this.push({ ...step, ...by });
    // The release behind one of these comes after its return, and another thread may be next.
    const releasesLate = step.do === 'closeRange' || step.text === 'dup2' || step.text === 'dup3';
    if (this.manner === 'calm' && releasesLate) this.push({ do: 'back', ...by });
  }

  #actor(): Pick<Step, 'in' | 'on'> {
    if (!this.chance(4)) return {};
    const threads = this.threads.map((on) => ({ on }));
    return this.one([...threads, ...this.sharers.map((child) => ({ in: child }))]) ?? {};
  }

  /** Not a child's: for what only the executor itself can do. */
  get own(): Known[] {
    return this.sockets.filter(({ child }) => child === null);
  }

  name(): string {
    return `n${this.#names++}`;
  }

  chance(oneIn: number): boolean {
    return this.random.below(oneIn) === 0;
  }

  one<T>(from: readonly T[]): T | undefined {
    return from.length === 0 ? undefined : from[this.random.below(from.length)];
  }

  take(): Known | undefined {
    const socket = this.one(this.sockets);
    this.sockets = this.sockets.filter((each) => each !== socket);
    return socket;
  }

  mayBind(network: 'udp' | 'tcp', port: Port): boolean {
    return this.manner === 'wild' || network === 'udp' || !this.connectedPorts.has(port);
  }

  /** In wild programs the kernel's choice may stay unknown, for as long as the socket lives. */
  tell(socket: Known): void {
    if (this.manner === 'wild' && !this.passes && this.chance(60)) return;
    this.do(socket, { do: 'tell', of: socket.name });
    this.hearsOf(socket);
  }

  /** A bind to it. */
  mayBindTold(network: 'udp' | 'tcp'): boolean {
    return (
      this.mayBind(network, 'told') && (this.manner === 'wild' || network === 'udp' || !this.isToldOfUdp)
    );
  }

  hearsOf({ about }: Known): void {
    for (const port of about.tried) this.told.add(port);
    if (about.network === 'udp') this.isToldOfUdp = true;
  }
}
