/**
 * `make bench`: measures, writes build/bench/results.json and the table in docs/performance.md. Each row is the
 * median of several processes. Never a test: a time decides nothing.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { readBlock, readSession } from '../harness/store/read.ts';
import { currentHost } from '../harness/host.ts';
import { z } from 'zod';

interface Row {
  readonly what: string;
  readonly measured: string;
  readonly target: string;
}

const rowSchema = z.object({ events: z.number(), seconds: z.number(), peakBytes: z.number() });
const mergeSchema = z.object({ bytes: z.number(), seconds: z.number(), peakBytes: z.number() });
const repeats = 3;
const { packageRoot } = currentHost();

const rows: Row[] = [];
for (const millions of [1, 10]) {
  rows.push(await throughput('replay and findings', 'replay', millions, 'replay'));
  rows.push(await throughput('decoding DTrace, replay and findings', 'decode', millions, 'decode'));
}
// The largest once: it takes minutes, and what it is to show is that its memory is that of the smaller ones.
for (const [shards, times] of [
  [100, repeats],
  [1000, repeats],
  [10_000, 1],
] as const) {
  rows.push(await mergeRow(shards, times));
}
rows.push(...(await liveRows()));
await publish(rows);

/** 23 events a cycle in both sources. */
async function throughput(
  what: string,
  row: string,
  millions: number,
  kind: 'replay' | 'decode',
): Promise<Row> {
  const samples: z.infer<typeof rowSchema>[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const cycles = Math.ceil((millions * 1e6) / 23);
    const { stdout } = await execa(process.execPath, [
      join(import.meta.dirname, 'row.js'),
      row,
      String(cycles),
    ]);
    samples.push(rowSchema.parse(JSON.parse(stdout)));
  }
  const seconds = median(samples.map((sample) => sample.seconds));
  const peak = median(samples.map((sample) => sample.peakBytes));
  const events = samples[0]?.events ?? 0;
  const rate = (events / seconds / 1e6).toFixed(2);
  return {
    what: `${what}, ${millions} M events`,
    measured: `${seconds.toFixed(2)} s of processor time (${rate} M/s), peak ${Math.round(peak / 2 ** 20)} MiB`,
    target: millions === 1 && kind === 'decode' ? 'under 3 s and 300 MB' : 'flat memory: under 300 MB',
  };
}

/** Simulated shards of 1,000 runs each. */
async function mergeRow(shards: number, times: number): Promise<Row> {
  const samples: z.infer<typeof mergeSchema>[] = [];
  for (let repeat = 0; repeat < times; repeat++) {
    const { stdout } = await execa(process.execPath, [
      join(import.meta.dirname, 'merge-row.js'),
      String(shards),
      '1000',
    ]);
    samples.push(mergeSchema.parse(JSON.parse(stdout)));
  }
  const seconds = median(samples.map((sample) => sample.seconds));
  const peak = median(samples.map((sample) => sample.peakBytes));
  const megabytes = Math.round((samples[0]?.bytes ?? 0) / 1e6);
  return {
    what: `merging ${shards} shards of 1,000 runs each, ${megabytes} MB${times === 1 ? ', once' : ''}`,
    measured: `${seconds.toFixed(1)} s of processor time, peak ${Math.round(peak / 2 ** 20)} MiB`,
    target: 'flat memory: under 300 MB',
  };
}

/** One repro: how long a run takes under the tracer, as a multiple of the untraced runs of the same session. */
async function liveRows(): Promise<Row[]> {
  const directory = await mkdtemp(join(tmpdir(), 'afterclose-bench-'));
  try {
    const started = performance.now();
    const cli = join(packageRoot, 'dist', 'harness', 'cli.js');
    const { exitCode } = await execa(process.execPath, [cli, 'repro', '--out', join(directory, 'session')], {
      reject: false,
      stdin: 'ignore',
    });
    const seconds = (performance.now() - started) / 1000;
    const whole: Row = {
      what: 'afterclose repro, warm (5 runs x 400 cycles for each arm), whole process',
      measured: `${seconds.toFixed(1)} s, exit code ${String(exitCode)}`,
      target: 'under 30 s with DTrace',
    };
    return [whole, await gateRow(cli, directory), ...(await slowdowns(join(directory, 'session')))];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function gateRow(cli: string, directory: string): Promise<Row> {
  const started = performance.now();
  const { exitCode } = await execa(process.execPath, [cli, 'gate', '--out', join(directory, 'gate')], {
    reject: false,
    stdin: 'ignore',
  });
  const seconds = (performance.now() - started) / 1000;
  return {
    what: 'afterclose gate, warm, the default claim (29 runs x 100 cycles for each of 5 arms, and as many untraced), whole process',
    measured: `${seconds.toFixed(1)} s, exit code ${String(exitCode)}`,
    target: 'under 60 s with DTrace',
  };
}

async function slowdowns(directory: string): Promise<Row[]> {
  const session = await readSession(directory);
  const durations = new Map<string, number[]>();
  for (const [index, planned] of session.plan.blocks.entries()) {
    const { records } = await readBlock(session, index);
    for (const run of planned.runs) {
      const arm = session.plan.arms[run.arm];
      const record = records.get(run.run);
      if (arm === undefined || record === undefined) continue;
      const key = `${arm.variant} on ${arm.toolchain}|${arm.tracer}`;
      const ms = Number(BigInt(record.endedAt) - BigInt(record.startedAt)) / 1e6;
      durations.set(key, [...(durations.get(key) ?? []), ms]);
    }
  }
  return [...durations.entries()].flatMap(([key, traced]) => {
    const [name, tracer] = key.split('|');
    const untraced = durations.get(`${String(name)}|none`);
    if (tracer === 'none' || untraced === undefined) return [];
    const ratio = median(traced) / median(untraced);
    return [
      {
        what: `one run of ${String(name)} under ${String(tracer)} (400 cycles, network namespace and process start included)`,
        measured: `${ratio.toFixed(1)} times the untraced run`,
        target: '-',
      },
    ];
  });
}

async function publish(table: readonly Row[]): Promise<void> {
  const processor = cpus()[0]?.model ?? 'unknown processor';
  const machine = `Linux ${release().split('-')[0] ?? ''}, ${cpus().length} cores (${processor}), Node ${process.versions.node}`;
  const results = join(packageRoot, 'build', 'bench', 'results.json');
  await mkdir(join(packageRoot, 'build', 'bench'), { recursive: true });
  await writeFile(results, `${JSON.stringify({ machine, rows: table }, null, 2)}\n`);
  const lines = [
    `Measured on ${machine}; medians of ${repeats}.`,
    '',
    '| what | measured | target |',
    '|---|---|---|',
    ...table.map((row) => `| ${row.what} | ${row.measured} | ${row.target} |`),
  ];
  const page = join(packageRoot, 'docs', 'performance.md');
  const text = await readFile(page, 'utf8');
  const marked = /(<!-- bench: begin -->\n)[\s\S]*(<!-- bench: end -->)/;
  if (!marked.test(text)) throw new Error(`${page} has no place for the table`);
  await writeFile(
    page,
    text.replace(marked, (_, begin: string, end: string) => `${begin}${lines.join('\n')}\n${end}`),
  );
  process.stdout.write(
    `${lines.join('\n')}\n\nwritten to build/bench/results.json and docs/performance.md\n`,
  );
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}
