import { readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { removeCloseWait } from '../../../../harness/go/close-wait.ts';

const before = `package poll

// Close closes the FD. if fd.isBlocking == 0 { runtime_Semacquire(&fd.csema) }
func (fd *FD) Close() error {
	if !fd.fdmu.increfAndClose() {
		return errClosing(fd.isFile)
	}
	err := fd.decref()
`;
const block = `	if fd.isBlocking == 0 {
		runtime_Semacquire(&fd.csema)
	}
`;
const after = `	return err
}

func (fd *FD) SetBlocking() error {
	atomic.StoreUint32(&fd.isBlocking, 1)
	return nil
}
`;

function removed(source: string): string {
  const removal = removeCloseWait(source);
  return removal.removed ? removal.source : expect.unreachable(removal.why);
}

function refusal(source: string): string {
  const removal = removeCloseWait(source);
  return removal.removed ? expect.unreachable('it was removed') : removal.why;
}

test('exactly the block goes; every other line keeps its text and its number', () => {
  const left = removed(before + block + after).split('\n');
  const original = (before + block + after).split('\n');
  const at = before.split('\n').length - 1;
  expect(left.filter((line, index) => line !== original[index]).map((line) => line.trim())).toEqual([
    '',
    '',
    '',
  ]);
  expect(left.slice(at + 3).join('\n')).toBe(after);
  expect(left.slice(0, at).join('\n')).toBe(before.slice(0, -1));
});

test('what is left of the file of a real Go differs in nothing but that block', () => {
  const goRoot = execFileSync('go', ['env', 'GOROOT'], {
    encoding: 'utf8',
    env: { ...process.env, GOTOOLCHAIN: 'local' },
  });
  const source = readFileSync(join(goRoot.trim(), 'src/internal/poll/fd_unix.go'), 'utf8');
  const left = removed(source).split('\n');
  const gone = source.split('\n').filter((line, index) => line !== left[index]);
  expect(gone.map((line) => line.trim())).toEqual([
    'if fd.isBlocking == 0 {',
    'runtime_Semacquire(&fd.csema)',
    '}',
  ]);
});

describe('formatting and comments do not matter', () => {
  test.each([
    ['one line', '\tif fd.isBlocking == 0 { runtime_Semacquire(&fd.csema) }\n'],
    ['a semicolon', '\tif fd.isBlocking == 0 { runtime_Semacquire(&fd.csema); }\n'],
    ['no blanks', '\tif fd.isBlocking==0{runtime_Semacquire(&fd.csema)}\n'],
    ['many blanks', '\tif  fd . isBlocking  ==  0  {\n\n\n\t runtime_Semacquire( & fd.csema )\r\n}\n'],
    [
      'comments inside',
      '\tif fd.isBlocking /* never */ == 0 { // wait: }\n\t\truntime_Semacquire(&fd.csema) /* { */\n\t}\n',
    ],
  ])('%s', (_, text) => {
    expect(removed(before + text + after).replaceAll(/\s+/g, ' ')).toBe(
      (before + after).replaceAll(/\s+/g, ' '),
    );
  });

  test('braces in comments, strings and runes of Close are no braces', () => {
    const odd = before + '\t_ = "}" + `}\n}` + string(\'}\') + "\\"}" // }\n\t/* } */\n';
    expect(removed(odd + block + after).startsWith(odd)).toBe(true);
  });
});

describe('anything that is not surely that block is refused', () => {
  test.each([
    ['no block', before + after, /no block `if fd/],
    ['twice', before + block + block + after, /2 blocks/],
    ['one of two elsewhere', before + block + after + `func f(fd *FD) {\n${block}}\n`, /2 blocks/],
    ['elsewhere only', before + after + `func f(fd *FD) {\n${block}}\n`, /is not in `func/],
    ['elsewhere only, before it', `func f(fd *FD) {\n${block}}\n` + before + after, /is not in `func/],
    ['in a comment', `${before}/*\n${block}*/\n${after}`, /no block/],
    ['in a string', `${before}_ = \`\n${block}\`\n${after}`, /no block/],
    ['with an else', before + block.trimEnd() + ' else {\n\tf()\n}\n' + after, /no block/],
    ['as an else', `${before}if f() {\n} else ${block.trim()}\n${after}`, /no block/],
    ['with more in it', before + block.replace('\t}', '\tf()\n\t}') + after, /no block/],
    ['another condition', before + block.replace('isBlocking == 0', 'isBlocking == 1') + after, /no block/],
    ['of Go 1.10', before + block.replace('fd.isBlocking == 0', '!fd.isBlocking') + after, /no block/],
    ['of another name', before + block.replace('if fd', 'if myfd') + after, /no block/],
    ['two functions', before + block + after + before + after, /2 functions/],
    ['another receiver', (before + block + after).replace('(fd *FD) Close', '(fd FD) Close'), /no function/],
    ['a longer name', (before + block + after).replace('Close()', 'CloseRead()'), /no function/],
    ['nothing at all', '', /no function/],
  ])('%s', (_, source, why) => {
    expect(refusal(source)).toMatch(why);
  });
});
