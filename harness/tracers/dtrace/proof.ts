/** That this DTrace, with this program, on this kernel, has counted every bind of a test: kept so that it is done once. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { DtraceInstallation } from './installation.ts';
import { dtraceCache } from './installation.ts';
import { programFingerprint } from './program.ts';

const proofSchema = z.strictObject({
  schemaVersion: z.literal(1),
  dtrace: z.string(),
  version: z.string(),
  kernel: z.string(),
  /** SHA-256 of sockets.d. */
  program: z.string(),
  binds: z.int(),
  addressInUse: z.int(),
});
type Proof = z.infer<typeof proofSchema>;

export function isProven(cacheDirectory: string, installation: DtraceInstallation): boolean {
  const proof = readProof(cacheDirectory);
  if (proof === null) return false;
  const wanted = circumstances(installation);
  return (
    proof.dtrace === wanted.dtrace &&
    proof.version === wanted.version &&
    proof.kernel === wanted.kernel &&
    proof.program === wanted.program
  );
}

export function writeProof(
  cacheDirectory: string,
  installation: DtraceInstallation,
  counted: { readonly binds: number; readonly addressInUse: number },
): void {
  const { binds, addressInUse } = counted;
  const proof: Proof = { schemaVersion: 1, ...circumstances(installation), binds, addressInUse };
  const file = proofFile(cacheDirectory);
  mkdirSync(dtraceCache(cacheDirectory), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(proof, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

function circumstances({
  dtrace,
  version,
}: DtraceInstallation): Omit<Proof, 'binds' | 'addressInUse' | 'schemaVersion'> {
  return { dtrace, version, kernel: release(), program: programFingerprint() };
}

function readProof(cacheDirectory: string): Proof | null {
  try {
    const parsed = proofSchema.safeParse(JSON.parse(readFileSync(proofFile(cacheDirectory), 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** One for each version of sockets.d: several checkouts may share the cache. */
function proofFile(cacheDirectory: string): string {
  return join(dtraceCache(cacheDirectory), `proof-${programFingerprint().slice(0, 12)}.json`);
}
