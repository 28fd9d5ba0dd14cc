/** Findings as the replay would leave them, with times and counts as measured on go1.9.7 (400 cycles a run). */
import { fd, nanos, pid, tid } from '../../../src/trace/ids.ts';
import type { Evidence, EvidenceKind, Finding, Holder } from '../../../src/findings/finding.ts';

export const start = 1_204_318_000;

export function evidence(
  atNs: number,
  thread: number,
  what: EvidenceKind,
  descriptor: number | null,
  name: string,
): Evidence {
  return {
    at: nanos(start + atNs),
    pid: pid(4711),
    tid: tid(thread),
    what,
    fd: descriptor === null ? null : fd(descriptor),
    name,
  };
}

/** A descriptor that a reader closes 96 us after the bind was refused. */
export function closedLate(changes: Partial<Holder> = {}): Holder {
  return {
    socket: 3,
    inode: null,
    kind: 'descriptor',
    pid: pid(4711),
    fd: fd(3),
    call: null,
    openedByTid: tid(4713),
    openedAt: nanos(start),
    origin: 'socket',
    certain: true,
    releasedBy: {
      tid: tid(4715),
      call: 'close',
      enteredAt: nanos(start + 524_000),
      returnedAt: nanos(start + 531_000),
    },
    releasedAt: null,
    boundTo: '127.0.0.1:3001',
    boundAt: nanos(start + 7_000),
    ...changes,
  };
}

export function conflict(changes: Partial<Finding> = {}): Finding {
  return {
    code: 'conflict',
    cause: 'after-close',
    certain: true,
    run: '0003',
    address: 'udp 127.0.0.1:3001',
    at: nanos(start + 412_000),
    pid: pid(4711),
    tid: tid(4711),
    cycle: 2,
    failed: {
      call: 'bind',
      fd: fd(5),
      enteredAt: nanos(start + 412_000),
      returnedAt: nanos(start + 428_000),
    },
    lengthNs: null,
    holders: [closedLate()],
    evidence: [
      evidence(0, 4713, 'opened', 3, 'socket'),
      evidence(7_000, 4713, 'bound', 3, 'bind'),
      evidence(31_000, 4715, 'call-entered', 3, 'recvfrom'),
      evidence(343_000, 4711, 'closing', null, 'closing'),
      evidence(361_000, 4711, 'closed', null, 'closed'),
      evidence(402_000, 4711, 'free-point', null, 'done'),
      evidence(412_000, 4711, 'bind-entered', 5, 'bind'),
      evidence(428_000, 4711, 'bind-failed', 5, 'bind'),
      evidence(519_000, 4715, 'call-returned', 3, 'recvfrom'),
      evidence(524_000, 4715, 'close-entered', 3, 'close'),
      evidence(531_000, 4715, 'close-returned', 3, 'close'),
    ],
    ...changes,
  };
}

export function linger(changes: Partial<Finding> = {}): Finding {
  return {
    ...conflict(),
    code: 'linger',
    cause: 'descriptor-open',
    at: nanos(start + 402_000),
    failed: null,
    lengthNs: 122_000,
    evidence: conflict().evidence.filter((entry) => !entry.what.startsWith('bind-')),
    ...changes,
  };
}

export function leak(changes: Partial<Finding> = {}): Finding {
  return {
    ...linger(),
    code: 'leak',
    cycle: 400,
    lengthNs: 84_000,
    holders: [closedLate({ releasedBy: null })],
    evidence: [
      evidence(0, 4713, 'opened', 3, 'socket'),
      evidence(7_000, 4713, 'bound', 3, 'bind'),
      evidence(361_000, 4711, 'closed', null, 'closed'),
      evidence(402_000, 4711, 'free-point', null, 'done'),
      evidence(486_000, 4711, 'process-ended', null, 'exit_group'),
    ],
    ...changes,
  };
}
