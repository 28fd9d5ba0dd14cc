/** Set-up of the embedded tracer: built from its sources, with a Go that is new enough, and asked whether it works. */
import { HarnessError } from '../../errors.ts';
import { buildAgent } from '../../go/build.ts';
import type { HarnessHost } from '../../host.ts';
import { probe } from './probe.ts';

export interface EbpfSetup {
  /** Whether it can be used here, by this user, now. */
  readonly ready: boolean;
  /** One line: what there is, or what is missing. */
  readonly line: string;
}

/**
 * Idempotent: up to date, it does nothing and uses no network.
 * @param say told what is about to be done, where that takes seconds
 */
export async function setUpEbpf(host: HarnessHost, say: (line: string) => void): Promise<EbpfSetup> {
  if (process.platform === 'linux' && process.arch === 'x64') {
    const failure = await build(host, say);
    if (failure !== null) return notReady(failure);
  }
  const availability = await probe(host);
  if (availability.usable) return { ready: true, line: `${availability.version} (eBPF) is ready` };
  return notReady(`${availability.what}: ${availability.why}; ${availability.remedy}`);
}

/** @returns why not; null: it is there */
async function build(host: HarnessHost, say: (line: string) => void): Promise<string | null> {
  try {
    await buildAgent({ host, onProgress: (line) => say(`ebpf: ${line}`) });
    return null;
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    const why = error.why.trim().split('\n').at(-1) ?? '';
    return `${error.what}: ${why}; it needs Go 1.25 or newer and, the first time, a network`;
  }
}

function notReady(why: string): EbpfSetup {
  return { ready: false, line: `no eBPF: ${why}` };
}
