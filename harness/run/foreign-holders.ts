/** Puts a name to `somebody else held the address`, as far as one was seen around the block. Pure. */
import type { Doubt } from '../../src/verdict/doubt.ts';
import type { RunSummary } from '../../src/verdict/run-summary.ts';
import type { PortHolder, PortHoldersFile } from '../store/session-file.ts';

/**
 * @param seen null: nobody looked, since the run had ports of its own
 * @param refusedAt addresses at which an untraced run claims EADDRINUSE
 */
export function nameForeignHolders(
  summary: RunSummary,
  seen: PortHoldersFile | null,
  refusedAt: readonly string[],
): RunSummary {
  if (seen === null) return summary;
  const named = summary.doubts.map((doubt) => nameHolder(doubt, seen));
  const added = refusedAt.flatMap((address) => untracedDoubt(summary.run, address, seen) ?? []);
  return { ...summary, doubts: [...added, ...named] };
}

/**
 * Who had a port of the session for the whole time of a block: a program that never gets one of its ports does
 * something else than it was made to show, so nothing that it does is certain.
 */
export function holdersThroughout(seen: PortHoldersFile | null): Doubt[] {
  if (seen === null) return [];
  const throughout = seen.before.filter((early) => (seen.after ?? []).some((late) => isSame(early, late)));
  const addresses = [...new Set(throughout.map(({ blocks }) => blocks))];
  return addresses.map((address) => {
    const text = `${holderSentence(address, seen) ?? ''}: the programs could not have it`;
    return { code: 'foreign-holder', run: null, address: `udp ${address}`, pid: null, at: null, text };
  });
}

function nameHolder(doubt: Doubt, seen: PortHoldersFile): Doubt {
  if (doubt.code !== 'foreign-holder') return doubt;
  const address = /^udp (.*)$/.exec(doubt.address ?? '')?.[1];
  if (address === undefined) return doubt;
  const who =
    holderSentence(address, seen) ?? 'nobody else was seen to hold it just before or just after these runs';
  return { ...doubt, text: `${doubt.text}: ${who}` };
}

function untracedDoubt(run: string, address: string, seen: PortHoldersFile): Doubt | null {
  const who = holderSentence(address, seen);
  if (who === null) return null;
  const text = `the program claims that the address was in use: ${who}`;
  return { code: 'foreign-holder', run, address: `udp ${address}`, pid: null, at: null, text };
}

function holderSentence(address: string, { before, after }: PortHoldersFile): string | null {
  const early = before.find((holder) => holder.blocks === address);
  const late = (after ?? []).find((holder) => holder.blocks === address);
  const holder = early ?? late;
  if (holder === undefined) return null;
  const isThere = early !== undefined && late !== undefined && isSame(early, late);
  const when = isThere ? 'before and after' : early === undefined ? 'after' : 'before';
  return `${nameOf(holder)} held ${holder.boundTo} ${when} these runs`;
}

function isSame(early: PortHolder, late: PortHolder): boolean {
  return JSON.stringify(early) === JSON.stringify(late);
}

/** `process 4242 (python3)` */
export function nameOf({ pid, program, uid }: PortHolder): string {
  if (pid === null) {
    return `a process of user ${uid} (which one is told only to root and to that user)`;
  }
  return `process ${pid}${program === null ? '' : ` (${program})`}`;
}
