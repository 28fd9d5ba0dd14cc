/** afterclose as a user has installed it, with something taken out: what a gate is there to notice. */
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { checkIsBuilt, commandEnvironment, root, temporaryDirectory } from '../cli/command-line.ts';
import type { CommandResult } from '../cli/command-line.ts';

export interface Alteration {
  /** Relative to the package. */
  readonly file: string;
  /** Must be in it exactly once. */
  readonly from: string | RegExp;
  readonly to: string;
}

/** The variant that is the fix, without its waiting. */
export const withoutWait: Alteration = {
  file: 'go-fixtures/udp-reconnect/semaphore/main.go',
  from: /\t\tSettle: func\(\) \{[\s\S]*?\n\t\t\},\n/,
  to: '',
};

/** The driver, without the mark that says when the addresses are free. */
export const withoutDoneMark: Alteration = {
  file: 'go-fixtures/internal/udpreconnect/driver.go',
  from: '\tfor _, s := range sockets {\n\t\td.make(s.done)\n\t}\n',
  to: '',
};

/** DTrace with room for almost nothing, so that it drops events. */
export const tinyBuffer: Alteration = {
  file: 'dist/harness/tracers/dtrace/command.js',
  from: /`bufsize=\$\{bufferSize\(.*?\)\}`/,
  to: '`bufsize=4k`',
};

/** @returns how to call it, in a directory of its own */
export async function alteredPackage(alterations: readonly Alteration[]) {
  checkIsBuilt();
  const directory = await temporaryDirectory();
  const copied = [
    ...['dist', 'package.json', 'go-fixtures'],
    ...['harness/launcher', 'harness/ebpf-agent', 'harness/tracers/dtrace'],
  ];
  await mkdir(join(directory, 'harness', 'tracers'), { recursive: true });
  for (const path of copied) await cp(join(root, path), join(directory, path), { recursive: true });
  await symlink(join(root, 'node_modules'), join(directory, 'node_modules'));
  for (const { file, from, to } of alterations) {
    const text = await readFile(join(directory, file), 'utf8');
    expect(text.split(from), `${String(from)} in ${file}`).toHaveLength(2);
    await writeFile(join(directory, file), text.replace(from, to));
  }
  return async (words: readonly string[]): Promise<CommandResult> => {
    const cli = join(directory, 'dist', 'harness', 'cli.js');
    const { exitCode, stdout, stderr } = await execa(process.execPath, [cli, ...words], {
      cwd: directory,
      env: commandEnvironment(),
      extendEnv: false,
      reject: false,
      stripFinalNewline: false,
      stdin: 'ignore',
    });
    return { exitCode, stdout, stderr };
  };
}
