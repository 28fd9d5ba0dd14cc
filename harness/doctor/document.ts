/** What `doctor` found, as one versioned document. Text and exit code are made from it alone. */
import { z } from 'zod';
import { reproTracer } from '../tracers/index.ts';
import { checkStates } from './check.ts';
import type { CheckResult } from './run-checks.ts';

const doctorSchemaVersion = 1;

export const doctorSchema = z.strictObject({
  schemaVersion: z.literal(doctorSchemaVersion),
  program: z.string().describe('name and version of the program that looked'),
  repro: z
    .enum(['can-run', 'can-not-run', 'unknown'])
    .describe('unknown: a check that decides it failed itself'),
  tracer: z.string().nullable().describe('the best tracer that is usable here; null: nothing can watch'),
  reproTracer: z.string().nullable().describe('what watches repro, which has a first choice of its own'),
  checks: z.array(
    z.strictObject({
      name: z.string(),
      title: z.string(),
      state: z.enum(checkStates),
      found: z.string(),
      why: z.string().nullable().describe('null where all is well'),
      remedy: z.string().nullable(),
      neededFor: z.enum(['repro', 'evidence', 'comfort']),
    }),
  ),
});
export type DoctorDocument = z.infer<typeof doctorSchema>;

/** @param results tracers best first */
export function buildDocument(results: readonly CheckResult[], program: string): DoctorDocument {
  const usable = results.filter(isUsableTracer).map(({ check }) => check.name);
  const tracer = usable[0] ?? null;
  return {
    schemaVersion: doctorSchemaVersion,
    program,
    repro: canRunRepro(results),
    tracer,
    reproTracer: usable.find((name) => name === reproTracer) ?? tracer,
    checks: results.map(({ check: { name, title, neededFor }, finding }) => {
      const { state, found } = finding;
      const { why, remedy } = finding.state === 'ok' ? { why: null, remedy: null } : finding;
      return { name, title, state, found, why, remedy, neededFor };
    }),
  };
}

function canRunRepro(results: readonly CheckResult[]): DoctorDocument['repro'] {
  const states = results
    .filter(({ check }) => check.neededFor === 'repro')
    .map(({ finding }) => finding.state);
  if (states.includes('missing')) return 'can-not-run';
  return states.includes('unknown') ? 'unknown' : 'can-run';
}

function isUsableTracer({ check, finding }: CheckResult): boolean {
  return check.neededFor === 'evidence' && (finding.state === 'ok' || finding.state === 'degraded');
}
