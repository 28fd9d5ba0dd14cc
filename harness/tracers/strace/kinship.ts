/**
 * Gives every item its process. A log has only the numbers of threads, and what a new one is stands in its parent's
 * clone, whose answer can come after the child's first lines: a child that could have several parents is held back
 * until then, and everything behind it too, so that the order stays.
 */
import type { CallName, LossReason, TraceEvent } from '../../../src/trace/event.ts';
import type { Nanos } from '../../../src/trace/ids.ts';
import { nanos, pid, tid } from '../../../src/trace/ids.ts';
import type { Renamed } from '../pairing.ts';
import type { EnterItem, Item, ReturnItem, SupersededItem } from './item.ts';
import { isFork } from './item.ts';
import { createNaming } from './naming.ts';
import { ThreadBook } from './thread-book.ts';
import type { Thread } from './thread-book.ts';

/** `guess`: it has waited long enough. */
type Patience = 'wait' | 'guess';

export class Kinship {
  readonly #emit: (event: TraceEvent | Renamed) => void;
  readonly #book = new ThreadBook();
  readonly #naming = createNaming(this.#book);
  readonly #heldBack: Item[] = [];
  /** What the answers among the held back say: child to parent. */
  readonly #told = new Map<number, { readonly parent: number; readonly flags: number | null }>();
  /** Threads whose clone is itself held back. */
  readonly #heldClones = new Set<number>();
  /** First threads whose number an execve has taken over and not yet answered. */
  readonly #superseders = new Set<number>();
  #hasFirst = false;
  #hasStranger = false;
  /** Of the item that is being settled. */
  #at: Nanos = nanos(0);
  #last: Nanos = nanos(-1);

  constructor(emit: (event: TraceEvent | Renamed) => void) {
    this.#emit = emit;
  }

  push(item: Item): void {
    if (this.#heldBack.length === 0 && this.#settle(item, 'wait')) return;
    this.#heldBack.push(item);
    this.#lookAhead(item);
    this.#release(this.#heldBack.length > mostHeldBack ? 'guess' : 'wait');
  }

  /** @returns the processes of the log that have not ended with it */
  end(): ReturnType<ThreadBook['alive']> {
    while (this.#heldBack.length > 0) this.#release('guess');
    return this.#book.alive();
  }

  #release(patience: Patience): void {
    let released = 0;
    for (const item of this.#heldBack) {
      if (!this.#settle(item, released === 0 ? patience : 'wait')) break;
      released++;
    }
    this.#heldBack.splice(0, released);
    if (this.#heldBack.length > 0) return;
    this.#told.clear();
    this.#heldClones.clear();
  }

  #lookAhead(item: Item): void {
    if (item.kind === 'enter' && isFork(item.call.name)) this.#heldClones.add(item.tid);
    if (item.kind !== 'return' || !isFork(item.name)) return;
    const child = item.result.ok ? item.result.value : noChild;
    if (child > 0) this.#told.set(child, { parent: item.tid, flags: item.cloneFlags ?? null });
    if (this.#heldClones.delete(item.tid)) return;
    const cloning = this.#book.get(this.#naming.find(item, 'known'))?.cloning;
    if (cloning != null) cloning.child ??= child;
  }

  /** @returns false where it must wait */
  #settle(item: Item, patience: Patience): boolean {
    this.#at = item.at;
    if (item.kind === 'loss') {
      const number = item.tid === null ? null : this.#naming.find({ ...item, tid: item.tid }, 'known');
      const owner = number === null ? undefined : this.#book.get(number);
      this.#lose(item.reason, item.extent, item.text, owner);
      return true;
    }
    const isNewName = this.#told.has(item.tid) ? 'known' : 'maybe-first';
    const number = this.#naming.find(item, isNewName);
    const thread = this.#book.get(number) ?? this.#introduce(number, patience);
    if (thread === null) return false;
    const base = { pid: pid(thread.pid), tid: tid(thread.tid) };
    this.#naming.follow(thread, item);
    switch (item.kind) {
      case 'enter':
        this.#entered(thread, item);
        this.#emit({ kind: 'enter', at: this.#now(), ...base, call: item.call });
        break;
      case 'return':
        this.#returned(thread, item);
        break;
      case 'mark':
        this.#emit({ kind: 'mark', at: this.#now(), ...base, text: item.text });
        break;
      case 'exit':
        this.#emit({ kind: 'exit', at: this.#now(), ...base, last: this.#book.end(thread) });
        break;
      case 'superseded':
        this.#superseded(thread, item);
    }
    return true;
  }

  #returned(thread: Thread, item: ReturnItem): void {
    if (isFork(item.name)) this.#cloned(thread, item);
    const { name, result, address, passesDescriptors } = this.#trueAnswer(thread, item);
    const who = { pid: pid(thread.pid), tid: tid(thread.tid) };
    const told = {
      ...(address === undefined ? {} : { address }),
      ...(passesDescriptors === undefined ? {} : { passesDescriptors }),
    };
    this.#emit({ kind: 'return', at: this.#now(), ...who, name, result, ...told });
  }

  /** The order of the lines is known better than their times: no two events get the same. */
  #now(): Nanos {
    this.#last = this.#at > this.#last ? this.#at : nanos(this.#last + 1);
    return this.#last;
  }

