import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { renderExample, replaceExample } from '../../../scripts/readme-example.ts';
import { reportSchema } from '../../../src/report/report.ts';

const root = resolve(import.meta.dirname, '../../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const report = reportSchema.parse(JSON.parse(readFileSync(join(root, 'docs/example/report.json'), 'utf8')));

it('is what a real session printed, in the words of today (npm run readme-output)', () => {
  expect(report.outcome).toBe('as-expected');
  expect(report.tracer).toBe('dtrace');
  expect(replaceExample(readme, renderExample(report))).toBe(readme);
});

it('would notice another report', () => {
  const other = { ...report, seed: `${report.seed}x`, session: 'another' };
  expect(replaceExample(readme, renderExample(other))).not.toBe(readme);
});
