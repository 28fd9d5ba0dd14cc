/** The document of a judged log. */
import type { Finding } from '../../src/findings/finding.ts';
import { toDoubtReport, toFindingReport } from '../../src/report/convert.ts';
import type { Doubt } from '../../src/verdict/doubt.ts';
import { onlyRun, type LogAnalysis } from '../../src/verdict/log-analysis.ts';
import type { RefusedBind } from '../../src/verdict/refused-binds.ts';
import type { RunSummary } from '../../src/verdict/run-summary.ts';
import { mergeVerdicts, type Verdict } from '../../src/verdict/verdict.ts';
import { exitCodes } from '../exit-codes.ts';
import { logDocumentVersion, type LogDocument, type LogFinding } from './document.ts';
import type { Lack } from './lack-table.ts';
import type { Advice } from './lacks.ts';

export interface DescribedLog {
  readonly request: { readonly command: string };
  readonly log: LogDocument['log'];
  /** One, but for the trace of a session. */
  readonly runs: readonly RunSummary[];
  readonly analysis: LogAnalysis;
  /** Those that concern every run. */
  readonly doubts: readonly Doubt[];
  readonly lacks: readonly Lack[];
  readonly advice: readonly Advice[];
  /** `asked`: binds of which only the entry is known; `unordered`: neither counts nor processes can be relied on. */
  readonly countable: 'all' | 'runs-only' | 'unordered' | 'asked';
}

export function logDocument({
  request,
  log,
  runs,
  analysis,
  doubts,
  lacks,
  advice,
  countable,
}: DescribedLog): LogDocument {
  const verdict = runs.reduce<Verdict>((worst, run) => mergeVerdicts(worst, run.verdict), 'clean');
  const findings = runs.flatMap((run) => run.findings);
  const allDoubts = [...doubts, ...runs.flatMap((run) => run.doubts)];
  const kept = allDoubts.slice(0, doubtsKept);
  const hasBinds = countable === 'all' || countable === 'runs-only';
  return {
    schemaVersion: logDocumentVersion,
    kind: 'log',
    command: request.command,
    log,
    verdict,
    exitCode: exitCodeOf(verdict),
    content: {
      runs: runs.length,
      processes: countable === 'all' ? analysis.seen.processes : null,
      threads: countable === 'all' || countable === 'unordered' ? analysis.seen.threads : null,
      binds: hasBinds ? sum(runs.map(({ figures }) => figures.binds ?? 0)) : null,
      addressInUse: hasBinds ? sum(runs.map(({ figures }) => figures.addressInUse ?? 0)) : null,
    },
    findings: findings.map(toLogFinding),
    findingsOmitted: sum(runs.map(({ findingsOmitted }) => findingsOmitted)),
    refused: analysis.refused.map((bind) => toRefused(bind, countable)),
    refusedOmitted: analysis.refusedOmitted,
    asked: [],
    doubts: kept.map((doubt) => toDoubtReport({ ...doubt, run: runName(doubt.run) })),
    doubtsOmitted: sum(runs.map(({ doubtsOmitted }) => doubtsOmitted)) + allDoubts.length - kept.length,
    notes: runs.flatMap(({ notes }) => notes.map((note) => ({ ...note }))),
    lacks: lacks.map((lack) => ({ ...lack })),
    advice: advice.map((each) => ({ ...each })),
  };
}

/** Exit codes of `check LOG`, docs/exit-codes.md. */
function exitCodeOf(verdict: Verdict): number {
  return { clean: exitCodes.asExpected, held: exitCodes.unexpected, unknown: exitCodes.inconclusive }[
    verdict
  ];
}

function toLogFinding(finding: Finding): LogFinding {
  const noArm = { variant: '', toolchain: null, tracer: '', expected: null, role: null };
  const {
    variant: _variant,
    toolchain: _toolchain,
    tracer: _tracer,
    ...told
  } = toFindingReport(finding, noArm);
  return { ...told, run: runName(told.run) };
}

/** The only run of a log needs no name. */
function runName(run: string | null): string | null {
  return run === onlyRun ? null : run;
}

function toRefused(
  { at, sameAddress, pid, tid, ...bind }: RefusedBind,
  countable: DescribedLog['countable'],
): LogDocument['refused'][number] {
  const isKnown = pid !== 0 && countable !== 'unordered';
  return {
    ...bind,
    atNs: at,
    pid: isKnown ? pid : null,
    tid: tid === 0 ? null : tid,
    sameAddress: isKnown ? sameAddress.map((each) => ({ ...each })) : [],
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

const doubtsKept = 100;
