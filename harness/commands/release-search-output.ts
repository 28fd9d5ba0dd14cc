/** What a search found, on stdout: as text, or as one JSON document. */
import { escapeJson, escapeTerminal } from '../../src/report/escape.ts';
import { runsHeld } from '../../src/report/runs-held.ts';
import { exitCodes } from '../exit-codes.ts';
import type { CommandContext } from './context.ts';
import { commandLine } from './options.ts';
import type { CommonOptions } from './options.ts';
import { searchSchemaVersion } from '../releases/search-document.ts';
import type { SearchDocument } from '../releases/search-document.ts';
import type { ReleaseSearch, SearchResult } from './release-search.ts';

export interface SearchOutput {
  readonly context: CommandContext;
  readonly options: CommonOptions;
  readonly search: ReleaseSearch;
  readonly result: SearchResult;
}

/** @returns the exit code: 0 where a border was found and both of its sides were run, else 4 */
export async function printSearch(output: SearchOutput): Promise<number> {
  const document = describeSearch(output);
  const text =
    output.options.json === true
      ? `${escapeJson(JSON.stringify(document, null, 2))}\n`
      : renderSearch(document, output.result);
  await output.context.stdout.write(text);
  return document.exitCode;
}

function describeSearch({ context, search, result }: SearchOutput): SearchDocument {
  const { end, runs, missing } = result;
  const verdictOf = (release: string) => runs.find((each) => each.release === release)?.verdict ?? 'unknown';
  const border =
    end.kind === 'border'
      ? {
          last: end.last,
          first: end.first,
          verdicts: { last: verdictOf(end.last), first: verdictOf(end.first) },
        }
      : null;
  return {
    schemaVersion: searchSchemaVersion,
    command: commandLine(context.words),
    variant: search.variant,
    seed: search.seed,
    exitCode: border === null ? exitCodes.inconclusive : exitCodes.asExpected,
    border,
    why: whyNone(end),
    runsPerRelease: search.runs,
    releases: runs.map(({ verdict, arm, report }) => ({
      release: arm.toolchain ?? '',
      verdict,
      runs: arm.runs,
      heldRuns: arm.heldRuns ?? 0,
      tracer: arm.tracer,
      session: report.session,
    })),
    missing: [...missing],
  };
}

function whyNone(end: SearchResult['end']): string | null {
  switch (end.kind) {
    case 'border':
      return null;
    case 'none':
      return `the first and the last release of the list are both ${end.verdict}`;
    case 'undecided':
      return `${end.release} is unknown, so the search can not go on`;
  }
}

function renderSearch(document: SearchDocument, { runs, missing }: SearchResult): string {
  const { border, why, variant } = document;
  const answer =
    border === null
      ? `NO BORDER FOUND: ${why ?? ''}.`
      : `${variant} is ${border.verdicts.first} from ${border.first} on; ${border.last}, the one before it, is ${border.verdicts.last}.`;
  const width = Math.max(0, ...runs.map(({ arm }) => (arm.toolchain ?? '').length));
  const lines = runs.map(({ verdict, arm, report }) => {
    const release = (arm.toolchain ?? '').padEnd(width);
    return `  ${release}  ${verdict.padEnd(7)}  ${runsHeld(arm).sentence}, ${report.session}`;
  });
  return [
    answer,
    border === null
      ? 'Run, in the order of the search:'
      : 'Both sides of the border were run; that the answer changes only once is taken for granted. Run:',
    ...lines,
    ...missing.map(({ release, why: refusal }) => `  ${release}  could not be had: ${refusal}`),
  ]
    .map((line) => `${escapeTerminal(line)}\n`)
    .join('');
}
