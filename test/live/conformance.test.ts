/** The replay has to predict the kernel, here for as many binds of random programs as a test may take. */
import { expect, test } from 'vitest';
import { currentHost } from '../../harness/host.ts';
import { ebpf } from '../../harness/tracers/ebpf/tracer.ts';
import { conform } from '../conformance/conform.ts';
import { kindsOfCalls } from '../conformance/tally.ts';

test('20,000 binds and listens of random programs: none is predicted wrongly', async (context) => {
  const availability = await ebpf.probe(currentHost());
  if (!availability.usable) context.skip(`missing: ebpf (${availability.what}: ${availability.why})`);
  const { tally, mistakes } = await conform({
    seed: 'make test',
    binds: 20_000,
    tracer: ebpf,
    // Two batches, so that one is judged while the other runs.
    programsOfRun: 550,
    progress: () => undefined,
  });

  expect(mistakes.map(({ program, text }) => `${program}: ${text}`)).toEqual([]);
  expect(tally.tellsIdentity).toBe(true);
  expect(tally.binds).toBeGreaterThanOrEqual(20_000);
  expect(tally.undetermined / tally.binds).toBeLessThanOrEqual(0.05);
  expect(tally.failed / tally.binds).toBeGreaterThanOrEqual(0.2);
  expect(tally.named / tally.binds).toBeGreaterThan(0.01);
  expect(Object.fromEntries(tally.elsewhere)).toEqual({
    children: expect.any(Number) as unknown,
    threads: expect.any(Number) as unknown,
  });
  const shares = tally.shares();
  expect(shares.map(([name]) => name).sort()).toEqual([...kindsOfCalls].sort());
  expect(shares.filter(([, percent]) => percent <= 1)).toEqual([]);
});
