import { expect, it } from 'vitest';
import { judgeSkip } from '../../../scripts/skip-policy.ts';
import type { Machine } from '../../../scripts/skip-policy.ts';

const machine: Machine = { isRoot: false, hasProgram: (name) => name === 'strace', kind: 'any' };

it.each([
  ['missing: root (an ordinary user)', null],
  ['missing: dtrace (offline)', null],
  ['missing: strace (not found)', 'this machine has strace'],
  ['too slow today', 'it does not say what is missing (a note `missing: NAME (why it is needed)`)'],
  [null, 'it does not say what is missing (a note `missing: NAME (why it is needed)`)'],
])('%s: %s', (note, fault) => {
  expect(judgeSkip({ test: 'a test', note }, machine)).toBe(fault);
});

it.each([
  ['missing: dtrace (offline)', 'this machine is expected to have dtrace (AFTERCLOSE_SKIPS=fail)'],
  ['missing: root (an ordinary user)', 'this machine is expected to have root (AFTERCLOSE_SKIPS=fail)'],
  // A bare machine without it is complete.
  ['missing: strace (counts the calls)', null],
])('on a complete machine, %s: %s', (note, fault) => {
  const complete: Machine = { isRoot: false, hasProgram: () => false, kind: 'complete' };
  expect(judgeSkip({ test: 'a test', note }, complete)).toBe(fault);
});
