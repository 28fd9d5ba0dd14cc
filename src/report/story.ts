/**
 * A finding told in time order, as plain data: what renderers show, each in its own way. Nothing in it is
 * escaped. The lines are the finding's evidence, and what its holders and its failed call add to it.
 */
import { programName } from './arm-name.ts';
import { excerpt } from './excerpt.ts';
import { describeHolder } from './holder-sentence.ts';
import { formatDuration } from './quantity.ts';
import { storyEvents, type StoryEvent } from './story-events.ts';
import type { FindingReport } from './report.ts';

export interface Story {
  /** What happened: `bind of fd 5 to udp 127.0.0.1:3001 failed with EADDRINUSE, ...`. */
  readonly title: string;
  /** `unfixed on go1.9.7, run 0003, cycle 2`. */
  readonly where: string;
  readonly cause: string;
  /** Null: it is certain. */
  readonly reservation: string | null;
  /** One sentence without a full stop for each reference that held the address, in the finding's order. */
  readonly holders: readonly string[];
  readonly lines: readonly StoryLine[];
}

export interface StoryLine {
  readonly atNs: number;
  /** From the first line of the story on. */
  readonly sinceStartNs: number;
  readonly pid: number;
  /** Null: not known which. */
  readonly tid: number | null;
  /** What it did, to be read after its name: `enters close(2) of fd 3`. */
  readonly text: string;
  /** `judged`: the moment that the finding is about. */
  readonly role: 'judged' | 'leads up or follows';
}

export function tellStory(finding: FindingReport): Story {
  const events = storyEvents(finding);
  const start = events[0]?.atNs ?? finding.atNs;
  return {
    title: titleOf(finding),
    where: whereOf(finding),
    cause: causes.get(finding.cause) ?? `Cause: ${excerpt(finding.cause)}.`,
    reservation: finding.certain
      ? null
      : 'This is not certain: events may be missing between what proves it and the moment judged (see the doubts).',
    holders: finding.holders.map((holder) => describeHolder(holder, finding)),
    lines: events.map((event) => ({
      atNs: event.atNs,
      sinceStartNs: event.atNs - start,
      pid: event.pid,
      tid: event.tid,
      text: textOf(event, finding),
      role:
        event.what === (finding.failed === null ? 'free-point' : 'bind-failed')
          ? 'judged'
          : 'leads up or follows',
    })),
  };
}

function titleOf(finding: FindingReport): string {
  const address = excerpt(finding.address);
  switch (finding.code) {
    case 'conflict': {
      const who = `thread ${finding.tid} of process ${finding.pid}`;
      if (finding.failed === null) return `${address} was in use when ${who} asked for it`;
      return `${finding.failed.call} of fd ${finding.failed.fd} to ${address} by ${who} failed with EADDRINUSE`;
    }
    case 'linger': {
      const length = finding.lengthNs === null ? '' : ` ${formatDuration(finding.lengthNs)}`;
      return `${address} was still held${length} past its free point`;
    }
    case 'leak':
      return `${address} was past its free point, and still held when its last process ended`;
  }
}

function whereOf({ variant, toolchain, run, cycle }: FindingReport): string {
  const arm = `${programName({ variant, toolchain })}, run ${excerpt(run)}`;
  return cycle === null ? arm : `${arm}, cycle ${cycle}`;
}

const causes: ReadonlyMap<string, string> = new Map([
  [
    'after-close',
    'The program had begun to close or shut down a holder before it asked for the address again.',
  ],
  [
    'still-open',
    'No close of the holder was seen before this bind: never closed, closed late, or open on purpose.',
  ],
  ['descriptor-open', 'A descriptor of the socket was still in the table: its close(2) came later or never.'],
  ['call-in-flight', 'No descriptor of the socket was left, only a call in flight.'],
  ['duplicate', 'A duplicate of a descriptor that had been closed kept the socket.'],
  ['other-process', 'Another process had the socket: fork or exec handed it on.'],
]);

function boundTo(fd: number | null, { holders, address }: FindingReport): string {
  const holder = holders.find((each) => each.fd === fd) ?? holders[0];
  return excerpt(holder?.boundTo ?? address);
}

function textOf({ what, name, fd }: StoryEvent, finding: FindingReport): string {
  const call = excerpt(name);
  const descriptor = fd === null ? 'it' : `fd ${fd}`;
  switch (what) {
    case 'opened':
      return `opens ${descriptor} (${call})`;
    case 'bound':
      return `has bound ${descriptor} to ${boundTo(fd, finding)}`;
    case 'closing':
      return 'begins Close';
    case 'closed':
      return name === 'close' ? 'has closed the last descriptor' : 'returns from Close';
    case 'free-point':
      return name === 'bind'
        ? 'asks for the address again: free point'
        : `takes the address as free: free point (${call})`;
    case 'call-entered':
      return `enters ${call} on ${descriptor}`;
    case 'call-returned':
      return `comes back from ${call} on ${descriptor}`;
    case 'close-entered':
      return `enters ${call}(2) of ${descriptor}`;
    case 'close-returned':
      return `returns from ${call}(2) of ${descriptor}`;
    case 'shut-down':
      return `shuts ${descriptor} down`;
    case 'bind-entered':
      return `asks for ${excerpt(finding.address)}: ${call} of ${descriptor}`;
    case 'bind-failed':
      return `is refused: ${call} of ${descriptor} fails with EADDRINUSE`;
    case 'released':
      return 'lets go of the last reference: the kernel releases the socket';
    case 'process-ended':
      return 'is the last of its process to end';
    default:
      return `${excerpt(what)} ${call}`;
  }
}
