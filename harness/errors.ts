/** The one error class for everything that can be foreseen: what happened, why, and the way out. */

export interface HarnessErrorOptions {
  /** What happened, in one sentence without a full stop. */
  readonly what: string;
  /** Why; may hold several lines of another program's output. */
  readonly why: string;
  /** What the reader can do now. */
  readonly remedy: string;
  /** From harness/exit-codes.ts. */
  readonly exitCode: number;
  readonly cause?: unknown;
}

export class HarnessError extends Error {
  readonly what: string;
  readonly why: string;
  readonly remedy: string;
  readonly exitCode: number;

  constructor(options: HarnessErrorOptions) {
    super(`${options.what}: ${options.why}`, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'HarnessError';
    this.what = options.what;
    this.why = options.why;
    this.remedy = options.remedy;
    this.exitCode = options.exitCode;
  }
}

/**
 * For stderr, with no newline at the end. A HarnessError becomes one message of three parts; anything else
 * was not foreseen and keeps its stack.
 */
export function formatError(error: unknown): string {
  if (error instanceof HarnessError) {
    return [
      `afterclose: ${indentLines(error.what)}`,
      `  why: ${indentLines(error.why)}`,
      `  way out: ${indentLines(error.remedy)}`,
    ].join('\n');
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `afterclose: a fault of afterclose itself, please report it\n  ${indentLines(text)}`;
}

/**
 * Foreign text for a terminal: control characters, line and paragraph separators and the characters that
 * reorder text (a file name could hide itself with them) become visible escapes.
 */
export function escapeControls(text: string): string {
  return text.replace(unsafeCharacters, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

function indentLines(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => escapeControls(line.replaceAll('\t', '  ')))
    .join('\n       ');
}

const unsafeCharacters = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
