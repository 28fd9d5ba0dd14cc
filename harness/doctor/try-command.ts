/** Whether something works is tried with a command that does it and nothing else. */
import { HarnessError } from '../errors.ts';
import { runGroup } from '../run/process-group.ts';

export interface Refusal {
  /** Half a sentence. */
  readonly why: string;
  /** Null: depends on what the command was for. */
  readonly remedy: string | null;
}

/** Null: it worked. */
export async function tryCommand(argv: readonly string[]): Promise<Refusal | null> {
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
    const said = end.stderr.trim().split('\n').at(-1) ?? '';
    const how = end.timedOut ? 'did not end' : `ended with ${end.exitCode ?? end.signal ?? 'no exit code'}`;
    return { why: said === '' ? `${argv.join(' ')} ${how}` : said, remedy: null };
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    return { why: `${error.what}: ${error.why}`, remedy: error.remedy };
  }
}
