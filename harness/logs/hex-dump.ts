/** The output of the article's dtrace one-liner: binds that were asked for, and nothing of what became of them. */
import { nanos } from '../../src/trace/ids.ts';
import { analyzeLog } from '../../src/verdict/log-analysis.ts';
import { decodeHexDump, type SockaddrLayout } from '../tracers/dtrace/hexdump.ts';
import { logDocument } from './describe-log.ts';
import type { LogDocument } from './document.ts';
import { adviceFor, lacksOf, type LogFacts } from './lacks.ts';
import type { LogRequest } from './judgement.ts';
import type { RecognizedLog } from './opening.ts';

export async function judgeHexDump({ logs }: RecognizedLog, request: LogRequest): Promise<LogDocument> {
  const [log] = logs;
  const text = log === undefined ? '' : await readBeginning(log.bytes());
  const binds = decodeHexDump(text, layoutOf(text));
  const analysis = await analyzeLog(noEvents(), {
    stillOpen: 'finding',
    closeReleasesInCall: false,
    returns: 'told',
    breakLoses: 'the-end',
  });
  const facts: LogFacts = {
    format: 'bind-hexdump',
    calls: new Set(['bind']),
    content: analysis.seen,
    times: 'none',
    threadsApart: 'one-log',
    ids: false,
    system: null,
  };
  const lacks = lacksOf(facts);
  const document = logDocument({
    request,
    log: {
      names: logs.map(({ name }) => name),
      format: 'bind-hexdump',
      style: styleOf(text),
      times: 'order',
    },
    runs: [{ ...analysis.summary, verdict: 'unknown' }],
    analysis,
    doubts: text.length < longestDump ? [] : [cutShort],
    lacks,
    advice: adviceFor(facts, lacks, null),
    countable: 'asked',
  });
  const asked = binds.slice(0, bindsTold).map(({ fd, family, port, host, cannotTell }) => {
    return { fd, family, port, host: [...host], cannotTell };
  });
  return { ...document, asked };
}

const cutShort = {
  code: 'truncated',
  run: null,
  address: null,
  pid: null,
  at: nanos(0),
  text: 'only the first 4 MiB of the dump were read',
} as const;

async function readBeginning(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of bytes) {
    pieces.push(piece);
    length += piece.length;
    if (length >= longestDump) break;
  }
  return Buffer.concat(pieces).toString('latin1').slice(0, longestDump);
}

async function* noEvents(): AsyncGenerator<never> {}

/** BSD begins with the length of the structure, 16 or 28; Linux with the family, of which the second byte is zero. */
function layoutOf(text: string): SockaddrLayout {
  return /^\s*0: (?:10|1c) /m.test(text) ? 'bsd' : 'linux';
}

function styleOf(text: string): string {
  return `dtrace -n 'bind:entry { trace(arg0); trace(copyinstr(arg1)); }' (${layoutOf(text) === 'bsd' ? 'macOS, untested on a real machine' : 'Linux'})`;
}

const longestDump = 4 * 1024 * 1024;
const bindsTold = 100;
