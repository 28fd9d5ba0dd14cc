/** The programs of docs/tracers.md recorded under one tracer, as test/golden keeps them. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { root } from '../cli/command-line.ts';
import { recordsOf, startBlock, traceOf } from './watched-block.ts';
import type { BlockRequest, Program } from './watched-block.ts';

export interface RecordingMachine extends Pick<
  BlockRequest,
  'tracer' | 'installation' | 'launcher' | 'network'
> {
  /** As the tracer says it, e.g. `DTrace 2.0.7`. */
  readonly version: string;
  /** `unfixed` and `semaphore` with Go 1.9.7, `unfixed` with the newer Go. */
  readonly binaries: readonly [string, string, string];
  /** The binary of go-fixtures/parked-receive. */
  readonly parked: string;
}

/** @param golden a folder as test/golden is one; what it holds of this tracer is written anew */
export async function recordGolden(machine: RecordingMachine, golden: string): Promise<void> {
  rmSync(place, { recursive: true, force: true });
  mkdirSync(join(place, 'bin'), { recursive: true });
  const [unfixed, semaphore, newer] = machine.binaries;
  const moved = { ...machine, launcher: copyOf(machine.launcher, 'launcher') };
  const race = [
    [copyOf(unfixed, 'unfixed')],
    [copyOf(semaphore, 'semaphore')],
    [copyOf(newer, 'unfixed-newer')],
    [copyOf(unfixed, 'unfixed'), '-network', 'udp6'],
  ];
  const parked = copyOf(machine.parked, 'parked-receive');
  await recordCase(moved, golden, 'every-call', [{ argv: [buildEveryCall()] }]);
  await recordCase(moved, golden, 'parked-receive', [{ argv: [parked] }]);
  const programs = race.map(([binary = '', ...words]) => ({ argv: [binary, '-cycles', '12', ...words] }));
  await recordCase(moved, golden, 'udp-reconnect', programs);
}

/** Where it is recorded and where the programs lie, so that no path of somebody's machine is in a recording. */
const place = '/tmp/recording';

function copyOf(binary: string, name: string): string {
  const copy = join(place, 'bin', name);
  copyFileSync(binary, copy);
  return copy;
}

async function recordCase(
  machine: RecordingMachine,
  golden: string,
  name: string,
  programs: readonly Program[],
): Promise<void> {
  const block = startBlock({ ...machine, directory: join(place, name), session: 'golden', programs });
  const end = await block.ended;
  const trace = traceOf(block);
  const isDone = recordsOf(block).filter(({ exitCode }) => exitCode === 0).length === programs.length;
  if (end.group.exitCode !== 0 || trace === null || !isDone)
    throw new Error(`${name} was not recorded: ${block.read('tracer.stderr')}`);
  const target = join(golden, machine.tracer.name, name);
  mkdirSync(target, { recursive: true });
  // A kernel has a suffix of its own. As many bytes as before, since a binary trace counts them.
  const neutral = readFileSync(trace, 'latin1').replaceAll(release(), kernel.padEnd(release().length, '-'));
  writeFileSync(join(target, basename(trace)), neutral, 'latin1');
  writeFileSync(join(target, 'COMMAND'), tell(machine, programs));
  const claims = recordsOf(block).map(({ run }) => block.read('claims', `${run}.json`));
  if (claims.every((text) => text !== '')) {
    const kept = claims.map((text) => claimsKept.parse(JSON.parse(text)));
    writeFileSync(join(target, 'claims.json'), `${JSON.stringify(kept, null, 1)}\n`);
  }
}

const claimsKept = z.object({
  pid: z.int(),
  variant: z.string(),
  goVersion: z.string(),
  network: z.string(),
  cycles: z.int(),
  binds: z.int(),
  closes: z.int(),
  addressInUse: z.int(),
  marks: z.int(),
});

function tell({ version, tracer }: RecordingMachine, programs: readonly Program[]): string {
  return [
    `AFTERCLOSE_RECORD=${tracer.name} npx vitest run --project live test/live/tracers-agree.test.ts`,
    '',
    `as root: ${tracer.name} around the launcher, in network namespaces of their own, with a batch of`,
    '',
    ...programs.map(({ argv }) => `  ${argv.map((word) => basename(word)).join(' ')}`),
    '',
    'The suffix of the kernel was blanked out.',
    '',
    `${version}, kernel ${kernel}, ${process.arch}.`,
    '',
  ].join('\n');
}

const [kernel = ''] = /^\d+(?:\.\d+)*/.exec(release()) ?? [];

function buildEveryCall(): string {
  const binary = join(place, 'bin', 'every-call');
  const source = join(root, 'test/golden/dtrace/every-call/every-call.c');
  execFileSync('cc', ['-O1', '-pthread', '-o', binary, source]);
  return binary;
}
