/**
 * Brings a package of Debian with all that it needs, its C library included, into a directory of ours, with an apt
 * state of its own: nothing of the system is touched, and no rights are needed.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { GroupEnd } from '../run/process-group.ts';
import { runGroup } from '../run/process-group.ts';
import { explainAptFailure } from './apt-failure.ts';
import { keyring } from './debian-machine.ts';

/** The release of Debian that everything is brought from: the first one that has DTrace for Linux 2.0.7. */
const suite = 'forky';

export interface Fetched {
  readonly ok: true;
  /** The packages unpacked over each other. */
  readonly tree: string;
  /** Of the package that was asked for. */
  readonly version: string;
}

/** One line, without a full stop. */
export interface NotFetched {
  readonly ok: false;
  readonly why: string;
}

/** @param draft an empty directory of ours */
export async function fetchPackage(
  name: string,
  mirror: string,
  draft: string,
): Promise<Fetched | NotFetched> {
  const apt = join(draft, 'apt');
  const tree = join(draft, 'tree');
  for (const path of ['state/lists/partial', 'cache/archives/partial', 'none']) {
    mkdirSync(join(apt, path), { recursive: true });
  }
  writeFileSync(join(apt, 'sources.list'), `deb [arch=amd64 signed-by=${keyring}] ${mirror} ${suite} main\n`);
  writeFileSync(join(apt, 'state/status'), '');
  writeFileSync(join(apt, 'apt.conf'), noHooks);
  for (const step of [['update'], ['install', '-y', '--download-only', '--no-install-recommends', name]]) {
    const end = await run(['apt-get', ...aptOptions(apt), '-q', ...step], draft);
    if (end.exitCode !== 0) return { ok: false, why: explainAptFailure(end) };
  }
  const archives = join(apt, 'cache/archives');
  const packages = readdirSync(archives).filter((file) => file.endsWith('.deb'));
  for (const file of packages) {
    const end = await run(['dpkg', '-x', join(archives, file), tree], draft);
    if (end.exitCode !== 0) return { ok: false, why: `can not unpack ${file}: ${lastLine(end.stderr)}` };
  }
  const version = packages.map((file) => file.split('_')).find(([first]) => first === name)?.[1];
  return version === undefined
    ? { ok: false, why: `apt fetched no package ${name}` }
    : { ok: true, tree, version };
}

/** Runs `build` in a fresh directory beside the final places and removes what it leaves there. */
export async function inDraft<Result>(
  root: string,
  build: (draft: string) => Promise<Result>,
): Promise<Result> {
  mkdirSync(root, { recursive: true });
  removeOldDrafts(root);
  const draft = mkdtempSync(join(root, draftPrefix));
  try {
    return await build(draft);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** An installation is whole or not there. */
export function publish(tree: string, place: string): void {
  if (existsSync(place)) rmSync(place, { recursive: true, force: true });
  renameSync(tree, place);
}

/** Left by an installation that was killed; a young one may be somebody else's at work. */
function removeOldDrafts(root: string): void {
  const drafts = readdirSync(root).filter((name) => name.startsWith(draftPrefix));
  for (const path of drafts.map((name) => join(root, name))) {
    if (Date.now() - statSync(path).mtimeMs > 3_600_000) rmSync(path, { recursive: true, force: true });
  }
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

const draftPrefix = 'new-';
