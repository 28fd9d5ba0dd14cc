/**
 * Every program is started here: in a process group of its own, with its output in files and never in
 * pipes (a grandchild that keeps a pipe open would keep us waiting), and registered until its whole group
 * is gone, so that no way out of this process leaves one behind.
 */
import { execa } from 'execa';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { closeOutputs, openOutputs, readCaptured } from './captured-output.ts';
import type { Output } from './captured-output.ts';
import { endGroup, registerGroup } from './group-registry.ts';
import type { LiveGroup } from './group-registry.ts';

export { sweepSession } from './session-sweep.ts';

export interface GroupSpec {
  /** The program, as a path or to be found in PATH, and its arguments. */
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** An open descriptor; without it there is nothing to read. */
  readonly stdin?: number;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Without it the group may run for ever. */
  readonly timeoutMs?: number;
  /** From SIGTERM to SIGKILL, whoever asks for the end. */
  readonly graceMs?: number;
  /** `owner`: whoever started it listens to `interruption` and ends it in its own order. */
  readonly endedOnInterruptionBy?: 'registry' | 'owner';
}

export interface ProcessGroup {
  /** Of the first process; also the number of the group. */
  readonly pid: number;
  /**
   * Never rejects. Settles when the whole group is gone: processes that the first one leaves behind are
   * ended like it.
   */
  readonly ended: Promise<GroupEnd>;
  /** SIGTERM to the group, wait, SIGKILL. */
  end(): Promise<GroupEnd>;
}

/** How the first process ended, and what it took. */
export interface GroupEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly timedOut: boolean;
  /** SIGKILL had to be sent to some process of the group. */
  readonly forcedKill: boolean;
  /** Processes that did not even react to SIGKILL in time (stuck in the kernel); usually none. */
  readonly survivors: readonly number[];
  /** What was captured, at most its first mebibyte; empty where the output went elsewhere. */
  readonly stdout: string;
  readonly stderr: string;
}

const defaultGraceMs = 3_000;

export async function runGroup(spec: GroupSpec): Promise<GroupEnd> {
  const group = await startGroup(spec);
  return group.ended;
}

/** @throws HarnessError (environment) where the program can not be started. */
export async function startGroup(spec: GroupSpec): Promise<ProcessGroup> {
  const [program = '', ...programArguments] = spec.argv;
  const outputs = openOutputs(spec.stdout, spec.stderr);
  const child = execa(program, programArguments, {
    cwd: spec.cwd,
    env: spec.env,
    extendEnv: false,
    detached: true,
    cleanup: false,
    reject: false,
    stdin: passedOn(spec.stdin ?? 'ignore'),
    stdout: passedOn(outputs.stdout),
    stderr: passedOn(outputs.stderr),
  });
  if (child.pid === undefined) {
    const { originalMessage, code } = await child;
    closeOutputs(outputs);
    throw cannotStart(program, originalMessage ?? 'it has no process id', code);
  }
  const live = registerGroup(child.pid, {
    graceMs: spec.graceMs ?? defaultGraceMs,
    endedOnInterruptionBy: spec.endedOnInterruptionBy ?? 'registry',
  });
  const ended = follow(live, child, spec.timeoutMs).then((end) => {
    const captured = {
      stdout: readCaptured(spec.stdout, outputs.stdout),
      stderr: readCaptured(spec.stderr, outputs.stderr),
    };
    closeOutputs(outputs);
    return { ...end, ...captured };
  });
  return {
    pid: child.pid,
    ended,
    end: async () => {
      await endGroup(live);
      return ended;
    },
  };
}

async function follow(
  live: LiveGroup,
  child: PromiseLike<{ readonly exitCode?: number; readonly signal?: string }>,
  timeoutMs: number | undefined,
): Promise<Omit<GroupEnd, 'stdout' | 'stderr'>> {
  let timedOut = false;
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          void endGroup(live);
        }, timeoutMs);
  const { exitCode, signal } = await child;
  clearTimeout(timer);
  const survivors = await endGroup(live);
  return {
    exitCode: exitCode ?? null,
    signal: (signal as NodeJS.Signals | undefined) ?? null,
    timedOut,
    forcedKill: live.forcedKill,
    survivors,
  };
}

/** execa hands any single number on to the kernel, but its types (9.6) name only 3 to 9. */
function passedOn(opened: 'ignore' | number): 'ignore' | 3 {
  return opened as 'ignore' | 3;
}

function cannotStart(program: string, reason: string, code: string | undefined): HarnessError {
  return new HarnessError({
    what: `can not start ${program}`,
    why: reason,
    remedy:
      code === 'ENOENT'
        ? 'install it, or put it into PATH'
        : 'check its permissions and that it is made for this machine',
    exitCode: exitCodes.environment,
  });
}
