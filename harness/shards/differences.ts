/** What two plans differ in, by name: which of the two is wrong is for the reader to know. */
import { armId } from '../../src/experiment/arm.ts';
import { sharedPlanSchema } from './shard-file.ts';
import type { SharedPlan } from './shard-file.ts';

/** One sentence, without a full stop. */
export function describeDifferences(first: SharedPlan, other: SharedPlan): string {
  const fields = Object.keys(sharedPlanSchema.shape) as (keyof SharedPlan)[];
  const differences = fields
    .filter((field) => !isSame(first[field], other[field]))
    .flatMap((field) => describeField(field, first, other));
  return `it is of another plan than the shards before it: ${differences.join('; ')}`;
}

function describeField(field: keyof SharedPlan, first: SharedPlan, other: SharedPlan): readonly string[] {
  switch (field) {
    case 'arms':
      return describeArms(first.arms, other.arms);
    case 'binaries':
      return describeBinaries(first.binaries, other.binaries);
    default:
      return [`${names[field]} ${shown(other[field])} instead of ${shown(first[field])}`];
  }
}

const names: Readonly<Record<Exclude<keyof SharedPlan, 'arms' | 'binaries'>, string>> = {
  program: 'made by',
  scenario: 'scenario',
  seed: 'seed',
  shards: 'number of shards',
  question: 'question',
  runsPerArm: 'runs of every arm',
  warmUpRuns: 'warm-up runs',
  cyclesPerRun: 'cycles of every run',
  network: 'network',
  tracerRequested: 'tracer that was asked for',
  tracer: 'tracer',
  tracerVersion: 'version of the tracer',
};

function describeArms(first: SharedPlan['arms'], other: SharedPlan['arms']): readonly string[] {
  const [ours, theirs] = [first.map(armId), other.map(armId)];
  const only = [
    ...theirs.filter((id) => !ours.includes(id)).map((id) => `arm ${id}, which those have not`),
    ...ours.filter((id) => !theirs.includes(id)).map((id) => `without arm ${id}`),
  ];
  if (only.length > 0) return only;
  const changed = other.filter((arm) => !first.some((each) => isSame(each, arm))).map(armId);
  return changed.length > 0
    ? [`arm ${changed.join(', ')} with another expectation, role or command`]
    : ['its arms in another order'];
}

function describeBinaries(first: SharedPlan['binaries'], other: SharedPlan['binaries']): readonly string[] {
  const nameOf = ({ variant, toolchain }: SharedPlan['binaries'][number]) =>
    toolchain === null ? variant : `${variant}@${toolchain}`;
  return other
    .filter((binary) => !first.some((each) => isSame(each, binary)))
    .map((binary) => {
      const same = first.find((each) => nameOf(each) === nameOf(binary));
      const instead = same === undefined ? '' : ` instead of ${same.sha256.slice(0, 12)}`;
      return `binary of ${nameOf(binary)} ${binary.sha256.slice(0, 12)}${instead}`;
    });
}

function shown(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

/** Both come from the schema, which puts the keys in order. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
