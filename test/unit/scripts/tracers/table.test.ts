import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { replaceMarkedPart } from '../../../../scripts/marked-part.ts';
import { questions } from '../../../../scripts/tracers/questions.ts';
import { readRecorded, type Recorded } from '../../../../scripts/tracers/recorded.ts';
import { renderTables } from '../../../../scripts/tracers/table.ts';

const root = resolve(import.meta.dirname, '../../../..');
const page = readFileSync(join(root, 'docs/tracers.md'), 'utf8');
let recorded: readonly Recorded[] = [];
beforeAll(async () => {
  recorded = await readRecorded(join(root, 'test/golden'));
});

describe('the tables of docs/tracers.md', () => {
  it('are what the recordings say today (npm run tracer-page)', () => {
    expect(replaceMarkedPart(page, 'tables', renderTables(recorded))).toBe(page);
  });

  it('say something else as soon as a tracer misses something', () => {
    for (const index of recorded.keys()) {
      const worse = recorded.map((each, at) =>
        at === index ? { ...each, everyCall: each.everyCall.filter(({ kind }) => kind !== 'mark') } : each,
      );
      expect(replaceMarkedPart(page, 'tables', renderTables(worse))).not.toBe(page);
    }
  });
});

it('every tracer comes to the same verdict with the same kind of holder', () => {
  const judged = recorded.map(({ runs }) =>
    runs.map(({ title, summary }) => ({
      title,
      verdict: summary.verdict,
      doubts: summary.doubts,
      holders: [
        ...new Set(
          summary.findings.flatMap(({ holders }) => holders.map(({ kind, call }) => `${kind} ${call ?? ''}`)),
        ),
      ],
    })),
  );
  expect(judged.length).toBeGreaterThan(1);
  expect(judged[0]?.map(({ verdict }) => verdict)).toEqual(['held', 'clean', 'clean', 'held', 'held']);
  for (const each of judged) expect(each).toEqual(judged[0]);
});

it.each(questions)('a tracer that tells nothing is not said to tell $asks', ({ answer }) => {
  const silent: Recorded = { tracer: 'silent', everyCall: [], cut: [], runs: [] };
  expect(answer(silent, [silent, ...recorded])).toMatch(/^(?:no\b.*|no, no|0 of .*)$/);
});
