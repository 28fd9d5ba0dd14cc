/** Watches one program alone, without launcher or session: for the self-test and the live tests. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runGroup } from '../../run/process-group.ts';
import type { TracerEnd } from '../tracer.ts';
import { command, launcherStatusName, rawTraceName } from './command.ts';

export interface WatchedEnd extends TracerEnd {
  readonly stdout: string;
  /** The raw trace, absolute; null where none was written. */
  readonly trace: string | null;
  /** The program's exit code as text; null where it was never known. */
  readonly programStatus: string | null;
}

/** @param directory absolute, empty */
export async function watchProgram(
  directory: string,
  program: readonly string[],
  installation: Readonly<Record<string, string>>,
): Promise<WatchedEnd> {
  const plan = command({ directory, launcher: program, installation });
  for (const { name, content, mode } of plan.files) {
    writeFileSync(join(directory, name), content);
    chmodSync(join(directory, name), mode);
  }
  const { exitCode, signal, stdout, stderr } = await runGroup({
    argv: plan.argv,
    cwd: directory,
    env: { PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', ...plan.env },
    stdout: 'capture',
    stderr: 'capture',
    timeoutMs: 120_000,
  });
  const trace = join(directory, rawTraceName);
  const status = join(directory, launcherStatusName);
  return {
    exitCode,
    signal,
    stdout,
    stderr,
    trace: existsSync(trace) ? trace : null,
    programStatus: existsSync(status) ? readFileSync(status, 'utf8').trim() : null,
  };
}
