/**
 * One row in a process of its own, so that its peak memory is its own: `node row.js replay|dtrace CYCLES`, or
 * `node row.js ebpf CYCLES FILE`; a line of JSON.
 */
import { readPieces } from '../../harness/store/regular-file.ts';
import { decode as decodeDtrace } from '../../harness/tracers/dtrace/decode.ts';
import { decode as decodeEbpf } from '../../harness/tracers/ebpf/decode.ts';
import type { TraceEvent } from '../../src/trace/event.ts';
import { analyzeBlock } from '../../src/verdict/analysis.ts';
import { dtraceLines } from './dtrace-lines.ts';
import { reconnectHistory } from './history.ts';

const [name = '', cycleText, file = ''] = process.argv.slice(2);
const cycles = Number(cycleText);
const sources: Readonly<Record<string, () => AsyncIterable<readonly TraceEvent[]>>> = {
  replay: () => reconnectHistory('bench', '0001', cycles),
  dtrace: () => decodeDtrace(dtraceLines('bench', '0001', cycles)),
  ebpf: () => decodeEbpf(readPieces(file)),
};

const source = sources[name];
if (source === undefined) throw new Error(`no such row: ${name}`);
let events = 0;
async function* counted(): AsyncGenerator<readonly TraceEvent[]> {
  for await (const batch of source?.() ?? []) {
    events += batch.length;
    yield batch;
  }
}

const before = process.cpuUsage();
const { runs, doubts } = await analyzeBlock(counted(), {
  session: 'bench',
  evidence: 'trace',
  closeReleasesInCall: true,
  losses: [],
  doubts: [],
  runs: [
    {
      run: '0001',
      pid: 100,
      isolated: true,
      ended: { exitCode: 0, signal: null, by: 'itself', error: null },
      claims: null,
      claimsExpected: false,
    },
  ],
});
const { user, system } = process.cpuUsage(before);
const [run] = runs;
// A bench of work that was not done would be worthless.
const lingering = 2 * Math.floor(cycles / 10);
if (run?.verdict !== 'held' || run.figures.lingering !== lingering || doubts.length + run.doubts.length > 0) {
  throw new Error(`expected ${lingering} lingering sockets and no doubt: ${JSON.stringify({ run, doubts })}`);
}
const seconds = (user + system) / 1e6;
process.stdout.write(
  `${JSON.stringify({ events, seconds, peakBytes: process.resourceUsage().maxRSS * 1024 })}\n`,
);
