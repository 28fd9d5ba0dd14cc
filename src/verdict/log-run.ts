/** The one run of a log: judged like any other, with what a log without marks needs beside. */
import { conflict } from '../findings/conflict.ts';
import { lingerLengthNs } from '../findings/linger.ts';
import type { RunFrame } from '../findings/rule.ts';
import type { FailedBind, ReferenceLife, SocketLife } from '../kernel/ledger.ts';
import type { ReplayOptions } from '../kernel/replay.ts';
import type { Nanos } from '../trace/ids.ts';
import type { ClaimsValue } from './claims.ts';
import type { Doubt } from './doubt.ts';
import { RunAnalysis } from './run-analysis.ts';
import type { Note, RunSummary } from './run-summary.ts';

export interface LogRules extends ReplayOptions {
  /** What a conflict with a socket that nothing had begun to close is. */
  readonly stillOpen: 'finding' | 'note';
  /**
   * `bounded`: the log tells when a call was entered and when its thread made the next one, and nothing of what
   * lies between (`strace -ff` without -T). A call in flight is then never certain.
   */
  readonly returns: 'told' | 'bounded';
  /** What is missing where the log breaks off: only what came later, or (a trace that is not in order) anything. */
  readonly breakLoses: 'the-end' | 'anything';
}

export class LogRun extends RunAnalysis {
  readonly #rules: LogRules;
  readonly #frame: RunFrame;
  readonly #notes = new Map<string, Note>();

  constructor(frame: RunFrame, rules: LogRules) {
    super(frame, rules);
    this.#rules = rules;
    this.#frame = frame;
  }

  override socketEnded(life: SocketLife): void {
    const told = this.#rules.returns === 'told' ? life : withoutCertainCalls(life);
    super.socketEnded(told);
    if (lingerLengthNs(told) === 0) this.#noteOutliving(told);
  }

  override bindFailed(bind: FailedBind): void {
    const told = this.#rules.returns === 'told' ? bind : withUnsureCalls(bind);
    if (this.#rules.stillOpen === 'note' && this.#noteStillOpen(told)) return;
    super.bindFailed(told);
  }

  override finish(
    claims: ClaimsValue | null,
    shell: readonly Doubt[],
    isSessionInDoubt: boolean,
  ): RunSummary {
    const summary = super.finish(claims, shell, isSessionInDoubt);
    return { ...summary, notes: [...summary.notes, ...this.#notes.values()] };
  }

  /** What would be no finding without doubt is left to the rules, which say why. */
  #noteStillOpen(bind: FailedBind): boolean {
    const { found } = conflict.ofFailedBind?.(bind, this.#frame) ?? {};
    if (found?.cause !== 'still-open' || !found.certain) return false;
    const text =
      'in use by a socket of which no close was seen before this bind: accepted by --still-open=note';
    this.#note('in-use-by-own-open-socket', found.address, text);
    return true;
  }

  /** Handing a duplicate over on purpose is healthy: told, and no finding. */
  #noteOutliving(life: SocketLife): void {
    if (life.address === null || life.closed?.by === 'mark') return;
    const closed = firstClose(life);
    if (closed === null || life.certainUntil === null || life.certainUntil <= closed) return;
    const text = 'one of its descriptors was closed, and the socket lived on';
    this.#note('outlives-close', `${life.network} ${life.address}`, text);
  }

  #note(code: Note['code'], address: string, text: string): void {
    const key = `${code} ${address}`;
    const count = (this.#notes.get(key)?.count ?? 0) + 1;
    if (count > 1 || this.#notes.size < notesKept) this.#notes.set(key, { code, address, count, text });
  }
}

const notesKept = 100;

/** Return of the first call that took a descriptor away, as far as it is known to have been one. */
function firstClose({ firstCloseAt, references }: SocketLife): Nanos | null {
  if (firstCloseAt === null) return null;
  const first = references.find(({ releasedBy }) => releasedBy?.enteredAt === firstCloseAt);
  return first?.releasedBy?.returnedAt ?? null;
}

function withUnsureCalls(bind: FailedBind): FailedBind {
  const holders = bind.holders.map((holder) => {
    return { ...holder, references: holder.references.map(unsureIfCall) };
  });
  return { ...bind, holders };
}

function withoutCertainCalls(life: SocketLife): SocketLife {
  const references = life.references.map(unsureIfCall);
  const ends = references.flatMap(({ sure, certainUntil }) => (sure ? (certainUntil ?? []) : []));
  const last = ends.reduce<Nanos | null>((most, at) => (most === null || at > most ? at : most), null);
  return { ...life, references, certainUntil: last };
}

/** Written out: what the replay hands over are its own records, with getters that a spread would lose. */
function unsureIfCall(reference: ReferenceLife): ReferenceLife {
  if (reference.kind !== 'call') return reference;
  const { kind, pid, tid, fd, call, origin, openedAt, certainUntil, goneBy, releasedBy } = reference;
  const { endedWithProcess } = reference;
  const known = { kind, pid, tid, fd, call, origin, openedAt, certainUntil, goneBy, releasedBy };
  return { ...known, endedWithProcess, sure: false };
}
