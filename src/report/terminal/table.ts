/** Tables without lines, drawn by cli-table3. */
import Table from 'cli-table3';

/** Between two columns. */
export const gap = '  ';

export interface TableColumn {
  readonly align: 'left' | 'right';
  /** Columns of the terminal. */
  readonly width: number;
}

/** A text, or one that stands over several columns. */
export type TableCell = string | { readonly content: string; readonly colSpan: number };

/** @param rows escaped texts */
export function drawTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly TableCell[])[],
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
