/** Whole commands, warm, as a user runs them; and what their sessions say of the same arms under each tracer. */
import { execa } from 'execa';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HarnessHost } from '../harness/host.ts';
import { reportFileName } from '../harness/store/layout.ts';
import { reportSchema } from '../src/report/report.ts';
import { measured } from './measurement.ts';
import type { Findings, Measurement } from './measurement.ts';

interface Command {
  readonly subject: string;
  readonly words: readonly string[];
  /** In seconds. */
  readonly limit?: number;
  readonly times: number;
}

const repro = 'afterclose repro, 5 runs x 400 cycles for each arm';

export const fullCommands: readonly Command[] = [
  { subject: `${repro}, ebpf`, words: ['repro', '--tracer', 'ebpf'], limit: 10, times: 3 },
  { subject: `${repro}, dtrace`, words: ['repro', '--tracer', 'dtrace'], limit: 30, times: 1 },
  { subject: `${repro}, strace`, words: ['repro', '--tracer', 'strace'], times: 1 },
  {
    subject: 'afterclose gate, the default claim, dtrace',
    words: ['gate', '--tracer', 'dtrace'],
    limit: 60,
    times: 1,
  },
];
export const quickCommands: readonly Command[] = [
  {
    subject: 'afterclose repro, 1 run x 20 cycles for each arm, ebpf',
    words: ['repro', '--tracer', 'ebpf', '--runs', '1', '--cycles', '20'],
    times: 1,
  },
];

export async function measureCommands(
  { packageRoot }: HarnessHost,
  commands: readonly Command[],
  say: (line: string) => void,
): Promise<Findings> {
  const measurements: Measurement[] = [];
  const remarks: Findings['remarks'] = [];
  for (const { subject, words, limit, times } of commands) {
    const samples: number[] = [];
    for (let time = 0; time < times; time++) {
      const { seconds, verdicts } = await timeCommand(packageRoot, words);
      samples.push(seconds);
      if (time === 0) remarks.push(...verdicts.map((each) => ({ ...each, quantity: subject })));
    }
    measurements.push(
      ...measured({
        subject,
        quantity: 'the whole process',
        unit: 's',
        samples,
        ...(limit === undefined ? {} : { target: { bound: 'at most', limit } }),
      }),
    );
    say(`commands: ${subject}`);
  }
  return { with: [], measurements, remarks };
}

interface Answer {
  readonly seconds: number;
  /** Of each traced arm, and of the whole. */
  readonly verdicts: readonly { readonly subject: string; readonly text: string }[];
}

async function timeCommand(packageRoot: string, words: readonly string[]): Promise<Answer> {
  const directory = await mkdtemp(join(tmpdir(), 'afterclose-bench-'));
  try {
    const session = join(directory, 'session');
    const cli = join(packageRoot, 'dist', 'harness', 'cli.js');
    const started = performance.now();
    const { exitCode } = await execa(process.execPath, [cli, ...words, '--out', session], {
      reject: false,
      stdin: 'ignore',
    });
    const seconds = (performance.now() - started) / 1000;
    const report = reportSchema.parse(JSON.parse(await readFile(join(session, reportFileName), 'utf8')));
    const verdicts = report.arms
      .filter(({ tracer }) => tracer !== 'none')
      .map(({ variant, toolchain, verdict }) => ({
        subject: `${variant} on ${String(toolchain)}`,
        text: verdict,
      }));
    return { seconds, verdicts: [...verdicts, { subject: 'exit code', text: String(exitCode) }] };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
