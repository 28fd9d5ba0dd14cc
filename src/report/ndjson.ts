/**
 * The runs of a session as newline-delimited JSON: one value to a line, told apart by `kind`. First the session, then
 * its runs, findings, doubts, notes and arms, and at last the outcome; without that line the stream is cut off.
 */
import { escapeJson } from './escape.ts';
import type { Renderer } from './renderer.ts';
import { reportSchemaVersion, type Report } from './report.ts';

export const ndjson: Renderer = { name: 'ndjson', render: renderNdjson };

function renderNdjson(report: Report): string {
  const { command, seed, session, tracerRequested, tracer, runs = [] } = report;
  const { arms, findings, findingsOmitted, doubts, doubtsOmitted, notes, outcome, exitCode } = report;
  return [
    lineOf('session', {
      schemaVersion: reportSchemaVersion,
      command,
      seed,
      session,
      tracerRequested,
      tracer,
    }),
    ...runs.map((run) => lineOf('run', run)),
    ...findings.map((finding) => lineOf('finding', finding)),
    ...doubts.map((doubt) => lineOf('doubt', doubt)),
    ...notes.map((note) => lineOf('note', note)),
    ...arms.map((arm) => lineOf('arm', arm)),
    lineOf('outcome', { outcome, exitCode, findingsOmitted, doubtsOmitted }),
  ].join('');
}

function lineOf(kind: string, value: object): string {
  return `${escapeJson(JSON.stringify({ kind, ...value }))}\n`;
}
