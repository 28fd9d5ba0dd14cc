/** What the rounds found of one watcher, and what is told of it. */
import { measured } from '../measurement.ts';
import type { Measurement } from '../measurement.ts';
import { differences, ratios } from '../statistics.ts';
import { runMs } from './block.ts';
import type { TimedBlock } from './block.ts';
import type { Delivered } from './counting.ts';
import { untraced } from './watchers.ts';

/** By round. */
export interface Book {
  readonly loopMs: Map<number, number>;
  readonly startMs: Map<number, number>;
  readonly endMs: Map<number, number>;
  readonly events: number[];
  readonly lost: number[];
  readonly bindsSeen: number[];
  /** Of the binds in the runs that race, those refused with EADDRINUSE, by the program's own word. */
  readonly refused: number[];
}

export function newBook(): Book {
  return {
    loopMs: new Map(),
    startMs: new Map(),
    endMs: new Map(),
    events: [],
    lost: [],
    bindsSeen: [],
    refused: [],
  };
}

export function note(book: Book | undefined, round: number, block: TimedBlock, delivered: Delivered): void {
  const [loop] = block.runs;
  const [healthy, ...racing] = block.claims;
  if (book === undefined || loop === undefined || healthy === undefined) return;
  if (healthy.addressInUse > 0) throw new Error('the loop that is to be healthy found an address in use');
  const sum = (of: 'binds' | 'addressInUse'): number => racing.reduce((all, claims) => all + claims[of], 0);
  book.loopMs.set(round, runMs(loop));
  book.startMs.set(round, block.startMs);
  book.endMs.set(round, block.endMs);
  book.events.push(delivered.events);
  book.lost.push(delivered.lost);
  book.bindsSeen.push((100 * delivered.binds) / (healthy.binds + sum('binds')));
  book.refused.push((100 * sum('addressInUse')) / sum('binds'));
}

export function measurementsOf(name: string, books: ReadonlyMap<string, Book>): Measurement[] {
  const book = books.get(name);
  const base = books.get(untraced);
  if (book === undefined || base === undefined) return [];
  const of = (quantity: string, unit: string, samples: Iterable<number>, limit?: number): Measurement[] =>
    measured({
      subject: name,
      quantity,
      unit,
      samples: [...samples],
      ...(limit === undefined ? {} : { target: { bound: 'at most', limit } as const }),
    });
  const isOurs = name === 'ebpf';
  const isWatched = book.events.some((events) => events > 0);
  return [
    ...of('loop', 'ms', book.loopMs.values()),
    ...of('loop, times the untraced', 'times', ratios(book.loopMs, base.loopMs), loopLimits.get(name)),
    ...of('start', 'ms', book.startMs.values()),
    ...of(
      'start, more than untraced',
      'ms',
      differences(book.startMs, base.startMs),
      isOurs ? 40 : undefined,
    ),
    ...of('end', 'ms', book.endMs.values()),
    ...of('end, more than untraced', 'ms', differences(book.endMs, base.endMs), isOurs ? 5 : undefined),
    ...(isWatched ? of('events', 'events', book.events) : []),
    ...(isWatched ? of('lost', 'events', book.lost, isOurs ? 0 : undefined) : []),
    ...(isWatched ? of('binds seen', '%', book.bindsSeen) : []),
    ...of('refused binds of the race', '%', book.refused),
  ];
}

const loopLimits = new Map([
  ['ebpf', 1.25],
  ['ebpf, attached to others', 1.1],
]);
