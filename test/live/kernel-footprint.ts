/** What the embedded tracer has in the kernel, and all of it that could outlive its process. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { livingNamespaces, mounts } from './footprint.ts';

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
}

/** @param lookout kernel-objects.go, built */
export function lookAtKernel(lookout: string): KernelFootprint {
  return {
    objects: lines(execFileSync(lookout, { encoding: 'utf8' })),
    pinned: listed('/sys/fs/bpf'),
    cgroups: findCgroups(),
    mounts: mounts(),
    namedNetworks: listed('/run/netns'),
    namespaces: livingNamespaces(),
  };
}

/**
 * What is there now and was not before. Of objects, those of an agent and the links whose program is one of them:
 * systemd and others load programs too.
 */
export function leftSince(before: KernelFootprint, now: KernelFootprint): readonly string[] {
  const objects = added(before.objects, now.objects);
  const programs = objects.filter((each) => isAgents(each, 'program', programNames)).map(numberOf);
  return [
    ...objects.filter(
      (each) =>
        isAgents(each, 'program', programNames) ||
        isAgents(each, 'map', mapNames) ||
        (each.startsWith('link ') && programs.includes(each.split(' ')[3] ?? '')),
    ),
    ...added(before.pinned, now.pinned),
    ...added(before.cgroups, now.cgroups),
    ...added(before.mounts, now.mounts),
    ...added(before.namedNetworks, now.namedNetworks),
    ...added([...before.namespaces], [...now.namespaces]),
  ];
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

/** Through a mount that is gone with the process, since not every machine shows cgroup2 in a place. */
function findCgroups(): readonly string[] {
  const script = 'mount -t cgroup2 none /mnt && find /mnt -type d -name "afterclose-*"';
  return lines(execFileSync('unshare', ['--mount', 'sh', '-c', script], { encoding: 'utf8' }));
}

function listed(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory, { recursive: true, encoding: 'utf8' }) : [];
}

function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}
