/**
 * Random programs for the kernel and the replay: sequences of steps for go-fixtures/bind-table, drawn from a seed.
 * What a step meets is left to the kernel; the generator only keeps track of what is there to be named.
 */
import { randomFromSeed } from '../../src/experiment/random.ts';
import { closes, closesRange, duplicates, passes, receives, replaces } from './descriptor-steps.ts';
import { Draft, stepsOfProgram } from './draft.ts';
import { changesIdentity, execs, exits, forks, interrupts, parks, startsThread } from './process-steps.ts';
import {
  accepts,
  binds,
  connects,
  givesAway,
  listens,
  opens,
  sends,
  setsOption,
  shutsDown,
} from './socket-steps.ts';
import type { Situation } from '../live/bind-table/situation.ts';

/**
 * `calm`: one thread at a time, every port of the kernel's choice is asked for at once, no descriptor goes where a
 * trace does not follow, and no TCP port is bound again once it has had a connection. Nothing in it is undetermined.
 */
export type Manner = 'calm' | 'wild';

export function generate(seed: string, manner: Manner): Situation {
  const draft = new Draft(randomFromSeed(seed), manner);
  while (draft.steps.length < stepsOfProgram) act(draft);
  return { name: `${manner} ${seed}`, rule: manner, steps: draft.steps, tolerant: true };
}

function act(draft: Draft): void {
  const weighted: readonly (readonly [number, (draft: Draft) => void])[] = [
    [draft.sockets.length > 7 ? 2 : 14, opens],
    [30, binds],
    [5, listens],
    [5, connects],
    [4, accepts],
    [6, setsOption],
    [7, closes],
    [3, closesRange],
    [5, duplicates],
    [2, replaces],
    [2, shutsDown],
    [2, givesAway],
    [2, sends],
    [1, changesIdentity],
    [draft.children.length > 1 ? 0 : 2, forks],
    [draft.threads.length > 0 ? 0 : 2, startsThread],
    [3, execs],
    [2, exits],
    [draft.readers.length > 1 ? 0 : 4, parks],
    [3, interrupts],
    [draft.passesNow ? 60 : 0, passes],
    [draft.passesNow ? 24 : 0, receives],
  ];
  let left = draft.random.below(weighted.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, step] of weighted) {
    left -= weight;
    if (left < 0) return step(draft);
  }
}

export { portsOfProgram } from './socket-steps.ts';
