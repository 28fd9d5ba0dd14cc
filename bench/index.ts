/**
 * `make bench`: measures, writes docs/performance.json and the tables made of it in docs/performance.md. A part that
 * is not measured keeps the figures it has. Never a test: a time decides nothing.
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg, release } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { currentHost } from '../harness/host.ts';
import { documentSchema, partNames } from './measurement.ts';
import type { BenchDocument, Part, PartName } from './measurement.ts';
import { renderPage } from './page.ts';
import { partsOf } from './parts.ts';

const { values: options } = parseArgs({
  options: {
    /** Shows in a minute that the measuring works; writes nothing. */
    quick: { type: 'boolean', default: false },
    /** The largest merge, which takes minutes, and is to show that its memory is that of the smaller ones. */
    long: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [...partNames] },
    seed: { type: 'string', default: Date.now().toString(36) },
  },
});
const { quick, long, seed } = options;
const host = currentHost();
const say = (line: string): void => void process.stderr.write(`${line}\n`);

if (!host.isRoot)
  throw new Error('the runs that are measured have network namespaces of their own: run it as root');
const unknown = options.only.filter((name) => !partNames.some((part) => part === name));
if (unknown.length > 0) throw new Error(`there is no part ${unknown.join()}: ${partNames.join(', ')}`);
const measure = partsOf({ host, quick, long, seed, say });
const page = join(host.packageRoot, 'docs', 'performance.md');
const json = join(host.packageRoot, 'docs', 'performance.json');
const parts: BenchDocument['parts'] = {};
for (const name of partNames.filter((part) => options.only.includes(part))) {
  parts[name] = await measurePart(name);
}
if (!quick) await publish(parts);
process.stdout.write(`${renderPage({ schemaVersion: 1, parts })}\n`);

async function measurePart(name: PartName): Promise<Part> {
  const before = loadavg()[0] ?? NaN;
  const startedAt = performance.now();
  const findings = await measure[name]();
  const seconds = (performance.now() - startedAt) / 1000;
  say(`${name}: ${seconds.toFixed(0)} s`);
  return {
    measuredAt: new Date().toISOString(),
    seconds,
    quick,
    machine: {
      kernel: `Linux ${release().split('-')[0] ?? ''}`,
      processor: cpus()[0]?.model ?? 'unknown processor',
      cores: cpus().length,
      node: process.versions.node,
    },
    loadAverage: [before, loadavg()[0] ?? NaN],
    ...findings,
  };
}

async function publish(parts: BenchDocument['parts']): Promise<void> {
  const before = existsSync(json) ? documentSchema.parse(JSON.parse(await readFile(json, 'utf8'))).parts : {};
  const measured: BenchDocument = { schemaVersion: 1, parts: { ...before, ...parts } };
  const text = await readFile(page, 'utf8');
  const marked = /(<!-- bench: begin -->\n)[\s\S]*(<!-- bench: end -->)/;
  if (!marked.test(text)) throw new Error(`${page} has no place for the tables`);
  const tables = renderPage(measured);
  await writeFile(json, `${JSON.stringify(measured, null, 2)}\n`);
  await writeFile(
    page,
    text.replace(marked, (_, begin: string, end: string) => `${begin}\n${tables}\n${end}`),
  );
  say('written to docs/performance.json and docs/performance.md');
}
