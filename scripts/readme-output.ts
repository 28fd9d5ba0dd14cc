/**
 * Usage: npm run readme-output [SESSION]
 * Takes the report of a real session into docs/example and writes the example of README.md anew from it;
 * without SESSION, from the report that is there (after a change of the renderer).
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { currentHost } from '../harness/host.ts';
import { reportSchema } from '../src/report/report.ts';
import { renderExample, replaceExample } from './readme-example.ts';

const [session] = process.argv.slice(2);
const root = currentHost().packageRoot;
const kept = join(root, 'docs', 'example', 'report.json');
if (session !== undefined) {
  mkdirSync(dirname(kept), { recursive: true });
  copyFileSync(join(session, 'report.json'), kept);
}
const report = reportSchema.parse(JSON.parse(readFileSync(kept, 'utf8')));
const readme = join(root, 'README.md');
writeFileSync(readme, replaceExample(readFileSync(readme, 'utf8'), renderExample(report)));
