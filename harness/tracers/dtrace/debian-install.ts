/**
 * Brings Debian's DTrace with its own C library into a directory of ours, with an apt state of its own: nothing
 * of the system is touched. Measured: 3-5 s, 18 MB fetched, 33 MB unpacked.
 */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { GroupEnd } from '../../run/process-group.ts';
import { runGroup } from '../../run/process-group.ts';
import { explainAptFailure } from './apt-failure.ts';
import type { DtraceInstallation, Manifest } from './installation.ts';
import {
  askVersion,
  dtraceArguments,
  dtraceCache,
  manifestName,
  readPrivate,
  toRecord,
} from './installation.ts';
import { keyring } from './preconditions.ts';

/** The first release of Debian that has DTrace for Linux 2.0.7. */
const suite = 'forky';

const draftPrefix = 'new-';

export type InstallResult =
  | { readonly ok: true; readonly installation: DtraceInstallation }
  /** One line, without a full stop. */
  | { readonly ok: false; readonly why: string };

/** Made beside its final place and renamed: an installation is whole or not there. */
export async function installFromDebian(cacheDirectory: string, mirror: string): Promise<InstallResult> {
  const root = dtraceCache(cacheDirectory);
  mkdirSync(root, { recursive: true });
  removeOldDrafts(root);
  const draft = mkdtempSync(join(root, draftPrefix));
  try {
    return await build(draft, root, mirror);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Left by an installation that was killed; a young one may be somebody else's at work. */
function removeOldDrafts(root: string): void {
  const drafts = readdirSync(root).filter((name) => name.startsWith(draftPrefix));
  for (const path of drafts.map((name) => join(root, name))) {
    if (Date.now() - statSync(path).mtimeMs > 3_600_000) rmSync(path, { recursive: true, force: true });
  }
}

async function build(draft: string, root: string, mirror: string): Promise<InstallResult> {
  const apt = join(draft, 'apt');
  const tree = join(draft, 'tree');
  for (const path of ['state/lists/partial', 'cache/archives/partial', 'none']) {
    mkdirSync(join(apt, path), { recursive: true });
  }
  writeFileSync(join(apt, 'sources.list'), `deb [arch=amd64 signed-by=${keyring}] ${mirror} ${suite} main\n`);
  writeFileSync(join(apt, 'state/status'), '');
  writeFileSync(join(apt, 'apt.conf'), noHooks);
  for (const step of [
    ['update'],
    ['install', '-y', '--download-only', '--no-install-recommends', 'dtrace'],
  ]) {
    const end = await run(['apt-get', ...aptOptions(apt), '-q', ...step], draft);
    if (end.exitCode !== 0) return { ok: false, why: explainAptFailure(end) };
  }
  const archives = join(apt, 'cache/archives');
  const packages = readdirSync(archives).filter((name) => name.endsWith('.deb'));
  for (const name of packages) {
    const end = await run(['dpkg', '-x', join(archives, name), tree], draft);
    if (end.exitCode !== 0) return { ok: false, why: `can not unpack ${name}: ${lastLine(end.stderr)}` };
  }
  return finish(tree, root, packages);
}

async function finish(tree: string, root: string, packages: readonly string[]): Promise<InstallResult> {
  const version = /^dtrace_(.+)_amd64\.deb$/m.exec(packages.join('\n'))?.[1];
  if (version === undefined) return { ok: false, why: 'apt fetched no package dtrace' };
  copyLibraries(join(tree, 'usr/lib/x86_64-linux-gnu/dtrace'), join(tree, 'dlib'));
  const manifest: Manifest = { schemaVersion: 1, version: 'unknown', package: version, machine: 'x86_64' };
  writeFileSync(join(tree, manifestName), JSON.stringify(manifest));
  const said = await versionOf(readPrivate(tree));
  if (said === null) return { ok: false, why: `the DTrace of package ${version} does not start here` };
  writeFileSync(join(tree, manifestName), JSON.stringify({ ...manifest, version: said }));
  const place = join(root, version);
  rmSync(place, { recursive: true, force: true });
  renameSync(tree, place);
  const installation = readPrivate(place);
  return installation === null
    ? { ok: false, why: `${place} could not be read back` }
    : { ok: true, installation };
}

/**
 * D libraries without io.d, which does not compile on a kernel without CONFIG_KALLSYMS_ALL and which we do not use
 * (`failed to resolve vmlinux`major_names`, DTrace 2.0.7). Can go when DTrace leaves out what does not compile.
 */
export function copyLibraries(from: string, to: string): void {
  cpSync(from, to, { recursive: true, filter: (path) => !path.endsWith('/io.d') });
}

async function versionOf(installation: DtraceInstallation | null): Promise<string | null> {
  return installation === null ? null : askVersion(dtraceArguments(toRecord(installation, '', 1)));
}

/** Everything that apt would read or write of the system, turned to ours; and every check left on. */
function aptOptions(apt: string): string[] {
  const options = [
    `Dir::State=${join(apt, 'state')}`,
    `Dir::Cache=${join(apt, 'cache')}`,
    // nothing is installed; apt also takes its locks beside this file
    `Dir::State::status=${join(apt, 'state/status')}`,
    `Dir::Etc::SourceList=${join(apt, 'sources.list')}`,
    `Dir::Etc::SourceParts=${join(apt, 'none')}`,
    'Dir::Etc::Preferences=/dev/null',
    `Dir::Etc::PreferencesParts=${join(apt, 'none')}`,
    'APT::Update::Error-Mode=any',
    'APT::Sandbox::User=root',
    'APT::Architecture=amd64',
    'Acquire::Languages=none',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false',
    'Acquire::AllowInsecureRepositories=false',
    'APT::Get::AllowUnauthenticated=false',
    'Acquire::Retries=2',
    'Acquire::http::Timeout=20',
    'Acquire::https::Timeout=20',
  ];
  return ['-c', join(apt, 'apt.conf'), ...options.flatMap((option) => ['-o', option])];
}

/** Hooks of the system, such as the one that empties its caches in container images; -o can not clear a list. */
const noHooks = [
  '#clear APT::Update::Pre-Invoke;',
  '#clear APT::Update::Post-Invoke;',
  '#clear APT::Update::Post-Invoke-Success;',
  '#clear DPkg::Pre-Invoke;',
  '#clear DPkg::Post-Invoke;',
  '',
].join('\n');

/** apt finds its proxy and a configuration of the user's through the environment. */
async function run(argv: readonly string[], cwd: string): Promise<GroupEnd> {
  const inherited = Object.entries(process.env).flatMap(([name, value]) =>
    value !== undefined && (/_proxy$/i.test(name) || name === 'APT_CONFIG') ? [[name, value] as const] : [],
  );
  return runGroup({
    argv,
    cwd,
    env: {
      ...Object.fromEntries(inherited),
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      LC_ALL: 'C',
      DEBIAN_FRONTEND: 'noninteractive',
    },
    stdout: 'ignore',
    stderr: 'capture',
    timeoutMs: 300_000,
  });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
