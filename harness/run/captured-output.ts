/** Where the output of a process goes: a descriptor of the caller, nowhere, or a nameless temporary file. */
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A number is an open descriptor, which stays the caller's to close. */
export type Output = 'ignore' | 'capture' | number;

export interface OpenOutputs {
  readonly stdout: 'ignore' | number;
  readonly stderr: 'ignore' | number;
  readonly ours: readonly number[];
}

const capturedBytes = 1 << 20;

export function openOutputs(stdout: Output, stderr: Output): OpenOutputs {
  const ours: number[] = [];
  const open = (output: Output): 'ignore' | number => {
    if (output !== 'capture') return output;
    const descriptor = openNamelessFile();
    ours.push(descriptor);
    return descriptor;
  };
  return { stdout: open(stdout), stderr: open(stderr), ours };
}

export function readCaptured(wanted: Output, opened: 'ignore' | number): string {
  if (wanted !== 'capture' || opened === 'ignore') return '';
  const content = Buffer.alloc(Math.min(fstatSync(opened).size, capturedBytes));
  const length = readSync(opened, content, 0, content.length, 0);
  return content.toString('utf8', 0, length);
}

export function closeOutputs(outputs: OpenOutputs): void {
  for (const descriptor of outputs.ours) closeSync(descriptor);
}

/** Its directory entry is gone before anything is written, so no way out leaves a file behind. */
function openNamelessFile(): number {
  const directory = mkdtempSync(join(tmpdir(), 'afterclose-'));
  try {
    return openSync(join(directory, 'output'), 'wx+');
  } finally {
    rmSync(directory, { recursive: true });
  }
}
