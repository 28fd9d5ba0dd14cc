/** A second tracer where none can be used: never a reason to fail. Where one can, test/live/repro.test.ts uses it. */
import { expect, test } from 'vitest';
import { chooseCompanion } from '../../../../harness/commands/companion-choice.ts';
import type { Progress } from '../../../../harness/output/progress.ts';
import { temporaryDirectory } from '../store/saved-session.ts';

const asked = { of: 'dtrace', by: 'ebpf' };

async function choose(chosen: readonly string[]) {
  const lines: string[] = [];
  const quiet = { detail: () => undefined, show: () => undefined, clear: () => undefined };
  const progress: Progress = { ...quiet, say: (line) => lines.push(line) };
  const host = { cacheDirectory: await temporaryDirectory(), isRoot: false };
  return { companion: await chooseCompanion(asked, chosen, host, progress), lines };
}

test('one line says why nothing is cross-checked', async () => {
  const { companion, lines } = await choose(['dtrace']);
  expect(companion).toBeNull();
  expect(lines).toEqual([
    expect.stringMatching(
      /^no cross-check: ebpf can not watch beside dtrace \(the agent is not built: .*; run make setup\)$/,
    ),
  ]);
});

test('nothing is said where the tracer to be checked does not watch', async () => {
  expect(await choose(['strace'])).toEqual({ companion: null, lines: [] });
});
