/** What the embedded tracer has in the kernel, and all of it that could outlive its process. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { mountCgroup2 } from './cgroup2.ts';
import { livingNamespaces, mounts, processesOfOthers } from './footprint.ts';

export interface KernelFootprint {
  /** Programs, maps and links of BPF: `program 12 enter 0`. */
  readonly objects: readonly string[];
  /** Files below /sys/fs/bpf, by which such objects outlive every process. */
  readonly pinned: readonly string[];
  /** Groups of sessions, below whatever group. */
  readonly cgroups: readonly string[];
  readonly mounts: readonly string[];
  readonly namedNetworks: readonly string[];
  readonly namespaces: ReadonlySet<string>;
  /** What processes of other sessions have of it: `program 12`, `afterclose-345`, `net:[4026531840]`. */
  readonly others: ReadonlySet<string>;
}

/**
 * @param lookout kernel-objects.go, built
 * @param sessions those that are looked at: the ids of any others tell what is not theirs
 */
export function lookAtKernel(lookout: string, sessions: readonly string[]): KernelFootprint {
  return {
    objects: lines(execFileSync(lookout, { encoding: 'utf8' })),
    pinned: listed('/sys/fs/bpf'),
    cgroups: findCgroups(),
    mounts: mounts(),
    namedNetworks: listed('/run/netns'),
    namespaces: livingNamespaces(),
    others: whatOthersHave(sessions),
  };
}

/**
 * What stays of sessions whose last process is gone. From then on nothing new can be theirs, so only what there is at
 * the first look is looked for again: the kernel takes some of it away a moment later.
 */
export async function whatStays(
  before: KernelFootprint,
  look: () => KernelFootprint,
): Promise<readonly string[]> {
  // Long for the kernel's moment, which RCU ends; what somebody takes away later than that has stayed.
  const deadline = performance.now() + 10_000;
  let left = leftSince(before, look());
  while (left.length > 0 && performance.now() < deadline) {
    await sleep(50);
    const there = leftSince(before, look());
    left = left.filter((each) => there.includes(each));
  }
  return left;
}

/**
 * What is there now, was not before, and is not known to be of another session. Of objects, those of an agent and the
 * links whose program is one of them: systemd and others load programs too.
 */
export function leftSince(before: KernelFootprint, now: KernelFootprint): readonly string[] {
  const objects = added(before.objects, now.objects).filter(
    (each) => !now.others.has(each.split(' ', 2).join(' ')),
  );
  const programs = objects.filter((each) => isAgents(each, 'program', programNames)).map(numberOf);
  return [
    ...objects.filter(
      (each) =>
        isAgents(each, 'program', programNames) ||
        isAgents(each, 'map', mapNames) ||
        (each.startsWith('link ') && programs.includes(each.split(' ')[3] ?? '')),
    ),
    ...added(before.pinned, now.pinned),
    ...added(before.cgroups, now.cgroups).filter(
      (path) => !path.split('/').some((name) => now.others.has(name)),
    ),
    ...added(before.mounts, now.mounts),
    ...added(before.namedNetworks, now.namedNetworks),
    ...added([...before.namespaces], [...now.namespaces]).filter((name) => !now.others.has(name)),
  ];
}

/** By the descriptors of their processes, and by what these processes are in. */
function whatOthersHave(sessions: readonly string[]): ReadonlySet<string> {
  return new Set(
    processesOfOthers(sessions).flatMap(({ pid, namespaces }) => [
      ...namespaces,
      ...ownGroups(contentOf(`/proc/${pid}/cgroup`)),
      ...namesIn(`/proc/${pid}/fd`).flatMap((fd) => [
        ...ownGroups(targetOf(`/proc/${pid}/fd/${fd}`)),
        ...heldObjects(contentOf(`/proc/${pid}/fdinfo/${fd}`)),
      ]),
    ]),
  );
}

/** @param text with paths; each session's group has a name that no other one gets */
function ownGroups(text: string): readonly string[] {
  return text.match(/\bafterclose-\d+/g) ?? [];
}

/** @param fdinfo see proc(5) */
function heldObjects(fdinfo: string): readonly string[] {
  const kinds = { prog: 'program', map: 'map', link: 'link' } as const;
  return [...fdinfo.matchAll(/^(prog|map|link)_id:\s*(\d+)$/gm)].map(
    ([, kind, id]) => `${kinds[kind as keyof typeof kinds]} ${id}`,
  );
}

/** harness/ebpf-agent/bpf has them. */
const programNames = ['enter', 'leave', 'forked', 'execed', 'exited', 'created', 'released'];
const mapNames = ['ring', 'threads', 'processes', 'freed', 'counts'];

function isAgents(object: string, kind: string, names: readonly string[]): boolean {
  const [ofKind, , name = ''] = object.split(' ');
  return ofKind === kind && names.includes(name);
}

function numberOf(object: string): string {
  return object.split(' ')[1] ?? '';
}

function added(before: readonly string[], now: readonly string[]): readonly string[] {
  return now.filter((each) => !before.includes(each));
}

/** Through a mount that is gone with the process. */
function findCgroups(): readonly string[] {
  // Groups of others come and go while it looks.
  const script = `${mountCgroup2('/mnt')} && find /mnt -ignore_readdir_race -type d -name "afterclose-*"`;
  return lines(execFileSync('unshare', ['--mount', 'sh', '-c', script], { encoding: 'utf8' }));
}

function listed(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory, { recursive: true, encoding: 'utf8' }) : [];
}

function namesIn(directory: string): readonly string[] {
  return orIfGone(() => readdirSync(directory), []);
}

function targetOf(link: string): string {
  return orIfGone(() => readlinkSync(link), '');
}

function contentOf(file: string): string {
  return orIfGone(() => readFileSync(file, 'latin1'), '');
}

function orIfGone<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}
