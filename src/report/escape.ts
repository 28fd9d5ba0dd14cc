/**
 * Text from a traced program is hostile: it is escaped once, at the rim, by the rules of the output. One
 * function per output format.
 */

/**
 * What a terminal would act on or not show as it is: controls (ANSI sequences begin with one), format
 * characters (bidirectional overrides, zero width), lone surrogates, private and unassigned code points,
 * spaces other than the plain one, other characters without a shape, and accents with no letter to stand
 * on or piled up on one.
 */
const invisible = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/u;
const unsupportedAccent = /(?<![\p{L}\p{N}]|[\p{L}\p{N}]\p{M})\p{M}/u;
const unfitForTerminal = new RegExp(`${invisible.source}|${unsupportedAccent.source}|\\\\`, 'gu');

/** One line of plain text: `\n`, `\x1b`, `\u{202e}`. A backslash is doubled, so that the two can be told apart. */
export function escapeTerminal(text: string): string {
  return text.replace(unfitForTerminal, (character) => {
    const short = shortEscapes[character];
    if (short !== undefined) return short;
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u{${code}}`;
  });
}

const shortEscapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/**
 * For a JSON document that JSON.stringify made: it escapes what JSON demands, this also what a terminal
 * would act on. Such characters stand only inside strings, where `\u` is the same value.
 */
export function escapeJson(document: string): string {
  return document.replace(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, unit) => {
      return `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`;
    }).join(''),
  );
}

/**
 * For XML 1.0, as text or as the value of an attribute in double quotes. What XML can not hold at all (most
 * controls, lone surrogates) is made visible by escapeTerminal, which `text` must have been through.
 */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * For a paragraph or a table cell of GitHub Flavored Markdown: nothing in it is markup, HTML or a link. GitHub looks
 * for mentions, issues and addresses in what is shown, where a backslash no longer protects, so these are broken up
 * by a visible escape. `text` must have been through escapeTerminal, so that it is one line.
 */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/@|#(?=\d)|:(?=\/\/)|(?<=www)\./gi, (character) => `\\x${character.charCodeAt(0).toString(16)}`)
    .replace(/[\\`*_{}[\]<>#&|~$!]/g, (character) => `\\${character}`)
    .replace(/^(\s*)([-+=])/, '$1\\$2')
    .replace(/^(\s*\d{1,9})([.)])(?=\s|$)/, '$1\\$2');
}

/**
 * For lines of text that GitHub Actions shows: it would act on a line that begins with `::`, and on `##[` wherever
 * it stands (both seen in the runner's parser, ActionCommand.cs).
 */
export function escapeWorkflowCommands(text: string): string {
  return text.replace(/^(\s*):(?=:)/gm, '$1\\x3a').replaceAll('##[', '\\x23#[');
}
