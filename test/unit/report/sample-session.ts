/** Sessions as `repro` would make them, in the ranges that were measured. */
import type { Finding } from '../../../src/findings/finding.ts';
import type { JudgedArm, ReportInput } from '../../../src/report/build.ts';
import { durationRecorder } from '../../../src/statistics/distribution.ts';
import type { Distribution } from '../../../src/statistics/distribution.ts';
import type { Doubt, DoubtCode } from '../../../src/verdict/doubt.ts';
import type { RunFigures, RunSummary } from '../../../src/verdict/run-summary.ts';
import { conflict, leak, linger } from './sample-findings.ts';

const noFigures: RunFigures = {
  cycles: null,
  binds: null,
  addressInUse: null,
  lingering: null,
  longestLingerNs: null,
  linger: null,
  deferredCloses: null,
  longestCloseLagNs: null,
  closeLag: null,
};

export function run(changes: Partial<RunSummary> = {}): RunSummary {
  return {
    run: '0001',
    verdict: 'clean',
    doubts: [],
    doubtsOmitted: 0,
    findings: [],
    findingsOmitted: 0,
    kinds: [],
    figures: { ...noFigures, cycles: 400, binds: 800, addressInUse: 0, lingering: 0, deferredCloses: 0 },
    claimed: { cycles: 400, binds: 800, addressInUse: 0 },
    notes: [],
    crossCheck: null,
    ...changes,
  };
}

export function doubt(code: DoubtCode, changes: Partial<Doubt> = {}): Doubt {
  return { code, run: '0001', address: null, pid: null, at: null, text: `about ${code}`, ...changes };
}

/** A run of the unfixed program: most reopenings meet the socket of the cycle before. */
function heldRun(number: number): RunSummary {
  const id = String(number).padStart(4, '0');
  const findings: Finding[] = [conflict, linger].map((make) => make({ run: id }));
  return run({
    run: id,
    verdict: 'held',
    findings: number === 5 ? [...findings, leak({ run: id })] : findings,
    findingsOmitted: 431 + number,
    claimed: { cycles: 400, binds: 800, addressInUse: 231 + number },
    kinds: [
      { code: 'conflict', cause: 'after-close', address: 'udp 127.0.0.1:3001' },
      { code: 'linger', cause: 'call-in-flight', address: 'udp 127.0.0.1:3001' },
    ],
    figures: {
      cycles: 400,
      binds: 800,
      addressInUse: 231 + number,
      lingering: 210 + number,
      longestLingerNs: 1_410_000 + number * 1_000,
      linger: durationsUpTo(1_410_000 + number * 1_000, 210 + number),
      deferredCloses: 315 + number,
      longestCloseLagNs: 1_590_000 + number * 1_000,
      closeLag: durationsUpTo(1_590_000 + number * 1_000, 315 + number),
    },
  });
}

/** `count` of them in even steps. */
function durationsUpTo(longestNs: number, count: number): Distribution {
  const recorder = durationRecorder();
  for (let n = 1; n <= count; n++) recorder.add(Math.round((longestNs * n) / count));
  return recorder.distribution();
}

function semaphoreRun(number: number): RunSummary {
  return run({
    run: String(number).padStart(4, '0'),
    figures: {
      ...noFigures,
      cycles: 400,
      binds: 800,
      addressInUse: 0,
      lingering: 0,
      deferredCloses: 800,
      longestCloseLagNs: 171_000 + number * 1_000,
      closeLag: durationsUpTo(171_000 + number * 1_000, 800),
    },
  });
}

function untracedRun(number: number, addressInUse: number): RunSummary {
  return run({
    run: String(number).padStart(4, '0'),
    verdict: 'unknown',
    figures: noFigures,
    claimed: { cycles: 400, binds: 800, addressInUse },
  });
}

export function five(make: (number: number) => RunSummary): RunSummary[] {
  return [1, 2, 3, 4, 5].map(make);
}

const traced = { tracer: 'dtrace', role: null } as const;
const alone = { tracer: 'none', expected: null, role: null } as const;

export const arms = {
  unfixedOld: {
    arm: { variant: 'unfixed', toolchain: 'go1.9.7', expected: 'held', ...traced },
    runs: five(heldRun),
  },
  fixedOld: {
    arm: { variant: 'semaphore', toolchain: 'go1.9.7', expected: 'clean', ...traced },
    runs: five(semaphoreRun),
  },
  unfixedNew: {
    arm: { variant: 'unfixed', toolchain: 'go1.26.8', expected: 'clean', ...traced },
    runs: five((number) => run({ run: `001${number}` })),
  },
  fixedNew: {
    arm: { variant: 'semaphore', toolchain: 'go1.26.8', expected: 'clean', ...traced },
    runs: five((number) => run({ run: `002${number}` })),
  },
  unfixedOldAlone: {
    arm: { variant: 'unfixed', toolchain: 'go1.9.7', ...alone },
    runs: five((number) => untracedRun(30 + number, 221 + number)),
  },
  fixedOldAlone: {
    arm: { variant: 'semaphore', toolchain: 'go1.9.7', ...alone },
    runs: five((number) => untracedRun(40 + number, 0)),
  },
  unfixedNewAlone: {
    arm: { variant: 'unfixed', toolchain: 'go1.26.8', ...alone },
    runs: five((number) => untracedRun(50 + number, 0)),
  },
  fixedNewAlone: {
    arm: { variant: 'semaphore', toolchain: 'go1.26.8', ...alone },
    runs: five((number) => untracedRun(60 + number, 0)),
  },
} as const satisfies Record<string, JudgedArm>;

export function session(changes: Partial<ReportInput> = {}): ReportInput {
  return {
    command: 'repro',
    seed: '20160718',
    session: '2026-01-09-a3f1',
    tracerRequested: null,
    tracer: 'dtrace',
    question: { kind: 'repro' },
    machine: null,
    warmUpRuns: 0,
    shard: null,
    end: { kind: 'completed' },
    arms: Object.values(arms),
    doubts: [],
    ...changes,
  };
}
