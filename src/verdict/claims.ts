/** The part of a fixture's claims that a trace can confirm or contradict. */
import type { LedgerCounts } from '../kernel/ledger.ts';

export interface ClaimsValue {
  readonly cycles: number;
  readonly binds: number;
  readonly closes: number;
  readonly addressInUse: number;
  readonly marks: number;
}

/** One sentence for each count that differs; empty: they agree. */
export function disagreements(claims: ClaimsValue, traced: LedgerCounts): string[] {
  const names = {
    cycles: 'cycles',
    binds: 'binds',
    closes: 'closes',
    addressInUse: 'EADDRINUSE',
    marks: 'marks',
  };
  return (Object.keys(names) as (keyof typeof names)[])
    .filter((key) => claims[key] !== traced[key])
    .map((key) => `the program claims ${claims[key]} ${names[key]}, the trace shows ${traced[key]}`);
}
