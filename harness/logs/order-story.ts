/** A finding from a log without usable times: told in the log's order, with no length of time in it. */
import { excerpt } from '../../src/report/excerpt.ts';
import type { FindingReport, HolderReport } from '../../src/report/report.ts';
import { tellStory, type Story } from '../../src/report/story.ts';

export function tellStoryByOrder(finding: FindingReport): Story {
  const story = tellStory(finding);
  return {
    ...story,
    title: titleOf(finding, story),
    holders: finding.holders.map((each) => describe(each, finding)),
  };
}

/** Only a conflict's title is free of lengths. */
function titleOf(finding: FindingReport, { title }: Story): string {
  return finding.code === 'conflict'
    ? title
    : `${excerpt(finding.address)} was still held past its free point`;
}

function describe(holder: HolderReport, finding: FindingReport): string {
  const descriptor = `fd ${holder.fd} of process ${holder.pid}`;
  const held = `${holder.certain ? 'was still bound' : 'was possibly still bound'} to ${excerpt(holder.boundTo)}`;
  if (holder.kind === 'descriptor') return `${descriptor} ${held}: ${endOfDescriptor(holder, finding)}`;
  const call = excerpt(holder.call ?? 'a call');
  const socket = `the socket that was ${descriptor} when thread ${holder.openedByTid} entered ${call}`;
  const end = holder.releasedBy === null ? 'it was not seen to come back' : 'it came back only later';
  return `${socket} ${held}: inside that call; ${end}`;
}

function endOfDescriptor({ releasedBy }: HolderReport, { failed, atNs }: FindingReport): string {
  if (releasedBy === null) return 'no close(2) of it was seen';
  const { tid, enteredAtNs, returnedAtNs } = releasedBy;
  const call = excerpt(releasedBy.call);
  const end = failed?.returnedAtNs ?? atNs;
  if (enteredAtNs > end) return `its ${call}(2) came later, from thread ${tid}`;
  const isBack = returnedAtNs !== null && returnedAtNs <= end;
  return isBack
    ? `its ${call}(2), from thread ${tid}, had just returned`
    : `its ${call}(2), from thread ${tid}, was in flight`;
}
