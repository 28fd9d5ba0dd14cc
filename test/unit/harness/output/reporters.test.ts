import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ReporterChoice } from '../../../../harness/output/reporter-choice.ts';
import { openReporters, type ReporterPlace } from '../../../../harness/output/reporters.ts';
import { fittingSummary } from '../../../../harness/output/step-summary.ts';
import { buildReport } from '../../../../src/report/build.ts';
import { renderJson } from '../../../../src/report/json.ts';
import { session } from '../../report/sample-session.ts';

const report = buildReport(session());
/** Opens, and takes nothing: every write fails with ENOSPC. */
const fullDisk = '/dev/full';

describe('a report that can not be written', () => {
  test('harms no other, is said, and costs the exit code', async () => {
    const { place, written } = placeFor();
    const last = join(await directory(), 'last.json');
    const reporters = await openReporters([toFile('junit', fullDisk), toFile('json', last), toStdout], place);
    expect(await reporters.tell(report, 'x')).toBe(4);
    expect(await readFile(last, 'utf8')).toBe(renderJson(report));
    expect(written.stdout).toContain('AS EXPECTED');
    expect(written.stderr).toMatch(/^afterclose: junit: \/dev\/full is not complete\n {2}why: ENOSPC/);
  });

  test('may be standard output', async () => {
    const { place } = placeFor();
    const file = join(await directory(), 'report.xml');
    const stdout = { write: () => Promise.reject(new Error('no room')) };
    const reporters = await openReporters([toStdout, toFile('junit', file)], { ...place, stdout });
    expect(await reporters.tell(report, 'x')).toBe(4);
    expect(await readFile(file, 'utf8')).toContain('</testsuites>');
  });

  test('costs nothing where nobody asked for it', async () => {
    const { place, written } = placeFor({ GITHUB_STEP_SUMMARY: fullDisk });
    const github = { name: 'github', target: { kind: 'runner' } } as const;
    const byItself = await openReporters([toStdout, { ...github, origin: 'by-itself' }], place);
    expect(await byItself.tell(report, 'x')).toBe(0);
    expect(written.stderr).toMatch(/^::notice title=.*\nafterclose: github: \/dev\/full is not complete/);
    const asked = await openReporters([{ ...github, origin: 'asked-for' }], place);
    expect(await asked.tell(report, 'x')).toBe(4);
  });
});

describe('a place that can not be opened is said before anything runs', () => {
  test.each([
    ['/no/such/place/x.xml', 2],
    ['/', 2],
    [`/tmp/${'x'.repeat(300)}`, 2],
    ['/dev/full/x', 2],
  ])('%s: exit code %i', async (path, exitCode) => {
    const opening = openReporters([toFile('junit', path)], placeFor().place);
    await expect(opening).rejects.toMatchObject({ exitCode });
  });

  test('a place that the machine refuses: exit code 3', async () => {
    const path = join(await directory(), 'socket');
    const server = createServer().listen(path);
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const opening = openReporters([toFile('junit', path)], placeFor().place);
    await expect(opening).rejects.toMatchObject({ exitCode: 3 });
  });

  test('but not where nobody asked for it', async () => {
    const { place, written } = placeFor({ GITHUB_STEP_SUMMARY: '/no/such/place' });
    const choice = { name: 'github', target: { kind: 'runner' } } as const;
    const reporters = await openReporters([{ ...choice, origin: 'by-itself' }], place);
    expect(written.stderr).toMatch(/can not be written to \/no\/such\/place/);
    expect(await reporters.tell(report, 'x')).toBe(0);
    await expect(openReporters([{ ...choice, origin: 'asked-for' }], place)).rejects.toThrow(/no such/);
  });
});

test('an old report is gone as soon as the new one is begun', async () => {
  const file = join(await directory(), 'report.xml');
  await writeFile(file, 'old');
  await openReporters([toFile('junit', file)], placeFor().place);
  expect(await readFile(file, 'utf8')).toBe('');
});

describe('the summary of a step', () => {
  test('is added to what others wrote', async () => {
    const file = join(await directory(), 'summary.md');
    await writeFile(file, 'before\n');
    const { place } = placeFor({ GITHUB_STEP_SUMMARY: file });
    const choice = { name: 'github', target: { kind: 'runner' }, origin: 'asked-for' } as const;
    const reporters = await openReporters([choice], place);
    await appendFile(file, 'meanwhile\n');
    await reporters.tell(report, 'x');
    expect(await readFile(file, 'utf8')).toMatch(/^before\nmeanwhile\n## afterclose: AS EXPECTED\n/);
  });

  test('is as detailed as there is room for', () => {
    const options = { width: 80, color: false, detail: 'full', sessionPath: null } as const;
    const lengths = [1e6, 6_000, 1_800, 10].map((room) => fittingSummary(report, options, room).length);
    expect(lengths).toEqual([...new Set(lengths)].sort((a, b) => b - a));
    expect(lengths.at(-1)).toBe(0);
    expect(fittingSummary(report, options, 1_800)).toContain('AS EXPECTED');
  });
});

test('text on standard output can give the runner no orders', async () => {
  const doubt = { code: '::error::x', run: null, address: null, pid: null, text: '##[error]y' };
  const hostile = { ...report, doubts: [doubt] };
  for (const [environment, isCommand] of [
    [{}, true],
    [{ GITHUB_ACTIONS: 'true' }, false],
  ] as const) {
    const { place, written } = placeFor(environment);
    await (await openReporters([toStdout], { ...place, stdoutColumns: 80 })).tell(hostile, '::add-mask::x');
    expect(/^\s*::|##\[/m.test(written.stdout)).toBe(isCommand);
  }
});

const toStdout = { name: 'terminal', target: { kind: 'stdout' }, origin: 'asked-for' } as const;

function toFile(name: ReporterChoice['name'], path: string): ReporterChoice {
  return { name, target: { kind: 'file', path }, origin: 'asked-for' };
}

function placeFor(environment: ReporterPlace['environment'] = {}) {
  const written = { stdout: '', stderr: '' };
  const place: ReporterPlace = {
    stdout: { write: (text) => Promise.resolve(void (written.stdout += text)) },
    stdoutColumns: null,
    stderr: { write: (text) => (written.stderr += text) },
    environment,
    color: 'never',
    detail: 'brief',
  };
  return { place, written };
}

async function directory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'afterclose-reporters-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}
