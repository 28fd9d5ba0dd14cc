import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { errnoName } from '../../../../harness/tracers/errno.ts';

test.runIf(process.platform === 'linux')("Linux's names are those of this machine", () => {
  const sameNumber = ['EWOULDBLOCK', 'ENOTSUP'];
  const named = Object.entries(constants.errno).filter(([name]) => !sameNumber.includes(name));
  expect(named.length).toBeGreaterThan(70);
  for (const [name, number] of named) expect(errnoName('linux', number)).toBe(name);
});

test('the same name has other numbers on macOS', () => {
  expect([errnoName('linux', 98), errnoName('darwin', 48)]).toEqual(['EADDRINUSE', 'EADDRINUSE']);
  expect([errnoName('linux', 107), errnoName('darwin', 57)]).toEqual(['ENOTCONN', 'ENOTCONN']);
  expect(errnoName('darwin', 106)).toBe('EQFULL');
});

test('a call that the kernel restarts has a name of its own', () => {
  expect(errnoName('linux', 512)).toBe('ERESTARTSYS');
});

test('an unknown number stays a number', () => {
  expect([errnoName('linux', 41), errnoName('linux', 4000), errnoName('darwin', 0)]).toEqual([
    'E41',
    'E4000',
    'E0',
  ]);
});
