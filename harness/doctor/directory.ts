/** What can be said of a directory without touching it, whether it exists or not. */
import { access, constants, readFile, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface DirectoryState {
  /** Null: files can be made in it. Half a sentence. */
  readonly refusal: string | null;
  /** For this user, on its file system. */
  readonly freeBytes: number;
  /** `refused`: programs in it can not be started (mount option noexec). */
  readonly execution: 'allowed' | 'refused';
}

/** @param path absolute; of one that does not exist, the nearest directory above it decides */
export async function lookAtDirectory(path: string): Promise<DirectoryState> {
  const nearest = await nearestExisting(path);
  const { bavail, bsize } = await statfs(nearest);
  return {
    refusal: await refusalOf(nearest),
    freeBytes: bavail * bsize,
    execution: mountOptions(await readMounts(), nearest).includes('noexec') ? 'refused' : 'allowed',
  };
}

/** Of the mount that a path is on; none where it can not be told. */
export function mountOptions(mountinfo: string, path: string): readonly string[] {
  let options: readonly string[] = [];
  let longest = -1;
  for (const line of mountinfo.split('\n')) {
    // proc_pid_mountinfo(5): the fifth field is the mount point, blanks in octal, the sixth its options.
    const [, , , , escaped = '', fields = ''] = line.split(' ');
    const point = escaped.replace(/\\([0-7]{3})/g, (_, code: string) =>
      String.fromCharCode(parseInt(code, 8)),
    );
    const covers = path === point || path.startsWith(point.endsWith('/') ? point : `${point}/`);
    // Of several mounts on one point the last one is seen.
    if (point === '' || !covers || point.length < longest) continue;
    longest = point.length;
    options = fields.split(',');
  }
  return options;
}

async function nearestExisting(path: string): Promise<string> {
  for (let directory = path; ; directory = dirname(directory)) {
    if ((await errorCode(stat(directory))) === null || dirname(directory) === directory) return directory;
  }
}

async function refusalOf(directory: string): Promise<string | null> {
  if (!(await stat(directory)).isDirectory()) return `${directory}: a file is in the way`;
  const code = await errorCode(access(directory, constants.W_OK | constants.X_OK));
  return code === null ? null : `${directory}: ${reasons[code] ?? code}`;
}

/** Null: it succeeded. */
async function errorCode(call: Promise<unknown>): Promise<string | null> {
  return call.then(
    () => null,
    (error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error),
  );
}

const reasons: Readonly<Partial<Record<string, string>>> = {
  EACCES: 'permission denied',
  EROFS: 'read-only file system',
};

/** Linux only; elsewhere nothing is known of the mounts. */
async function readMounts(): Promise<string> {
  return readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
}
