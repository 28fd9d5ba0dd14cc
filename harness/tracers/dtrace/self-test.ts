/** A program that makes 40 binds, the last one of a port that is taken, watched as any run is: all 40 must be seen. */
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isInet } from '../../../src/trace/address.ts';
import type { TraceEvent } from '../../../src/trace/event.ts';
import { decode } from './decode.ts';
import { health } from './health.ts';
import { watchProgram } from './watch-program.ts';

export const expectedBinds = 40;

/** Node's dgram makes one bind(2) for each bind(); the 40th is of the port that the 39th has. */
export const selfTestSource = `
const dgram = require('node:dgram');
const sockets = [];
function next(port) {
  const socket = dgram.createSocket('udp4');
  sockets.push(socket);
  socket.once('listening', () => next(sockets.length < ${expectedBinds - 1} ? 0 : socket.address().port));
  socket.once('error', () => sockets.forEach((open) => open.close()));
  socket.bind(port, '127.0.0.1');
}
next(0);
`;

export interface SelfTestResult {
  readonly binds: number;
  readonly addressInUse: number;
  /** Null: all was seen. One line, without a full stop. */
  readonly fault: string | null;
}

export async function selfTest(installation: Readonly<Record<string, string>>): Promise<SelfTestResult> {
  const directory = mkdtempSync(join(tmpdir(), 'afterclose-dtrace-'));
  try {
    const end = await watchProgram(directory, [process.execPath, '-e', selfTestSource], installation);
    const events: TraceEvent[] = [...health(end)];
    if (end.trace !== null) {
      for await (const batch of decode(createReadStream(end.trace))) events.push(...batch);
    }
    return judgeSelfTest(events, end.programStatus);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export function judgeSelfTest(events: readonly TraceEvent[], programStatus: string | null): SelfTestResult {
  const results = events.flatMap((event) =>
    event.kind === 'return' && event.name === 'bind' && event.address != null && isInet(event.address)
      ? [event.result]
      : [],
  );
  const binds = results.length;
  const addressInUse = results.filter((result) => !result.ok && result.errno === 'EADDRINUSE').length;
  return { binds, addressInUse, fault: findFault(events, programStatus, binds, addressInUse) };
}

function findFault(
  events: readonly TraceEvent[],
  programStatus: string | null,
  binds: number,
  addressInUse: number,
): string | null {
  const loss = events.find((event) => event.kind === 'loss');
  if (loss !== undefined) return `${loss.reason}: ${loss.text}`;
  if (programStatus !== '0') return `the test program ended with ${programStatus ?? 'no exit code'}`;
  if (binds === expectedBinds && addressInUse === 1) return null;
  return `${binds} of ${expectedBinds} binds and ${addressInUse} of 1 EADDRINUSE were seen`;
}
