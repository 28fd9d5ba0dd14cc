import type { Nanos, Pid, Tid } from '../trace/ids.ts';
import { Reference } from './reference.ts';

/** A fork, unshare or exec that copies the table has been entered, and the copy does not exist yet. */
export interface PendingCopy {
  readonly by: { readonly pid: Pid; readonly tid: Tid };
  readonly since: Nanos;
  /** What the copy may hold of slots that were emptied meanwhile: keeps those sockets from being called gone. */
  readonly shadows: Reference[];
}

interface Copier {
  readonly pid: Pid;
  readonly tid: Tid;
  readonly at: Nanos;
}

/**
 * A table of descriptors, as far as they are internet sockets. Threads share one; fork copies it. A slot is
 * empty from the *entry* of the close on: the number can be given out again before that close returns.
 */
export class FdTable {
  readonly #slots = new Map<number, Reference>();
  /** What a number may name instead, where the copy raced with closes; never sure. */
  #alternatives: Reference[] = [];
  readonly #pendingCopies = new Set<PendingCopy>();
  /** Threads that use it. */
  users = 0;
  /** Taken by a close that has not returned. */
  readonly closing = new Set<Reference>();

  get(number: number): Reference | undefined {
    return this.#slots.get(number) ?? this.#alternatives.find((reference) => reference.fd === number);
  }

  has(reference: Reference): boolean {
    return this.#slots.get(reference.fd) === reference || this.#alternatives.includes(reference);
  }

  put(reference: Reference): void {
    this.#slots.set(reference.fd, reference);
  }

  /** Empties a slot. More than one: what the number named is not known. */
  take(number: number, at: Nanos): Reference[] {
    const reference = this.#slots.get(number);
    if (reference === undefined && this.#alternatives.length === 0) return [];
    this.#slots.delete(number);
    const taken = this.#alternatives.filter((each) => each.fd === number);
    if (taken.length > 0) this.#alternatives = this.#alternatives.filter((each) => each.fd !== number);
    if (reference !== undefined) taken.unshift(reference);
    for (const copy of this.#pendingCopies)
      for (const each of taken) copy.shadows.push(shadow(each, copy, at));
    return taken;
  }

  /** What a close in flight has just taken from this number. */
  closingAt(number: number): Reference | undefined {
    for (const reference of this.closing) if (reference.fd === number) return reference;
    return undefined;
  }

  /** After a failed close_range. @returns false where somebody has used the slot since */
  putBack(reference: Reference): boolean {
    if (this.#slots.has(reference.fd)) return false;
    this.#slots.set(reference.fd, reference);
    return true;
  }

  /** Within [first, last]. */
  range(first: number, last: number): Reference[] {
    return this.all().filter((reference) => reference.fd >= first && reference.fd <= last);
  }

  all(): Reference[] {
    return [...this.#slots.values(), ...this.#alternatives];
  }

  /** A close in flight may act before or after the copy is made. */
  beginCopy(by: PendingCopy['by'], since: Nanos): PendingCopy {
    const copy: PendingCopy = { by, since, shadows: [] };
    for (const reference of this.closing) copy.shadows.push(shadow(reference, copy, since));
    this.#pendingCopies.add(copy);
    return copy;
  }

  /** The copy has been made, or never will be. @returns the shadows: they have had their time */
  endCopy(copy: PendingCopy): Reference[] {
    this.#pendingCopies.delete(copy);
    return copy.shadows.splice(0);
  }

  /**
   * The copy that a child gets. What changed after its fork was entered may or may not be in it: those
   * references are not sure.
   * @param pending null: when the copy began is not known, so nothing in it is sure
   */
  copy(child: Copier, pending: PendingCopy | null): FdTable {
    const table = new FdTable();
    for (const reference of this.all()) {
      const isSure = pending !== null && reference.isCertain && reference.openedAt < pending.since;
      table.#adopt(copyOf(reference, child, isSure));
    }
    for (const reference of pending?.shadows ?? []) table.#adopt(copyOf(reference, child, false));
    return table;
  }

  #adopt(reference: Reference): void {
    if (this.#slots.has(reference.fd)) this.#alternatives.push(reference);
    else this.#slots.set(reference.fd, reference);
  }
}

function shadow(original: Reference, copy: PendingCopy, at: Nanos): Reference {
  return copyOf(original, { ...copy.by, at }, false);
}

function copyOf(original: Reference, child: Copier, sure: boolean): Reference {
  const { socket, fd } = original;
  const { pid, tid, at: openedAt } = child;
  const copy = new Reference(socket, {
    kind: 'descriptor',
    pid,
    tid,
    fd,
    call: null,
    origin: 'fork',
    openedAt,
    sure,
  });
  copy.closeOnExec = original.closeOnExec;
  socket.references.add(copy);
  return copy;
}
