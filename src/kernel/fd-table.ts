import type { Nanos, Pid, Tid } from '../trace/ids.ts';
import { fd as asFd } from '../trace/ids.ts';
import { Reference } from './reference.ts';

/**
 * A table of descriptors, as far as they are internet sockets. Threads share one; fork copies it. A slot is
 * empty from the *entry* of the close on: the number can be given out again before that close returns.
 */
export class FdTable {
  readonly #slots = new Map<number, Reference>();
  /** Slots that changed while a fork of this table was in flight: the child may have either state. */
  #journal: { readonly at: Nanos; readonly reference: Reference }[] = [];
  #forksInFlight = 0;
  /** Threads that use it. */
  users = 0;
  /** Taken by a close that has not returned. */
  readonly closing = new Set<Reference>();

  get(number: number): Reference | undefined {
    return this.#slots.get(number);
  }

  put(reference: Reference): void {
    this.#slots.set(reference.fd, reference);
    if (this.#forksInFlight > 0) this.#journal.push({ at: reference.openedAt, reference });
  }

  take(number: number, at: Nanos): Reference | undefined {
    const reference = this.#slots.get(number);
    if (reference === undefined) return undefined;
    this.#slots.delete(number);
    if (this.#forksInFlight > 0) this.#journal.push({ at, reference });
    return reference;
  }

  /** What a close in flight has just taken from this number. */
  closingAt(number: number): Reference | undefined {
    for (const reference of this.closing) if (reference.fd === number) return reference;
    return undefined;
  }

  /** After a failed close or dup2: the slot is as it was, unless somebody has used it since. */
  putBack(reference: Reference): void {
    if (!this.#slots.has(reference.fd)) this.#slots.set(reference.fd, reference);
  }

  /** Within [first, last]. */
  range(first: number, last: number): Reference[] {
    return [...this.#slots.values()].filter((reference) => reference.fd >= first && reference.fd <= last);
  }

  all(): Reference[] {
    return [...this.#slots.values()];
  }

  forkEntered(): void {
    this.#forksInFlight++;
  }

  forkReturned(): void {
    if (this.#forksInFlight > 0) this.#forksInFlight--;
    if (this.#forksInFlight === 0) this.#journal = [];
  }

  /**
   * The copy that a child gets. What changed after `since` (the entry of its fork) may or may not be in it:
   * those references are not sure.
   */
  copy(child: { readonly pid: Pid; readonly tid: Tid; readonly at: Nanos; readonly since: Nanos }): FdTable {
    const table = new FdTable();
    for (const reference of this.#slots.values()) {
      table.#adopt(reference, child, reference.openedAt < child.since && reference.sure);
    }
    for (const { at, reference } of this.#journal) {
      if (at >= child.since && !this.#slots.has(reference.fd)) table.#adopt(reference, child, false);
    }
    return table;
  }

  #adopt(
    original: Reference,
    child: { readonly pid: Pid; readonly tid: Tid; readonly at: Nanos; readonly since: Nanos },
    sure: boolean,
  ): void {
    const copy = new Reference(original.socket, {
      kind: 'descriptor',
      pid: child.pid,
      tid: child.tid,
      fd: asFd(original.fd),
      call: null,
      origin: 'fork',
      openedAt: child.at,
      sure,
    });
    copy.closeOnExec = original.closeOnExec;
    original.socket.references.add(copy);
    this.#slots.set(copy.fd, copy);
  }
}
