import { describe, expect, test } from 'vitest';
import { estimateMs, planExperiment, runsWithin } from '../../../../harness/commands/experiment-plan.ts';
import type { ExperimentPlan, PlannedProgram } from '../../../../harness/commands/experiment-plan.ts';
import { describePrice } from '../../../../harness/commands/price.ts';
import type { BuiltProgram } from '../../../../harness/commands/wanted-arms.ts';
import { HarnessError } from '../../../../harness/errors.ts';
import { sessionSchema } from '../../../../harness/store/session-file.ts';

const program = (variant: string, changes: Partial<BuiltProgram> = {}): BuiltProgram => ({
  variant,
  toolchain: 'go1.9.7',
  expected: 'clean',
  file: `/bin/${variant}`,
  target: null,
  goVersion: 'go1.9.7',
  sha256: 'a'.repeat(64),
  ...changes,
});
const arm = (
  built: BuiltProgram,
  tracer = 'dtrace',
  role: PlannedProgram['role'] = null,
): PlannedProgram => ({
  program: built,
  tracer: { name: tracer, requested: null, version: '1', tracers: new Map() },
  role,
});
const request: ExperimentPlan = {
  session: 's',
  program: 'afterclose 0.1.0',
  command: 'afterclose compare',
  startedAt: new Date(0),
  seed: 'one',
  scenario: 'udp-reconnect',
  question: { kind: 'compare', claim: { below: 0.1, confidence: 0.95 } },
  beside: 'untraced',
  shard: null,
  runsPerArm: 4,
  warmUpRuns: 2,
  cyclesPerRun: 7,
  network: 'udp4',
  machine: { loadAverage: 0.25, cpus: 2 },
  ports: null,
  companion: null,
  arms: [arm(program('unfixed')), arm(program('semaphore'))],
};

describe('the plan', () => {
  test('is a session file', () => {
    const plan = planExperiment(request);
    expect(sessionSchema.parse(plan)).toEqual(plan);
    expect(plan.machine).toEqual(request.machine);
    expect(plan.arms.map((each) => each.arguments.join(' '))).toEqual(
      Array.from({ length: 4 }, () => '-cycles 7 -network udp4'),
    );
  });

  test('whose runs are not fixed yet holds the warm-up alone, and that stays as it is', () => {
    const open = planExperiment({ ...request, runsPerArm: null });
    expect(open.runsPerArm).toBeNull();
    expect(open.blocks.map(({ purpose }) => purpose)).toEqual(['warm-up', 'warm-up']);
    expect(planExperiment(request).blocks.slice(0, 2)).toEqual(open.blocks);
  });

  test('tells commands of the user apart', () => {
    const target = {
      name: 'server',
      command: ['./server', '-x'],
      directory: '/srv',
      env: {},
      build: null,
      expects: null,
      timeoutMs: 5_000,
    } as const;
    const own = program('server', {
      toolchain: null,
      goVersion: null,
      expected: null,
      target,
    });
    const { arms } = planExperiment({ ...request, arms: [arm(own), arm(program('unfixed'))] });
    expect(arms[0]).toMatchObject({ toolchain: null, arguments: ['-x'], claims: 'none', timeoutMs: 5_000 });
    expect(arms.map(({ variant, tracer }) => `${variant}:${tracer}`)).toEqual([
      'server:dtrace',
      'unfixed:dtrace',
      'unfixed:none',
    ]);
  });

  test('has an arm once, though local may be one of the releases', () => {
    const twice = [...request.arms, arm(program('unfixed'))];
    expect(planExperiment({ ...request, arms: twice })).toEqual(planExperiment(request));
  });

  test('does not compare an arm with itself', () => {
    const one = { ...request, arms: [arm(program('unfixed')), arm(program('unfixed'))] };
    expect(() => planExperiment(one)).toThrow(HarnessError);
  });

  test('has no arm in two roles, and a role decides what is expected', () => {
    const gate = { ...request, beside: 'nothing' } as const;
    const roles = [
      arm(program('unfixed'), 'dtrace', 'known-bad'),
      arm(program('semaphore'), 'dtrace', 'subject'),
    ];
    expect(planExperiment({ ...gate, arms: roles }).arms.map(({ expected }) => expected)).toEqual([
      'held',
      'clean',
    ]);
    const both = [...roles, arm(program('unfixed'), 'dtrace', 'subject')];
    expect(() => planExperiment({ ...gate, arms: both })).toThrow(/both known-bad and subject/);
  });
});

describe('the price', () => {
  const plan = planExperiment({ ...request, runsPerArm: 2 });
  // Two rounds of warm-up: a round takes 100 ms traced and 20 ms untraced; DTrace comes once, nothing comes twice.
  const took = [
    { tracer: 'dtrace', wallMs: 3_200, runsMs: 200 },
    { tracer: 'none', wallMs: 90, runsMs: 40 },
  ];

  test('is what starting takes, and so much for each round', () => {
    expect(estimateMs(0, plan, took)).toBeCloseTo(3_000 + 2 * 50);
    expect(estimateMs(10, plan, took)).toBeCloseTo(3_100 + 10 * 120);
  });

  test('a budget has room for whole rounds after the warm-up', () => {
    const room = (rounds: number) => 3_290 + 3_100 + rounds * 120;
    expect(runsWithin(room(10), plan, took)).toBe(10);
    expect(runsWithin(room(11) - 1, plan, took)).toBe(10);
    expect(runsWithin(1, plan, took)).toBe(1);
  });

  test('is said with what it can see', () => {
    const timeFor = (runs: number) => estimateMs(runs, plan, took);
    expect(describePrice({ runsPerArm: 10, arms: 2, detect: 0.01, timeFor })).toEqual([
      '10 runs of each of 2 arms, fixed now: about 4.30 s',
      'to see a race of 1 % per run with 95 % takes 299 runs of each arm, about 39.0 s: this session does 10',
    ]);
    expect(describePrice({ runsPerArm: 299, arms: 2, detect: 0.01, timeFor })[1]).toMatch(
      /which this session does$/,
    );
    expect(describePrice({ runsPerArm: 10, arms: 2, detect: null, timeFor })).toHaveLength(1);
  });
});
