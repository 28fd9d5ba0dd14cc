/** The events of a finding in time order: its evidence, filled up from its holders and its failed call. */
import type { EvidenceReport, FindingReport, HolderReport } from './report.ts';

export type StoryEvent = Omit<EvidenceReport, 'tid'> & { readonly tid: number | null };

export function storyEvents(finding: FindingReport): readonly StoryEvent[] {
  const seen = new Set<string>();
  const events = [
    ...finding.evidence,
    ...finding.holders.flatMap(holderEvents),
    ...failedCallEvents(finding),
  ];
  return events
    .filter((event) => {
      // The evidence comes first: what a holder adds to it is the same event once more.
      const key = `${event.what} ${event.atNs} ${event.pid}`;
      return !seen.has(key) && seen.add(key);
    })
    .filter((event) => !isEntryOfFailedBind(event, finding))
    .sort((a, b) => a.atNs - b.atNs);
}

/** A free point that is the very bind which failed: one line for it is enough. */
function isEntryOfFailedBind({ what, name, atNs, pid }: StoryEvent, finding: FindingReport): boolean {
  const isFreePoint = what === 'free-point' && name === 'bind';
  return isFreePoint && atNs === finding.failed?.enteredAtNs && pid === finding.pid;
}

function holderEvents(holder: HolderReport): StoryEvent[] {
  const { pid, fd, releasedBy } = holder;
  const at = (atNs: number, tid: number | null, what: string, name: string): StoryEvent => {
    return { atNs, pid, tid, what, fd, name };
  };
  const events: StoryEvent[] = [];
  if (holder.kind === 'call') {
    events.push(at(holder.openedAtNs, holder.openedByTid, 'call-entered', holder.call ?? 'a call'));
  } else if (holder.origin !== 'inherited') {
    events.push(at(holder.openedAtNs, holder.openedByTid, 'opened', holder.origin));
  }
  if (holder.boundAtNs !== null) events.push(at(holder.boundAtNs, null, 'bound', 'bind'));
  if (releasedBy === null) return events;
  const { tid, call, enteredAtNs, returnedAtNs } = releasedBy;
  const isReturnOfTheCall = holder.kind === 'call' && call === holder.call;
  if (!isReturnOfTheCall) events.push(at(enteredAtNs, tid, 'close-entered', call));
  if (returnedAtNs !== null) {
    events.push(at(returnedAtNs, tid, isReturnOfTheCall ? 'call-returned' : 'close-returned', call));
  }
  return events;
}

function failedCallEvents({ failed, pid, tid }: FindingReport): StoryEvent[] {
  if (failed === null) return [];
  const { call, fd, enteredAtNs, returnedAtNs } = failed;
  return [
    { atNs: enteredAtNs, pid, tid, what: 'bind-entered', fd, name: call },
    { atNs: returnedAtNs, pid, tid, what: 'bind-failed', fd, name: call },
  ];
}
