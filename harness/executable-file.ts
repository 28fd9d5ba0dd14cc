/** Whether something can be started: a directory has the right to be executed too, and can not. */
import { accessSync, constants, statSync } from 'node:fs';

export function isExecutableFile(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
