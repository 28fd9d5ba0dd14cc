/** The tables of docs/tracers.md: a column for each tracer, made of nothing but the recordings. */
import type { RunSummary } from '../../src/verdict/run-summary.ts';
import { questions } from './questions.ts';
import type { Recorded } from './recorded.ts';

export function renderTables(recorded: readonly Recorded[]): string {
  const names = recorded.map(({ tracer }) => tracer);
  const sight = questions.map(({ asks, answer }) => [
    asks,
    ...recorded.map((each) => answer(each, recorded)),
  ]);
  const titles = [...new Set(recorded.flatMap(({ runs }) => runs.map(({ title }) => title)))];
  const judged = titles.map((title) => [
    title,
    ...recorded.map(({ runs }) => tellRun(runs.find((run) => run.title === title)?.summary)),
  ]);
  return [
    '### What it tells',
    table(['', ...names], sight),
    '### What is concluded from it',
    table(['run', ...names], judged),
  ].join('\n\n');
}

function tellRun(summary: RunSummary | undefined): string {
  if (summary === undefined) return 'not recorded';
  const proven = summary.findings.flatMap(({ certain, holders }) => (certain ? holders : []));
  const kinds = proven.map(({ kind, call }) =>
    kind === 'call' ? `call in flight, \`${call ?? '?'}\`` : 'descriptor',
  );
  const holders = [...new Set(kinds)].sort().join(' and ');
  return holders === '' ? summary.verdict : `${summary.verdict}; holder: ${holders}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
