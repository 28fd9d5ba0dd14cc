/** Where results go. A reader that went away early (`| head`) is no error: the rest is dropped, the exit code stays. */

export interface Sink {
  /** Resolves when the text was handed over, or when nobody reads any more. */
  write(text: string): Promise<void>;
}

export function createSink(stream: NodeJS.WritableStream): Sink {
  let isClosed = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    isClosed = true;
  });
  return {
    write: (text) =>
      new Promise((resolve) => {
        if (isClosed) resolve();
        else stream.write(text, () => resolve());
      }),
  };
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
