/** Machines that lack something the embedded tracer wants, each made for one command: refused with the documented exit code, or done without. */
import { execa } from 'execa';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { currentHost } from '../../harness/host.ts';
import { setUpEbpf } from '../../harness/tracers/ebpf/setup.ts';
import { reportSchema } from '../../src/report/report.ts';
import { checkIsBuilt, cli, commandEnvironment } from '../cli/command-line.ts';

let missing: string | null = null;
let root = '';
let sessions = 0;

beforeAll(async () => {
  const host = currentHost();
  const { ready, line } = await setUpEbpf(host, () => undefined);
  if (!ready || !host.isRoot) missing = `missing: ${host.isRoot ? 'ebpf' : 'root'} (${line})`;
  if (missing !== null) return;
  checkIsBuilt();
  root = mkdtempSync(join(tmpdir(), 'afterclose-settings-'));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});
beforeEach((context) => {
  if (missing !== null) context.skip(missing);
});

/** @param through the start of the command line */
async function repro(through: readonly string[], words: readonly string[] = []) {
  const [program = '', ...rest] = [...through, process.execPath, cli, 'repro', '--tracer', 'ebpf', ...words];
  const arms = ['--go', 'local+legacy-close', '--runs', '1', '--cycles', '100', '--json'];
  return execa(program, [...rest, ...arms, '--out', join(root, `session-${++sessions}`)], {
    env: commandEnvironment(),
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    forceKillAfterDelay: false,
  });
}

function tracedVerdicts(stdout: string): readonly (readonly string[])[] {
  const { arms } = reportSchema.parse(JSON.parse(stdout));
  return arms.filter(({ tracer }) => tracer === 'ebpf').map(({ variant, verdict }) => [variant, verdict]);
}

const asExpected = [
  ['unfixed', 'held'],
  ['semaphore', 'clean'],
];
const without = (...capabilities: readonly string[]): readonly string[] => [
  'setpriv',
  `--bounding-set=${capabilities.map((name) => `-${name}`).join(',')}`,
];

describe('refused with 3, in words that name what is missing', () => {
  test.each([
    ['no BTF', ['unshare', '-m', 'sh', '-c', hideTypes(), 'sh'], /CONFIG_DEBUG_INFO_BTF/],
    ['no CAP_BPF', without('bpf', 'sys_admin'), /CAP_BPF missing/],
    ['no CAP_PERFMON', without('perfmon', 'sys_admin'), /CAP_PERFMON missing/],
    ['neither', without('bpf', 'perfmon', 'sys_admin'), /CAP_BPF and CAP_PERFMON missing/],
    ['a user namespace', ['unshare', '--user', '--map-root-user'], /outside of the namespace/],
  ])('%s', async (_what, through, words) => {
    const { exitCode, stdout, stderr } = await repro(through);
    expect([exitCode, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(words);
    expect(stderr).not.toMatch(/memlock/i);
  });
});

describe('done without, with the same verdicts', () => {
  test.each([
    ['no CAP_SYS_ADMIN, hence neither cgroup2 nor network namespaces', without('sys_admin')],
    ['no CAP_NET_ADMIN either, hence no hooks', without('sys_admin', 'net_admin')],
  ])('%s', async (_what, through) => {
    const { exitCode, stdout, stderr } = await repro(through);
    expect(exitCode, stderr).toBe(0);
    expect(tracedVerdicts(stdout)).toEqual(asExpected);
    expect(stderr).toContain('the runs share the ports');
    expect(stdout).not.toContain('"released"');
  });
});

test('two sessions at once: each is right', async () => {
  const both = await Promise.all([repro(['env']), repro(['env'])]);
  for (const { exitCode, stdout, stderr } of both) {
    expect(exitCode, stderr).toBe(0);
    expect(tracedVerdicts(stdout)).toEqual(asExpected);
  }
});

/** For the processes of one mount namespace. */
function hideTypes(): string {
  return 'mount -t tmpfs none /sys/kernel/btf && exec "$@"';
}
