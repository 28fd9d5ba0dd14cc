/**
 * Usage: npm run tracer-page
 * Writes the tables of docs/tracers.md anew from the recordings in test/golden.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { currentHost } from '../harness/host.ts';
import { replaceMarkedPart } from './marked-part.ts';
import { readRecorded } from './tracers/recorded.ts';
import { renderTables } from './tracers/table.ts';

const root = currentHost().packageRoot;
const page = join(root, 'docs', 'tracers.md');
const tables = renderTables(await readRecorded(join(root, 'test', 'golden')));
writeFileSync(page, replaceMarkedPart(readFileSync(page, 'utf8'), 'tables', tables));
