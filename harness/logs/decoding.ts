/** A recognised log to events, by the decoder of its format, with what only the whole log can tell of itself. */
import type { TraceEvent } from '../../src/trace/event.ts';
import type { Nanos } from '../../src/trace/ids.ts';
import { nanos } from '../../src/trace/ids.ts';
import { createDecoder as createDtraceDecoder, defaultWindowNs } from '../tracers/dtrace/decode.ts';
import { createDecoder as createStraceDecoder } from '../tracers/strace/decode.ts';
import { decodeThreadLogs } from '../tracers/strace/thread-logs.ts';
import { withErrorLosses } from './damage.ts';
import { createDtrussDecoder } from './dtruss/decode.ts';
import type { OpenLog } from './input.ts';
import type { LogFacts } from './lacks.ts';
import { straceSurvey, type StraceSurvey } from './strace-survey.ts';
import { threadOf } from './file-set.ts';
import { withLatestReturns } from './thread-returns.ts';

/** What is known when all of it has been read. */
export interface LogStyle extends Pick<LogFacts, 'calls' | 'times' | 'threadsApart' | 'ids' | 'system'> {
  /** `strace -f -ttt -T` */
  readonly told: string;
}

export interface DecodedLog {
  readonly events: AsyncIterable<readonly TraceEvent[]>;
  /** To be asked when the events have ended. */
  style: () => LogStyle;
}

/** @param logs several only for `strace -ff` */
export function decodeLog(format: 'strace' | 'dtruss' | 'dtrace', logs: readonly OpenLog[]): DecodedLog {
  const [first] = logs;
  if (first === undefined) throw new RangeError('there is no log to decode');
  switch (format) {
    case 'strace':
      return logs.length > 1 ? decodeThreads(logs) : decodeStrace(first);
    case 'dtruss':
      return decodeDtruss(first);
    case 'dtrace':
      return decodeDtrace(first);
  }
}

function decodeStrace(log: OpenLog): DecodedLog {
  const decoder = createStraceDecoder('any');
  return {
    events: inLogOrder(run(log.bytes(), decoder)),
    style: () => {
      const { stamps, wholeSeconds, durations, threads, calls } = decoder.style;
      const follow = threads === 'none' ? 'none' : '-f';
      return straceStyle({ stamps, wholeSeconds, durations, calls }, follow);
    },
  };
}

/** What the style says is the sum of all files. */
function decodeThreads(logs: readonly OpenLog[]): DecodedLog {
  const survey = straceSurvey();
  const threads = logs.map((log) => {
    const raw = survey.watch(log.bytes());
    return { thread: threadOf(log.name) ?? 0, raw: hasDurations(log) ? raw : withLatestReturns(raw) };
  });
  return {
    events: inLogOrder(decodeThreadLogs(threads)),
    style: () => straceStyle(survey.seen, '-ff'),
  };
}

/** -T, as it stands at the end of a line. */
export function hasDurations({ head }: OpenLog): boolean {
  return /<\d{1,9}\.\d{1,9}>$/m.test(Buffer.from(head).toString('latin1'));
}

function straceStyle(
  { stamps, wholeSeconds, durations, calls }: StraceSurvey,
  follow: '-f' | '-ff' | 'none',
): LogStyle {
  const isOrdered = stamps === 'epoch' || (stamps === 'day' && !wholeSeconds);
  const stampOption = { none: '', epoch: ' -ttt', day: wholeSeconds ? ' -t' : ' -tt', relative: ' -r' }[
    stamps
  ];
  const followOption = follow === 'none' ? '' : ` ${follow}`;
  return {
    calls,
    times: stamps === 'none' ? 'none' : wholeSeconds ? 'whole-seconds' : 'told',
    threadsApart:
      follow !== '-ff' ? 'one-log' : !isOrdered ? 'unordered' : durations ? 'ordered' : 'ordered-by-entries',
    ids: follow !== 'none',
    system: 'linux',
    told: `strace${followOption}${stampOption}${durations ? ' -T' : ''}`,
  };
}

function decodeDtruss(log: OpenLog): DecodedLog {
  const decoder = createDtrussDecoder();
  return {
    events: run(log.bytes(), decoder),
    style: () => {
      const { calls, ids, columns } = decoder.style;
      const shown = columns === null ? '' : `, columns${columnNames(columns)}`;
      return {
        calls,
        ids,
        system: 'darwin',
        times: 'none',
        threadsApart: 'one-log',
        told: `dtruss of macOS (untested on a real machine)${shown}`,
      };
    },
  };
}

function columnNames(columns: {
  readonly ids: boolean;
  readonly relative: boolean;
  readonly elapsed: boolean;
}): string {
  const names = [
    columns.ids ? ' PID/THRD' : '',
    columns.relative ? ' RELATIVE' : '',
    columns.elapsed ? ' ELAPSD' : '',
  ].join('');
  return names === '' ? ' none' : names;
}

function decodeDtrace(log: OpenLog): DecodedLog {
  const decoder = createDtraceDecoder(defaultWindowNs);
  const calls = new Set<string>();
  return {
    events: noteCalls(run(log.bytes(), decoder), calls),
    style: () => {
      const { system } = decoder;
      const told = system === 'darwin' ? darwinStyle : 'sockets.d (DTrace)';
      return { calls, ids: true, times: 'told', threadsApart: 'one-log', system, told };
    },
  };
}

const darwinStyle = 'sockets-darwin.d (DTrace of macOS; untested on a real machine)';

interface ChunkDecoder {
  push(chunk: Uint8Array): readonly TraceEvent[];
  end(): readonly TraceEvent[];
}

async function* run(
  bytes: AsyncIterable<Uint8Array>,
  decoder: ChunkDecoder,
): AsyncGenerator<readonly TraceEvent[]> {
  for await (const chunk of bytes) yield decoder.push(chunk);
  yield decoder.end();
}

async function* noteCalls(
  batches: AsyncIterable<readonly TraceEvent[]>,
  calls: Set<string>,
): AsyncGenerator<readonly TraceEvent[]> {
  for await (const batch of batches) {
    for (const event of batch) if (event.kind === 'enter') calls.add(event.call.name);
    yield batch;
  }
}

/**
 * The lines of strace are in order even where their stamps are equal (-t: all of one second), so that every event is
 * at least 1 ns later than the one before it.
 */
async function* inLogOrder(
  batches: AsyncIterable<readonly TraceEvent[]>,
): AsyncGenerator<readonly TraceEvent[]> {
  let last: Nanos = nanos(-1);
  for await (const batch of batches) {
    yield withErrorLosses(batch).map((event) => {
      last = event.at > last ? event.at : nanos(last + 1);
      return event.at === last ? event : { ...event, at: last };
    });
  }
}
