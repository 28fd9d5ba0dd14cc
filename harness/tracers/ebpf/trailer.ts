/** The first and the last record of a trace: when it began, and what the kernel counted. */
import type { LossReason } from '../../../src/trace/event.ts';
import { countedKinds, headSize, kindCount } from './layout.ts';
import type { RecordCursor } from './record-cursor.ts';

export interface Begin {
  /** CLOCK_MONOTONIC in ns: events count from here. */
  readonly origin: number;
}

export interface Trailer {
  /** By kind, as in layout.ts. */
  readonly told: ReadonlyMap<string, number>;
  readonly dropped: ReadonlyMap<string, number>;
  /** Processes and threads for which there was no room. */
  readonly notFollowed: number;
  /** System calls made by 32-bit programs. */
  readonly compatCalls: number;
  /** How often a socket's release began; each is told by a RELEASE or by the CALL of its close. */
  readonly releases: number;
  /** How often the kernel did not run a program. */
  readonly skipped: number;
}

/** Null: too short for one. */
export function readBegin(record: RecordCursor): Begin | null {
  if (record.size < headSize + 12) return null;
  return { origin: record.uint64(16) };
}

/** Null: too short for one. */
export function readTrailer(record: RecordCursor): Trailer | null {
  if (record.size < headSize + 8 * (2 * kindCount + 4)) return null;
  const count = (index: number): number => record.uint64(headSize + 8 * index);
  const counts = (first: number): ReadonlyMap<string, number> =>
    new Map(countedKinds.map(([name, kind]) => [name, count(first + kind)]));
  return {
    told: counts(0),
    dropped: counts(kindCount),
    notFollowed: count(2 * kindCount),
    compatCalls: count(2 * kindCount + 1),
    releases: count(2 * kindCount + 2),
    skipped: count(2 * kindCount + 3),
  };
}

export interface Missing {
  readonly reason: LossReason;
  readonly count: number;
  readonly text: string;
}

/**
 * What the kernel counted, held against what arrived.
 * @param seen records by kind
 * @param releases by records of their own or by calls of close
 */
export function whatIsMissing(
  trailer: Trailer,
  seen: ReadonlyMap<number, number>,
  releases: number,
): readonly Missing[] {
  const { dropped, notFollowed, compatCalls, skipped } = trailer;
  const missing: Missing[] = [];
  for (const [name, kind] of countedKinds) {
    const lost = dropped.get(name) ?? 0;
    if (lost > 0) add('dropped', lost, `the ring was full: ${lost} records of kind ${name} were dropped`);
    compare(trailer.told.get(name) ?? 0, seen.get(kind) ?? 0, 0, `records of kind ${name}`);
  }
  // Of the calls that were dropped some may have told one.
  const untold = (dropped.get('release') ?? 0) + (dropped.get('call') ?? 0);
  compare(trailer.releases, releases, untold, 'releases of sockets');
  if (skipped > 0) add('dropped', skipped, `the kernel left out a program of the tracer ${skipped} times`);
  if (notFollowed > 0)
    add('not-followed', notFollowed, `${notFollowed} threads or processes were too many to be followed`);
  if (compatCalls > 0)
    add('probe-error', compatCalls, `${compatCalls} calls of 32-bit programs were not followed`);
  return missing;

  function compare(counted: number, arrived: number, allowed: number, what: string): void {
    const difference = counted - arrived;
    if (difference >= 0 && difference <= allowed) return;
    add('count-mismatch', Math.abs(difference), `the kernel counted ${counted} ${what}, ${arrived} arrived`);
  }

  function add(reason: LossReason, count: number, text: string): void {
    missing.push({ reason, count, text });
  }
}
