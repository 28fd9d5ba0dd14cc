/** A recorded session that eBPF watched beside DTrace, and what hands could make of the second trace. */
import { cp, readFile, truncate, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { judgeSession } from '../../../../harness/run/judgement.ts';
import { takeFingerprints } from '../../../../harness/store/evidence.ts';
import type { EndFile } from '../../../../harness/store/session-file.ts';
import type { Report } from '../../../../src/report/report.ts';
import { temporaryDirectory } from '../store/saved-session.ts';

const recorded = resolve(import.meta.dirname, '../../../golden/session/cross-checked');
const second = join('blocks', '2-dtrace', 'ebpf.bin');

test('both traces of the recorded session tell the same of every bind', async () => {
  const { report } = await judgeSession(recorded);
  const [unfixed, local] = tracedArms(report);
  expect([report.outcome, report.doubts]).toEqual(['as-expected', []]);
  expect(unfixed).toMatchObject({
    verdict: 'held',
    crossCheck: { tracer: 'ebpf', undetermined: 0, disagreements: 0 },
  });
  expect(unfixed?.crossCheck).toMatchObject({ compared: unfixed?.binds, refused: unfixed?.addressInUse });
  expect(local).toMatchObject({
    verdict: 'clean',
    crossCheck: { runs: 1, compared: local?.binds, refused: 0 },
  });
  expect(report.arms.filter(({ tracer }) => tracer === 'none').map(({ crossCheck }) => crossCheck)).toEqual([
    null,
    null,
  ]);
});

test('a bind of which the second trace tells another address is a doubt, and its run unknown', async () => {
  const { report } = await judgedWith(async (session) => {
    const trace = await readFile(join(session, second));
    // sockaddr_in of 127.0.0.1:3001, of the last bind that has it.
    const asked = trace.lastIndexOf(Buffer.from('02000bb97f000001', 'hex'));
    expect(asked).toBeGreaterThan(0);
    trace.writeUInt16BE(3003, asked + 2);
    await writeFile(join(session, second), trace);
  });
  expect([report.outcome, report.exitCode]).toEqual(['inconclusive', 4]);
  const doubts = report.doubts.filter(({ code }) => code === 'cross-check-disagrees');
  expect(doubts[0]?.text).toMatch(
    /to udp 127\.0\.0\.1:3001: by dtrace it asked for udp 127\.0\.0\.1:3001; by ebpf it asked for udp 127\.0\.0\.1:3003$/,
  );
  const [arm, ...others] = tracedArms(report).filter(({ crossCheck }) => crossCheck?.disagreements !== 0);
  expect(others).toEqual([]);
  expect(arm).toMatchObject({
    verdict: 'unknown',
    doubts: doubts.length,
    crossCheck: { disagreements: doubts.length },
  });
  const { variant, toolchain } = arm as NonNullable<typeof arm>;
  const found = report.findings.filter((each) => each.variant === variant && each.toolchain === toolchain);
  expect(found.filter(({ certain }) => certain)).toEqual([]);
});

test('without the end of the second trace nothing is compared, and every verdict stays', async () => {
  const before = await judgeSession(recorded);
  const { report } = await judgedWith(async (session) => {
    const { length } = await readFile(join(session, second));
    await truncate(join(session, second), length - 1);
  });
  expect([report.outcome, report.exitCode]).toEqual(['as-expected', 0]);
  expect(report.arms.map(({ verdict }) => verdict)).toEqual(before.report.arms.map(({ verdict }) => verdict));
  expect(report.findings).toEqual(before.report.findings);
  for (const { crossCheck } of tracedArms(report)) {
    expect(crossCheck).toMatchObject({ runs: 0, runsNotCompared: 1, compared: 0, disagreements: 0 });
    expect(crossCheck?.whyNot).toMatch(/^the trace of ebpf is not whole: /);
  }
});

test('without the end of the first one the runs are unknown, and nothing is compared either', async () => {
  const { report } = await judgedWith(async (session) => {
    const first = join(session, 'blocks', '2-dtrace', 'dtrace.txt');
    const { length } = await readFile(first);
    await truncate(first, length - 20);
  });
  expect(report.outcome).toBe('inconclusive');
  for (const { verdict, crossCheck } of tracedArms(report)) {
    expect([verdict, crossCheck?.runs]).toEqual(['unknown', 0]);
    expect(crossCheck?.whyNot).toMatch(/^the trace of dtrace is not whole: /);
  }
});

/** With the fingerprints of what it is made to be, so that nothing but the traces speaks. */
async function judgedWith(alter: (session: string) => Promise<void>): Promise<{ readonly report: Report }> {
  const copy = join(await temporaryDirectory(), 's');
  await cp(recorded, copy, { recursive: true });
  await alter(copy);
  const file = join(copy, 'end.json');
  const end = JSON.parse(await readFile(file, 'utf8')) as EndFile;
  await writeFile(file, JSON.stringify({ ...end, files: await takeFingerprints(copy) }));
  return judgeSession(copy);
}

function tracedArms({ arms }: Report): Report['arms'] {
  return arms.filter(({ tracer }) => tracer !== 'none');
}
