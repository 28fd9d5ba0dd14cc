/** Whose claims these are: a run must not wear the evidence of another program, release or plan. */
import type { Doubt } from '../../src/verdict/doubt.ts';
import type { SessionFile } from '../store/session-file.ts';
import type { RunRecord } from './batch.ts';
import type { Claims } from './claims.ts';

type PlannedArm = SessionFile['arms'][number];

/** One doubt for each thing that the claims say otherwise than the plan and the launcher's record. */
export function identityDoubts(
  run: string,
  claims: Claims,
  plan: SessionFile,
  arm: PlannedArm,
  record: RunRecord | null,
): readonly Doubt[] {
  const built = plan.binaries.find(
    (binary) => binary.variant === arm.variant && binary.toolchain === arm.toolchain,
  );
  const expected: readonly (readonly [what: string, claimed: string | number, planned: string | number])[] = [
    ['scenario', claims.scenario, plan.scenario],
    ['variant', claims.variant, arm.variant],
    ['Go release', claims.goVersion, built?.goVersion ?? 'one that the session does not name'],
    ['network', claims.network, plan.network],
    ['process', claims.pid, record?.pid ?? claims.pid],
    // Told to end, it says so and how far it came.
    ...(record === null || record.ended !== null
      ? []
      : [['number of cycles', claims.cycles, plan.cyclesPerRun] as const]),
  ];
  const doubts = expected
    .filter(([, claimed, planned]) => claimed !== planned)
    .map(([what, claimed, planned]) => `the claims name ${what} ${claimed}, the session ${planned}`);
  const isOwnError = record?.ended === null;
  const errors = isOwnError ? claims.errors.map((error) => `the program claims an error: ${error}`) : [];
  return [...doubts, ...errors].map((text) => ({
    code: 'claims-disagree',
    run,
    address: null,
    pid: null,
    at: null,
    text,
  }));
}
