/** From names on the command line to binaries, and from binaries to the plan that is saved. */
import type { Arm } from '../../src/experiment/arm.ts';
import { planSession } from '../../src/experiment/plan.ts';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { buildLauncher, buildVariant } from '../go/build.ts';
import type { BuildOptions } from '../go/build.ts';
import { parseToolchainName } from '../go/toolchain-name.ts';
import { resolveToolchains } from '../go/toolchain.ts';
import { expectedVerdict, listVariants } from '../go/variants.ts';
import type { Variant } from '../go/variants.ts';
import type { PortPair } from '../run/ports.ts';
import { storeSchemaVersion } from '../store/session-file.ts';
import type { SessionFile } from '../store/session-file.ts';
import { suggestNames } from './nearest.ts';
import type { ChosenTracer } from './tracer-choice.ts';

/** Names that were found to be good; nothing was downloaded or built yet. */
export interface WantedPrograms {
  readonly scenario: string;
  readonly variants: readonly Variant[];
  /** `local`, `go1.9.7` */
  readonly releases: readonly string[];
}

export interface BuiltVariant {
  readonly variant: string;
  readonly toolchain: string;
  /** Its own runtime.Version(), which does not tell that a release was changed. */
  readonly goVersion: string;
  readonly expected: Arm['expected'];
  /** Absolute path. */
  readonly binary: string;
  readonly sha256: string;
}

export interface Programs {
  /** Absolute path. */
  readonly launcher: string;
  /** Every variant with every toolchain, toolchain by toolchain. */
  readonly variants: readonly BuiltVariant[];
}

/**
 * @param releases as typed: `1.9.7`, `go1.9.7`, `local`
 * @throws HarnessError (usage) with the nearest names
 */
export async function findPrograms(
  scenario: string,
  names: { readonly variants: readonly string[]; readonly releases: readonly string[] },
  from: { readonly packageRoot: string },
): Promise<WantedPrograms> {
  const releases = names.releases.map(parseToolchainName);
  const known = await listVariants(scenario, from);
  return { scenario, releases, variants: names.variants.map((name) => findVariant(name, known)) };
}

export async function buildPrograms(wanted: WantedPrograms, options: BuildOptions): Promise<Programs> {
  const { scenario, releases, variants } = wanted;
  const toolchains = await resolveToolchains(releases, options);
  const launcher = await buildLauncher(options);
  const built: BuiltVariant[] = [];
  for (const toolchain of toolchains) {
    for (const variant of variants) {
      const binary = await buildVariant({ scenario, variant: variant.name, toolchain }, options);
      built.push({
        variant: variant.name,
        toolchain: binary.toolchain,
        goVersion: binary.goVersion,
        expected: expectedVerdict(variant, binary.toolchain),
        binary: binary.binary,
        sha256: binary.sha256,
      });
    }
  }
  return { launcher: launcher.binary, variants: built };
}

export type ReproPlan = Pick<
  SessionFile,
  | 'session'
  | 'program'
  | 'command'
  | 'seed'
  | 'scenario'
  | 'runsPerArm'
  | 'cyclesPerRun'
  | 'network'
  | 'kernel'
> & {
  readonly startedAt: Date;
  readonly chosen: ChosenTracer;
  readonly programs: readonly BuiltVariant[];
  /** Null: those that the program has by itself. */
  readonly ports?: PortPair | null;
};

export function planRepro(request: ReproPlan): SessionFile {
  const { startedAt, chosen, programs, ports = null, ...same } = request;
  const programArguments = [
    ...['-cycles', String(same.cyclesPerRun), '-network', same.network],
    ...(ports === null ? [] : ['-ports', ports.join(',')]),
  ];
  const { arms, blocks } = planSession({
    seed: same.seed,
    programs: programs.map(({ variant, toolchain, expected }) => ({ variant, toolchain, expected })),
    runsPerArm: same.runsPerArm,
    tracer: chosen.name,
  });
  return {
    schemaVersion: storeSchemaVersion,
    ...same,
    startedAt: startedAt.toISOString(),
    tracerRequested: chosen.requested,
    tracer: chosen.name,
    tracerVersion: chosen.version,
    binaries: programs.map(({ variant, toolchain, goVersion, sha256 }) => ({
      variant,
      toolchain,
      goVersion,
      sha256,
    })),
    arms: arms.map((arm) => ({ ...arm, arguments: programArguments })),
    blocks: blocks.map(({ tracer, runs }) => ({ tracer, runs: [...runs] })),
  };
}

function findVariant(name: string, known: readonly Variant[]): Variant {
  const found = known.find((variant) => variant.name === name);
  if (found !== undefined) return found;
  const names = known.map((variant) => variant.name);
  throw new HarnessError({
    what: `there is no variant ${JSON.stringify(name)}`,
    why: `the variants are ${names.join(', ')}`,
    remedy: suggestNames(name, names),
    exitCode: exitCodes.usage,
  });
}
