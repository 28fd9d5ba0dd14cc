/** Which tracer watches on the machine that tests, seen as an ordinary user sees it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { chooseTracer } from '../../../../harness/commands/tracer-choice.ts';
import type { Progress } from '../../../../harness/output/progress.ts';
import { strace } from '../../../../harness/tracers/strace/tracer.ts';

let cacheDirectory = '';
let lines: string[] = [];
const progress: Progress = {
  say: (line) => lines.push(line),
  detail: () => undefined,
  show: () => undefined,
  clear: () => undefined,
};
const host = () => ({ cacheDirectory, isRoot: false });

beforeEach(() => {
  lines = [];
  cacheDirectory = mkdtempSync(join(tmpdir(), 'afterclose-test-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cacheDirectory, { recursive: true });
});

test('an ordinary user gets strace where it is usable, and one line says which and why', async (context) => {
  const availability = await strace.probe(host());
  if (!availability.usable) context.skip('missing: strace');
  const chosen = await chooseTracer(null, host(), progress);
  expect(chosen).toMatchObject({ name: 'strace', requested: null });
  expect([...chosen.tracers.keys()]).toEqual(['none', 'strace']);
  expect(lines).toEqual([
    expect.stringMatching(
      /^tracer strace \(strace \d.*\): instead of ebpf \(the agent is not built: .*; dtrace \(it needs root: /,
    ) as unknown,
  ]);
});

test('where nothing is usable nothing watches, and the one line is loud', async () => {
  vi.stubEnv('PATH', cacheDirectory);
  const chosen = await chooseTracer(null, host(), progress);
  expect(chosen).toMatchObject({ name: 'none', requested: null, version: null });
  expect([...chosen.tracers.keys()]).toEqual(['none']);
  expect(lines).toEqual([
    expect.stringMatching(
      /^WARNING: NOTHING WATCHES, .*exit code 4.* ebpf \(.*; dtrace \(.*; strace \(/,
    ) as unknown,
  ]);
});

test('what was asked for by name is not replaced: exit code 3', async () => {
  await expect(chooseTracer('dtrace', host(), progress)).rejects.toMatchObject({
    what: 'the tracer dtrace can not be used here: it needs root',
    exitCode: 3,
  });
  await expect(chooseTracer('strase', host(), progress)).rejects.toMatchObject({ exitCode: 2 });
  expect(lines).toEqual([]);
});

test('what was asked for by name needs no line', async () => {
  expect(await chooseTracer('none', host(), progress)).toMatchObject({ name: 'none', requested: 'none' });
  expect(lines).toEqual([]);
});

test('the one that is preferred is tried first', async () => {
  await chooseTracer(null, host(), progress, 'strace');
  expect(lines).toEqual([
    expect.stringMatching(
      /^(?:tracer strace .*: the first choice of this command|.*strace \(.*; ebpf \(.*; dtrace \()/,
    ) as unknown,
  ]);
});
