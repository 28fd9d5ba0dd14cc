/** The arms, one line each where the terminal is wide enough, else folded under the arm's name. */
import Table from 'cli-table3';
import { escapeTerminal } from '../escape.ts';
import type { ArmReport, Report } from '../report.ts';
import { armCells, nothing, type ArmCells } from './arm-cells.ts';
import type { Page } from './page.ts';
import { cutToWidth, displayWidth, prose } from './prose.ts';

export function armsTable({ arms }: Report, page: Page): string[] {
  if (arms.length === 0) return [page.paint.bold('ARMS'), '  none'];
  const cells = arms.map(armCells);
  const wide = oneLineEach(arms, cells);
  const lines = wide.width <= page.width ? wide.draw(page) : folded(arms, cells, page);
  return [page.paint.bold('ARMS'), ...lines, ...legend(page)];
}

interface Column {
  readonly head: string;
  readonly align: 'left' | 'right';
  readonly text: (cells: ArmCells) => string;
}

const gap = '  ';

const oneLineColumns: readonly Column[] = [
  { head: 'variant', align: 'left', text: (cells) => cells.variant },
  { head: 'toolchain', align: 'left', text: (cells) => cells.toolchain },
  { head: 'tracer', align: 'left', text: (cells) => cells.tracer },
  { head: 'runs held', align: 'left', text: (cells) => cells.runsHeld },
  { head: '95 % per run', align: 'left', text: (cells) => cells.perRun },
  { head: 'cycles', align: 'right', text: (cells) => cells.cycles },
  { head: 'binds', align: 'right', text: (cells) => cells.binds },
  { head: 'EADDRINUSE', align: 'right', text: (cells) => cells.addressInUse },
  { head: 'per bind', align: 'right', text: (cells) => cells.perBind },
  { head: 'lingering', align: 'right', text: (cells) => cells.lingering },
  { head: 'longest', align: 'right', text: (cells) => cells.longestLinger },
  { head: 'deferred closes', align: 'right', text: (cells) => cells.deferredCloses },
  { head: 'longest lag', align: 'right', text: (cells) => cells.longestCloseLag },
  { head: 'verdict', align: 'left', text: (cells) => cells.verdict },
  { head: 'expected', align: 'left', text: (cells) => cells.expected },
];

function oneLineEach(arms: readonly ArmReport[], cells: readonly ArmCells[]) {
  const columns = oneLineColumns.map((column) => {
    const texts = cells.map((each) => escapeTerminal(column.text(each)));
    return { ...column, texts, width: Math.max(...[column.head, ...texts].map(displayWidth)) };
  });
  const width = columns.reduce((sum, column) => sum + column.width, gap.length * (columns.length - 1));
  const draw = (page: Page): string[] => {
    const rows = arms.map((arm, row) =>
      columns.map(({ head, texts }) => {
        const text = texts[row] ?? '';
        return head === 'verdict' || head === 'expected' ? paintOf(arm, page)(text) : text;
      }),
    );
    const heads = columns.map((column) => page.paint.dim(column.head));
    return drawTable(columns, [heads, columns.map((column) => '-'.repeat(column.width)), ...rows]);
  };
  return { width, draw };
}

/** Two figures to a cell, one above the other. */
const foldedColumns: readonly {
  readonly heads: readonly [string, string];
  readonly texts: (cells: ArmCells) => readonly [string, string];
}[] = [
  {
    heads: ['  runs held', '  95 % confidence'],
    texts: (cells) => [`  ${cells.runsHeld}`, `  ${perRunText(cells)}`],
  },
  { heads: ['cycles', 'binds'], texts: (cells) => [cells.cycles, cells.binds] },
  { heads: ['EADDRINUSE', 'per bind'], texts: (cells) => [cells.addressInUse, cells.perBind] },
  { heads: ['lingering', 'longest'], texts: (cells) => [cells.lingering, cells.longestLinger] },
  {
    heads: ['deferred closes', 'longest lag'],
    texts: (cells) => [cells.deferredCloses, cells.longestCloseLag],
  },
];

function perRunText({ perRun }: ArmCells): string {
  return perRun === nothing ? perRun : `${perRun} per run`;
}

function folded(arms: readonly ArmReport[], cells: readonly ArmCells[], page: Page): string[] {
  const columns = foldedColumns.map(({ heads, texts }, index) => {
    const pairs = cells.map(texts);
    const width = Math.max(...[heads, ...pairs].flat().map(displayWidth));
    return { heads, pairs, align: index === 0 ? ('left' as const) : ('right' as const), width };
  });
  const natural = columns.reduce((sum, column) => sum + column.width, gap.length * (columns.length - 1));
  const total = Math.max(natural, page.textWidth);
  const [first] = columns;
  if (first !== undefined) first.width += total - natural;
  const rows = arms.flatMap((arm, row) => [
    [{ content: nameRow(arm, cells[row], page, total), colSpan: columns.length }],
    columns.map(({ pairs }) => (pairs[row] ?? []).join('\n')),
  ]);
  const heads = columns.map((column) => column.heads.map((head) => page.paint.dim(head)).join('\n'));
  return drawTable(columns, [heads, [{ content: '-'.repeat(total), colSpan: columns.length }], ...rows]);
}

/** The verdict goes first, so that a long name can not push it out of sight. */
function nameRow(arm: ArmReport, cells: ArmCells | undefined, page: Page, width: number): string {
  if (cells === undefined) return '';
  const verdict = arm.expected === null ? cells.verdict : `${cells.verdict}, ${cells.expected}`;
  const rest = escapeTerminal(`: ${cells.program}, ${cells.watched}`);
  const fitting = cutToWidth(rest, width - displayWidth(verdict));
  const name = fitting === rest ? rest : `${cutToWidth(rest, width - displayWidth(verdict) - 3)}...`;
  return paintOf(arm, page)(verdict) + page.paint.bold(name);
}

function drawTable(
  columns: readonly { readonly align: 'left' | 'right'; readonly width: number }[],
  rows: readonly (readonly (string | { readonly content: string; readonly colSpan: number })[])[],
): string[] {
  const table = new Table({
    // A cell over several columns counts one column for each gap, so the rest of a gap is padding.
    chars: { ...noBorders, middle: ' ' },
    // Without colour names here, the table adds no colour of its own and asks no environment for it.
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': gap.length - 1 },
    colWidths: columns.map((column) => column.width + gap.length - 1),
    colAligns: columns.map((column) => column.align),
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}

const noBorders = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
} as const;

function paintOf(arm: ArmReport, { paint }: Page): (text: string) => string {
  if (arm.expected === null) return paint.dim;
  if (arm.verdict === arm.expected) return paint.green;
  return arm.verdict === 'held' ? paint.red : paint.yellow;
}

function legend({ textWidth, paint }: Page): string[] {
  return [
    'lingering: sockets still held past the point from which the program takes the address as free.',
    'deferred closes: sockets still there after Close had returned; a measure, not a finding.',
  ].flatMap((text) => prose(text, { width: textWidth, rest: '  ' }).map(paint.dim));
}
