/** What watches the loop: the harness's own tracers as it starts them, and others for comparison. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { HarnessHost } from '../../harness/host.ts';
import { runGroup } from '../../harness/run/process-group.ts';
import { dtrace } from '../../harness/tracers/dtrace/tracer.ts';
import { ebpf } from '../../harness/tracers/ebpf/tracer.ts';
import { none } from '../../harness/tracers/none/tracer.ts';
import { strace } from '../../harness/tracers/strace/tracer.ts';
import type { SpawnPlan, Tracer } from '../../harness/tracers/tracer.ts';
import type { BlockRequest, TimedBlock } from './block.ts';
import { countBpftrace, countBindClose, countPerf, decodedBy, nothing } from './counting.ts';
import type { Delivered } from './counting.ts';

type Command = BlockRequest['command'];

export interface Watcher {
  readonly name: string;
  /** Those that take a second are in every round, the slow ones in some. */
  readonly pace: 'fast' | 'slow';
  readonly command: Command;
  /** What is attached meanwhile, to a tree of processes that the loop is not in. */
  readonly beside?: Command;
  readonly count: (block: TimedBlock) => Promise<Delivered>;
}

export interface Watchers {
  readonly usable: readonly Watcher[];
  readonly missing: readonly { readonly name: string; readonly why: string }[];
  /** Of the tools that are there. */
  readonly versions: readonly string[];
}

export const untraced = 'untraced';

export async function findWatchers(host: HarnessHost): Promise<Watchers> {
  const usable: Watcher[] = [{ name: untraced, pace: 'fast', command: plain, count: nothing }];
  const missing: { name: string; why: string }[] = [];
  const versions: string[] = [];
  for (const { tracer, watchers } of ownTracers) {
    const found = await tracer.probe(host);
    if (found.usable) {
      versions.push(found.version);
      usable.push(...watchers(found.installation, host));
    } else missing.push({ name: tracer.name, why: found.why });
  }
  for (const watcher of otherTools) {
    const version = await versionOf(watcher.tool);
    if (version === null) missing.push({ name: watcher.name, why: 'not installed' });
    else {
      versions.push(version);
      usable.push({ name: watcher.name, pace: 'slow', command: watcher.command(host), count: watcher.count });
    }
  }
  return { usable, missing, versions };
}

const plain: Command = ({ directory, launcher }) => none.command({ directory, launcher, installation: {} });

type Installation = Readonly<Record<string, string>>;

const ownTracers: readonly {
  readonly tracer: Tracer;
  readonly watchers: (installation: Installation, host: HarnessHost) => readonly Watcher[];
}[] = [
  {
    tracer: ebpf,
    watchers: (installation) => [
      {
        name: 'ebpf, attached to others',
        pace: 'fast',
        command: plain,
        beside: commandOf(ebpf, installation),
        count: nothing,
      },
      { name: 'ebpf', pace: 'fast', command: commandOf(ebpf, installation), count: decodedBy(ebpf) },
    ],
  },
  {
    tracer: dtrace,
    watchers: (installation, { packageRoot }) => [
      {
        name: 'dtrace, bind and close only',
        pace: 'slow',
        command: commandOf(dtrace, {
          ...installation,
          program: join(packageRoot, 'bench', 'loop', 'bind-close.d'),
        }),
        count: countBindClose,
      },
      { name: 'dtrace', pace: 'slow', command: commandOf(dtrace, installation), count: decodedBy(dtrace) },
    ],
  },
  {
    tracer: strace,
    watchers: (installation) => [
      { name: 'strace', pace: 'slow', command: commandOf(strace, installation), count: decodedBy(strace) },
      {
        name: 'strace --seccomp-bpf',
        pace: 'slow',
        command: (spec) => withSeccomp(strace.command({ ...spec, installation })),
        count: decodedBy(strace),
      },
    ],
  },
];

function commandOf(tracer: Tracer, installation: Installation): Command {
  return (spec) => tracer.command({ ...spec, installation });
}

/** The tracer itself goes without it (harness/tracers/strace/command.ts says why). */
function withSeccomp(plan: SpawnPlan): SpawnPlan {
  const follow = plan.argv.indexOf('--follow-forks');
  return { ...plan, argv: plan.argv.toSpliced(follow, 0, '--seccomp-bpf') };
}

/** Those of the loop, which perf and bpftrace are asked for. */
const loopCalls = 'socket,setsockopt,bind,getsockname,sendto,recvfrom,close,faccessat';

const otherTools: readonly {
  readonly tool: string;
  readonly name: string;
  readonly command: (host: HarnessHost) => Command;
  readonly count: Watcher['count'];
}[] = [
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
async function versionOf(tool: string): Promise<string | null> {
  const folders = (process.env['PATH'] ?? '').split(':');
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
