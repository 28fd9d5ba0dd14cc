/** Tracers that the harness does not use, asked for the calls of the loop. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { HarnessHost } from '../../harness/host.ts';
import { runGroup } from '../../harness/run/process-group.ts';
import type { BlockRequest } from './block.ts';
import { countBpftrace, countPerf } from './counting.ts';
import type { Counter } from './counting.ts';

interface OtherTool {
  readonly tool: string;
  readonly name: string;
  readonly command: (host: HarnessHost) => BlockRequest['command'];
  readonly count: Counter;
}

/** Those of the loop, which perf and bpftrace are asked for. */
const loopCalls = 'socket,setsockopt,bind,getsockname,sendto,recvfrom,close,faccessat';

export const otherTools: readonly OtherTool[] = [
  {
    tool: 'bpftrace',
    name: 'bpftrace',
    command:
      ({ packageRoot }) =>
      ({ launcher }) => ({
        argv: [
          ...['bpftrace', '-o', 'bpftrace.txt', '-c', launcher.join(' ')],
          join(packageRoot, 'bench', 'loop', 'calls.bt'),
        ],
        env: {},
        files: [],
        rawTrace: 'bpftrace.txt',
      }),
    count: countBpftrace,
  },
  {
    tool: 'perf',
    name: 'perf trace',
    command:
      () =>
      ({ launcher }) => ({
        argv: ['perf', 'trace', '-o', 'perf.txt', '-e', loopCalls, '--', ...launcher],
        env: {},
        files: [],
        rawTrace: 'perf.txt',
      }),
    count: countPerf,
  },
];

/** Null: it is not there. */
export async function versionOf(tool: string): Promise<string | null> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  if (!folders.some((folder) => existsSync(join(folder, tool)))) return null;
  const { exitCode, stdout } = await runGroup({
    argv: [tool, '--version'],
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' },
    stdout: 'capture',
    stderr: 'ignore',
    timeoutMs: 10_000,
  });
  return exitCode === 0 ? (stdout.trim().split('\n').at(0) ?? tool) : null;
}
