/**
 * Usage: node dist/scripts/setup.js
 * Brings ahead of time what `repro` would bring when it needs it: the launcher, the programs with their Go releases,
 * DTrace. What is there already costs no word and no network. What can not be had is told in one line with its
 * consequence, and the rest goes on: a command that needs it says so itself, with its own exit code.
 */
import { buildPrograms, findPrograms } from '../harness/commands/repro-plan.ts';
import { HarnessError } from '../harness/errors.ts';
import { listVariants } from '../harness/go/variants.ts';
import { currentHost } from '../harness/host.ts';
import { interruptedBy, watchSignals } from '../harness/run/interruption.ts';
import { exitCodeOfSignal } from '../harness/exit-codes.ts';
import { setUpDtrace } from '../harness/tracers/dtrace/setup.ts';

const host = currentHost();
// Standard output belongs to the command that set-up is done for: `make repro ARGS=--json` can be piped.
const say = (line: string): void => void process.stderr.write(`set-up: ${line}\n`);

watchSignals();
for (const release of ['local', '1.9.7']) {
  await attempt(() => bringPrograms(release), '`make repro` needs them (or --go with another release)');
}
await attempt(async () => {
  say((await setUpDtrace(host, say)).line);
}, 'without DTrace no run has evidence');
const signal = interruptedBy();
if (signal !== null) {
  say(`interrupted by ${signal}; what was finished is kept`);
  process.exitCode = exitCodeOfSignal(signal);
}

async function bringPrograms(release: string): Promise<void> {
  const scenario = 'udp-reconnect';
  const variants = (await listVariants(scenario, host)).map((variant) => variant.name);
  const wanted = await findPrograms(scenario, { variants, releases: [release] }, host);
  await buildPrograms(wanted, { host, onProgress: say });
}

async function attempt(bring: () => Promise<void>, consequence: string): Promise<void> {
  if (interruptedBy() !== null) return;
  try {
    await bring();
  } catch (error) {
    if (interruptedBy() !== null) return;
    if (!(error instanceof HarnessError)) throw error;
    const [why = ''] = error.why.split('\n');
    say(`${error.what} (${why}): ${consequence}. Way out: ${error.remedy}`);
  }
}
