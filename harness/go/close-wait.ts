/**
 * The one block that Go 1.10 added to Close (golang/go#21856): it waits until every call on the descriptor has
 * returned. Without it Close is again what it was before, under the same compiler and runtime.
 */

export type CloseWaitRemoval =
  | { readonly removed: true; readonly source: string }
  /** Half a sentence for a message. */
  | { readonly removed: false; readonly why: string };

/**
 * Formatting and comments do not matter; anything that is not surely that block, once in the file and inside
 * `func (fd *FD) Close()`, does.
 * @param source of internal/poll/fd_unix.go
 * @returns the same lines with the block's lines empty, so that all others keep their numbers
 */
export function removeCloseWait(source: string): CloseWaitRemoval {
  const code = blankOutText(source);
  const functions = [...code.matchAll(closeFunction)];
  const [close] = functions;
  if (close === undefined || functions.length > 1) {
    return refused(`it has ${countOf(functions, 'function')} \`func (fd *FD) Close() error\``);
  }
  const blocks = [...code.matchAll(waitBlock)];
  const [block] = blocks;
  if (block === undefined || blocks.length > 1) {
    return refused(`it has ${countOf(blocks, 'block')} \`${waitBlockText}\``);
  }
  const end = block.index + block[0].length;
  if (block.index < close.index || end > endOfBlock(code, close.index + close[0].length)) {
    return refused(`its block \`${waitBlockText}\` is not in \`func (fd *FD) Close()\``);
  }
  const kept = source.slice(block.index, end).replaceAll(/[^\n]/g, '');
  return { removed: true, source: source.slice(0, block.index) + kept + source.slice(end) };
}

const waitBlockText = 'if fd.isBlocking == 0 { runtime_Semacquire(&fd.csema) }';

const closeFunction = new RegExp(tokens('func ( fd * FD ) Close ( ) error {'), 'g');
/** A part of an if-else chain is something else. */
const waitBlock = new RegExp(
  `(?<!\\belse\\s*)${tokens('if fd . isBlocking == 0 { runtime_Semacquire ( & fd . csema ) ;? }')}(?!\\s*else\\b)`,
  'g',
);

/**
 * A pattern of tokens, written with blanks between them, where any white space or none may be; two words can not
 * grow together. A `?` behind a token: it may be missing.
 */
function tokens(text: string): string {
  const parts = text.split(' ').map((part) => (/^[({*.&)}]$/.test(part) ? `\\${part}` : part));
  const spaced = parts.map((part, index) => {
    const next = parts[index + 1];
    if (next === undefined) return part;
    return part + (/\w$/.test(part) && /^\w/.test(next) ? '\\s+' : '\\s*');
  });
  return `\\b${spaced.join('')}`;
}

/** Comments and the contents of literals as blanks: what is left is code, at the same offsets. */
function blankOutText(source: string): string {
  return source.replaceAll(
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|`[^`]*`|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g,
    (text) => text.replaceAll(/[^\n]/g, ' '),
  );
}

/** @param start just behind the opening brace; @returns the offset of its closing brace */
function endOfBlock(code: string, start: number): number {
  let depth = 1;
  for (let index = start; index < code.length; index++) {
    if (code[index] === '{') depth++;
    if (code[index] === '}' && --depth === 0) return index;
  }
  return code.length;
}

function refused(why: string): CloseWaitRemoval {
  return { removed: false, why };
}

function countOf(found: readonly unknown[], what: string): string {
  if (found.length === 0) return `no ${what}`;
  return `${found.length} ${what}s`;
}
