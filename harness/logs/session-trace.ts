/** The trace of one block of a session, without the session: its runs are told apart by the launcher's marks. */
import { analyzeBlock } from '../../src/verdict/analysis.ts';
import type { LogAnalysis } from '../../src/verdict/log-analysis.ts';
import type { RunFacts } from '../../src/verdict/run-facts.ts';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { decodeLog, type LogStyle } from './decoding.ts';
import { logDocument } from './describe-log.ts';
import type { LogDocument } from './document.ts';
import { openLog } from './input.ts';
import { closeReleasesInCall } from './kernel-release.ts';
import type { LogRequest } from './judgement.ts';
import type { RecognizedLog } from './opening.ts';

/**
 * Reads the trace a second time, now that its runs are known.
 * @throws HarnessError (usage) where it came through a pipe
 */
export async function judgeFramed(
  { logs }: RecognizedLog,
  format: 'strace' | 'dtruss' | 'dtrace',
  analysis: LogAnalysis,
  style: LogStyle,
  request: LogRequest,
): Promise<LogDocument> {
  const { frame } = analysis;
  const [first] = logs;
  if (frame === null || first === undefined || logs.some(({ kind }) => kind === 'pipe')) throw fromPipe();
  const again = await openLog(first.name);
  try {
    const block = await analyzeBlock(decodeLog(format, [again]).events, {
      session: frame.session,
      evidence: 'trace',
      runs: frame.runs.map(runFacts),
      losses: [],
      doubts: [],
      closeReleasesInCall: closeReleasesInCall(logs),
    });
    return logDocument({
      request,
      log: {
        names: [first.name],
        format,
        style: `${style.told}, of session ${frame.session}`,
        times: 'clock',
      },
      runs: block.runs,
      analysis,
      doubts: block.doubts,
      lacks: [],
      advice: [{ gives: 'the whole answer', command: 'afterclose check DIRECTORY-OF-THE-SESSION' }],
      countable: 'runs-only',
    });
  } finally {
    again.close();
  }
}

/** All that the records beside the trace would tell is missing, and that is told as a doubt. */
function runFacts(run: string): RunFacts {
  return { run, pid: null, isolated: false, ended: null, claims: null, claimsExpected: false };
}

function fromPipe(): HarnessError {
  return new HarnessError({
    what: 'the trace of a session can not be judged from a pipe',
    why: 'it has to be read twice: its runs are told apart by marks in it',
    remedy: 'give the file, or better the directory of the session',
    exitCode: exitCodes.usage,
  });
}
