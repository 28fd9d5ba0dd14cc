/** Whether every run can have a network namespace of its own, and how. Tried, not read from settings. */
import { tryCommand } from '../doctor/try-command.ts';

export type SessionNetwork =
  | {
      readonly kind: 'private';
      /** The start of the command line that runs a tracer and its launcher where they may make namespaces. */
      readonly enter: readonly string[];
    }
  /** All runs share the ports of the machine. `why`: the refusal, half a sentence. */
  | { readonly kind: 'inherited'; readonly why: string };

/**
 * As root directly. As an ordinary user in a user namespace, where the launcher, and a tracer around it, are root
 * of nothing but that namespace: their rights over files and processes stay those of the user.
 */
export async function chooseNetwork(): Promise<SessionNetwork> {
  if ((await tryCommand(newNetwork)) === null) return { kind: 'private', enter: [] };
  const refusal = await tryCommand([...userNamespace, ...newNetwork]);
  return refusal === null
    ? { kind: 'private', enter: userNamespace }
    : { kind: 'inherited', why: `no network namespaces: ${refusal.why}` };
}

const newNetwork = ['unshare', '--net', 'true'];
/** unshare(1) of util-linux calls exec without a fork, so pids and signals are those of the program itself. */
const userNamespace = ['unshare', '--user', '--map-root-user'];
