/** What every command is given by the command line. */
import type { HarnessHost } from '../host.ts';
import type { Sink } from '../output/sink.ts';

export interface CommandContext {
  readonly host: HarnessHost;
  /** The words of the command line, without the program. */
  readonly words: readonly string[];
  /** Results only; everything else goes to stderr. */
  readonly stdout: Sink;
  /** Of the package. */
  readonly version: string;
}
