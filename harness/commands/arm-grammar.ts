/**
 * How arms are typed: `VARIANT[@RELEASE][:TRACER]`, as in `unfixed`, `unfixed@1.9.7`, `semaphore@local+legacy-close`,
 * `unfixed@1.9.7:strace`; or `TARGET[:TRACER]` for a command of the config file.
 */
import type { Config } from '../config/config.ts';
import type { Target } from '../config/target.ts';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { parseToolchainName } from '../go/toolchain-name.ts';
import { listVariants } from '../go/variants.ts';
import type { Variant } from '../go/variants.ts';
import { suggestNames } from '../nearest.ts';
import type { WantedArm } from './wanted-arms.ts';

export interface ArmSources {
  readonly scenario: string;
  readonly packageRoot: string;
  /** Null: there is none. */
  readonly config: Config | null;
  /** For arms that name none; each stands for one arm. */
  readonly releases: readonly string[];
  /** For arms that name none; each stands for one arm. Null: the best that is usable. */
  readonly tracers: readonly (string | null)[];
}

/**
 * In the order of the words.
 * @throws HarnessError (usage) with the nearest names
 */
export async function readArms(words: readonly string[], sources: ArmSources): Promise<readonly WantedArm[]> {
  const variants = await listVariants(sources.scenario, sources);
  return words.flatMap((word) => readArm(word, sources, variants));
}

function readArm(word: string, sources: ArmSources, variants: readonly Variant[]): readonly WantedArm[] {
  const [, name = '', release, tracer] = /^([^@:]*)(?:@([^:]*))?(?::(.*))?$/s.exec(word) ?? [];
  const tracers = tracer === undefined ? sources.tracers : [tracer];
  const target = sources.config?.targets.find((each) => each.name === name);
  if (target !== undefined) {
    if (release !== undefined) throw releaseOfTarget(word, target);
    return tracers.map((each) => ({ program: { kind: 'target', target }, tracer: each, role: null }));
  }
  const variant = variants.find((each) => each.name === name);
  if (variant === undefined) throw unknownArm(name, word, sources, variants);
  const releases = (release === undefined ? sources.releases : [release]).map(parseToolchainName);
  const { scenario } = sources;
  return releases.flatMap((each) =>
    tracers.map((watching): WantedArm => {
      const program = { kind: 'variant', scenario, variant, release: each } as const;
      return { program, tracer: watching, role: null };
    }),
  );
}

function releaseOfTarget(word: string, { name }: Target): HarnessError {
  return new HarnessError({
    what: `${JSON.stringify(word)} names a Go release for a command of the config file`,
    why: `only variants are built here; ${name} is whatever its own build made of it`,
    remedy: `write ${name}, or make it two targets with a build command each`,
    exitCode: exitCodes.usage,
  });
}

function unknownArm(
  name: string,
  word: string,
  { config }: ArmSources,
  variants: readonly Variant[],
): HarnessError {
  const names = [...(config?.targets ?? []), ...variants].map((each) => each.name);
  const targets = (config?.targets ?? []).map((each) => each.name);
  return new HarnessError({
    what: `there is no ${JSON.stringify(name)}${word === name ? '' : ` (in ${JSON.stringify(word)})`}`,
    why:
      config === null
        ? `the variants are ${variants.map((each) => each.name).join(', ')}; there is no config file here`
        : `${config.path} names ${targets.join(', ')}; the variants are ${variants.map((each) => each.name).join(', ')}`,
    remedy: suggestNames(name, names),
    exitCode: exitCodes.usage,
  });
}
