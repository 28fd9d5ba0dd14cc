/** What the report of a part may say: it can find a fault, and it is never the answer. */
import { describe, expect, test } from 'vitest';
import { buildReport } from '../../../src/report/build.ts';
import type { JudgedArm, ReportInput } from '../../../src/report/build.ts';
import { github } from '../../../src/report/github.ts';
import { headline } from '../../../src/report/headline.ts';
import { arms, doubt, run, session } from './sample-session.ts';

const shard = { index: 2, of: 4 };
const bad: JudgedArm = { ...arms.unfixedOld, arm: { ...arms.unfixedOld.arm, role: 'known-bad' } };
const good: JudgedArm = { ...arms.unfixedNew, arm: { ...arms.unfixedNew.arm, role: 'known-good' } };
const subject: JudgedArm = { ...arms.fixedOld, arm: { ...arms.fixedOld.arm, role: 'subject' } };
const gate = {
  kind: 'gate',
  claim: { below: 0.1, confidence: 0.95 },
  inconclusive: 'fail',
  baseline: null,
} as const;
const repro = { kind: 'repro' } as const;

const doubtful = { ...subject, runs: [run({ verdict: 'unknown', doubts: [doubt('unparsed')] })] };
const held = { ...subject, runs: bad.runs };
const notHeld = { ...bad, runs: good.runs };
const notRun = { ...bad, runs: [] };

test.each<[string, Partial<ReportInput>, string, number]>([
  [
    'a gate in which nothing speaks against it',
    { question: gate, arms: [bad, good, subject] },
    'inconclusive',
    0,
  ],
  [
    'a gate whose known-bad arm was not held here',
    { question: gate, arms: [notHeld, good, subject] },
    'inconclusive',
    0,
  ],
  [
    'a gate whose known-bad arm had no run here',
    { question: gate, arms: [notRun, good, subject] },
    'inconclusive',
    0,
  ],
  ['a gate whose subject is held', { question: gate, arms: [bad, good, held] }, 'unexpected', 1],
  ['a gate with a run in doubt', { question: gate, arms: [bad, good, doubtful] }, 'inconclusive', 4],
  ['all of a repro as it must be', { question: repro, arms: [bad, subject] }, 'inconclusive', 0],
  ['a repro whose fix is held', { question: repro, arms: [bad, held] }, 'unexpected', 1],
  [
    'one that broke off',
    { question: repro, arms: [bad, subject], end: { kind: 'broken-off' } },
    'inconclusive',
    4,
  ],
  ['one that was ended', { arms: [bad], end: { kind: 'interrupted', signal: 15 } }, 'interrupted', 143],
  [
    'one with a doubt about all of it',
    { question: repro, arms: [bad, subject], doubts: [doubt('dropped', { run: null })] },
    'inconclusive',
    4,
  ],
])('%s', (_, changes, outcome, exitCode) => {
  const report = buildReport(session({ ...changes, shard }));
  expect([report.outcome, report.exitCode]).toEqual([outcome, exitCode]);
});

describe('in words', () => {
  const done = buildReport(session({ question: gate, arms: [bad, good, subject], shard }));

  test('it says that only the merge answers', () => {
    expect(headline(done)).toMatchObject({
      marker: 'SHARD 2 OF 4',
      verdict:
        'done, and nothing in this part speaks against it; only afterclose merge of all 4 shards answers.',
    });
  });

  test('a fault is told as in a whole session', () => {
    const red = buildReport(session({ question: gate, arms: [bad, good, held], shard }));
    expect(headline(red).marker).toBe('GATE RED');
  });

  test('on GitHub a shard that did its part is no error', () => {
    const options = { width: 100, color: false, sessionPath: null, detail: 'brief' } as const;
    expect(github.render(done, options)).toMatch(/^::notice title=afterclose::SHARD 2 OF 4: done[^\n]*\n$/);
    const doubted = buildReport(session({ question: gate, arms: [bad, good, doubtful], shard }));
    expect(github.render(doubted, options)).toMatch(
      /^::error title=afterclose::SHARD 2 OF 4: there is doubt/,
    );
  });
});
