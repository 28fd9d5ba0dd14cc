/** The first and the last record of a trace: when it began, and what the kernel counted. */
import { countedKinds, features, headSize, kindCount } from './layout.ts';
import { readLong } from './record.ts';

export interface Begin {
  /** CLOCK_MONOTONIC in ns: events count from here. */
  readonly origin: number;
  /** Whether every release of a socket was told; else its end is inferred. */
  readonly hasReleases: boolean;
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
export function readBegin(view: DataView): Begin | null {
  if (view.byteLength < headSize + 12) return null;
  const hasReleases = (view.getUint32(headSize + 8, true) & features.releases) !== 0;
  return { origin: readLong(view, 16), hasReleases };
}

/** Null: too short for one. */
export function readTrailer(view: DataView): Trailer | null {
  if (view.byteLength < headSize + 8 * (2 * kindCount + 4)) return null;
  const count = (index: number): number => readLong(view, headSize + 8 * index);
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
