/** What a session costs and what it could see, said before the first run that counts. */
import { formatCounted, formatDuration } from '../../src/report/quantity.ts';
import { runsNeeded } from '../../src/statistics/claim.ts';

export interface PriceRequest {
  readonly runsPerArm: number;
  /** That were asked for, without the untraced ones beside them. */
  readonly arms: number;
  /** Null: nobody asked. */
  readonly detect: number | null;
  /** Milliseconds for so many runs of every arm, from the warm-up. */
  readonly timeFor: (runsPerArm: number) => number;
}

/** Lines without a full stop. */
export function describePrice({ runsPerArm, arms, detect, timeFor }: PriceRequest): readonly string[] {
  const about = (runs: number) => `about ${formatDuration(timeFor(runs) * 1e6)}`;
  const plan = `${formatCounted(runsPerArm, 'run')} of each of ${formatCounted(arms, 'arm')}, fixed now: ${about(runsPerArm)}`;
  if (detect === null) return [plan];
  const needed = runsNeeded({ below: detect, confidence: 0.95 });
  const enough = runsPerArm >= needed ? 'which this session does' : `this session does ${runsPerArm}`;
  return [
    plan,
    `to see a race of ${String(Number((detect * 100).toPrecision(6)))} % per run with 95 % takes ${formatCounted(needed, 'run')} of each arm, ${about(needed)}: ${enough}`,
  ];
}
