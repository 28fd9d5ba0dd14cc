import { expect, test } from 'vitest';
import type { Nanos } from '../../../src/trace/ids.ts';
import { nanos } from '../../../src/trace/ids.ts';
import { createReordering } from '../../../src/trace/order.ts';

interface Item {
  readonly at: Nanos;
  readonly name: string;
}

const windowNs = 100;
const item = (at: number, name = String(at)): Item => ({ at: nanos(at), name });
const late = ({ name }: Item, floor: Nanos): Item => ({ at: floor, name: `late ${name}` });

function reorder(items: readonly Item[]): string[] {
  const reordering = createReordering<Item>(windowNs, late);
  const released = items.flatMap((one) => {
    reordering.push(one);
    return reordering.release();
  });
  return [...released, ...reordering.drain()].map(({ name }) => name);
}

test('items within the window come out in time order', () => {
  expect(reorder([item(50), item(10), item(90), item(20), item(300), item(280)])).toEqual([
    '10',
    '20',
    '50',
    '90',
    '280',
    '300',
  ]);
});

test('items of equal times keep the order in which they came', () => {
  const equal = ['a', 'b', 'c', 'd'].map((name) => item(7, name));
  expect(reorder([...equal, item(3)])).toEqual(['3', 'a', 'b', 'c', 'd']);
});

test('nothing is held longer than twice the window', () => {
  const reordering = createReordering<Item>(windowNs, late);
  reordering.push(item(0));
  reordering.push(item(200));
  expect(reordering.release()).toEqual([]);
  reordering.push(item(201));
  expect(reordering.release().map(({ name }) => name)).toEqual(['0']);
});

test('an item within the window of the newest is never late', () => {
  const names = reorder([item(0), item(1000), item(900), item(1001), item(901)]);
  expect(names).toEqual(['0', '900', '901', '1000', '1001']);
});

test('an item older than what was handed on is replaced, at the earliest time it may have', () => {
  const reordering = createReordering<Item>(windowNs, late);
  for (const one of [item(0), item(1000), item(5)]) reordering.push(one);
  expect(reordering.drain()).toEqual([item(0), item(900, 'late 5'), item(1000)]);
});
