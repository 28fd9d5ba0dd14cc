import { describe, expect, it } from 'vitest';
import {
  escapeJson,
  escapeMarkdown,
  escapeTerminal,
  escapeWorkflowCommands,
  escapeXml,
} from '../../../src/report/escape.ts';

describe('escapeTerminal', () => {
  it.each([
    [
      'plain text stays',
      '127.0.0.1:3001 "a" <b> Größe 端口 \u{1f600}',
      '127.0.0.1:3001 "a" <b> Größe 端口 \u{1f600}',
    ],
    ['line ends and tabs', 'a\nb\rc\td', 'a\\nb\\rc\\td'],
    ['ANSI', '\x1b[31mred\x1b[0m\x1b]8;;http://x\x07', '\\x1b[31mred\\x1b[0m\\x1b]8;;http://x\\x07'],
    ['C1 controls, which some terminals obey', '\x9b2J\x85', '\\x9b2J\\x85'],
    ['NUL, DEL and backspace', 'a\0\x7f\b', 'a\\x00\\x7f\\x08'],
    ['bidirectional overrides', 'a\u202etxt\u2066b', 'a\\u{202e}txt\\u{2066}b'],
    ['what has no width', 'a\u200bb\ufeffc\u00add', 'a\\u{200b}b\\u{feff}c\\xadd'],
    ['fillers that look like nothing', 'a\u3164b', 'a\\u{3164}b'],
    ['spaces that only look like one', 'a\u00a0b\u3000c', 'a\\xa0b\\u{3000}c'],
    ['line separators', 'a\u2028b\u2029c', 'a\\u{2028}b\\u{2029}c'],
    ['lone surrogates', 'a\ud800b\udc00', 'a\\u{d800}b\\u{dc00}'],
    ['tags and private use', 'a\u{e0041}\ue000', 'a\\u{e0041}\\u{e000}'],
    ['a backslash, so that an escape is no lie', '\\x1b', '\\\\x1b'],
    ['two accents on a letter stay', 'e\u0302\u0301', 'e\u0302\u0301'],
    ['an accent on nothing', ' \u0301', ' \\u{301}'],
    ['accents piled up', 'e\u0301\u0302\u0303', 'e\u0301\u0302\\u{303}'],
  ])('%s', (_, text, escaped) => {
    expect(escapeTerminal(text)).toBe(escaped);
  });
});

describe('escapeJson', () => {
  it('is the same value with nothing in it that a terminal acts on', () => {
    const value = { name: 'a\n\x1b[2J\x7f\x9b\u202e\u2028\ud800\u{e0041}é\u{1f600}' };
    const text = escapeJson(JSON.stringify(value, null, 1));
    expect(text).toMatchInlineSnapshot(`
      "{
       "name": "a\\n\\u001b[2J\\u007f\\u009b\\u202e\\u2028\\ud800\\udb40\\udc41é😀"
      }"
    `);
    expect(JSON.parse(text)).toEqual(value);
  });
});

describe('escapeMarkdown', () => {
  it.each([
    ['unfixed on go1.9.7, 45.1 %: 127.0.0.1:3001', 'unfixed on go1.9.7, 45.1 %: 127.0.0.1:3001'],
    ['a|b`c*d_e', 'a\\|b\\`c\\*d\\_e'],
    ['<b>&amp;', '\\<b\\>\\&amp;'],
    ['- x', '\\- x'],
    ['1. x', '1\\. x'],
    ['1.5 ms', '1.5 ms'],
    ['@who #12 http://x www.y.z', '\\\\x40who \\\\x2312 http\\\\x3a//x www\\\\x2ey.z'],
  ])('%j', (text, expected) => {
    expect(escapeMarkdown(text)).toBe(expected);
  });
});

describe('escapeXml', () => {
  it('leaves no markup and no end of an attribute or of CDATA', () => {
    expect(escapeXml(`<a b="c">'&]]>`)).toBe('&#60;a b=&#34;c&#34;&#62;&#39;&#38;]]&#62;');
  });
});

describe('escapeWorkflowCommands', () => {
  it.each([
    ['::error::x\n  ::stop-commands::y\n', '\\x3a:error::x\n  \\x3a:stop-commands::y\n'],
    ['a ##[error]b', 'a \\x23#[error]b'],
    ['udp [::1]:3001 ::1 ## [x]', 'udp [::1]:3001 ::1 ## [x]'],
  ])('%j', (text, expected) => {
    expect(escapeWorkflowCommands(text)).toBe(expected);
  });
});
