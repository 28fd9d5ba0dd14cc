/** What to spawn for one block. */
import { shellWord } from '../shell-word.ts';
import type { BlockSpec, SpawnPlan } from '../tracer.ts';
import { dtraceArguments } from './installation.ts';
import { withTracefs } from './private-mounts.ts';

export const rawTraceName = 'dtrace.txt';
const wrapperName = 'launcher.sh';
/** dtrace ends with 0 whatever its target ended with: the launcher's own exit code stands here. */
export const launcherStatusName = 'launcher.status';

/**
 * The launcher is started by a shell, which is $target: it has one thread, as progenyof() needs it, and dtrace's
 * own splitting of -c at blanks sees nothing but two names without any. All names are relative to the block's
 * directory, whose path may hold anything. -o appends: the directory is a fresh one.
 */
export function command({ launcher, installation }: BlockSpec): SpawnPlan {
  const dtrace = [
    ...dtraceArguments(installation),
    ...['-x', `bufsize=${bufferSize(Number(installation['processors'] ?? 1))}`],
    ...['-o', rawTraceName, '-c', `/bin/sh ${wrapperName}`, '-s', installation['program'] ?? ''],
  ];
  return {
    argv: withTracefs(dtrace),
    env: {},
    files: [{ name: wrapperName, content: wrapperOf(launcher), mode: 0o755 }],
    rawTrace: rawTraceName,
  };
}

function wrapperOf(launcher: readonly string[]): string {
  return [
    '#!/bin/sh',
    '# Made by afterclose: the one-threaded parent that DTrace needs.',
    `${launcher.map(shellWord).join(' ')} </dev/null`,
    `echo $? >${launcherStatusName}`,
    '',
  ].join('\n');
}

/**
 * For each processor, in memory that can not be swapped, and so less for each where there are many. 4 MiB were
 * enough for every session measured (100,000 lines a second, 12 MB a second over all processors).
 */
function bufferSize(processors: number): string {
  if (processors <= 16) return '16m';
  return processors <= 64 ? '4m' : '1m';
}
