/** The table as the JSON that go-fixtures/bind-table reads. */
import { needsSecondDevice, secondDevice, type Situation } from './situation.ts';
import type { Step } from './steps.ts';

/** Every situation has a port of its own, so that nothing left over from one could decide another. */
export function scriptOf(situations: readonly Situation[]): string {
  const script = {
    device: situations.some(needsSecondDevice) ? secondDevice : '',
    situations: situations.map(({ name, steps }, index) => ({
      name,
      steps: steps.map((step) => ({ ...step, port: portOf(step, firstPort + index) })),
    })),
  };
  return JSON.stringify(script, null, 1);
}

function portOf(step: Step, own: number): number {
  // portTold in script.go
  return step.port === 'told' ? -1 : (step.port ?? own);
}

/** Below the range from which the kernel takes ports of its own choice. */
const firstPort = 20_000;
