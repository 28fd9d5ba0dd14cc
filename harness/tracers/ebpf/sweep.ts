/**
 * A killed agent leaves nothing in the kernel but the cgroups of its runs: its programs, and the mount that it saw them
 * through, are gone with it. It knows its own, and those in use.
 */
import { runGroup } from '../../run/process-group.ts';
import type { Host } from '../tracer.ts';
import { findBuilt } from './probe.ts';

export async function sweep(host: Host): Promise<void> {
  const agent = await findBuilt(host);
  if (agent === null) return;
  await runGroup({
    argv: [agent, '--sweep'],
    cwd: '/',
    env: { LC_ALL: 'C' },
    stdout: 'ignore',
    stderr: 'ignore',
    timeoutMs: 10_000,
  });
}
