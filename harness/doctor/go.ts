/** The go command that builds here and brings the other releases. */
import { HarnessError } from '../errors.ts';
import { findLocalGo } from '../go/go-command.ts';
import { ok } from './check.ts';
import type { Check } from './check.ts';

export const go: Check = {
  name: 'go',
  title: 'Go',
  neededFor: 'repro',
  look: async ({ host, environment }) => {
    try {
      const { version, command } = await findLocalGo(host, environment);
      return ok(`${version}, ${command}${settingsNote(environment)}`);
    } catch (error) {
      if (!(error instanceof HarnessError)) throw error;
      return { state: 'missing', found: error.what, why: error.why, remedy: error.remedy };
    }
  },
};

/** These two decide elsewhere which release runs, so whoever has set them wants to know. */
function settingsNote(environment: NodeJS.ProcessEnv): string {
  const set = ['GOTOOLCHAIN', 'GO111MODULE'].flatMap((name) =>
    environment[name] ? [`${name}=${environment[name]}`] : [],
  );
  return set.length === 0 ? '' : `; ${set.join(' and ')} not used: every build names its release itself`;
}
