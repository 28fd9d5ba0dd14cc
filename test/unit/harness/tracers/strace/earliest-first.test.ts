import { expect, test } from 'vitest';
import { EarliestFirst } from '../../../../../harness/tracers/strace/earliest-first.ts';

class Numbers {
  readonly order: number;
  readonly #left: number[];

  constructor(order: number, numbers: readonly number[]) {
    this.order = order;
    this.#left = [...numbers];
  }

  get next(): number | null {
    return this.#left[0] ?? null;
  }

  take(): string {
    return `${this.order}:${this.#left.shift() ?? ''}`;
  }
}

function merge(...streams: readonly (readonly number[])[]): string[] {
  const queue = new EarliestFirst(streams.map((numbers, order) => new Numbers(order, numbers)));
  const taken: string[] = [];
  for (let stream = queue.first; stream !== undefined; stream = queue.first) {
    taken.push(stream.take());
    queue.update();
  }
  return taken;
}

test('many streams to one, each in its own order, equal ones by theirs', () => {
  expect(merge([1, 4, 4], [], [2, 4], [3], [0, 9])).toEqual([
    '4:0',
    '0:1',
    '2:2',
    '3:3',
    '0:4',
    '0:4',
    '2:4',
    '4:9',
  ]);
});

test('nothing of nothing', () => {
  expect(merge()).toEqual([]);
  expect(merge([], [])).toEqual([]);
});
