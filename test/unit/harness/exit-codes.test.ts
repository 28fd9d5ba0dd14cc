import { expect, test } from 'vitest';
import { decideExitCode, exitCodeOfSignal, exitCodes } from '../../../harness/exit-codes.ts';

test('the numbers are part of the interface', () => {
  expect(exitCodes).toEqual({ asExpected: 0, unexpected: 1, usage: 2, environment: 3, inconclusive: 4 });
  expect(exitCodeOfSignal('SIGINT')).toBe(130);
  expect(exitCodeOfSignal('SIGTERM')).toBe(143);
  expect(exitCodeOfSignal('SIGHUP')).toBe(129);
});

test('signal, then usage, environment, unexpected, inconclusive, as expected', () => {
  const order = [130, 2, 3, 1, 4, 0];
  for (const [index, code] of order.entries()) {
    expect(decideExitCode(order.slice(index).reverse())).toBe(code);
  }
  expect(decideExitCode([])).toBe(0);
});
