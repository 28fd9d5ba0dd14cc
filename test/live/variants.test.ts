/** Every variant is what its variant.json expects, on the releases that `repro` has by default. */
import { beforeAll, expect, test } from 'vitest';
import { listScenarios, listVariants } from '../../harness/go/variants.ts';
import { currentHost } from '../../harness/host.ts';
import { strace } from '../../harness/tracers/strace/tracer.ts';
import { reportSchema } from '../../src/report/report.ts';
import { afterclose, temporaryDirectory } from '../cli/command-line.ts';

const host = currentHost();
let missing: string | null = null;
beforeAll(async () => {
  const availability = await strace.probe(host);
  if (!availability.usable) missing = `missing: strace (${availability.what}: ${availability.why})`;
});

test.for(await listScenarios(host))('%s: every variant, on three toolchains', async (scenario, context) => {
  if (missing !== null) return context.skip(missing);
  const names = (await listVariants(scenario, host)).map(({ name }) => name);
  const releases = ['1.9.7', 'local', 'local+legacy-close'];
  const words = [
    ...names.flatMap((name) => ['--variant', name]),
    ...releases.flatMap((release) => ['--go', release]),
  ];
  const size = ['--tracer', 'strace', '--runs', '1', '--cycles', '100', '--json'];
  const { exitCode, stdout } = await afterclose(['repro', ...size, ...words], {
    cwd: await temporaryDirectory(),
  });
  const { arms, doubts } = reportSchema.parse(JSON.parse(stdout));
  expect(doubts).toEqual([]);
  const traced = arms.filter(({ tracer }) => tracer === 'strace');
  expect(traced).toHaveLength(names.length * releases.length);
  expect(traced.filter(({ expected }) => expected === null)).toEqual([]);
  for (const { variant, toolchain, verdict, expected } of traced)
    expect(verdict, `${variant} on ${toolchain}`).toBe(expected);
  expect(exitCode).toBe(0);
});
