/** Variant by variant, a line for each release: a table and a bar chart in one. */
import { escapeTerminal } from '../escape.ts';
import { readHistories, type ReleaseArm, type VariantHistory } from '../releases.ts';
import type { Report } from '../report.ts';
import { runsHeld } from '../runs-held.ts';
import { armCells, type ArmCells } from './arm-cells.ts';
import { legend, paintOf } from './arms-table.ts';
import type { Page } from './page.ts';
import { displayWidth, prose } from './prose.ts';
import { drawTable, gap } from './table.ts';

export function releasesSection(report: Report, page: Page): string[] {
  const tables = readHistories(report).map((history) => historyTable(history, page));
  const words = [
    `held, at 95 % confidence: ${rates(report)}.`,
    `per bind, and bars: the share of binds that failed with EADDRINUSE; ${barWidth} signs are 100 %.`,
  ];
  return [
    ...tables.flatMap((table) => [...table, '']),
    ...words.flatMap((text) => prose(text, { width: page.textWidth, rest: '  ' }).map(page.paint.dim)),
    ...legend(page),
  ];
}

interface Column {
  readonly head: string;
  readonly align: 'left' | 'right';
  readonly text: (cells: ArmCells, arm: ReleaseArm) => string;
}

/** Together at most 80 columns wide, with names and counts as they come. */
const columns: readonly Column[] = [
  { head: 'release', align: 'left', text: ({ toolchain }) => toolchain },
  { head: 'held', align: 'left', text: ({ runsHeld }) => runsHeld },
  { head: 'per bind', align: 'right', text: ({ perBind }) => perBind },
  { head: '', align: 'left', text: (_, arm) => barOf(arm) },
  { head: 'lingering', align: 'right', text: ({ lingering }) => lingering },
  { head: 'deferred', align: 'right', text: ({ deferredCloses }) => deferredCloses },
];

function historyTable({ variant, arms }: VariantHistory, page: Page): string[] {
  const { paint } = page;
  const head = `${escapeTerminal(variant).toUpperCase()} ON EVERY RELEASE, ${watchedBy(arms)}`;
  if (arms.length === 0) return [paint.bold(head), '  none'];
  const shown = columns.map((column) => {
    const texts = arms.map((arm) => escapeTerminal(column.text(armCells(arm), arm)));
    return { ...column, texts, width: Math.max(...[column.head, ...texts].map(displayWidth)) };
  });
  const rows = arms.map((arm, row) =>
    shown.map(({ texts }, index) => (index === 1 ? paintOf(arm, page) : String)(texts[row] ?? '')),
  );
  const lines = drawTable(shown, [shown.map((column) => paint.dim(column.head)), ...rows]);
  return [paint.bold(head), ...lines.map((line) => `${gap}${line}`)];
}

function watchedBy(arms: readonly ReleaseArm[]): string {
  const [first] = arms;
  return first === undefined ? 'not run' : armCells(first).watched;
}

/** All releases have the same number of runs, so few counts stand for all of them. */
function rates({ arms }: Report): string {
  const sentences = new Set(arms.map((arm) => runsHeld(arm).sentence));
  return [...sentences].join(', ');
}

const barWidth = 20;

/** The smallest share has a sign of its own: a rare race is not no race. */
function barOf({ addressInUse, binds }: ReleaseArm): string {
  if (addressInUse === null || binds === null || addressInUse === 0 || binds === 0) return '';
  return '#'.repeat(Math.max(1, Math.round((addressInUse / binds) * barWidth)));
}
