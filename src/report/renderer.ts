/** What a renderer is: a finished report in, text out. It describes; it never decides. */
import type { Report } from './report.ts';

export interface Renderer {
  readonly name: string;
  /** Pure and total for every valid report: the same text for the same report and options. */
  render(report: Report, options: RenderOptions): string;
}

export interface RenderOptions {
  /** Columns. Below 80 it is written as for 80. */
  readonly width: number;
  /** With `true`, SGR sequences are added; the text is the same without them. */
  readonly color: boolean;
  /** Where the session is stored. No part of the report, since a session may be moved; null: not said. */
  readonly sessionPath: string | null;
  /** `full`: the story of every finding in the report, and every doubt in it. */
  readonly detail: 'brief' | 'full';
}
