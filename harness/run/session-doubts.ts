/** What the shell itself knows against a saved session: it broke off, or its files are not what was saved. */
import type { Doubt } from '../../src/verdict/doubt.ts';
import type { SavedSession } from '../store/read.ts';

/**
 * They concern every run: evidence that somebody touched in one place proves nothing in another. A session
 * without its end has no fingerprints, so nobody can say that it is unaltered.
 */
export function alterationDoubts(saved: SavedSession): readonly Doubt[] {
  return [
    ...(saved.end === null
      ? [doubt('interrupted', 'the session did not end in order: no end of it was saved')]
      : []),
    ...saved.problems.map((text) => doubt('altered', text)),
    ...saved.alterations.map(({ path, how }) => doubt('altered', `${path} ${howAltered[how]}`)),
  ];
}

/** Why it broke off. They concern the session; a run that was done until its end is judged all the same. */
export function endDoubts(saved: SavedSession): readonly Doubt[] {
  const ended = saved.end?.ended;
  switch (ended?.how) {
    case undefined:
    case 'done':
      return [];
    case 'interrupted':
      return [doubt('interrupted', `the session was ended by ${ended.signal}`)];
    case 'failed':
      return [doubt('interrupted', ended.text)];
  }
}

function doubt(code: 'altered' | 'interrupted', text: string): Doubt {
  return { code, run: null, address: null, pid: null, at: null, text };
}

const howAltered = {
  changed: 'was changed after the session ended',
  missing: 'is missing, and was there when the session ended',
  added: 'was added after the session ended',
} as const;
