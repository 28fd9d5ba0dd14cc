/**
 * Lines without a thread's number: strace leaves it out while one thread alone lives and the log goes to a terminal.
 * The first thread is called 0 until another line gives its number, and keeps that name in the events.
 */
import type { Item } from './item.ts';
import type { Thread, ThreadBook } from './thread-book.ts';

type OfThread = Pick<Exclude<Item, { kind: 'loss' }>, 'tid'> & { readonly kind: Item['kind'] };

export interface Naming {
  /**
   * The number by which the book knows the thread of an item.
   * @param number `known`: it can not be the first thread's; `maybe-first`: if it is new, it can
   */
  find(item: OfThread, number: 'known' | 'maybe-first'): number;
  /** Of a thread that has been found before. */
  known(number: number): number;
  follow(thread: Thread, item: Item): void;
  /** Whether a new number could be the first thread's as well as that of this one's child. */
  isOpen(parent: Thread): boolean;
}

export function createNaming(book: ThreadBook): Naming {
  let firstNumber: number | null = null;
  let firstCall: string | null = null;

  function isFirst(item: OfThread): boolean {
    if (firstNumber !== null) return item.tid === firstNumber;
    // Nobody else can return from the call that the first thread is in, and without a clone nobody is new.
    const isAnswer = item.kind === 'return' && 'name' in item && item.name === firstCall;
    return isAnswer || book.parentsToBe().length === 0;
  }

  return {
    find(item, number) {
      if (item.tid === unnamed) return book.get(unnamed)?.tid ?? book.only?.tid ?? unnamed;
      if (book.get(unnamed) === undefined || book.get(item.tid) !== undefined) return item.tid;
      if (item.tid !== firstNumber && (number === 'known' || !isFirst(item))) return item.tid;
      firstNumber = item.tid;
      return unnamed;
    },
    known: (number) => (number === firstNumber && book.get(unnamed) !== undefined ? unnamed : number),
    follow(thread, item) {
      if (thread.tid !== unnamed) return;
      if (item.kind === 'enter') firstCall = item.call.name;
      else if (item.kind === 'return') firstCall = null;
    },
    isOpen: (parent) => firstNumber === null && parent.tid !== unnamed && book.get(unnamed) !== undefined,
  };
}

const unnamed = 0;
