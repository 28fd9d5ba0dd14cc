import { expect, test } from 'vitest';
import { escapeControls, formatError, HarnessError } from '../../../harness/errors.ts';

test('an error is one message: what, why, way out', () => {
  const error = new HarnessError({
    what: 'can not build with go1.6.3',
    why: 'the release is not to be had',
    remedy: 'use 1.6.4',
    exitCode: 3,
  });
  expect(formatError(error)).toBe(
    [
      'afterclose: can not build with go1.6.3',
      '  why: the release is not to be had',
      '  way out: use 1.6.4',
    ].join('\n'),
  );
  expect(error.exitCode).toBe(3);
});

test('several lines of foreign output stay lines, indented, so that none can pass for ours', () => {
  const error = new HarnessError({
    what: 'a',
    why: 'first\nafterclose: all is well\n',
    remedy: 'b',
    exitCode: 3,
  });
  expect(formatError(error).split('\n')[2]).toBe('       afterclose: all is well');
});

test('control characters and characters that reorder text are shown, not sent', () => {
  const error = new HarnessError({
    what: 'no \u001b[2J',
    why: 'x\r\u202ey',
    remedy: '\u0007\u009b',
    exitCode: 3,
  });
  expect(formatError(error)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  expect(escapeControls('\u001b[2J\u202e\u009b')).toBe('\\x1b[2J\\u202e\\x9b');
});

test('the cause is kept, and is absent where none was given', () => {
  const cause = new Error('inner');
  expect(new HarnessError({ what: 'a', why: 'b', remedy: 'c', exitCode: 3, cause }).cause).toBe(cause);
  expect('cause' in new HarnessError({ what: 'a', why: 'b', remedy: 'c', exitCode: 3 })).toBe(false);
});

test('what was not foreseen keeps its stack', () => {
  expect(formatError(new RangeError('boom'))).toMatch(/fault of afterclose.*\n.*RangeError: boom\n\s+at /);
  expect(formatError('thrown text')).toContain('thrown text');
});
