import type { Nanos, Pid, Tid } from '../trace/ids.ts';
import { Reference } from './reference.ts';
import { removeFrom } from './short-lists.ts';

/** A fork, unshare or exec that copies the table has been entered, and the copy does not exist yet. */
export interface PendingCopy {
  readonly by: { readonly pid: Pid; readonly tid: Tid };
  readonly since: Nanos;
  /** What the copy may hold of slots that were emptied meanwhile: keeps those sockets from being called gone. */
  readonly shadows: Reference[];
}

/** A close or close_range that has been entered and has not returned. */
export interface Closing {
  readonly first: number;
  readonly last: number;
  /** What it found. */
  readonly references: readonly Reference[];
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
  readonly #pendingCopies: PendingCopy[] = [];
  /** Threads that use it. */
  users = 0;
  readonly #closings: Closing[] = [];

  get(number: number): Reference | undefined {
    const reference = this.#slots.get(number) ?? this.#alternatives.find((each) => each.fd === number);
    return reference?.isGone === true ? undefined : reference;
  }

  has(reference: Reference): boolean {
    return this.#slots.get(reference.fd) === reference || this.#alternatives.includes(reference);
  }

  put(reference: Reference): void {
    this.#slots.set(reference.fd, reference);
  }

  /** Empties a slot. More than one: what the number named is not known. */
  take(number: number, at: Nanos): Reference[] {
    const taken = this.#namedBy(number);
    for (const each of taken) this.remove(each, at);
    return taken.filter(isLeft);
  }

  #namedBy(number: number): Reference[] {
    const reference = this.#slots.get(number);
    const known = reference === undefined ? [] : [reference];
    if (this.#alternatives.length === 0) return known;
    return [...known, ...this.#alternatives.filter((each) => each.fd === number)];
  }

  /** Of what the number may name, this one. */
  remove(reference: Reference, at: Nanos): void {
    if (this.#slots.get(reference.fd) === reference) this.#slots.delete(reference.fd);
    else this.#alternatives = this.#alternatives.filter((each) => each !== reference);
    if (!isLeft(reference)) return;
    for (const copy of this.#pendingCopies) copy.shadows.push(shadow(reference, copy, at));
  }

  /** Empties all slots within [first, last]. */
  beginClosing(first: number, last: number, at: Nanos): Closing {
    const references =
      first === last
        ? this.take(first, at)
        : this.range(first, last).flatMap((reference) => this.take(reference.fd, at));
    const closing = { first, last, references };
    this.#closings.push(closing);
    return closing;
  }

  endClosing(closing: Closing): void {
    removeFrom(this.#closings, closing);
  }

  /** What a close in flight has just taken from this number. */
  closingAt(number: number): Reference | undefined {
    for (const { references } of this.#closings) {
      for (const reference of references) if (reference.fd === number && isLeft(reference)) return reference;
    }
    return undefined;
  }

  /** Whether a close in flight that did not find what the number named before may close what it names now. */
  mayBeClosing(number: number): boolean {
    for (const { first, last, references } of this.#closings) {
      if (first > number || number > last) continue;
      if (references.every((reference) => reference.fd !== number)) return true;
    }
    return false;
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
    return [...this.#slots.values(), ...this.#alternatives].filter(isLeft);
  }

  /** A close in flight may act before or after the copy is made. */
  beginCopy(by: PendingCopy['by'], since: Nanos): PendingCopy {
    const copy: PendingCopy = { by, since, shadows: [] };
    for (const { references } of this.#closings) {
      for (const each of references) if (isLeft(each)) copy.shadows.push(shadow(each, copy, since));
    }
    this.#pendingCopies.push(copy);
    return copy;
  }

  /** The copy has been made, or never will be. @returns the shadows: they have had their time */
  endCopy(copy: PendingCopy): Reference[] {
    removeFrom(this.#pendingCopies, copy);
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
    for (const each of pending?.shadows ?? []) if (isLeft(each)) table.#adopt(copyOf(each, child, false));
    return table;
  }

  #adopt(reference: Reference): void {
    if (this.#slots.has(reference.fd)) this.#alternatives.push(reference);
    else this.#slots.set(reference.fd, reference);
  }
}

/** A bind that succeeded can prove a reference gone that was only possible. */
function isLeft(reference: Reference): boolean {
  return !reference.isGone;
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
  socket.references.push(copy);
  return copy;
}
