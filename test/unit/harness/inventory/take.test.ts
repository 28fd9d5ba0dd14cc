import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { currentHost } from '../../../../harness/host.ts';
import { inventorySchema } from '../../../../harness/inventory/document.ts';
import { takeInventory } from '../../../../harness/inventory/take.ts';
import { none } from '../../../../harness/tracers/none/tracer.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'afterclose-test-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const request = () => ({
  host: { ...currentHost(), cacheDirectory: directory },
  environment: process.env,
  workingDirectory: directory,
  tracers: [none],
  program: 'afterclose 1.2.3',
});

test('what there is here, as a document', async () => {
  const inventory = inventorySchema.parse(await takeInventory(request()));
  expect(inventory.scenarios.map(({ name }) => name)).toEqual(['udp-reconnect']);
  expect(inventory.scenarios[0]?.variants.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['unfixed', 'semaphore', 'waitgroup']),
  );
  expect(inventory.toolchains.here[0]).toMatchObject({ source: 'local', counterfactuals: ['legacy-close'] });
  expect(inventory.tracers).toEqual([
    { name: 'none', evidence: 'claims', version: 'no tracer', problem: null },
  ]);
  expect(inventory.sessions).toEqual({ directory: join(directory, '.afterclose', 'sessions'), kept: [] });
});

test('a local Go that is downloaded too is listed once', async () => {
  const { toolchains } = await takeInventory(request());
  const names = toolchains.here.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
});

test('a tracer that can not be looked at is told, and hides no other', async () => {
  const crashing = { ...none, name: 'crashing', probe: () => Promise.reject(new Error('no such probe')) };
  const { tracers } = await takeInventory({ ...request(), tracers: [crashing, none] });
  expect(tracers).toMatchObject([
    { name: 'crashing', version: null, problem: { why: 'no such probe' } },
    { name: 'none', problem: null },
  ]);
});
