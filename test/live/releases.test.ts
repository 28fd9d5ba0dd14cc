/** Go's history on the real releases: where the unfixed program became clean. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { searchSchema } from '../../harness/releases/search-document.ts';
import { findLocalGo } from '../../harness/go/go-command.ts';
import { currentHost } from '../../harness/host.ts';
import { reportSchema } from '../../src/report/report.ts';
import { afterclose, temporaryDirectory } from '../cli/command-line.ts';
import { missingEbpf } from './started-repro.ts';

const small = ['--runs', '2', '--cycles', '100'];

describe('releases', () => {
  beforeEach(async (context) => {
    const missing = await missingEbpf();
    if (missing !== null) context.skip(missing);
  });

  test('the search ends between 1.9.7 and 1.10, with a session for each side', async () => {
    const directory = await temporaryDirectory();
    const range = ['--from', '1.9', '--to', '1.10', '--tracer', 'ebpf'];
    const { exitCode, stdout } = await afterclose(
      ['releases', '--bisect', ...range, ...small, '--out', 'sessions', '--json'],
      { cwd: directory },
    );
    const found = searchSchema.parse(JSON.parse(stdout));
    expect(found).toMatchObject({
      exitCode: 0,
      variant: 'unfixed',
      border: { last: 'go1.9.7', first: 'go1.10', verdicts: { last: 'held', first: 'clean' } },
      why: null,
      missing: [],
    });
    expect(exitCode).toBe(0);
    expect(found.releases.find(({ release }) => release === 'go1.9.7')).toMatchObject({
      runs: 2,
      heldRuns: 2,
    });
    expect((await readdir(join(directory, 'sessions'))).toSorted()).toEqual(
      found.releases.map(({ release }) => release).toSorted(),
    );
    const again = await afterclose(['check', join('sessions', 'go1.9.7'), '--json'], { cwd: directory });
    expect(reportSchema.parse(JSON.parse(again.stdout)).arms).toMatchObject([{ verdict: 'held' }]);
  });

  test('a list without the network: what is here is run, the rest is named, exit code 4', async () => {
    const directory = await temporaryDirectory();
    const { exitCode, stdout } = await afterclose(
      ['releases', '--variant', 'unfixed', '--from', '1.20', ...small, '--tracer', 'ebpf', '--json'],
      { cwd: directory, env: { GOPROXY: 'off', GOMODCACHE: join(directory, 'no-modules') } },
    );
    const report = reportSchema.parse(JSON.parse(stdout));
    const { version: local } = await findLocalGo(currentHost());
    expect(report.arms).toMatchObject([{ toolchain: local, verdict: 'clean' }]);
    const missing = report.question.kind === 'releases' ? report.question.missing : [];
    expect(missing.map(({ release }) => release)).toContain('go1.20.14');
    expect(missing.every(({ why }) => why === 'downloads are switched off (GOPROXY=off)')).toBe(true);
    expect(report).toMatchObject({ outcome: 'inconclusive', exitCode: 4 });
    expect(exitCode).toBe(4);
  });
});
