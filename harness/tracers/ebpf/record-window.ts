/**
 * Records in the order of time again, as the bytes that they are: a second of a busy program is half a million of them,
 * and as events they would be ten times as large, and old before anybody reads them.
 */

export interface RecordWindow {
  /** @param at the earliest moment that the record tells of */
  push(record: DataView, at: number): void;
  /** All that is left. */
  drain(): void;
}

/**
 * What comes out when depends on the sequence of records alone. Of equal times the first that came is the first.
 * @param windowNs a record that is so much older than the newest one still finds its place
 * @param onRecord given a view that is valid during the call only. `at` never decreases: it is later than what was
 *   pushed where the record came too late.
 */
export function createRecordWindow(
  windowNs: number,
  onRecord: (record: DataView, at: number) => void,
): RecordWindow {
  let bytes = new Uint8Array(initialBytes);
  let used = 0;
  // Sorted by time; those before `first` are gone.
  let times: number[] = [];
  let places: number[] = [];
  let first = 0;
  let newest = 0;
  let floor = 0;

  function settle(until: number): void {
    floor = until;
    while (first < times.length && (times[first] ?? 0) <= until) {
      const place = places[first] ?? 0;
      onRecord(viewAt(bytes, place), times[first] ?? 0);
      first++;
    }
  }

  /** Room for one more: what is gone goes, and where that is little there will be twice as much. */
  function makeRoom(size: number): void {
    const before = bytes;
    const left = places.slice(first);
    const needed = left.reduce((sum, place) => sum + sizeAt(before, place), size);
    bytes = new Uint8Array(Math.max(bytes.length, 2 * needed));
    used = 0;
    times = times.slice(first);
    places = left.map((place) => {
      const end = place + sizeAt(before, place);
      bytes.set(before.subarray(place, end), used);
      used += end - place;
      return used - (end - place);
    });
    first = 0;
  }

  return {
    push(record, at) {
      if (used + record.byteLength > bytes.length) makeRoom(record.byteLength);
      bytes.set(new Uint8Array(record.buffer, record.byteOffset, record.byteLength), used);
      insert(Math.max(at, floor), used);
      used += record.byteLength;
      newest = Math.max(newest, at);
      if ((times[first] ?? Infinity) <= newest - windowNs) settle(newest - windowNs);
    },
    drain: () => settle(Infinity),
  };

  /** Nearly always the newest: the ring is nearly in order. */
  function insert(at: number, place: number): void {
    let index = times.length;
    if (index > first && (times[index - 1] ?? 0) > at) index = upperBound(times, first, at);
    if (index === times.length) {
      times.push(at);
      places.push(place);
    } else {
      times.splice(index, 0, at);
      places.splice(index, 0, place);
    }
  }
}

const initialBytes = 1 << 20;

/** Every record begins with its size (docs/ebpf-format.md). */
function sizeAt(bytes: Uint8Array, place: number): number {
  return (bytes[place] ?? 0) + 256 * (bytes[place + 1] ?? 0);
}

function viewAt(bytes: Uint8Array, place: number): DataView {
  return new DataView(bytes.buffer, place, sizeAt(bytes, place));
}

/** Of a sorted list from `low` on: the first place behind all that are not later. */
function upperBound(sorted: readonly number[], low: number, at: number): number {
  let [from, to] = [low, sorted.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((sorted[middle] ?? 0) <= at) from = middle + 1;
    else to = middle;
  }
  return from;
}
