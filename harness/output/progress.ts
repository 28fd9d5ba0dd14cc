/**
 * What is happening, on stderr. On a terminal one line is rewritten; elsewhere plain lines, and few of them.
 * Results never go here.
 */
import { escapeControls } from '../errors.ts';

export interface Progress {
  /** A line that stays. */
  say(text: string): void;
  /** A line that stays, for those who asked for details. */
  detail(text: string): void;
  /** The state of something that takes time; replaces the one before. */
  show(text: string): void;
  /** Takes the state away, before anybody else writes. */
  clear(): void;
}

export interface ProgressTarget {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface ProgressOptions {
  readonly level: 'plain' | 'verbose';
  /** A terminal that only knows how to append (TERM=dumb) gets plain lines too. */
  readonly canRewrite: boolean;
  /** Milliseconds from any origin. */
  readonly now: () => number;
}

export function createProgress(target: ProgressTarget, options: ProgressOptions): Progress {
  return options.canRewrite && target.isTTY === true
    ? rewritingProgress(target, options)
    : plainProgress(target, options);
}

/** `12 of 20 runs, about 9 s left`; without a finished run nothing can be said about the time. */
export function formatRunsDone(done: number, total: number, elapsedMs: number): string {
  const runs = `${done} of ${total} ${total === 1 ? 'run' : 'runs'}`;
  if (done === 0 || done >= total) return runs;
  return `${runs}, about ${formatSeconds(((total - done) * elapsedMs) / done)} left`;
}

/** `3 s`, `2 min 5 s` */
function formatSeconds(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function rewritingProgress(target: ProgressTarget, options: ProgressOptions): Progress {
  let isShown = false;
  const clear = (): void => {
    if (isShown) target.write(eraseLine);
    isShown = false;
  };
  const say = (text: string): void => {
    clear();
    target.write(`${escapeControls(text)}\n`);
  };
  return {
    say,
    detail: options.level === 'verbose' ? say : () => undefined,
    show: (text) => {
      // A line that wraps could not be erased.
      target.write(`${eraseLine}${escapeControls(text).slice(0, (target.columns ?? 80) - 1)}`);
      isShown = true;
    },
    clear,
  };
}

function plainProgress(target: ProgressTarget, options: ProgressOptions): Progress {
  let lastLineAt = options.now();
  const say = (text: string): void => {
    target.write(`${escapeControls(text)}\n`);
    lastLineAt = options.now();
  };
  return {
    say,
    detail: options.level === 'verbose' ? say : () => undefined,
    show: (text) => {
      if (options.now() - lastLineAt >= quietMs) say(text);
    },
    clear: () => undefined,
  };
}

const eraseLine = '\r\u001b[2K';
/** Long enough that a log stays short, short enough that nobody thinks it hangs (many CI systems show no time). */
const quietMs = 10_000;
