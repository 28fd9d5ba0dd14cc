/** Leak: past its free point and still referenced when its last process ended. */
import type { FindingRule } from './rule.ts';
import { lingerLengthNs, outlivingFinding } from './linger.ts';

export const leak: FindingRule = {
  code: 'leak',
  ofSocket(life, frame) {
    return lingerLengthNs(life) > 0 && life.endedWithProcess
      ? { finding: outlivingFinding('leak', life, frame) }
      : {};
  },
};
