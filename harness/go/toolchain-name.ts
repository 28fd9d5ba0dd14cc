/** Names of toolchains, as they are typed: `local`, `1.9.7`, `go1.9.7`, `1.26.8+legacy-close`. */
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { counterfactuals, refuseLegacyClose } from './overlay.ts';

/**
 * `local`, or the name that GOTOOLCHAIN takes; for a counterfactual with its name behind it (`local+legacy-close`).
 * Its result is a name again.
 */
export function parseToolchainName(text: string): string {
  const [, release = '', counterfactual] = /^([^+]*)(?:\+(.*))?$/s.exec(text) ?? [];
  const name = parseReleaseName(release, text);
  if (counterfactual === undefined) return name;
  const known = counterfactuals.find((each) => each === counterfactual);
  if (known === undefined) throw unknownCounterfactual(text);
  const refusal = refuseLegacyClose(name);
  if (refusal !== null) throw refusedCounterfactual(text, refusal);
  return `${name}+${known}`;
}

function parseReleaseName(release: string, text: string): string {
  if (release === 'local') return release;
  const [, number] = /^(?:go)?(1\.\d{1,3}(?:\.\d{1,3}|rc\d{1,2}|beta\d{1,2})?)$/.exec(release) ?? [];
  if (number !== undefined) return `go${number}`;
  throw new HarnessError({
    what: `${JSON.stringify(text)} is not the name of a Go release`,
    why: 'a release is named like 1.9.7 or go1.9.7; local is the go command of this machine',
    remedy: 'use such a name: --go 1.9.7 --go local',
    exitCode: exitCodes.usage,
  });
}

/** @param name as parseToolchainName gives it */
export function splitToolchainName(name: string): {
  readonly release: string;
  readonly counterfactual: string | null;
} {
  const [release = '', counterfactual = null] = name.split('+');
  return { release, counterfactual };
}

function unknownCounterfactual(text: string): HarnessError {
  return new HarnessError({
    what: `${JSON.stringify(text)} names no toolchain`,
    why: `behind the + stands what is changed in the release; that can be ${counterfactuals.join(', ')}`,
    remedy: 'use --go local+legacy-close, or the release without the +',
    exitCode: exitCodes.usage,
  });
}

function refusedCounterfactual(text: string, why: string): HarnessError {
  return new HarnessError({
    what: `there can be no ${text}`,
    why,
    remedy: 'use +legacy-close with Go 1.16 or newer: --go local+legacy-close',
    exitCode: exitCodes.usage,
  });
}
