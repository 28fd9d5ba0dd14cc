/** The registry: one line for each kind of finding. */
import { conflict } from './conflict.ts';
import { leak } from './leak.ts';
import { linger } from './linger.ts';
import type { FindingRule } from './rule.ts';

export const findingRules: readonly FindingRule[] = [conflict, linger, leak];
