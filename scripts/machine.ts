/** The machine that the tests run on, as the skip policy wants to know it. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Machine } from './skip-policy.ts';

export function thisMachine(): Machine {
  return {
    isRoot: process.getuid?.() === 0,
    hasProgram: isOnPath,
    kind: process.env['AFTERCLOSE_SKIPS'] === 'fail' ? 'complete' : 'any',
  };
}

function isOnPath(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
