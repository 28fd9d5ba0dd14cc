import { expect, it } from 'vitest';
import { ConflictQueue } from '../../../src/kernel/conflict-queue.ts';
import type { FailedBind } from '../../../src/kernel/ledger.ts';
import type { Reference } from '../../../src/kernel/reference.ts';

it('a failed bind is handed over once: when its last reference is gone, else in the end', () => {
  const told: string[] = [];
  const queue = new ConflictQueue(({ call }) => told.push(call));
  const [one, other] = [{ isGone: false }, { isGone: false }] as unknown as [Reference, Reference];
  const bindBy = (call: FailedBind['call']) => () => ({ call }) as FailedBind;
  queue.add([one, other], bindBy('bind'));
  queue.add([one], bindBy('listen'));
  queue.gone(one);
  expect(told).toEqual(['listen']);
  queue.end();
  queue.end();
  queue.gone(other);
  expect(told).toEqual(['listen', 'bind']);
});
