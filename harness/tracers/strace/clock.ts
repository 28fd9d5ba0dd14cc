/** Time stamps of all styles to nanoseconds since the first one. */
import type { Nanos } from '../../../src/trace/ids.ts';
import { nanos } from '../../../src/trace/ids.ts';

export interface Stamp {
  /** -ttt, -t and -tt, -r. */
  readonly kind: 'epoch' | 'day' | 'relative';
  /** Epoch: since 1970. Day: since midnight. Relative: since the line before. */
  readonly seconds: number;
  readonly fractionNs: number;
  /** It has no fraction: lines of one second can not be told apart by it. */
  readonly isWhole: boolean;
}

export interface Clock {
  /**
   * The time of the next line, never earlier than the one before. Without a stamp the lines are counted: their order
   * is all that is known.
   */
  read(stamp: Stamp | null): Nanos;
  /** A stamp was older than the one before it: the clock was set back, or the lines are not in order. */
  readonly ranBackwards: boolean;
}

/** @param origin the first stamp of all logs that belong together; else the first that is read */
export function createClock(origin: Stamp | null = null): Clock {
  let first = origin;
  let now = 0;
  let offset = 0;
  let ranBackwards = false;
  return {
    read(stamp) {
      if (stamp === null) return nanos(++now);
      if (stamp.kind === 'relative') {
        now = bounded(now + stamp.seconds * second + stamp.fractionNs, now);
        return nanos(now);
      }
      first ??= stamp;
      let at = since(first, stamp) + offset;
      if (at < now && stamp.kind === 'day' && now - at > halfDay) {
        offset += 2 * halfDay;
        at += 2 * halfDay;
      }
      if (at < now) {
        ranBackwards = true;
        offset += now - at;
        at = now;
      }
      now = bounded(at, now);
      return nanos(now);
    },
    get ranBackwards() {
      return ranBackwards;
    },
  };
}

/** The first of several stamps of one kind; those of a day may lie on both sides of midnight. */
export function earliest(stamps: readonly Stamp[]): Stamp | null {
  let first: Stamp | null = null;
  for (const stamp of stamps) {
    const ahead = first === null ? 0 : since(stamp, first);
    const isOtherDay = stamp.kind === 'day' && Math.abs(ahead) > halfDay;
    if (first === null || ahead > 0 !== isOtherDay) first = stamp;
  }
  return first;
}

/** From one stamp to another of the same kind, ns; the seconds first, so that nothing is rounded. */
function since(from: Stamp, to: Stamp): number {
  return (to.seconds - from.seconds) * second + (to.fractionNs - from.fractionNs);
}

/** Digits before and after the point. */
export function nanosOf(seconds: string, fraction: string): number {
  return Number(seconds) * second + Number(fraction.padEnd(9, '0').slice(0, 9));
}

/** A stamp that is out of any sense must not end the order of all later lines. */
function bounded(at: number, before: number): number {
  return Number.isSafeInteger(at) ? at : before;
}

const second = 1_000_000_000;
const halfDay = 43_200 * second;
