/** The runs of one session: the table itself, and one for each blind spot, since a doubt concerns its whole run. */
import { existsSync } from 'node:fs';
import { messageSituations, ringSituations, takenSituations } from './hidden-situations.ts';
import { leftSituations } from './left-situations.ts';
import { needsSecondDevice, type Situation } from './situation.ts';
import { situations } from './situations.ts';

export interface Table {
  readonly run: string;
  readonly situations: readonly Situation[];
  /** Ports that each situation has for itself; 1 where it is not said. */
  readonly portsOfEach?: number;
}

/** Where a second network interface can be made. */
export const canMakeDevice = existsSync('/dev/net/tun');

export const mainTable: Table = {
  run: '0001',
  situations: situations.filter((situation) => canMakeDevice || !needsSecondDevice(situation)),
};

export const hiddenTables: readonly Table[] = [
  { run: '0002', situations: messageSituations },
  { run: '0003', situations: ringSituations },
  { run: '0004', situations: takenSituations },
];

/** Which a trace of calls can not decide either, but every program may meet. */
export const leftTable: Table = { run: '0005', situations: leftSituations };
