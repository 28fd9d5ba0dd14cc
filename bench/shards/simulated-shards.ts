/** Shards of a gate of any size, as they would be left by machines on which everything came out as it should. */
import { digestOf } from '../../harness/shards/shard-file.ts';
import type { ShardHeader, SharedPlan } from '../../harness/shards/shard-file.ts';
import type { Arm } from '../../src/experiment/arm.ts';
import { runName } from '../../src/experiment/plan.ts';
import { placesOf } from '../../src/experiment/shard.ts';
import type { Shard } from '../../src/experiment/shard.ts';
import type { Finding } from '../../src/findings/finding.ts';
import { durationRecorder } from '../../src/statistics/distribution.ts';
import { fd, nanos, pid, tid } from '../../src/trace/ids.ts';
import type { RunSummary } from '../../src/verdict/run-summary.ts';

const traced = { toolchain: 'go1.9.7', tracer: 'dtrace' } as const;
const arms: readonly Arm[] = [
  { variant: 'unfixed', ...traced, expected: 'held', role: 'known-bad' },
  { variant: 'semaphore', ...traced, expected: 'clean', role: 'known-good' },
  ...['waitgroup', 'third', 'fourth'].map((variant): Arm => ({
    variant,
    ...traced,
    expected: 'clean',
    role: 'subject',
  })),
  ...['unfixed', 'semaphore', 'waitgroup', 'third', 'fourth'].map((variant): Arm => ({
    variant,
    toolchain: 'go1.9.7',
    tracer: 'none',
    expected: null,
    role: null,
  })),
];

/** The plan holds as many runs as the shards have together. */
export function simulatedHeader(shard: Shard, runsPerShard: number): ShardHeader {
  const plan: SharedPlan = {
    program: 'afterclose bench',
    scenario: 'udp-reconnect',
    seed: 'bench',
    shards: shard.of,
    question: {
      kind: 'gate',
      claim: { below: 0.1, confidence: 0.95 },
      inconclusive: 'fail',
      baseline: null,
    },
    runsPerArm: (shard.of * runsPerShard) / arms.length,
    warmUpRuns: 0,
    cyclesPerRun: 100,
    network: 'udp4',
    tracerRequested: null,
    tracer: 'dtrace',
    tracerVersion: 'bench',
    arms: arms.map((arm) => ({ ...arm, arguments: null })),
    binaries: [],
  };
  return {
    kind: 'shard',
    schemaVersion: 1,
    shard,
    plan,
    planDigest: digestOf(plan),
    session: `bench-${shard.index}`,
    command: 'afterclose gate --seed bench',
    kernel: 'Linux',
    machine: { loadAverage: 0, cpus: 2 },
  };
}

/** Those of one shard, by arm. */
export function simulatedRuns({ plan, shard }: ShardHeader): readonly { runs: readonly RunSummary[] }[] {
  return arms.map(({ tracer, expected }, arm) => {
    const { first, count } = placesOf(arm, plan.runsPerArm, shard);
    return {
      runs: Array.from({ length: count }, (_, turn) => {
        const place = first + turn * shard.of;
        const run = runName(place * arms.length + arm + 1);
        return tracer === 'none' ? untracedRun(run, arm, place) : tracedRun(run, expected, place);
      }),
    };
  });
}

function tracedRun(run: string, expected: 'held' | 'clean' | null, place: number): RunSummary {
  const recorder = durationRecorder();
  for (let n = 1; n <= 20; n++) recorder.add(n * n * 1000 + (place % 1000));
  const lag = recorder.distribution();
  const isHeld = expected === 'held';
  return {
    run,
    verdict: isHeld ? 'held' : 'clean',
    doubts: [],
    doubtsOmitted: 0,
    findings: isHeld ? [conflict(run, place)] : [],
    findingsOmitted: isHeld ? 40 : 0,
    kinds: isHeld ? [{ code: 'conflict', cause: 'after-close', address: 'udp 127.0.0.1:3001' }] : [],
    figures: {
      cycles: 100,
      binds: 200,
      addressInUse: isHeld ? 41 : 0,
      lingering: isHeld ? 20 : 0,
      longestLingerNs: isHeld ? lag.maxNs : 0,
      linger: isHeld ? lag : null,
      deferredCloses: 20,
      longestCloseLagNs: lag.maxNs,
      closeLag: lag,
    },
    claimed: { cycles: 100, binds: 200, addressInUse: isHeld ? 41 : 0 },
    notes: [],
    crossCheck: null,
  };
}

function untracedRun(run: string, arm: number, place: number): RunSummary {
  const isBad = arms[arm]?.variant === 'unfixed';
  return {
    ...tracedRun(run, null, place),
    verdict: 'unknown',
    figures: {
      cycles: 100,
      binds: 200,
      addressInUse: isBad ? 30 + (place % 20) : 0,
      lingering: null,
      longestLingerNs: null,
      linger: null,
      deferredCloses: null,
      longestCloseLagNs: null,
      closeLag: null,
    },
    claimed: { cycles: 100, binds: 200, addressInUse: isBad ? 30 + (place % 20) : 0 },
  };
}

function conflict(run: string, place: number): Finding {
  const at = nanos(1_000_000 + place);
  const who = { pid: pid(100), tid: tid(101) };
  return {
    code: 'conflict',
    cause: 'after-close',
    certain: true,
    run,
    address: 'udp 127.0.0.1:3001',
    at,
    ...who,
    cycle: 2,
    failed: { call: 'bind', fd: fd(6), enteredAt: at, returnedAt: nanos(at + 3000) },
    lengthNs: null,
    holders: [
      {
        socket: 1,
        inode: null,
        kind: 'descriptor',
        pid: who.pid,
        fd: fd(3),
        call: null,
        openedByTid: who.tid,
        openedAt: nanos(0),
        origin: 'socket',
        certain: true,
        releasedBy: null,
        releasedAt: null,
        boundTo: '127.0.0.1:3001',
        boundAt: nanos(1000),
      },
    ],
    evidence: (['opened', 'bound', 'closing', 'closed', 'bind-entered', 'bind-failed'] as const).map(
      (what) => ({
        at,
        ...who,
        what,
        fd: fd(3),
        name: what,
      }),
    ),
  };
}
