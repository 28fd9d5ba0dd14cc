/**
 * Histories by hand: processes and threads that make calls, told step by step (10 ns each), with the frame
 * of marks that the launcher puts around a run. What comes out is what a decoder would have made of a trace.
 */
import type { SocketAddress } from '../../src/trace/address.ts';
import type { Call, CallName, EnterEvent, LossReason, TraceEvent } from '../../src/trace/event.ts';
import { nanos, pid as asPid, tid as asTid, type Nanos } from '../../src/trace/ids.ts';
import { Actor } from './actor.ts';

/** What only a tracer in the kernel tells. */
export type Told = Pick<EnterEvent, 'socket' | 'since'>;

export const launcher = 10;
export const program = 100;
const stepNs = 10;

export class History {
  readonly session = 'test';
  readonly #events: TraceEvent[] = [];
  readonly #runs: string[] = [];
  #now = 0;
  #threads = 0;
  #processes = 0;
  #actor: Actor | null = null;
  #running: string | null = null;

  constructor() {
    this.launcherMarks(`session begin ${this.session}`);
  }

  /** The first process of a run, with the marks of its begin; the run before it is ended. */
  run(name = '0001', pid = program): Actor {
    if (this.#running !== null) this.endRun();
    this.#runs.push(name);
    this.#running = name;
    this.launcherMarks(`run ${name} begin`);
    this.forked(launcher, null, pid, pid);
    this.#actor = new Actor(this, pid, pid);
    return this.#actor;
  }

  /** Nothing happens for so long. */
  passes(seconds: number): void {
    this.#now += seconds * 1e9;
  }

  /** The program exits if it has not, the launcher waits for it and marks the end of the run. */
  endRun(): void {
    if (this.#running === null) return;
    if (this.#actor !== null && !this.#actor.hasExited) this.#actor.exits();
    this.waitedFor(launcher, launcher, this.#actor?.pid ?? program);
    this.launcherMarks(`run ${this.#running} end`);
    this.#running = null;
  }

  /** The whole trace, its frame closed. */
  whole(): readonly TraceEvent[] {
    if (this.#running !== null) {
      this.endRun();
      this.launcherMarks(`session end ${this.session}`);
    }
    return this.#events;
  }

  /** The trace as it is now: whatever comes later is cut off. */
  soFar(): readonly TraceEvent[] {
    return [...this.#events];
  }

  get runs(): readonly string[] {
    return this.#runs;
  }

  newTid(): number {
    return program + ++this.#threads;
  }

  newPid(): number {
    return 2 * program + ++this.#processes;
  }

  /** The time of the last event. */
  get now(): Nanos {
    return nanos(this.#now);
  }

  launcherMarks(text: string): void {
    this.marked(launcher, launcher, text);
  }

  /** Something is missing at this place. */
  loss(options: { pid?: number; reason?: LossReason; extent?: 'moment' | 'anywhere' } = {}): void {
    this.#push({
      kind: 'loss',
      at: this.#step(),
      pid: options.pid === undefined ? null : asPid(options.pid),
      extent: options.extent ?? 'moment',
      reason: options.reason ?? 'dropped',
      count: 1,
      text: 'lost',
    });
  }

  marked(pid: number, tid: number, text: string): void {
    this.#push({ kind: 'mark', at: this.#step(), pid: asPid(pid), tid: asTid(tid), text });
  }

  entered(pid: number, tid: number, call: Call, told: Told = {}): void {
    this.#push({ kind: 'enter', at: this.#step(), pid: asPid(pid), tid: asTid(tid), call, ...told });
  }

  returned(
    pid: number,
    tid: number,
    name: CallName,
    result: number | string,
    address?: SocketAddress | null,
    told: Omit<Told, 'since'> & { readonly passesDescriptors?: true } = {},
  ): void {
    this.#push({
      kind: 'return',
      at: this.#step(),
      pid: asPid(pid),
      tid: asTid(tid),
      name,
      result: typeof result === 'number' ? { ok: true, value: result } : { ok: false, errno: result },
      ...(address === undefined ? {} : { address }),
      ...told,
    });
  }

  /** The kernel's own word. @param steps after which it is over; without: that is not told */
  released(
    pid: number,
    tid: number,
    inode: number | null,
    cookie: number | null = null,
    steps?: number,
  ): void {
    const at = this.#step();
    const over = steps === undefined ? {} : { until: nanos(at + steps * stepNs) };
    this.#push({ kind: 'release', at, pid: asPid(pid), tid: asTid(tid), inode, cookie, ...over });
  }

  forked(parent: number, parentTid: number | null, pid: number, tid: number): void {
    this.#push({
      kind: 'fork',
      at: this.#step(),
      pid: asPid(pid),
      tid: asTid(tid),
      parent: asPid(parent),
      parentTid: parentTid === null ? null : asTid(parentTid),
    });
  }

  exited(pid: number, tid: number, last: boolean): void {
    this.#push({ kind: 'exit', at: this.#step(), pid: asPid(pid), tid: asTid(tid), last });
  }

  waitedFor(pid: number, tid: number, child: number): void {
    this.entered(pid, tid, { name: 'wait4' });
    this.returned(pid, tid, 'wait4', child);
  }

  #step(): Nanos {
    this.#now += stepNs;
    return nanos(this.#now);
  }

  #push(event: TraceEvent): void {
    this.#events.push(event);
  }
}
