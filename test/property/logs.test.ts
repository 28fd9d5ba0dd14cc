/** Logs that were touched: no crash, no answer that is better than the log, whatever the bytes. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HarnessError } from '../../harness/errors.ts';
import { logDocumentSchema } from '../../harness/logs/document.ts';
import { judgeLog } from '../../harness/logs/judgement.ts';
import { renderLogText } from '../../harness/logs/text.ts';

const golden = join(import.meta.dirname, '..', 'golden');

/** Without the calls that change nothing, so that most edits hit one that matters. */
function linesOf(style: string): string[] {
  const file = join(golden, 'logs', `strace-${style}`, 'trace.txt');
  return readFileSync(file, 'latin1')
    .split('\n')
    .filter(
      (line) =>
        !/futex|rt_sig|mmap|nanosleep|madvise|gettid|tgkill|epoll|fstat|pread/.test(line) || /brk/.test(line),
    );
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'afterclose-test-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The verdict, or the exit code of a refusal. */
async function answerTo(content: string): Promise<string> {
  const path = join(folder, 'log');
  writeFileSync(path, content, 'latin1');
  try {
    const document = await judgeLog({ words: [path], stillOpen: 'finding', command: 'check' });
    const text = renderLogText(logDocumentSchema.parse(document), {
      width: 80,
      color: false,
      detail: 'full',
    });
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    return document.verdict;
  } catch (error) {
    if (error instanceof HarnessError) return `exit ${error.exitCode}`;
    throw error;
  }
}

type Edit = readonly [
  line: number,
  at: number,
  kind: 'replace' | 'remove' | 'insert' | 'cut' | 'double' | 'drop',
  byte: number,
];

const edit: fc.Arbitrary<Edit> = fc.tuple(
  fc.nat(),
  fc.nat({ max: 160 }),
  fc.constantFrom('replace', 'remove', 'insert', 'cut', 'double', 'drop'),
  fc.nat({ max: 255 }),
);

/**
 * The refused bind may be mangled and not left out: without it the log is that of a program that never asked again,
 * which is clean, and nothing in it could tell that a whole line is missing.
 */
const refused = 'EADDRINUSE';

function edited(lines: readonly string[], edits: readonly Edit[]): string {
  const changed = [...lines];
  for (const [number, at, kind, byte] of edits) {
    const index = number % changed.length;
    const line = changed[index] ?? '';
    const isLeftOut = kind === 'drop' || (kind === 'cut' && at % (line.length + 1) === 0);
    if (isLeftOut && lines[index]?.includes(refused)) continue;
    const place = at % (line.length + 1);
    const character = String.fromCharCode(byte);
    const before = line.slice(0, place);
    changed[index] = {
      replace: before + character + line.slice(place + 1),
      remove: before + line.slice(place + 1),
      insert: before + character + line.slice(place),
      cut: before,
      double: `${line}\n${line}`,
      drop: '',
    }[kind];
  }
  return changed.join('\n');
}

test.each(['f-ttt-T', 'f', 'f-yy-X-raw'])(
  'edits of a log of -%s',
  async (style) => {
    const lines = linesOf(style);
    expect(await answerTo(lines.join('\n'))).toBe('held');
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 12 }), async (edits) => {
        expect(['held', 'unknown', 'exit 2']).toContain(await answerTo(edited(lines, edits)));
      }),
      { numRuns: 250 },
    );
  },
  60_000,
);

test("edits of the article's log of dtruss", async () => {
  const lines = readFileSync(join(golden, 'seed', 'dtruss.txt'), 'latin1').split('\n');
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { maxLength: 12 }), async (edits) => {
      expect(['unknown', 'exit 2']).toContain(await answerTo(edited(lines, edits)));
    }),
    { numRuns: 200 },
  );
}, 60_000);
