/**
 * `make conformance SEED=... N=... [TRACER=...]`: the replay has to predict the kernel. Prints what was judged, and
 * every mistake as a program that is as short as it gets. Exit code 1: there was one.
 */
import { findTracer } from '../../harness/tracers/index.ts';
import { conform, put } from './conform.ts';
import { shrink } from './shrink.ts';
import type { Tally } from './tally.ts';

const [seed = 'conformance', binds = '20000', tracerName = 'ebpf', programsOfRun = '1800'] =
  process.argv.slice(2);
const tracer = findTracer(tracerName);
const startedAt = performance.now();
const { tally, mistakes } = await conform({
  seed,
  binds: Number(binds),
  tracer,
  programsOfRun: Number(programsOfRun),
  progress: ({ binds: done, undetermined }, wrong) => {
    for (const { program, text } of wrong) process.stderr.write(`MISTAKE in program "${program}": ${text}\n`);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    const megabytes = (process.memoryUsage.rss() / 2 ** 20).toFixed(0);
    const text = `${done} binds, ${undetermined} undetermined, after ${seconds} s, ${megabytes} MB`;
    process.stderr.write(`${text}\n`);
  },
});
say(summary(tally).join('\n'));
const first =
  mistakes.find(({ situation, text }) => situation !== undefined && !text.includes('undetermined')) ??
  mistakes.find(({ situation }) => situation !== undefined);
if (first?.situation !== undefined) {
  const kind = kindOf(first.text);
  const shortest = await shrink(first.situation, async (candidates) => {
    const { complaints } = await put([candidates], tracer);
    return new Set(complaints.filter(({ text }) => kindOf(text) === kind).map(({ program }) => program));
  });
  say('shrunk to');
  for (const step of shortest.steps) say(`  ${JSON.stringify(step)}`);
}
process.exitCode = mistakes.length > 0 ? 1 : 0;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Without the addresses, which are others in another program. */
function kindOf(text: string): string {
  return text.replace(/[\d.:[\]]+/g, '#');
}

function summary(all: Tally): string[] {
  const { programs, binds: judged, undetermined, failed, named } = all;
  const share = (count: number, of: number): string => `${((100 * count) / of).toFixed(2)} %`;
  const reasons = [...all.openBy].sort(([, a], [, b]) => b - a);
  return [
    `seed ${seed}, tracer ${tracerName}: ${judged} binds and listens of ${programs} programs judged, ${mistakes.length} mistakes`,
    ...[...all.elsewhere].map(([where, count]) => `by ${where} ${share(count, judged)}`),
    `undetermined ${share(undetermined, judged)}`,
    ...reasons.map(([reason, count]) => `  by ${reason} ${share(count, judged)}`),
    `refused with EADDRINUSE ${share(failed, judged)}, of these with the holder named ${share(named, failed)}`,
    `  so of all with the holder named ${share(named, judged)}`,
    `calls: ${all
      .shares()
      .map(([name, percent]) => `${name} ${percent.toFixed(2)} %`)
      .join(', ')}`,
    `identity ${all.tellsIdentity ? 'told by the tracer and checked' : 'not told by the tracer'}`,
  ];
}
