/** What running any DTrace needs, each missing thing in one line. */
import type { Machine } from '../debian-machine.ts';
import { hasProgram } from '../debian-machine.ts';

/** To run any DTrace here: what is missing, or null. */
export function missingToTrace(machine: Machine): string | null {
  if (machine.platform !== 'linux') return `this is ${machine.platform}, and sockets.d is made for Linux`;
  if (machine.architecture !== 'x64') {
    return `this is ${machine.architecture}, and sockets.d knows the system calls of x86-64 only`;
  }
  if (!hasProgram(machine, 'unshare')) return 'there is no unshare: install the package util-linux';
  return null;
}
