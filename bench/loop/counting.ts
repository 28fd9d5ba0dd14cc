/** What arrived of what a tracer saw, and what it says itself that it lost. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Tracer } from '../../harness/tracers/tracer.ts';
import type { TimedBlock } from './block.ts';

export interface Delivered {
  /** Edges of calls and whatever else it tells; of tools that are not ours, lines. */
  readonly events: number;
  /** By its own word. */
  readonly lost: number;
  /** To be held against what the programs claim: a tool can lose without a word. */
  readonly binds: number;
}

export type Counter = (block: TimedBlock) => Promise<Delivered>;

export const nothing: Counter = () => Promise.resolve({ events: 0, lost: 0, binds: 0 });

export function decodedBy(tracer: Tracer): Counter {
  return async ({ trace, stderr }) => {
    let [events, binds] = [0, 0];
    let lost = countLost(tracer.health({ exitCode: 0, signal: null, stderr }));
    for await (const batch of tracer.decode(createReadStream(trace ?? '', { highWaterMark: 1 << 20 }))) {
      events += batch.length;
      for (const event of batch) {
        if (event.kind === 'enter' && event.call.name === 'bind') binds++;
        if (event.kind === 'loss') lost += countLost([event]);
      }
    }
    return { events, lost, binds };
  };
}

/** One that does not say how many counts as one. */
function countLost(losses: readonly { readonly count: number | null }[]): number {
  return losses.reduce((sum, { count }) => sum + (count ?? 1), 0);
}

/** bind-close.d counts its lines in the kernel. */
export const countBindClose: Counter = async ({ trace }) => {
  let told = 0;
  const counted = await countLines(trace, (line) => {
    told = Number(/^@TOLD (\d+)$/.exec(line)?.[1] ?? told);
    const edge = /^\d+ \d+ ([ER]) (\w+) /.exec(line);
    return edge === null ? null : edge[1] === 'E' && edge[2] === 'bind';
  });
  return { ...counted, lost: told - counted.events };
};

export const countBpftrace: Counter = async ({ trace, stderr }) => {
  let lost = 0;
  const noteLost = (line: string): void => {
    lost += Number(/Lost (\d+) events/.exec(line)?.[1] ?? 0);
  };
  stderr.split('\n').forEach(noteLost);
  const counted = await countLines(trace, (line) => {
    const edge = /^\d+ \d+ ([ER]) tracepoint:syscalls:sys_\w+?_(\w+)/.exec(line);
    if (edge === null) noteLost(line);
    return edge === null ? null : edge[1] === 'E' && edge[2] === 'bind';
  });
  return { ...counted, lost };
};

/** It tells a call in one line, or in two where another comes in between: as events, at least one. */
export const countPerf: Counter = async ({ trace, stderr }) => {
  let lost = 0;
  const noteLost = (line: string): void => {
    lost += Number(/LOST (\d+) events/.exec(line)?.[1] ?? 0);
  };
  stderr.split('\n').forEach(noteLost);
  const counted = await countLines(trace, (line) => {
    const call = /^ +\d+\.\d+ \(.*?\): .*?\/\d+ (\.\.\. \[continued\]: )?(\w+)\(/.exec(line);
    if (call === null) noteLost(line);
    return call === null ? null : call[1] === undefined && call[2] === 'bind';
  });
  return { ...counted, lost };
};

/** @param read is the line the entry of a bind; null: it tells of no call */
async function countLines(
  file: string | null,
  read: (line: string) => boolean | null,
): Promise<Pick<Delivered, 'events' | 'binds'>> {
  let [events, binds] = [0, 0];
  for await (const line of createInterface({ input: createReadStream(file ?? '') })) {
    const isBind = read(line);
    if (isBind === null) continue;
    events++;
    if (isBind) binds++;
  }
  return { events, binds };
}
