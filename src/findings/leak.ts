/** Leak: past its free point and still referenced when its last process ended. */
import type { FindingRule } from './rule.ts';
import { lingerLengthNs, outliving } from './linger.ts';

export const leak: FindingRule = {
  code: 'leak',
  ofSocket(life, frame) {
    return lingerLengthNs(life) > 0 && life.endedWithProcess ? { found: outliving('leak', life, frame) } : {};
  },
};
