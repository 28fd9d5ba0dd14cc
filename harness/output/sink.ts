import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';

/** Where results go. A reader that went away early (`| head`) is no error: the rest is dropped, the exit code stays. */
export interface Sink {
  /**
   * Resolves when the text was handed over, or when nobody reads any more.
   * @throws HarnessError (exit 4) where it can not be written, e.g. to a full disk: nobody got the answer
   */
  write(text: string): Promise<void>;
}

/** @param loss what a failed write means: standard output carries the answer, standard error only talk */
export function createSink(
  stream: NodeJS.WritableStream,
  loss: 'is-an-error' | 'is-borne' = 'is-an-error',
): Sink {
  let isClosed = false;
  // The callback of write tells of errors; without a listener the process would end with a stack.
  stream.on('error', () => {
    isClosed = true;
  });
  return {
    write: (text) =>
      new Promise((resolve, reject) => {
        if (isClosed) return resolve();
        stream.write(text, (error: NodeJS.ErrnoException | null | undefined) => {
          if (error == null || error.code === 'EPIPE' || loss === 'is-borne') resolve();
          else reject(unwritable(error));
        });
      }),
  };
}

function unwritable(error: NodeJS.ErrnoException): HarnessError {
  return new HarnessError({
    what: 'the result could not be written to standard output',
    why: error.message,
    remedy: 'make room or write it elsewhere; a saved session is told again by afterclose check',
    exitCode: exitCodes.inconclusive,
    cause: error,
  });
}

/** What the user said about colour: by option, or not at all. */
export type ColorChoice = 'always' | 'never' | 'unsaid';

/**
 * Option, then NO_COLOR (no-color.org: set and not empty), then FORCE_COLOR (`0` means no), then whether it is a
 * terminal that understands colour.
 */
export function wantsColor(
  choice: ColorChoice,
  environment: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): boolean {
  if (choice !== 'unsaid') return choice === 'always';
  if (environment['NO_COLOR']) return false;
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return isTerminal && environment['TERM'] !== 'dumb';
}
