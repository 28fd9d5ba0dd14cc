/** Looks at what there is to work with: programs, toolchains, tracers, sessions. Changes nothing. */
import { dirname } from 'node:path';
import { HarnessError } from '../errors.ts';
import { findLocalGo } from '../go/go-command.ts';
import { listDownloadedReleases, sortReleases } from '../go/known-releases.ts';
import { counterfactuals, refuseLegacyClose } from '../go/overlay.ts';
import { listScenarios, listVariants } from '../go/variants.ts';
import type { HarnessHost } from '../host.ts';
import { listKeptSessions } from '../store/kept-sessions.ts';
import { defaultSessionDirectory } from '../store/layout.ts';
import type { Tracer } from '../tracers/tracer.ts';
import { inventorySchemaVersion } from './document.ts';
import type { Inventory } from './document.ts';

export interface InventoryRequest {
  readonly host: HarnessHost;
  readonly environment: NodeJS.ProcessEnv;
  readonly workingDirectory: string;
  readonly tracers: readonly Tracer[];
  /** Name and version of this program. */
  readonly program: string;
}

/** @throws HarnessError (usage) where a variant.json is wrong */
export async function takeInventory(request: InventoryRequest): Promise<Inventory> {
  const [scenarios, toolchains, tracers, sessions] = await Promise.all([
    takeScenarios(request.host),
    takeToolchains(request),
    Promise.all(request.tracers.map((tracer) => takeTracer(tracer, request.host))),
    takeSessions(request.workingDirectory),
  ]);
  const { program } = request;
  return { schemaVersion: inventorySchemaVersion, program, scenarios, toolchains, tracers, sessions };
}

async function takeScenarios(host: HarnessHost): Promise<Inventory['scenarios']> {
  const names = await listScenarios(host);
  return Promise.all(
    names.map(async (name) => ({
      name,
      variants: (await listVariants(name, host)).map((variant) => ({
        ...variant,
        expects: [...variant.expects],
      })),
    })),
  );
}

async function takeToolchains({ host, environment }: InventoryRequest): Promise<Inventory['toolchains']> {
  try {
    const local = await findLocalGo(host, environment);
    const downloaded = sortReleases(await listDownloadedReleases(local.moduleCache));
    return {
      problem: null,
      here: [
        toolchain(local.version, 'local'),
        ...downloaded.filter((name) => name !== local.version).map((name) => toolchain(name, 'downloaded')),
      ],
    };
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    return { problem: troubleOf(error), here: [] };
  }
}

function toolchain(name: string, source: 'local' | 'downloaded'): Inventory['toolchains']['here'][number] {
  return { name, source, counterfactuals: refuseLegacyClose(name) === null ? [...counterfactuals] : [] };
}

async function takeTracer(tracer: Tracer, host: HarnessHost): Promise<Inventory['tracers'][number]> {
  const { name, evidence } = tracer;
  try {
    const availability = await tracer.probe(host);
    return availability.usable
      ? { name, evidence, version: availability.version, problem: null }
      : { name, evidence, version: null, problem: troubleOf(availability) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const problem = { what: 'not known: looking for it failed', why, remedy: 'please report it' };
    return { name, evidence, version: null, problem };
  }
}

async function takeSessions(workingDirectory: string): Promise<Inventory['sessions']> {
  const directory = dirname(defaultSessionDirectory(workingDirectory, 'any'));
  return { directory, kept: [...(await listKeptSessions(directory))] };
}

interface Trouble {
  readonly what: string;
  readonly why: string;
  readonly remedy: string;
}

function troubleOf({ what, why, remedy }: Trouble): Trouble {
  return { what, why, remedy };
}
