/**
 * How long things took: percentiles of durations from a stream, in bounded memory. Durations are counted
 * in log-linear buckets, as in G. Tene's HdrHistogram, here to three decimal digits: 46,312 ns is counted
 * as 46,300..46,399. A percentile is the top of its bucket, so it is never too short and less than 1 % too
 * long; below 1,000 ns, at the ends and where no rank lies between it and the longest, it is exact. There
 * are at most 12,700 buckets. Whole numbers only: the same durations give the same value in any order,
 * however they are split and merged.
 */

export interface Distribution {
  readonly count: number;
  /** Exact; null: there were none. */
  readonly minNs: number | null;
  readonly maxNs: number | null;
  /** Ascending, none of them empty. */
  readonly buckets: readonly Bucket[];
}

export interface Bucket {
  /** Its shortest duration; the digits beyond the third are zero. */
  readonly fromNs: number;
  readonly count: number;
}

export interface DurationSummary {
  readonly count: number;
  readonly p50Ns: number | null;
  readonly p99Ns: number | null;
  readonly maxNs: number | null;
  readonly histogram: readonly Bin[];
}

/** Durations from `fromNs` on and below `belowNs`. */
export interface Bin {
  readonly fromNs: number;
  readonly belowNs: number;
  readonly count: number;
}

export interface DurationRecorder {
  /** @throws RangeError unless it is a whole number from 0 to 2^53 - 1 */
  add(ns: number): void;
  distribution(): Distribution;
}

export function durationRecorder(): DurationRecorder {
  const counts = new Map<number, number>();
  let [count, min, max] = [0, Infinity, -Infinity];
  return {
    add(ns) {
      if (!Number.isSafeInteger(ns) || ns < 0)
        throw new RangeError(`a duration must be a whole number of ns from 0 on, not ${ns}`);
      const from = ns - (ns % widthAt(ns));
      counts.set(from, (counts.get(from) ?? 0) + 1);
      count++;
      min = Math.min(min, ns);
      max = Math.max(max, ns);
    },
    distribution: () => ({ count, ...ends(min, max), buckets: ascending(counts) }),
  };
}

/** Adds distributions up, one after another. */
export interface DurationTotals {
  /** Null adds nothing. */
  add(part: Distribution | null): void;
  /** Null: there was none. */
  distribution(): Distribution | null;
}

export function durationTotals(): DurationTotals {
  const counts = new Map<number, number>();
  let [parts, total, min, max] = [0, 0, Infinity, -Infinity];
  return {
    add(part) {
      if (part === null) return;
      parts++;
      total += part.count;
      min = Math.min(min, part.minNs ?? Infinity);
      max = Math.max(max, part.maxNs ?? -Infinity);
      for (const { fromNs, count } of part.buckets) counts.set(fromNs, (counts.get(fromNs) ?? 0) + count);
    },
    distribution: () =>
      parts === 0 ? null : { count: total, ...ends(min, max), buckets: ascending(counts) },
  };
}

export function summarizeDurations(distribution: Distribution): DurationSummary {
  return {
    count: distribution.count,
    p50Ns: percentile(distribution, 50),
    p99Ns: percentile(distribution, 99),
    maxNs: distribution.maxNs,
    histogram: histogram(distribution),
  };
}

/**
 * The nearest-rank percentile: the shortest duration that at least `percent` of all do not exceed, up to
 * the error stated above. Null: there were none.
 * @param percent a whole number from 1 to 100
 */
export function percentile({ count, maxNs, buckets }: Distribution, percent: number): number | null {
  if (!Number.isInteger(percent) || percent < 1 || percent > 100)
    throw new RangeError(`a percentile must be a whole number from 1 to 100, not ${percent}`);
  if (maxNs === null) return null;
  // Whole numbers up to the division, which then is exact wherever the rank is whole.
  const rank = Math.ceil((percent * count) / 100);
  let seen = 0;
  for (const bucket of buckets) {
    seen += bucket.count;
    if (seen >= rank) return Math.min(maxNs, bucket.fromNs + widthAt(bucket.fromNs) - 1);
  }
  return maxNs;
}

const mostBins = 12;

/**
 * A small picture: bins that end at 1, 2, 5, 10, 20 ..., or at powers of ten where that would make more
 * than 12; from the first that is not empty to the last. Exact, since bins are made of whole buckets.
 */
export function histogram({ minNs, maxNs, buckets }: Distribution): Bin[] {
  if (minNs === null || maxNs === null) return [];
  const fine = edgesAround(minNs, maxNs, [1, 2, 5]);
  const edges = fine.length - 1 <= mostBins ? fine : edgesAround(minNs, maxNs, [1]);
  return edges.slice(1).map((belowNs, i) => {
    const fromNs = edges[i] as number;
    const inside = buckets.filter((bucket) => bucket.fromNs >= fromNs && bucket.fromNs < belowNs);
    return { fromNs, belowNs, count: inside.reduce((sum, bucket) => sum + bucket.count, 0) };
  });
}

/** From the last edge that is not above `min` to the first above `max`. */
function edgesAround(min: number, max: number, digits: readonly number[]): number[] {
  const edges = [0];
  for (let power = 1; (edges.at(-1) as number) <= max; power *= 10) {
    edges.push(...digits.map((digit) => digit * power));
  }
  const first = edges.findLastIndex((edge) => edge <= min);
  return edges.slice(first, edges.findIndex((edge) => edge > max) + 1);
}

/** Of the bucket that a duration is counted in: 1 below 1,000, then ten times more with every digit. */
function widthAt(ns: number): number {
  let width = 1;
  while (ns >= 1000 * width) width *= 10;
  return width;
}

function ends(min: number, max: number): Pick<Distribution, 'minNs' | 'maxNs'> {
  return min > max ? { minNs: null, maxNs: null } : { minNs: min, maxNs: max };
}

function ascending(counts: ReadonlyMap<number, number>): Bucket[] {
  return [...counts].map(([fromNs, count]) => ({ fromNs, count })).sort((a, b) => a.fromNs - b.fromNs);
}
