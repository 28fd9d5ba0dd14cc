/** What a check of the machine is. To add one: a file here, and one line in index.ts. */
import type { HarnessHost } from '../host.ts';

/** `unknown`: the check itself failed, so it can not be said. */
export const checkStates = ['ok', 'degraded', 'missing', 'unknown'] as const;
export type CheckState = (typeof checkStates)[number];

export interface Check {
  /** Stable, for readers of the JSON document. */
  readonly name: string;
  /** What a person calls it. */
  readonly title: string;
  /** `repro`: where it is missing, repro can not run at all. `evidence`: it is a tracer. `comfort`: all else. */
  readonly neededFor: 'repro' | 'evidence' | 'comfort';
  /** Looks, changes nothing. Null: it does not concern this system. What it throws is reported as a failure of the check. */
  look(place: Place): Promise<Finding | null>;
}

/** Where, and for whom, the checks look. */
export interface Place {
  readonly host: HarnessHost;
  readonly environment: NodeJS.ProcessEnv;
  /** Where `.afterclose/sessions` would be. */
  readonly workingDirectory: string;
  readonly user: { readonly uid: number };
  readonly system: System;
  /** `may-ask`: somebody wanted to know whether the module proxy answers. */
  readonly network: 'unasked' | 'may-ask';
}

/** As Node.js names them, on any system. */
export interface System {
  /** `linux` */
  readonly platform: string;
  /** `Linux` */
  readonly type: string;
  /** `6.18.44` */
  readonly release: string;
  /** `x64` */
  readonly architecture: string;
  /** `20.20.2` */
  readonly node: string;
}

export type Finding =
  | {
      readonly state: 'ok';
      /** What there is. */
      readonly found: string;
    }
  | {
      readonly state: 'degraded' | 'missing' | 'unknown';
      readonly found: string;
      /** What does not work for that reason. */
      readonly why: string;
      /** The way out; after its first line, commands to be copied, each on a line of its own. */
      readonly remedy: string;
    };

export function ok(found: string): Finding {
  return { state: 'ok', found };
}
