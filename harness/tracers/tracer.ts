/**
 * What a tracer is to the rest: small and dumb. Spawning, killing and saving are written once, in
 * harness/run and harness/store, and serve every tracer and the untraced arm alike.
 */
import type { LossEvent, TraceEvent } from '../../src/trace/event.ts';

export interface Tracer {
  readonly name: string;
  /** `claims`: it watches nothing, so its runs have no evidence and are never clean. */
  readonly evidence: 'trace' | 'claims';
  /** Can it be used here, now, by this user? Looks, changes nothing. */
  probe(host: Host): Promise<Availability>;
  /** Pure: what to spawn so that the launcher and all its descendants are watched. Never a shell string. */
  command(spec: BlockSpec): SpawnPlan;
  /** Pure and total: never throws on bytes; times never decrease; the same events for any chunking. Keeps the chunks. */
  decode(raw: AsyncIterable<Uint8Array>): AsyncIterable<readonly TraceEvent[]>;
  /** Pure: what the way it ended says about missing events (exit code, signal, drop messages on stderr). */
  health(end: TracerEnd): readonly LossEvent[];
  /** Removes what a killed tracer leaves behind in the kernel (only what belongs to dead tracers). Idempotent. */
  sweep(host: Host): Promise<void>;
}

export interface Host {
  /** Where private installations live: `$XDG_CACHE_HOME/afterclose` or `~/.cache/afterclose`. */
  readonly cacheDirectory: string;
  readonly isRoot: boolean;
}

export type Availability =
  | {
      readonly usable: true;
      /** e.g. `DTrace 2.0.7`. */
      readonly version: string;
      /** How the tracer was found, handed back to `command` (paths of its files). */
      readonly installation: Readonly<Record<string, string>>;
      /** Left out: it can run in a user namespace like anybody. */
      readonly ownRights?: OwnRights;
    }
  | {
      readonly usable: false;
      readonly what: string;
      readonly why: string;
      /** After its first line, commands to be copied, each on a line of its own. */
      readonly remedy: string;
    };

/** Of a tracer whose capabilities count for nothing in a user namespace, where an ordinary user gets others. */
export interface OwnRights {
  /** What it can give its runs by itself: networks of their own, or none. */
  readonly network: 'private' | 'inherited';
}

export interface BlockSpec {
  /** Absolute; the tracer's working directory. Everything it writes goes here. */
  readonly directory: string;
  /** argv of the launcher, first element an absolute path. */
  readonly launcher: readonly string[];
  readonly installation: Readonly<Record<string, string>>;
}

export interface SpawnPlan {
  readonly argv: readonly string[];
  /** Added to the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Written into the directory before the start; names relative to it. */
  readonly files: readonly { readonly name: string; readonly content: string; readonly mode: number }[];
  /** The raw trace, relative to the directory; null where there is none. */
  readonly rawTrace: string | null;
}

export interface TracerEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stderr: string;
}
