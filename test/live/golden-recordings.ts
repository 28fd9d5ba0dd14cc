/** The programs of docs/tracers.md recorded under one tracer, as test/golden keeps them. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  const [unfixed, semaphore, newer] = machine.binaries;
  const race = [[unfixed], [semaphore], [newer], [unfixed, '-network', 'udp6']];
  await recordCase(machine, golden, 'every-call', [{ argv: [buildEveryCall()] }]);
  await recordCase(machine, golden, 'parked-receive', [{ argv: [machine.parked] }]);
  await recordCase(
    machine,
    golden,
    'udp-reconnect',
    race.map(([binary = '', ...words]) => ({ argv: [binary, '-cycles', '4', ...words] })),
  );
}

/** Where it is recorded, so that no path of somebody's machine is in a recording. */
const place = '/tmp/recording';

async function recordCase(
  machine: RecordingMachine,
  golden: string,
  name: string,
  programs: readonly Program[],
): Promise<void> {
  const directory = join(place, name);
  rmSync(directory, { recursive: true, force: true });
  const block = startBlock({ ...machine, directory, session: 'golden', programs });
  const end = await block.ended;
  const trace = traceOf(block);
  if (end.group.exitCode !== 0 || trace === null) throw new Error(`${name}: ${block.read('tracer.stderr')}`);
  const target = join(golden, machine.tracer.name, name);
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, basename(trace)), neutral(readFileSync(trace, 'latin1'), machine), 'latin1');
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

/** Programs lie in somebody's cache, and a kernel has a suffix of its own. */
function neutral(trace: string, { launcher, binaries, parked }: RecordingMachine): string {
  return [launcher, ...binaries, parked]
    .reduce((text, path) => text.replaceAll(path, `${place}/${basename(path)}`), trace)
    .replaceAll(release(), kernel);
}

function tell({ version, tracer }: RecordingMachine, programs: readonly Program[]): string {
  return [
    `AFTERCLOSE_RECORD=${tracer.name} npx vitest run --project live test/live/tracers-agree.test.ts`,
    '',
    `as root: ${tracer.name} around the launcher, in network namespaces of their own, with a batch of`,
    '',
    ...programs.map(({ argv }) => `  ${argv.map((word) => basename(word)).join(' ')}`),
    '',
    'Paths of programs and the suffix of the kernel were taken out.',
    '',
    `${version}, kernel ${kernel}, ${process.arch}.`,
    '',
  ].join('\n');
}

const [kernel = ''] = /^\d+(?:\.\d+)*/.exec(release()) ?? [];

function buildEveryCall(): string {
  mkdirSync(place, { recursive: true });
  const binary = join(place, 'every-call');
  const source = join(root, 'test/golden/dtrace/every-call/every-call.c');
  execFileSync('cc', ['-O1', '-pthread', '-o', binary, source]);
  return binary;
}
