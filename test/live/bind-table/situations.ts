/** The table: one entry for each situation, in groups by the rule that it puts to the kernel. */
import { addressSituations } from './address-situations.ts';
import { flagSituations } from './flag-situations.ts';
import { lifetimeSituations } from './lifetime-situations.ts';
import { manySituations } from './many-situations.ts';
import { moveSituations } from './move-situations.ts';
import type { Situation } from './situation.ts';
import { tcpSituations } from './tcp-situations.ts';

export const situations: readonly Situation[] = [
  ...addressSituations,
  ...flagSituations,
  ...moveSituations,
  ...tcpSituations,
  ...lifetimeSituations,
  ...manySituations,
];
