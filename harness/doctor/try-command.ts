/** Whether something works is tried with a command that does it and nothing else. */
import { HarnessError } from '../errors.ts';
import { runGroup } from '../run/process-group.ts';

/** @returns null: it worked; else why not, in half a sentence */
export async function tryCommand(argv: readonly string[]): Promise<string | null> {
  try {
    const end = await runGroup({
      argv,
      cwd: '/',
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' },
      stdout: 'ignore',
      stderr: 'capture',
      timeoutMs: 5_000,
    });
    if (end.exitCode === 0) return null;
    if (end.timedOut) return `${argv.join(' ')} did not end`;
    const said = end.stderr.trim().split('\n').at(-1) ?? '';
    return said === ''
      ? `${argv.join(' ')} ended with ${end.exitCode ?? end.signal ?? 'no exit code'}`
      : said;
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    return `${error.what}: ${error.why}`;
  }
}
