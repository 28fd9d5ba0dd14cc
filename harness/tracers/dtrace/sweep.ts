/**
 * A dtrace that was killed leaves the two rows of its BEGIN and END probes in the kernel's list of uprobes (its
 * programs are gone with it). Only rows of processes that no longer live are removed; the kernel refuses to
 * remove one that is in use (of another pid namespace) by itself.
 */
import { existsSync } from 'node:fs';
import { runGroup } from '../../run/process-group.ts';
import type { Host } from '../tracer.ts';
import { tracingDirectory, withTracefs } from './private-mounts.ts';

export async function sweep(host: Host): Promise<void> {
  if (!host.isRoot) return;
  const dead = deadRows(await readRows(), (pid) => existsSync(`/proc/${pid}`));
  if (dead.length > 0) await inTracefs(removeRows, dead);
}

/** The rows as uprobe_events lists them; none where tracefs can not be had: then no dtrace ran here either. */
export async function readRows(): Promise<readonly string[]> {
  const { exitCode, stdout } = await inTracefs(`cat ${list}`, []);
  return exitCode === 0 ? stdout.split('\n').filter((row) => row !== '') : [];
}

/** Group and name of the rows to remove, e.g. `dt_123_dtrace/BEGIN`. */
export function deadRows(rows: readonly string[], isAlive: (pid: number) => boolean): string[] {
  return rows.flatMap((row) => {
    const [, name = '', pid] = /^[pr]:(dt_(\d{1,10})_dtrace\/\w+) /.exec(row) ?? [];
    return name === '' || isAlive(Number(pid)) ? [] : [name];
  });
}

const list = `${tracingDirectory}/uprobe_events`;
const removeRows = `for row do echo "-:$row" >>${list} || true; done`;

function inTracefs(
  script: string,
  words: readonly string[],
): Promise<{ exitCode: number | null; stdout: string }> {
  return runGroup({
    argv: withTracefs(['sh', '-c', script, 'sh', ...words]),
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' },
    stdout: 'capture',
    stderr: 'ignore',
    timeoutMs: 10_000,
  });
}
