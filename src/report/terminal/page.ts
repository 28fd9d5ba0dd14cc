/** What every section of the terminal report writes on. */
import picocolors from 'picocolors';
import type { RenderOptions } from '../renderer.ts';

export interface Page {
  /** Columns of a table. */
  readonly width: number;
  /** Columns of running text: long lines are hard to read. */
  readonly textWidth: number;
  readonly paint: Paint;
  readonly sessionPath: string | null;
  readonly detail: RenderOptions['detail'];
}

/** Each a function from plain text to text with SGR sequences, or to the same text. */
export type Paint = ReturnType<typeof picocolors.createColors>;

const narrowest = 80;
const widestText = 100;

export function pageOf(options: RenderOptions): Page {
  const width = Math.max(narrowest, options.width);
  return {
    width,
    textWidth: Math.min(width, widestText),
    paint: picocolors.createColors(options.color),
    sessionPath: options.sessionPath,
    detail: options.detail,
  };
}
