/** A file that a report goes to: opened early and emptied, so that an old report never passes for a new one. */
import { close, open, writeFile } from 'node:fs';
import { promisify } from 'node:util';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';

export interface ReportFile {
  /**
   * Once; closes it.
   * @throws HarnessError where not everything could be written
   */
  write(text: string): Promise<void>;
}

/**
 * @param flags `a` where others write to it too
 * @throws HarnessError: usage where the path is no place for a file, environment where the machine refuses
 */
export async function openReportFile(
  reporter: string,
  path: string,
  flags: 'w' | 'a' = 'w',
): Promise<ReportFile> {
  // A number, no FileHandle: nothing closes it behind our back while the session runs.
  const descriptor = await promisify(open)(path, flags).catch((error: unknown) => {
    throw notOpened(reporter, path, error as NodeJS.ErrnoException);
  });
  return {
    write: async (text) => {
      try {
        await promisify(writeFile)(descriptor, text);
        // Some file systems tell only now that there was no room.
        await promisify(close)(descriptor);
      } catch (error) {
        throw notWritten(path, error as NodeJS.ErrnoException);
      }
    },
  };
}

const usageErrors: readonly (string | undefined)[] = ['ENOENT', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG', 'ELOOP'];

function notOpened(reporter: string, path: string, error: NodeJS.ErrnoException): HarnessError {
  const isUsage = usageErrors.includes(error.code);
  return new HarnessError({
    what: `the report ${reporter} can not be written to ${path}`,
    why: error.message,
    remedy: isUsage ? 'name a file in a directory that exists' : 'name a file that you may write',
    exitCode: isUsage ? exitCodes.usage : exitCodes.environment,
    cause: error,
  });
}

function notWritten(path: string, error: NodeJS.ErrnoException): HarnessError {
  return new HarnessError({
    what: `${path} is not complete`,
    why: error.message,
    remedy: 'make room or write it elsewhere; a saved session is told again by afterclose check',
    exitCode: exitCodes.inconclusive,
    cause: error,
  });
}
