/** From the names of arms to programs that can be run; everything that is wrong with a name is said before. */
import type { Arm, ArmRole } from '../../src/experiment/arm.ts';
import { untraced } from '../../src/experiment/plan.ts';
import { buildTarget } from '../config/build-target.ts';
import type { Target } from '../config/target.ts';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { buildVariant } from '../go/build.ts';
import type { BuildOptions } from '../go/build.ts';
import { parseToolchainName } from '../go/toolchain-name.ts';
import { resolveToolchains } from '../go/toolchain.ts';
import { expectedVerdict, listVariants } from '../go/variants.ts';
import type { Variant } from '../go/variants.ts';
import { suggestNames } from '../nearest.ts';

/** An arm whose names were found to be good; nothing was downloaded or built yet. */
export interface WantedArm {
  readonly program: WantedProgram;
  /** Null: the best that is usable. */
  readonly tracer: string | null;
  readonly role: ArmRole | null;
}

export type WantedProgram =
  | {
      readonly kind: 'variant';
      readonly scenario: string;
      readonly variant: Variant;
      /** `local`, `go1.9.7` */
      readonly release: string;
    }
  /** A command of the user. */
  | { readonly kind: 'target'; readonly target: Target };

/** A program that can be run. */
export interface BuiltProgram extends Pick<Arm, 'variant' | 'toolchain' | 'expected'> {
  /** Absolute path. */
  readonly file: string;
  /** Of a target; a variant gets those of its session. */
  readonly target: Target | null;
  /** Of a variant: its own runtime.Version(), which does not tell that a release was changed. */
  readonly goVersion: string | null;
  readonly sha256: string;
}

export interface VariantNames {
  readonly scenario: string;
  readonly variants: readonly string[];
  /** As typed: `1.9.7`, `go1.9.7`, `local`. */
  readonly releases: readonly string[];
  /** Null: the best that is usable. */
  readonly tracer: string | null;
}

/**
 * Every variant with every release, release by release.
 * @throws HarnessError (usage) with the nearest names
 */
export async function variantArms(
  names: VariantNames,
  from: { readonly packageRoot: string },
): Promise<readonly WantedArm[]> {
  const { scenario, tracer } = names;
  const releases = names.releases.map(parseToolchainName);
  const known = await listVariants(scenario, from);
  const variants = names.variants.map((name) => findVariant(name, known));
  return releases.flatMap((release) =>
    variants.map((variant): WantedArm => {
      const program = { kind: 'variant', scenario, variant, release } as const;
      return { program, tracer, role: null };
    }),
  );
}

/** @returns one for each arm, in their order; what several arms run is built once */
export async function buildPrograms(
  wanted: readonly WantedArm[],
  options: BuildOptions,
): Promise<readonly BuiltProgram[]> {
  const built = new Map<string, BuiltProgram>();
  const programs: BuiltProgram[] = [];
  for (const { program } of wanted) {
    const key = keyOf(program);
    const found = built.get(key) ?? (await build(program));
    built.set(key, found);
    programs.push(found);
  }
  return programs;

  async function build(program: WantedProgram): Promise<BuiltProgram> {
    if (program.kind === 'target') {
      const { target } = program;
      const own = {
        variant: target.name,
        toolchain: null,
        expected: target.expects,
        goVersion: null,
      } as const;
      return { ...own, ...(await buildTarget(target, options)), target };
    }
    const { scenario, variant, release } = program;
    const [toolchain] = await resolveToolchains([release], options);
    if (toolchain === undefined) throw new RangeError(`${release} was not resolved`);
    const binary = await buildVariant({ scenario, variant: variant.name, toolchain }, options);
    return {
      variant: variant.name,
      toolchain: binary.toolchain,
      expected: expectedVerdict(variant, binary.toolchain),
      file: binary.binary,
      target: null,
      goVersion: binary.goVersion,
      sha256: binary.sha256,
    };
  }
}

/** What is expected of it with this tracer in this role. Without a tracer there is no evidence. */
export function armOf(program: BuiltProgram, tracer: string, role: ArmRole | null): Arm {
  const { variant, toolchain, expected } = program;
  if (tracer === untraced) return { variant, toolchain, tracer, expected: null, role };
  const byRole = role === null ? expected : role === 'known-bad' ? 'held' : 'clean';
  return { variant, toolchain, tracer, expected: byRole, role };
}

/** @throws HarnessError (usage) with the nearest names */
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

function keyOf(program: WantedProgram): string {
  return program.kind === 'target'
    ? `target ${program.target.name}`
    : `variant ${program.scenario} ${program.variant.name} ${program.release}`;
}
