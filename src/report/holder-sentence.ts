/** One reference that held the address, in one sentence: what, since when, made by whom, and what became of it. */
import { excerpt } from './excerpt.ts';
import { formatDuration } from './quantity.ts';
import type { FindingReport, HolderReport } from './report.ts';

/** No full stop and nothing escaped: that is the renderer's. */
export function describeHolder(holder: HolderReport, finding: FindingReport): string {
  const judged = judgedMoment(finding);
  const held = holder.certain ? 'was still bound' : 'was possibly still bound';
  const bound = holder.boundAtNs === null ? '' : `, bound ${before(holder.boundAtNs, judged)}`;
  const end =
    holder.kind === 'call' ? endOfCall(holder, finding, judged) : endOfDescriptor(holder, finding, judged);
  return `${subjectOf(holder)} ${held} to ${excerpt(holder.boundTo)}: ${beginningOf(holder, judged)}${bound}; ${end}${releaseOf(holder, judged)}`;
}

/** What the holder is judged at: the whole of a failed call, or the free point. */
interface Judged {
  readonly from: number;
  readonly to: number;
  /** How it is spoken of. */
  readonly name: string;
}

function judgedMoment({ failed, atNs }: FindingReport): Judged {
  if (failed === null) return { from: atNs, to: atNs, name: 'the free point' };
  return { from: failed.enteredAtNs, to: failed.returnedAtNs, name: `the failed ${failed.call}` };
}

function subjectOf(holder: HolderReport): string {
  const descriptor = `fd ${holder.fd} of process ${holder.pid}`;
  if (holder.kind === 'descriptor') return descriptor;
  return `the socket that was ${descriptor} when thread ${holder.openedByTid} entered ${callName(holder.call)}`;
}

/** By the kernel's own word, which also knows what no call shows. */
function releaseOf({ inode, releasedAtNs }: HolderReport, judged: Judged): string {
  if (releasedAtNs === null) return '';
  const socket = inode === null ? 'the socket' : `socket:[${inode}]`;
  return `; the kernel released ${socket} ${relativeTo(releasedAtNs, judged)}`;
}

function beginningOf(holder: HolderReport, judged: Judged): string {
  const when = before(holder.openedAtNs, judged);
  if (holder.kind === 'call') return `inside that call since ${when}`;
  const by = `by thread ${holder.openedByTid} ${when}`;
  switch (holder.origin) {
    case 'accept':
      return `accepted ${by}`;
    case 'dup':
      return `duplicated ${by}`;
    case 'fork':
      return `copied by a fork of thread ${holder.openedByTid} ${when}`;
    case 'received':
      return `received or passed on ${by}`;
    case 'inherited':
      return 'there before the trace began';
    case 'socket':
    case 'call':
      return `opened ${by}`;
  }
}

function endOfCall(holder: HolderReport, finding: FindingReport, judged: Judged): string {
  const { releasedBy } = holder;
  if (releasedBy === null) {
    return endedWithProcess(holder, finding) ? 'it never came back: its process ended' : notSeenToComeBack;
  }
  const end = releasedBy.returnedAtNs ?? releasedBy.enteredAtNs;
  const what = releasedBy.call === holder.call ? 'it came back' : `${callName(releasedBy.call)}(2) ended it`;
  if (releasedBy.call === holder.call && releasedBy.returnedAtNs === null) return notSeenToComeBack;
  return `${what} ${relativeTo(end, judged)}`;
}

const notSeenToComeBack = 'it was not seen to come back';

function endOfDescriptor(holder: HolderReport, finding: FindingReport, judged: Judged): string {
  const { releasedBy } = holder;
  if (releasedBy === null) {
    return endedWithProcess(holder, finding)
      ? 'its close(2) never came: only the end of its process released it'
      : 'no close(2) of it was seen';
  }
  const { enteredAtNs: entered, returnedAtNs: returned } = releasedBy;
  const what =
    releasedBy.call === 'close' ? 'its close(2)' : `the ${callName(releasedBy.call)}(2) that released it`;
  const thread = `thread ${releasedBy.tid}`;
  if (entered > judged.to) {
    return `${what} came ${relativeTo(entered, judged)}, from ${thread}${insideUntil(holder, finding, judged)}`;
  }
  const entry = `entered by ${thread} ${relativeTo(entered, judged)}`;
  if (returned === null) return `${what} was in flight: ${entry}, not seen to return`;
  if (returned > judged.from) {
    return `${what} was in flight: ${entry}, returned ${relativeTo(returned, judged)}`;
  }
  return `${what} had returned, from ${thread}, ${before(returned, judged)}, and the kernel lets go only after that`;
}

/** Without that end in the evidence, the trace may just have been cut before the close. */
function endedWithProcess({ pid }: HolderReport, { evidence }: FindingReport): boolean {
  return evidence.some((entry) => entry.what === 'process-ended' && entry.pid === pid);
}

/** The thread that released it was inside a call on it when it was judged: the reader that left last. */
function insideUntil(holder: HolderReport, finding: FindingReport, judged: Judged): string {
  const { releasedBy } = holder;
  if (releasedBy === null) return '';
  const { tid, enteredAtNs: releasedAt } = releasedBy;
  const spans = [...callHolders(holder, finding), ...callsInEvidence(finding)];
  const span = spans.find(
    (call) =>
      call.tid === tid &&
      call.pid === holder.pid &&
      call.from <= judged.from &&
      call.to > judged.to &&
      call.to <= releasedAt,
  );
  return span === undefined ? '' : `, which was inside ${callName(span.name)} until then`;
}

interface CallSpan {
  readonly pid: number;
  readonly tid: number;
  readonly name: string | null;
  readonly from: number;
  readonly to: number;
}

function callHolders(holder: HolderReport, finding: FindingReport): CallSpan[] {
  return finding.holders
    .filter((other) => other.kind === 'call' && other.socket === holder.socket)
    .map(({ pid, openedByTid, call, openedAtNs, releasedBy }) => {
      const to = releasedBy?.returnedAtNs ?? Number.POSITIVE_INFINITY;
      return { pid, tid: openedByTid, name: call, from: openedAtNs, to };
    });
}

function callsInEvidence({ evidence }: FindingReport): CallSpan[] {
  return evidence
    .filter((entry) => entry.what === 'call-entered')
    .map((entry) => {
      const back = evidence.find(
        (other) =>
          other.what === 'call-returned' &&
          other.pid === entry.pid &&
          other.tid === entry.tid &&
          other.atNs >= entry.atNs,
      );
      const to = back?.atNs ?? Number.POSITIVE_INFINITY;
      return { pid: entry.pid, tid: entry.tid, name: entry.name, from: entry.atNs, to };
    });
}

function before(atNs: number, judged: Judged): string {
  return `${formatDuration(Math.max(0, judged.from - atNs))} before`;
}

function relativeTo(atNs: number, judged: Judged): string {
  if (atNs > judged.to) return `${formatDuration(atNs - judged.to)} after ${judged.name}`;
  if (atNs < judged.from) return before(atNs, judged);
  return judged.from === judged.to ? `at ${judged.name}` : `during ${judged.name}`;
}

function callName(name: string | null): string {
  return name === null ? 'a call' : excerpt(name);
}
