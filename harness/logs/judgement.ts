/** Judges a log that somebody already has: opened, recognised, decoded, replayed, and weighed with what it lacks. */
import type { Doubt } from '../../src/verdict/doubt.ts';
import type { RefusedBind } from '../../src/verdict/refused-binds.ts';
import { analyzeLog, type LogAnalysis } from '../../src/verdict/log-analysis.ts';
import { weaken, type LackEffect } from '../../src/verdict/log-effects.ts';
import type { LogRules } from '../../src/verdict/log-run.ts';
import type { RunSummary } from '../../src/verdict/run-summary.ts';
import { misspeltCalls } from './damage.ts';
import { decodeLog, hasDurations, type LogStyle } from './decoding.ts';
import { logDocument } from './describe-log.ts';
import type { LogDocument } from './document.ts';
import { judgeHexDump } from './hex-dump.ts';
import type { OpenLog } from './input.ts';
import { adviceFor, lacksOf, type LogFacts } from './lacks.ts';
import { openRecognized, type RecognizedLog } from './opening.ts';
import { closeReleasesInCall } from './kernel-release.ts';
import { judgeFramed } from './session-trace.ts';

export interface LogRequest {
  /** Files, several of one `strace -ff`, or `-`. */
  readonly words: readonly string[];
  readonly stillOpen: LogRules['stillOpen'];
  /** As it could be typed again. */
  readonly command: string;
}

/** @throws HarnessError (usage) where it can not be read or is no log that is understood */
export async function judgeLog(request: LogRequest): Promise<LogDocument> {
  const recognized = await openRecognized(request.words);
  try {
    if (recognized.format === 'bind-hexdump') return await judgeHexDump(recognized, request);
    return await judgeEvents(recognized, recognized.format, request);
  } finally {
    for (const log of recognized.logs) log.close();
  }
}

async function judgeEvents(
  recognized: RecognizedLog,
  format: 'strace' | 'dtruss' | 'dtrace',
  request: LogRequest,
): Promise<LogDocument> {
  const { logs } = recognized;
  const decoded = decodeLog(format, logs);
  const analysis = await analyzeLog(decoded.events, rulesFor(recognized, request));
  const style = decoded.style();
  if (analysis.frame !== null && style.system === 'linux')
    return judgeFramed(recognized, format, analysis, style, request);
  const facts: LogFacts = { ...style, format, content: analysis.seen };
  const lacks = lacksOf(facts);
  const known = facts.threadsApart === 'unordered' ? withoutOrder(analysis.summary) : analysis.summary;
  const summary = weaken(
    withDoubts(known, [...breaks(logs), ...misspelt(facts)]),
    lacks.map(({ effect }): LackEffect => effect),
  );
  return logDocument({
    request,
    log: { names: logs.map(({ name }) => name), format, style: style.told, times: timesOf(style) },
    runs: [summary],
    analysis,
    doubts: [],
    lacks,
    advice: adviceFor(facts, lacks, unexplainedBind(analysis, summary)),
    countable: facts.threadsApart === 'unordered' ? 'unordered' : 'all',
  });
}

function rulesFor({ format, logs }: RecognizedLog, { stillOpen }: LogRequest): LogRules {
  return {
    stillOpen,
    closeReleasesInCall: format === 'dtrace' && closeReleasesInCall(logs),
    returns: logs.length > 1 && !logs.some(hasDurations) ? 'bounded' : 'told',
    breakLoses: format === 'dtrace' ? 'anything' : 'the-end',
  };
}

/** Lengths of time mean nothing where stamps are missing or whole seconds. */
function timesOf({ times }: LogStyle): LogDocument['log']['times'] {
  return times === 'told' ? 'clock' : 'order';
}

function withDoubts(summary: RunSummary, texts: readonly Pick<Doubt, 'code' | 'text'>[]): RunSummary {
  if (texts.length === 0) return summary;
  const doubts = texts.map((each) => ({ ...each, run: summary.run, address: null, pid: null, at: null }));
  return weaken({ ...summary, doubts: [...summary.doubts, ...doubts] }, ['clean']);
}

/** Faults of a file or its archive: what came before is good. */
function breaks(logs: readonly OpenLog[]): Pick<Doubt, 'code' | 'text'>[] {
  return logs.flatMap((log) => {
    const problem = log.problem();
    return problem === null
      ? []
      : [{ code: 'truncated', text: `${log.name}: ${problem}; what comes before is judged` }];
  });
}

function misspelt({ format, calls }: LogFacts): Pick<Doubt, 'code' | 'text'>[] {
  if (format !== 'strace') return [];
  return misspeltCalls(calls).map((name) => {
    return { code: 'unparsed', text: `no call is named ${name}: the log is damaged` };
  });
}

/** What was made of events in an arbitrary order is left out: it would only be told as certain nonsense. */
function withoutOrder(summary: RunSummary): RunSummary {
  const doubts = summary.doubts.filter(({ code }) => doubtsWithoutOrder.has(code));
  return {
    ...summary,
    findings: [],
    findingsOmitted: 0,
    notes: [],
    doubts,
    doubtsOmitted: 0,
    verdict: 'unknown',
  };
}

const doubtsWithoutOrder: ReadonlySet<string> = new Set(['truncated', 'unparsed', 'dropped']);

/** The first bind that was refused although the log knows of nobody who held its address. */
function unexplainedBind(
  { refused }: LogAnalysis,
  { doubts }: RunSummary,
): { readonly network: 'udp' | 'tcp'; readonly port: number } | null {
  const isForeign = ({ address }: RefusedBind): boolean =>
    doubts.some((doubt) => doubt.code === 'foreign-holder' && doubt.address === `udp ${address ?? ''}`);
  for (const bind of refused) {
    const { network, address, sameAddress } = bind;
    if (network === null || address === null) continue;
    if (network === 'tcp' ? sameAddress.length > 0 : !isForeign(bind)) continue;
    return { network, port: Number(address.replace(/^.*:/, '')) };
  }
  return null;
}
