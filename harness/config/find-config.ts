/**
 * Finds and reads the config file. Every mistake in it is told with its path, all of them at once, before anything
 * is built or run.
 */
import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createJiti } from 'jiti';
import type { z } from 'zod';
import { suggestNames } from '../nearest.ts';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { findCommand } from './build-target.ts';
import type { Config } from './config.ts';
import { configFileSchema, keysAt } from './config-file.ts';
import type { ConfigFile } from './config-file.ts';
import type { Target } from './target.ts';

const names = ['afterclose.config.json', 'afterclose.config.ts', 'afterclose.config.mjs'];

export interface ConfigPlace {
  /** As typed; null: whatever is in the working directory. */
  readonly named: string | null;
  /** Names that no target may have. */
  readonly variants: readonly string[];
}

/**
 * Null: none was named, and there is none.
 * @throws HarnessError (usage) with every mistake
 */
export async function findConfig({ named, variants }: ConfigPlace): Promise<Config | null> {
  const path =
    named === null ? names.map((name) => resolve(name)).find((each) => existsSync(each)) : resolve(named);
  if (path === undefined) return null;
  const shown = relative(process.cwd(), path);
  const parsed = configFileSchema.safeParse(await load(path, shown));
  if (!parsed.success) throw mistakes(shown, parsed.error.issues.flatMap(describeIssue));
  const config = toConfig(parsed.data, path, shown);
  const wrong = [...wrongTargets(config.targets, variants), ...wrongGate(config, variants)];
  if (wrong.length > 0) throw mistakes(shown, wrong);
  return config;
}

async function load(path: string, shown: string): Promise<unknown> {
  try {
    switch (extname(path)) {
      case '.json':
        return JSON.parse(await readFile(path, 'utf8')) as unknown;
      case '.mjs':
        return ((await import(pathToFileURL(path).href)) as { default?: unknown }).default;
      case '.ts':
        // Node strips types by itself only from 22.18 on; then this line can go with its package.
        return await createJiti(import.meta.url, { fsCache: false }).import(path, { default: true });
      default:
        throw new Error('its name ends neither in .json nor in .ts nor in .mjs');
    }
  } catch (cause) {
    throw new HarnessError({
      what: `the config file ${shown} can not be read`,
      why: cause instanceof Error ? cause.message : String(cause),
      remedy: 'mend it, or name another one with --config',
      exitCode: exitCodes.usage,
      cause,
    });
  }
}

function toConfig(file: ConfigFile, path: string, shown: string): Config {
  const folder = dirname(path);
  return {
    path: shown,
    program: file.program,
    targets: Object.entries(file.targets).map(([name, target]) => ({
      name,
      command: target.command,
      directory: resolve(folder, target.cwd),
      env: target.env,
      build: target.build ?? null,
      expects: target.expects ?? null,
      timeoutMs: timeoutMs(target.timeout),
    })),
    gate:
      file.gate === undefined
        ? null
        : {
            knownBad: file.gate.knownBad,
            knownGood: file.gate.knownGood,
            subjects: file.gate.subjects,
            claim: file.gate.claim ?? null,
            baseline: file.gate.baseline === undefined ? null : join(folder, file.gate.baseline),
          },
  };
}

function timeoutMs(text: string): number {
  const [, number, unit = 's'] = /^(\d+)(ms|s|m)$/.exec(text) ?? [];
  return Number(number) * ({ ms: 1, s: 1000, m: 60_000 }[unit] ?? 1000);
}

function wrongTargets(targets: readonly Target[], variants: readonly string[]): string[] {
  return targets.flatMap((target) => {
    const at = `targets.${target.name}`;
    if (variants.includes(target.name)) return [`${at}: that is the name of a variant; choose another`];
    if (!isDirectory(target.directory)) return [`${at}.cwd: there is no directory ${target.directory}`];
    const isThere = target.build !== null || findCommand(target) !== null;
    return isThere ? [] : [`${at}.command.0: ${target.command[0]} is no file that can be executed here`];
  });
}

function wrongGate({ gate, targets }: Config, variants: readonly string[]): string[] {
  if (gate === null) return [];
  const known = [...new Set([...targets.map(({ name }) => name), ...variants])];
  const arms: readonly (readonly [string, string])[] = [
    ['gate.knownBad', gate.knownBad],
    ['gate.knownGood', gate.knownGood],
    ...gate.subjects.map((subject, index) => [`gate.subjects.${index}`, subject] as const),
  ];
  return arms.flatMap(([at, arm]) => {
    const [name = ''] = arm.split(/[@:]/);
    return known.includes(name)
      ? []
      : [`${at}: there is no ${JSON.stringify(name)}; ${suggestNames(name, known)}`];
  });
}

function isDirectory(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

function describeIssue(issue: z.core.$ZodIssue): string[] {
  const at = (path: readonly PropertyKey[]) => path.map(String).join('.') || 'the file itself';
  if (issue.code === 'invalid_key') {
    return [`${at(issue.path)}: a name is made of letters, digits, dots, dashes and underscores`];
  }
  if (issue.code !== 'unrecognized_keys') return [`${at(issue.path)}: ${issue.message}`];
  return issue.keys.map((key) => {
    const known = keysAt(issue.path);
    return `${at([...issue.path, key])}: not known; ${suggestNames(key, known)}`;
  });
}

function mistakes(shown: string, found: readonly string[]): HarnessError {
  return new HarnessError({
    what: `${shown} has ${found.length === 1 ? 'a mistake' : `${found.length} mistakes`}`,
    why: found.join('\n'),
    remedy: 'mend it; schema/config.schema.json has every key, and editors read it by $schema',
    exitCode: exitCodes.usage,
  });
}
