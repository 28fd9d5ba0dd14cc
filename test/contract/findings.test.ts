/** What every kind of finding has beside its rule; what each rule finds is in test/unit/findings. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findingCodes, type Finding, type FindingCode } from '../../src/findings/finding.ts';
import { findingRules } from '../../src/findings/index.ts';
import { toFindingReport } from '../../src/report/convert.ts';
import { tellStory } from '../../src/report/story.ts';
import { conflict, leak, linger } from '../unit/report/sample-findings.ts';

const root = join(import.meta.dirname, '../..');
const samples: Readonly<Record<FindingCode, () => Finding>> = { conflict, linger, leak };

it('every code has one rule, and every rule a code', () => {
  expect(findingRules.map(({ code }) => code).sort()).toEqual([...findingCodes].sort());
});

describe.each(findingCodes)('%s', (code) => {
  it.each([`docs/findings/${code}.md`, `test/unit/findings/${code}.test.ts`])('has %s', (file) => {
    expect(existsSync(join(root, file))).toBe(true);
  });

  it('is told as a story: what happened, why, and one moment that is judged', () => {
    const arm = {
      variant: 'unfixed',
      toolchain: 'go1.9.7',
      tracer: 'dtrace',
      expected: 'held',
      role: null,
    } as const;
    const story = tellStory(toFindingReport(samples[code](), arm));
    expect(story.title).toContain('127.0.0.1:3001');
    // The words for a cause that nobody has described.
    expect(story.cause).not.toMatch(/^Cause: /);
    expect(story.lines.filter(({ role }) => role === 'judged')).toHaveLength(1);
  });
});
