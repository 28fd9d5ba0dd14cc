/** What runs under the tracers: a loop in which nothing lingers, and one that has the race. */
import { findLocalGo } from '../../harness/go/go-command.ts';
import { buildLauncher, buildVariant } from '../../harness/go/build.ts';
import { localToolchain, resolveToolchains } from '../../harness/go/toolchain.ts';
import type { HarnessHost } from '../../harness/host.ts';

export interface Programs {
  readonly launcher: string;
  /** The unfixed variant, built with the machine's own Go: its Close waits. */
  readonly healthy: string;
  /** The same, built with Go 1.9.7. */
  readonly racing: string;
  readonly goVersion: string;
}

export async function buildPrograms(host: HarnessHost): Promise<Programs> {
  const options = { host };
  const local = localToolchain(await findLocalGo(host));
  const [old = local] = await resolveToolchains(['go1.9.7'], options);
  const variant = { scenario: 'udp-reconnect', variant: 'unfixed' };
  const [launcher, healthy, racing] = [
    await buildLauncher(options),
    await buildVariant({ ...variant, toolchain: local }, options),
    await buildVariant({ ...variant, toolchain: old }, options),
  ];
  return {
    launcher: launcher.binary,
    healthy: healthy.binary,
    racing: racing.binary,
    goVersion: healthy.goVersion,
  };
}
