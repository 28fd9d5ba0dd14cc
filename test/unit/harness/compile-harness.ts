/** For tests that need a process of their own which uses the harness: plain JavaScript of harness/ and src/. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { afterAll } from 'vitest';
import { currentHost } from '../../../harness/host.ts';

let compiled: string | null = null;

/** The directory, below node_modules so that packages are found from it. */
export function compileHarness(): string {
  if (compiled !== null) return compiled;
  const { packageRoot } = currentHost();
  const cache = join(packageRoot, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  compiled = mkdtempSync(join(cache, 'afterclose-test-'));
  cpSync(join(packageRoot, 'package.json'), join(compiled, 'package.json'));
  for (const folder of ['harness', 'src']) compileFolder(packageRoot, folder, compiled);
  return compiled;
}

afterAll(() => {
  if (compiled !== null) rmSync(compiled, { recursive: true });
  compiled = null;
});

function compileFolder(packageRoot: string, folder: string, target: string): void {
  for (const file of readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const { outputText } = ts.transpileModule(readFileSync(join(packageRoot, folder, file), 'utf8'), {
      compilerOptions: {
        target: ts.ScriptTarget.ES2023,
        module: ts.ModuleKind.ESNext,
        verbatimModuleSyntax: true,
        rewriteRelativeImportExtensions: true,
      },
    });
    const output = join(target, folder, file.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(output), { recursive: true });
    writeFileSync(output, outputText);
  }
}
