/**
 * Every tracer of the registry watches the same programs and has to come to the same verdicts, with the same kind of
 * holder at each refused bind. What else they differ in is docs/tracers.md.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildLauncher, buildVariant } from '../../harness/go/build.ts';
import { resolveToolchains } from '../../harness/go/toolchain.ts';
import { currentHost } from '../../harness/host.ts';
import { lockMachine } from '../../harness/run/locks.ts';
import { chooseNetwork } from '../../harness/run/network.ts';
import { sweepSession } from '../../harness/run/process-group.ts';
import { findTracer } from '../../harness/tracers/index.ts';
import type { Tracer } from '../../harness/tracers/tracer.ts';
import type { RunSummary } from '../../src/verdict/run-summary.ts';
import { root as checkout } from '../cli/command-line.ts';
import { tracingTracers } from '../contract/recordings.ts';
import { recordGolden } from './golden-recordings.ts';
import { judgeBlock, startBlock } from './watched-block.ts';
import type { BlockRequest, Program } from './watched-block.ts';

const host = currentHost();
const session = `live-agree-${process.pid}`;
let root = '';
let launcher = '';
let network: BlockRequest['network'] | null = null;
let programs: readonly Program[] = [];

const arms = [
  { variant: 'unfixed', toolchain: '1.9.7' },
  { variant: 'semaphore', toolchain: '1.9.7' },
  { variant: 'unfixed', toolchain: 'local' },
  { variant: 'unfixed', toolchain: 'local+legacy-close' },
  { variant: 'semaphore', toolchain: 'local+legacy-close' },
  { variant: 'waitgroup', toolchain: 'local+legacy-close' },
] as const;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'afterclose-test-'));
  launcher = (await buildLauncher({ host })).binary;
  const chosen = await chooseNetwork();
  network = chosen.kind === 'private' ? chosen : null;
  const built = await Promise.all(arms.map(buildArm));
  programs = [...built.map((binary) => ({ argv: [binary, '-cycles', '100'] })), { argv: [buildParked()] }];
});
afterAll(async () => {
  await sweepSession(session);
  rmSync(root, { recursive: true, force: true });
});

describe.each(tracingTracers)('$name', (tracer) => {
  test('the race, its two cures, and a port that only a call in flight holds', async (context) => {
    const availability = await tracer.probe(host);
    if (!availability.usable) {
      return context.skip(
        `missing: ${host.isRoot ? tracer.name : 'root'} (${availability.what}: ${availability.why})`,
      );
    }
    if (network === null) return context.skip('missing: network-namespaces (each run needs its own ports)');
    const { ownRights, installation } = availability;
    const place = ownRights === undefined ? network : { kind: ownRights.network, enter: [] };
    const { runs, doubts } = await watch(tracer, installation, place);
    expect(doubts).toEqual([]);
    expect(runs.flatMap((run) => run.doubts)).toEqual([]);
    expect(runs.map(({ verdict }) => verdict)).toEqual([
      ...['held', 'clean', 'clean', 'held', 'clean', 'clean'],
      'held',
    ]);
    const [closedLate, inFlight] = [['descriptor'], ['call recvfrom']];
    expect(runs.map(kindsOfHolders)).toEqual([closedLate, [], [], closedLate, [], [], inFlight]);
    // How often a bind meets the race is luck, that it meets the parked receive is not.
    const conflicts = runs.map(({ findings }) => findings.filter(({ code }) => code === 'conflict'));
    expect(new Set(conflicts.flat().map(({ cause }) => cause))).toEqual(new Set(['after-close']));
    expect(conflicts.at(-1)).toHaveLength(1);
  });
});

/** No test: writes recordings for test/golden (docs/how-to/add-a-tracer.md). */
const recorded = process.env['AFTERCLOSE_RECORD'];
if (recorded !== undefined) {
  test(`recordings of ${recorded}`, async () => {
    const tracer = findTracer(recorded);
    const availability = await tracer.probe(host);
    if (!availability.usable || network === null) throw new Error('it can not be used here');
    const [unfixed, semaphore, newer, , , , parked] = programs.map(({ argv }) => argv[0] ?? '');
    const binaries = [unfixed ?? '', semaphore ?? '', newer ?? ''] as const;
    const { version, installation } = availability;
    const machine = { tracer, version, installation, launcher, network, binaries, parked: parked ?? '' };
    await recordGolden(machine, join(checkout, 'test/golden'));
  });
}

async function watch(
  tracer: Tracer,
  installation: BlockRequest['installation'],
  ownNetwork: BlockRequest['network'],
) {
  const lock = await lockMachine('traced', { onWait: () => undefined });
  try {
    const directory = join(root, tracer.name);
    const block = startBlock({
      directory,
      session,
      tracer,
      installation,
      launcher,
      network: ownNetwork,
      programs,
    });
    return await judgeBlock(block, await block.ended);
  } finally {
    await tracer.sweep(host);
    lock.release();
  }
}

/** At refused binds and past free points, each kind once; only what is certain. */
function kindsOfHolders({ findings }: RunSummary): string[] {
  const holders = findings.flatMap((finding) => (finding.certain ? finding.holders : []));
  return [...new Set(holders.map(({ kind, call }) => (call === null ? kind : `${kind} ${call}`)))].sort();
}

async function buildArm({ variant, toolchain: name }: (typeof arms)[number]): Promise<string> {
  const [toolchain] = await resolveToolchains([name], { host });
  if (toolchain === undefined) throw new RangeError(name);
  return (await buildVariant({ scenario: 'udp-reconnect', variant, toolchain }, { host })).binary;
}

/** No variant of a scenario: it leaves no claims and makes no marks. */
function buildParked(): string {
  const binary = join(root, 'parked-receive');
  execFileSync('go', ['build', '-buildvcs=false', '-o', binary, './parked-receive'], {
    cwd: join(checkout, 'go-fixtures'),
    env: { ...process.env, CGO_ENABLED: '0', GOTOOLCHAIN: 'local' },
  });
  return binary;
}
