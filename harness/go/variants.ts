/** The variants of a scenario: every folder of go-fixtures/<scenario> with a variant.json is one. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { findExpectation, isToolchainSelector } from '../../src/experiment/expectation.ts';
import type { Expectation } from '../../src/experiment/expectation.ts';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { counterfactuals } from './overlay.ts';

export interface Variant {
  /** The folder's name: `unfixed`. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly expects: readonly Expectation[];
}

const variantFileName = 'variant.json';

const variantFileSchema = z.strictObject({
  title: z.string().min(1),
  description: z.string().min(1),
  expects: z.array(
    z.strictObject({
      toolchains: z
        .string()
        .refine(isKnownSelector, `not *, <1.10, >=1.10 or one of ${counterfactuals.join(', ')}`),
      verdict: z.enum(['clean', 'held']),
    }),
  ),
});

/** Every folder of go-fixtures that holds a variant, in order of name. */
export async function listScenarios(from: { readonly packageRoot: string }): Promise<readonly string[]> {
  const root = join(from.packageRoot, 'go-fixtures');
  const folders = await listFolders(root);
  const withVariants = await Promise.all(
    folders.map(async (folder) => {
      const names = await listFolders(join(root, folder));
      return names.some((name) => existsSync(join(root, folder, name, variantFileName))) ? [folder] : [];
    }),
  );
  return withVariants.flat();
}

/**
 * In order of name.
 * @throws HarnessError (usage) for an unknown scenario or a variant.json that is wrong
 */
export async function listVariants(
  scenario: string,
  from: { readonly packageRoot: string },
): Promise<readonly Variant[]> {
  const directory = join(from.packageRoot, 'go-fixtures', scenario);
  const names = await listFolders(directory);
  const variants = await Promise.all(names.map((name) => readVariant(directory, name)));
  const found = variants.filter((variant) => variant !== null);
  if (found.length === 0) throw await unknownScenario(scenario, from.packageRoot);
  return found;
}

/** Null: nothing is expected of this variant on this toolchain. */
export function expectedVerdict(
  variant: Pick<Variant, 'expects'>,
  toolchain: string,
): 'clean' | 'held' | null {
  return findExpectation(variant.expects, toolchain);
}

/** Null: a folder without variant.json is something else. */
async function readVariant(scenarioDirectory: string, name: string): Promise<Variant | null> {
  const path = join(scenarioDirectory, name, variantFileName);
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return { name, ...variantFileSchema.parse(JSON.parse(text)) };
  } catch (cause) {
    throw new HarnessError({
      what: `can not read ${path}`,
      why: cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause),
      remedy: 'mend the file: title, description, and expects as a list of {toolchains, verdict}',
      exitCode: exitCodes.usage,
      cause,
    });
  }
}

async function listFolders(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

async function unknownScenario(scenario: string, packageRoot: string): Promise<HarnessError> {
  const known = await listScenarios({ packageRoot });
  return new HarnessError({
    what: `there is no scenario ${scenario}`,
    why: `go-fixtures/${scenario} has no folder with a ${variantFileName}`,
    remedy: `use one of: ${known.join(', ')}`,
    exitCode: exitCodes.usage,
  });
}

/** A selector that is a word selects by that word only, so a mistyped one would select nothing. */
function isKnownSelector(text: string): boolean {
  return isToolchainSelector(text) && (!/^[a-z]/.test(text) || counterfactuals.some((each) => each === text));
}
