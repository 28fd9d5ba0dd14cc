/** What watches the loop: the harness's own tracers as it starts them, and others for comparison. */
import { join } from 'node:path';
import type { HarnessHost } from '../../harness/host.ts';
import { dtrace } from '../../harness/tracers/dtrace/tracer.ts';
import { ebpf } from '../../harness/tracers/ebpf/tracer.ts';
import { none } from '../../harness/tracers/none/tracer.ts';
import { strace } from '../../harness/tracers/strace/tracer.ts';
import type { SpawnPlan, Tracer } from '../../harness/tracers/tracer.ts';
import type { BlockRequest, TimedBlock } from './block.ts';
import { countBindClose, decodedBy, nothing } from './counting.ts';
import type { Delivered } from './counting.ts';
import { otherTools, versionOf } from './other-tools.ts';

type Command = BlockRequest['command'];

export interface Watcher {
  readonly name: string;
  /** Those that take a second are in every round, the slow ones in some. */
  readonly pace: 'fast' | 'slow';
  /** One of somebody else may not work here; then the others are measured. */
  readonly origin: 'ours' | 'others';
  readonly command: Command;
  /** What is attached meanwhile, to a tree of processes that the loop is not in. */
  readonly beside?: Command;
  readonly count: (block: TimedBlock) => Promise<Delivered>;
}

export interface Watchers {
  readonly usable: readonly Watcher[];
  /** By name, why. */
  readonly missing: ReadonlyMap<string, string>;
  /** Of the tools that are there. */
  readonly versions: readonly string[];
}

export const untraced = 'untraced';

export async function findWatchers(host: HarnessHost): Promise<Watchers> {
  const usable: Watcher[] = [
    { name: untraced, pace: 'fast', origin: 'ours', command: plain, count: nothing },
  ];
  const missing = new Map<string, string>();
  const versions: string[] = [];
  for (const { tracer, watchers } of ownTracers) {
    const found = await tracer.probe(host);
    if (found.usable) {
      versions.push(found.version);
      usable.push(...watchers(found.installation, host));
    } else missing.set(tracer.name, found.why);
  }
  for (const watcher of otherTools) {
    const version = await versionOf(watcher.tool);
    if (version === null) missing.set(watcher.name, 'not installed');
    else {
      versions.push(version);
      const { name, count } = watcher;
      usable.push({ name, pace: 'slow', origin: 'others', command: watcher.command(host), count });
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
        origin: 'ours',
        command: plain,
        beside: commandOf(ebpf, installation),
        count: nothing,
      },
      {
        name: 'ebpf',
        pace: 'fast',
        origin: 'ours',
        command: commandOf(ebpf, installation),
        count: decodedBy(ebpf),
      },
    ],
  },
  {
    tracer: dtrace,
    watchers: (installation, { packageRoot }) => [
      {
        name: 'dtrace, bind and close only',
        pace: 'slow',
        origin: 'ours',
        command: commandOf(dtrace, {
          ...installation,
          program: join(packageRoot, 'bench', 'loop', 'bind-close.d'),
        }),
        count: countBindClose,
      },
      {
        name: 'dtrace',
        pace: 'slow',
        origin: 'ours',
        command: commandOf(dtrace, installation),
        count: decodedBy(dtrace),
      },
    ],
  },
  {
    tracer: strace,
    watchers: (installation) => [
      {
        name: 'strace',
        pace: 'slow',
        origin: 'ours',
        command: commandOf(strace, installation),
        count: decodedBy(strace),
      },
      {
        name: 'strace --seccomp-bpf',
        pace: 'slow',
        origin: 'ours',
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
