/**
 * The runs of a session as newline-delimited JSON: one value to a line, told apart by `kind`. First the session, then
 * its runs, findings, doubts, notes and arms, what a comparison or a gate adds, and at last the outcome; without that line the stream is cut off.
 */
import { escapeJson } from './escape.ts';
import type { Renderer } from './renderer.ts';
import type { Report } from './report.ts';

export const ndjson: Renderer = { name: 'ndjson', render: renderNdjson };

function renderNdjson(report: Report): string {
  const { arms, runs = [], findings, doubts, notes, outcome, exitCode, ...rest } = report;
  const { comparisons, tracerEffects, cautions, gate, findingsOmitted, doubtsOmitted, ...session } = rest;
  return [
    lineOf('session', session),
    ...runs.map((run) => lineOf('run', run)),
    ...findings.map((finding) => lineOf('finding', finding)),
    ...doubts.map((doubt) => lineOf('doubt', doubt)),
    ...notes.map((note) => lineOf('note', note)),
    ...arms.map((arm) => lineOf('arm', arm)),
    ...comparisons.map((comparison) => lineOf('comparison', comparison)),
    ...tracerEffects.map((effect) => lineOf('tracer-effect', effect)),
    ...cautions.map((caution) => lineOf('caution', caution)),
    ...(gate === null ? [] : [lineOf('gate', gate)]),
    lineOf('outcome', { outcome, exitCode, findingsOmitted, doubtsOmitted }),
  ].join('');
}

function lineOf(kind: string, value: object): string {
  return `${escapeJson(JSON.stringify({ kind, ...value }))}\n`;
}
