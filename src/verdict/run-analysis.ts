/** One run: its replay, what the finding rules make of the ledger, and the judgement at the end. */
import { findingRules } from '../findings/index.ts';
import type { Finding, FindingFacts, Found } from '../findings/finding.ts';
import { lingerLengthNs } from '../findings/linger.ts';
import type { RuleAnswer, RunFrame } from '../findings/rule.ts';
import type { BindJudgement, FailedBind, LedgerSink, SocketLife } from '../kernel/ledger.ts';
import { RunReplay, type ReplayOptions } from '../kernel/replay.ts';
import { durationRecorder } from '../statistics/distribution.ts';
import type { BindLog } from './bind-log.ts';
import { disagreements, type ClaimsValue } from './claims.ts';
import { refutingCodes } from './doubt.ts';
import type { Doubt } from './doubt.ts';
import { withoutCertainty } from './run-summary.ts';
import type { FindingKind, Note, RunFigures, RunSummary } from './run-summary.ts';
import type { Verdict } from './verdict.ts';

export class RunAnalysis implements LedgerSink {
  readonly replay: RunReplay;
  readonly #frame: RunFrame;
  readonly #bindLog: BindLog | undefined;
  readonly #doubts: Doubt[] = [];
  #doubtsSeen = 0;
  /** The evidence disagrees with itself or with the program: something is missing, and nobody knows where. */
  #isRefuted = false;
  readonly #findings: Finding[] = [];
  #findingsSeen = 0;
  #certainSeen = 0;
  readonly #notes = new Map<string, Note>();
  readonly #kinds = new Map<string, FindingKind>();
  readonly #linger = durationRecorder();
  readonly #closeLag = durationRecorder();

  constructor(frame: RunFrame, options: ReplayOptions, bindLog?: BindLog) {
    this.#frame = frame;
    this.#bindLog = bindLog;
    // Judging a bind costs time, so nobody is told who did not ask.
    const both = (judgement: BindJudgement): void => {
      options.onBind?.(judgement);
      bindLog?.judged(judgement);
    };
    this.replay = new RunReplay(this, bindLog === undefined ? options : { ...options, onBind: both });
  }

  socketEnded(life: SocketLife): void {
    const lengthNs = lingerLengthNs(life);
    if (lengthNs > 0) this.#linger.add(lengthNs);
    const lagNs = life.closed === null || life.certainUntil === null ? 0 : life.certainUntil - life.closed.at;
    if (lagNs > 0) this.#closeLag.add(lagNs);
    for (const rule of findingRules) this.#take(rule.ofSocket?.(life, this.#frame) ?? {});
  }

  bindFailed(bind: FailedBind): void {
    this.#bindLog?.refused(bind);
    for (const rule of findingRules) this.#take(rule.ofFailedBind?.(bind, this.#frame) ?? {});
  }

  doubt(doubt: Omit<Doubt, 'run'>): void {
    this.#doubtsSeen++;
    if (refutingCodes.has(doubt.code)) this.#isRefuted = true;
    if (this.#doubts.length < doubtsKept) this.#doubts.push({ ...doubt, run: this.#frame.run });
  }

  /**
   * @param shell doubts from outside the trace (a killed run, altered files)
   * @param isSessionInDoubt a loss that may lie anywhere: nothing in any run is certain
   */
  finish(claims: ClaimsValue | null, shell: readonly Doubt[], isSessionInDoubt: boolean): RunSummary {
    for (const doubt of shell) this.doubt(doubt);
    if (claims !== null) {
      for (const text of disagreements(claims, this.replay.counts)) {
        this.doubt({ code: 'claims-disagree', address: null, pid: null, at: null, text });
      }
    }
    const isUncertain = isSessionInDoubt || this.#isRefuted;
    const findings = [...this.#findings].sort((a, b) => a.at - b.at);
    const summary: RunSummary = {
      run: this.#frame.run,
      verdict: this.#verdict(),
      doubts: this.#doubts,
      doubtsOmitted: this.#doubtsSeen - this.#doubts.length,
      findings,
      findingsOmitted: this.#findingsSeen - findings.length,
      kinds: [...this.#kinds.values()],
      figures: this.#figures(),
      claimed: claims,
      notes: [...this.#notes.values()],
      crossCheck: null,
    };
    return isUncertain ? withoutCertainty(summary) : summary;
  }

  /** A certain finding outweighs any doubt; a doubt outweighs the absence of findings. */
  #verdict(): Verdict {
    if (this.#certainSeen > 0) return 'held';
    return this.#doubtsSeen > 0 || this.#findingsSeen > 0 ? 'unknown' : 'clean';
  }

  #figures(): RunFigures {
    const { cycles, binds, addressInUse } = this.replay.counts;
    const linger = this.#linger.distribution();
    const closeLag = this.#closeLag.distribution();
    return {
      cycles,
      binds,
      addressInUse,
      lingering: linger.count,
      longestLingerNs: linger.maxNs ?? 0,
      linger,
      deferredCloses: closeLag.count,
      longestCloseLagNs: closeLag.maxNs ?? 0,
      closeLag,
    };
  }

  #take(answer: RuleAnswer): void {
    if (answer.found !== undefined) this.#found(answer.found);
    if (answer.doubt !== undefined) this.doubt(answer.doubt);
    if (answer.note !== undefined) {
      const key = `${answer.note.code} ${answer.note.address}`;
      const count = (this.#notes.get(key)?.count ?? 0) + 1;
      if (count > 1 || this.#notes.size < notesKept) this.#notes.set(key, { ...answer.note, count });
    }
  }

  /** The earliest of each kind stay, certain ones before uncertain ones; the others are counted. */
  #found(found: Found): void {
    this.#findingsSeen++;
    if (found.certain) {
      this.#certainSeen++;
      this.#rememberKind(found);
    }
    const same = this.#findings.filter((each) => each.code === found.code);
    if (same.length === findingsKeptPerCode) {
      const last = same.reduce((worst, each) => (isLater(each, worst) ? each : worst));
      if (isLater(found, last)) return;
      this.#findings.splice(this.#findings.indexOf(last), 1);
    }
    this.#findings.push(found.tell());
  }

  /** A program can ask for any number of addresses. */
  #rememberKind({ code, cause, address }: Found): void {
    const kind = { code, cause, address };
    if (this.#kinds.has(keyOf(kind))) return;
    const kept = this.#kinds.size < kindsKept ? kind : { ...kind, address: null };
    this.#kinds.set(keyOf(kept), kept);
  }
}

function keyOf({ code, cause, address }: FindingKind): string {
  return `${code} ${cause} ${address ?? ''}`;
}

function isLater(a: FindingFacts, b: FindingFacts): boolean {
  return a.certain === b.certain ? a.at > b.at : !a.certain;
}

/** A run keeps this many findings of each kind in full; a report shows fewer. */
const findingsKeptPerCode = 8;
const doubtsKept = 100;
const kindsKept = 100;
const notesKept = 100;
