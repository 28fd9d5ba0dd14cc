import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeJson, escapeTerminal } from '../../src/report/escape.ts';
import { displayWidth, prose } from '../../src/report/terminal/prose.ts';

/** Any UTF-16, lone surrogates included, with what terminals obey more often than chance would have it. */
const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\x1b[31m', '\n', '\r', '\\', '\u202e', '\ud800', '\u0301', ' ', '\x9b', '\u2028'),
    ),
  )
  .map((parts) => parts.join(''));

const unfit = /[\p{C}\p{Zl}\p{Zp}]/u;

describe('escapeTerminal', () => {
  it('leaves nothing that a terminal acts on', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(escapeTerminal(text)).not.toMatch(unfit);
      }),
    );
  });

  it('can be taken back: two texts never look the same', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(unescape(escapeTerminal(text))).toBe(text);
      }),
    );
  });
});

describe('escapeJson', () => {
  it('keeps the value and leaves nothing that a terminal acts on', () => {
    fc.assert(
      fc.property(hostile, hostile, (key, text) => {
        const value = [{ [`_${key}`]: text }];
        const document = escapeJson(JSON.stringify(value, null, 2));
        expect(document.replaceAll('\n', '')).not.toMatch(unfit);
        expect(JSON.parse(document)).toEqual(value);
      }),
    );
  });
});

describe('prose', () => {
  it('fits every line and loses nothing but spaces', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 12, max: 120 }), (text, width) => {
        const lines = prose(text, { width, first: '  ', rest: '    ' });
        expect(lines.filter((line) => displayWidth(line) > width)).toEqual([]);
        expect(lines.join('').replaceAll(' ', '')).toBe(escapeTerminal(text).replaceAll(' ', ''));
      }),
    );
  });
});

function unescape(text: string): string {
  const short: Readonly<Record<string, string>> = { '\\\\': '\\', '\\n': '\n', '\\r': '\r', '\\t': '\t' };
  return text.replace(/\\(?:\\|[nrt]|x[0-9a-f]{2}|u\{[0-9a-f]+\})/g, (escape) => {
    return short[escape] ?? String.fromCodePoint(parseInt(escape.replace(/^\\[xu]\{?/, ''), 16));
  });
}