  /** Null: several threads may have made it. */
  #introduce(number: number, patience: Patience): Thread | null {
    const told = this.#told.get(number);
    const teller = told === undefined ? undefined : this.#book.get(this.#naming.known(told.parent));
    if (told !== undefined && teller !== undefined) return this.#fork(teller, number, told.flags);
    const parents = this.#book.parentsToBe();
    const [parent] = parents;
    if (parent === undefined) return this.#stranger(number);
    const isSure = parents.length === 1 && parent.cloning?.flags != null && !this.#naming.isOpen(parent);
    if (!isSure && patience === 'wait') return null;
    if (!isSure) {
      const text = `which of ${parents.length} threads made thread ${number} is not known`;
      this.#lose('unpaired', 'moment', text, parent);
    }
    return this.#fork(parent, number, null);
  }

  /** @param flags as printed with the answer; those of the entry go before */
  #fork(parent: Thread, child: number, flags: number | null): Thread {
    const { cloning } = parent;
    if (cloning !== null) {
      cloning.child = child;
      cloning.isBorn = true;
    }
    this.#told.delete(child);
    const { thread, event } = this.#book.fork(parent, child, cloning?.flags ?? flags, this.#now());
    this.#emit(event);
    return thread;
  }

  /** The first thread of a log has no parent in it. Any other should have. */
  #stranger(number: number): Thread {
    if (!this.#hasFirst) {
      this.#hasFirst = true;
      return this.#book.start(number, number);
    }
    const sibling = this.#book.oldest;
    if (!this.#hasStranger) {
      const text = `thread ${number} was not seen to start: no clone, clone3, fork or vfork of the log made it`;
      this.#hasStranger = true;
      this.#lose('not-followed', 'anywhere', text, undefined);
    }
    if (sibling === undefined) return this.#book.start(number, number);
    const { thread, event } = this.#book.fork(sibling, number, 'thread', this.#now());
    this.#emit(event);
    return thread;
  }

  #entered(thread: Thread, { call }: EnterItem): void {
    if (call.name === 'exit_group') this.#book.exitGroupEntered(thread);
    if (!isFork(call.name)) return;
    this.#book.cloneEntered(thread, 'flags' in call ? call.flags : null);
  }

  #cloned(thread: Thread, { result, cloneFlags }: ReturnItem): void {
    const { child: expected, isBorn } = thread.cloning ?? { child: null, isBorn: false };
    const child = result.ok ? result.value : noChild;
    const known = this.#book.get(child);
    if (isBorn && expected !== child) {
      const text = `thread ${expected} was taken for the child of thread ${thread.tid}, whose clone answered ${child}`;
      this.#lose('unpaired', 'moment', text, thread);
    } else if (child > 0 && !isBorn) {
      if (known !== undefined) this.#endUnseen(known);
      this.#fork(thread, child, cloneFlags ?? null);
    }
    this.#book.cloneReturned(thread);
  }

  /** Its number was given out again, so it must have ended. */
  #endUnseen(thread: Thread): void {
    const { pid: process, tid: number } = thread;
    this.#emit({
      kind: 'exit',
      at: this.#now(),
      pid: pid(process),
      tid: tid(number),
      last: this.#book.end(thread),
    });
  }

  #superseded(leader: Thread, { from }: SupersededItem): void {
    const base = { pid: pid(leader.pid), tid: tid(leader.tid) };
    this.#emit({ kind: 'exit', at: this.#now(), ...base, last: false });
    this.#emit({ kind: 'renamed', at: this.#now(), ...base, from: tid(from) });
    this.#superseders.add(leader.tid);
    this.#book.supersede(from, leader);
  }

  /**
   * Only an execve that succeeded supersedes, whatever strace then says: from 6.13 on with --seccomp-bpf it reads its
   * answer off the first call of the new program, which it swallows.
   */
  #trueAnswer(thread: Thread, item: ReturnItem): ReturnItem {
    if (!this.#superseders.delete(thread.tid) || item.result.ok || !isExec(item.name)) return item;
    const text = `${item.name} succeeded, though strace says ${item.result.errno}: it took the next call for its answer`;
    this.#lose('probe-error', 'moment', text, thread);
    return { ...item, result: { ok: true, value: 0 } };
  }

  #lose(reason: LossReason, extent: 'moment' | 'anywhere', text: string, of: Thread | undefined): void {
    const owner = of === undefined ? null : pid(of.pid);
    const count = reason === 'unparsed' ? 1 : null;
    this.#emit({ kind: 'loss', at: this.#now(), pid: owner, extent, reason, count, text });
  }
}

function isExec(name: CallName): boolean {
  return name === 'execve' || name === 'execveat';
}

/** A clone in flight lasts well under a millisecond, a vfork until its child's execve. */
const mostHeldBack = 20_000;
/** The answer of a clone that failed. */
const noChild = -1;
