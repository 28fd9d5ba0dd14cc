/**
 * Usage: node dist/scripts/test-count.js FOLDER
 * Counts what the runners of scripts/test.sh left in FOLDER (NAME.vitest.json or NAME.go.ndjson, and
 * NAME.vitest.exit or NAME.go.exit) and prints `N passed, N failed, N skipped` as the last line.
 * Exit 1 where anything failed or nothing ran.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { thisMachine } from './machine.ts';
import { countGo } from './results/go-results.ts';
import { addCounts, failure, formatCount } from './results/test-count.ts';
import type { TestCount } from './results/test-count.ts';
import { countVitest } from './results/vitest-results.ts';

const [folder = 'build/test'] = process.argv.slice(2);
const total = addCounts(
  readdirSync(folder)
    .filter((file) => file.endsWith('.exit'))
    .map((file) => countRunner(file)),
);
for (const line of total.lines) process.stdout.write(`${line}\n`);
writeFileSync(join(folder, 'count.txt'), `${formatCount(total)}\n`);
process.stdout.write(`${formatCount(total)}\n`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

/** Whatever went wrong without being a failed test is one failure: no runner ends red and is counted green. */
function countRunner(exitFile: string): TestCount {
  const runner = exitFile.replace(/\.exit$/, '');
  const exitCode = readFileSync(join(folder, exitFile), 'utf8').trim();
  const count = readCount(runner);
  if (count === null) return failure(`${runner}: no readable results (exit code ${exitCode})`);
  if (exitCode === '0' || count.failed > 0) return count;
  return addCounts([count, failure(`${runner}: exit code ${exitCode}, though none of its tests failed`)]);
}

function readCount(runner: string): TestCount | null {
  try {
    if (runner.endsWith('.vitest')) return countVitest(readFileSync(join(folder, `${runner}.json`), 'utf8'));
    return countGo(readFileSync(join(folder, `${runner}.ndjson`), 'utf8'), thisMachine());
  } catch {
    return null;
  }
}
