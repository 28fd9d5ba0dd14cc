/** The table as the JSON that go-fixtures/bind-table reads. */
import { needsSecondDevice, secondDevice, type Situation } from './situation.ts';
import type { Step } from './steps.ts';

/**
 * Every situation has ports of its own, so that nothing left over from one could decide another.
 * @param portsOfEach how many
 */
export function scriptOf(situations: readonly Situation[], portsOfEach = 1): string {
  if (firstPort + situations.length * portsOfEach > firstOfKernel) {
    throw new RangeError(`there are not ports enough for ${situations.length} situations in one run`);
  }
  const script = {
    device: situations.some(needsSecondDevice) ? secondDevice : '',
    situations: situations.map(({ name, steps, tolerant = false }, index) => ({
      name,
      tolerant,
      steps: steps.map((step) => ({ ...step, port: portOf(step, firstPort + index * portsOfEach) })),
    })),
  };
  return JSON.stringify(script, null, 1);
}

function portOf({ port }: Step, own: number): number {
  // portTold in script.go
  if (port === 'told') return -1;
  if (typeof port === 'number') return port;
  return own + Number(port?.slice('own+'.length) ?? 0);
}

/** Below the range from which the kernel takes ports of its own choice, which begins at the second. */
const firstPort = 20_000;
const firstOfKernel = 32_768;
