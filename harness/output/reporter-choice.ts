/** Which reporters tell a report, and where: what was asked for, and what goes without saying. Pure. */
import { resolve } from 'node:path';
import { renderers } from '../../src/report/index.ts';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';

export type ReporterName = keyof typeof renderers;

/** One `--reporter NAME[=FILE]`. */
export interface ReporterRequest {
  readonly name: ReporterName;
  /** Null: where it goes by itself. */
  readonly file: string | null;
}

export interface ReporterChoice {
  readonly name: ReporterName;
  /** `runner`: annotations on standard error and the step's summary, as GitHub Actions reads them. */
  readonly target: { readonly kind: 'stdout' | 'runner' } | { readonly kind: 'file'; readonly path: string };
  /** What nobody asked for costs no exit code when it fails. */
  readonly origin: 'asked-for' | 'by-itself';
}

/**
 * Standard output always carries one report, the terminal's where none was asked for. Under GitHub Actions
 * `github` is there too.
 *
 * @throws HarnessError (usage) where two reports would go to one place
 */
export function chooseReporters(
  requests: readonly ReporterRequest[],
  environment: Readonly<Record<string, string | undefined>>,
): readonly ReporterChoice[] {
  const asked = requests.map(choiceOf);
  refuseSharedPlaces(asked);
  const reportsToStdout = asked.some(({ target }) => target.kind === 'stdout');
  const isNamed = (name: ReporterName): boolean => asked.some((choice) => choice.name === name);
  return [
    ...(reportsToStdout ? [] : [choiceOf({ name: 'terminal', file: null })]),
    ...asked,
    ...(isGithubActions(environment) && !isNamed('github')
      ? [{ ...choiceOf({ name: 'github', file: null }), origin: 'by-itself' as const }]
      : []),
  ];
}

export function isReporterName(name: string): name is ReporterName {
  return Object.hasOwn(renderers, name);
}

export function isGithubActions(environment: Readonly<Record<string, string | undefined>>): boolean {
  return environment['GITHUB_ACTIONS'] === 'true';
}

function choiceOf({ name, file }: ReporterRequest): ReporterChoice {
  const origin = 'asked-for';
  if (file !== null && file !== '-') return { name, target: { kind: 'file', path: file }, origin };
  return { name, target: { kind: name === 'github' && file === null ? 'runner' : 'stdout' }, origin };
}

function refuseSharedPlaces(choices: readonly ReporterChoice[]): void {
  const byPlace = new Map<string, ReporterName>();
  for (const { name, target } of choices) {
    const place = target.kind === 'file' ? resolve(target.path) : standardPlaces[target.kind];
    const other = byPlace.get(place);
    if (other !== undefined) throw sharedPlace([other, name], place);
    byPlace.set(place, name);
  }
}

const standardPlaces = { stdout: 'standard output', runner: 'the runner of GitHub Actions' } as const;

function sharedPlace([first, second]: readonly [string, string], place: string): HarnessError {
  return new HarnessError({
    what: `two reports were to go to ${place}`,
    why: `${first} and ${second} would be mixed there`,
    remedy: `give one of them a file of its own: --reporter ${second}=FILE`,
    exitCode: exitCodes.usage,
  });
}
