import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decodeHexDump } from '../../../../../harness/tracers/dtrace/hexdump.ts';

const seed = readFileSync(
  new URL('../../../../golden/seed/dtrace-bind-hexdump.txt', import.meta.url),
  'utf8',
);

/** A record with these first bytes, filled up as DTrace does. */
function dump(...first: readonly number[]): string {
  const bytes = Array.from({ length: 32 }, (_, at) => (first[at] ?? 0).toString(16).padStart(2, '0'));
  const row = (offset: number): string =>
    `${offset.toString(16).padStart(10)}: ${bytes.slice(offset, offset + 16).join(' ')}  ................`;
  return [`  0    358                       bind:entry                 5`, row(0), row(16), ''].join('\n');
}

test('the article’s own dump: descriptor 5, port 3001, and of the address only its first octet', () => {
  expect(decodeHexDump(seed, 'bsd')).toEqual([
    {
      fd: 5,
      known: Uint8Array.of(0x10, 0x02, 0x0b, 0xb9, 0x7f),
      family: 2,
      port: 3001,
      host: [127],
      cannotTell:
        'copyinstr stopped at the first zero byte: the address after 127 is not known, and the zeros shown there are only filling',
    },
  ]);
});

test('an address without a zero byte is known in full', () => {
  expect(decodeHexDump(dump(0x10, 2, 0x0b, 0xb9, 10, 1, 2, 3), 'bsd')).toMatchObject([
    { port: 3001, host: [10, 1, 2, 3], cannotTell: null },
  ]);
});

test('a port with a zero byte is lost, and with it the address', () => {
  const [bind] = decodeHexDump(dump(0x10, 2, 0x1f, 0x00, 10, 1, 2, 3), 'bsd');
  expect(bind).toMatchObject({ family: 2, port: null, host: [] });
  expect(bind?.cannotTell).toContain('the port and the address are not known');
});

test('on Linux the family’s second byte is zero: nothing after it is known', () => {
  const [bind] = decodeHexDump(dump(2, 0), 'linux');
  expect(bind).toMatchObject({ family: 2, port: null, host: [] });
});

test('another family has no port at that place', () => {
  const [bind] = decodeHexDump(dump(0x1c, 30, 0x0b, 0xb9, 1, 1), 'bsd');
  expect(bind).toMatchObject({ family: 30, port: null, host: [] });
  expect(bind?.cannotTell).toContain('the address is not known');
});

test('several records, and lines of other kinds between them', () => {
  const text = `dtrace: description 'bind:entry ' matched 1 probe\n${dump(0x10, 2, 1, 1, 9)}noise\n${dump(0x10, 2, 2, 2, 9)}`;
  expect(decodeHexDump(text, 'bsd').map(({ port }) => port)).toEqual([257, 514]);
});

test.each(['', 'noise', '         0: 10 02 0b b9', '  0    358   bind:entry  5'])(
  '%j holds no bind',
  (text) => {
    expect(decodeHexDump(text, 'bsd')).toEqual([]);
  },
);
