/** baseline.json: findings that are known. Read with every mistake told, and written from what a gate found. */
import { readFile, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { z } from 'zod';
import { subjectId } from '../../src/report/gate.ts';
import { baselineSchema, baselineSchemaVersion } from '../../src/report/question.ts';
import type { Baseline } from '../../src/report/question.ts';
import type { Report } from '../../src/report/report.ts';
import { HarnessError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import type { SessionFile } from '../store/session-file.ts';

/**
 * @param program what the gate is about
 * @throws HarnessError (usage) where it is of another schema or another program, with the difference
 */
export async function readBaseline(path: string, program: string): Promise<Baseline> {
  const shown = relative(process.cwd(), path);
  const json = await readJson(path, shown);
  const version = (json as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (version !== baselineSchemaVersion) {
    const has = version === undefined ? 'none' : JSON.stringify(version);
    throw refused(shown, `its schemaVersion is ${has}, this program reads ${baselineSchemaVersion}`);
  }
  const parsed = baselineSchema.safeParse(json);
  if (!parsed.success) throw refused(shown, z.prettifyError(parsed.error));
  if (parsed.data.program !== program) {
    throw refused(
      shown,
      `it is about ${JSON.stringify(parsed.data.program)}, this gate about ${JSON.stringify(program)}`,
    );
  }
  return parsed.data;
}

/** @throws HarnessError (usage) where it knows findings of what this gate does not look at */
export function refuseStrangers(baseline: Baseline, { arms }: Pick<SessionFile, 'arms'>): void {
  const subjects = arms.filter(({ role }) => role === 'subject').map(subjectId);
  const strangers = baseline.findings
    .map(({ subject }) => subject)
    .filter((each) => !subjects.includes(each));
  if (strangers.length === 0) return;
  throw refused(
    'the baseline',
    `it knows findings of ${[...new Set(strangers)].join(', ')}; the subjects of this gate are ${subjects.join(', ')}`,
  );
}

/** What a gate did not see would be missing from its baseline, and a rate from too few runs would hide how it grows. */
export function sawEverything({ outcome, gate, arms }: Report): boolean {
  if (gate === null || outcome === 'interrupted') return false;
  const isWhole = arms
    .filter(({ role }) => role === 'subject')
    .every(({ runs, unknownRuns }) => unknownRuns === 0 && runs >= gate.runsNeeded);
  return isWhole && gate.reasons.every(({ code }) => code === 'subject-held');
}

/** Whatever was found of the subjects is known from now on; what was not seen any more is left out. */
export async function writeBaseline(path: string, program: string, { gate }: Report): Promise<number> {
  const findings = (gate?.findings ?? [])
    .filter(({ state }) => state !== 'gone')
    .map(({ subject, code, cause, address, heldRuns, runs }) => ({
      subject,
      code,
      cause,
      address,
      heldRuns,
      runs,
    }));
  const baseline: Baseline = { schemaVersion: baselineSchemaVersion, program, findings };
  try {
    await writeFile(path, `${JSON.stringify(baseline, null, 2)}\n`);
  } catch (cause) {
    throw new HarnessError({
      what: `the baseline ${path} could not be written`,
      why: cause instanceof Error ? cause.message : String(cause),
      remedy: 'name another file with --write-baseline; the session itself is saved',
      exitCode: exitCodes.environment,
      cause,
    });
  }
  return findings.length;
}

/** The text of schema/baseline.schema.json. */
export function baselineJsonSchema(): string {
  const { $schema, ...schema } = z.toJSONSchema(baselineSchema, { target: 'draft-2020-12' });
  const title = `afterclose baseline, version ${baselineSchemaVersion}`;
  return `${JSON.stringify({ $schema, title, ...schema }, null, 2)}\n`;
}

async function readJson(path: string, shown: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (cause) {
    throw refused(shown, cause instanceof Error ? cause.message : String(cause));
  }
}

function refused(shown: string, why: string): HarnessError {
  return new HarnessError({
    what: `${shown} can not be held against this gate`,
    why,
    remedy:
      'name the right file with --baseline, or write a new one with --write-baseline and read it before you commit it',
    exitCode: exitCodes.usage,
  });
}
