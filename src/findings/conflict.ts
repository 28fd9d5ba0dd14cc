/** Conflict: a bind failed with EADDRINUSE and a socket of the run itself held the address. */
import type { FailedBind, HoldingSocket } from '../kernel/ledger.ts';
import type { Doubt, DoubtCode } from '../verdict/doubt.ts';
import { evidenceOf, holdersOf, isCertainAt, isReleasedAfter } from './evidence.ts';
import type { Evidence, Finding, FindingFacts, Found } from './finding.ts';
import type { FindingRule, RunFrame } from './rule.ts';

export const conflict: FindingRule = {
  code: 'conflict',
  ofFailedBind(bind, frame) {
    const address = `${bind.network} ${bind.address ?? '?'}`;
    if (bind.holders.length === 0)
      return { doubt: { ...whyNobody(bind, frame), address, pid: bind.pid, at: bind.enteredAt } };
    const certain = bind.holders.filter((holder) => isCertainHolder(holder, bind));
    // What certainly held the address explains the failure; what only may have held it counts where nothing did.
    const decisive = certain.length > 0 ? certain : bind.holders;
    const isAfterClose = decisive.some((holder) => holder.pastClosing);
    if (!isAfterClose && decisive.every((holder) => holder.marked)) {
      return { note: { code: 'in-use-by-own-open-socket', address, text: 'in use by your own open socket' } };
    }
    const isOurs = certain.length > 0 || (frame.isolated && bind.leftConnections.length === 0);
    const facts: FindingFacts = {
      code: 'conflict',
      cause: isAfterClose ? 'after-close' : 'still-open',
      certain: bind.intact && isOurs && isFindingAnyway(bind, decisive),
      run: frame.run,
      address,
      at: bind.enteredAt,
      pid: bind.pid,
      tid: bind.tid,
      cycle: bind.cycle,
    };
    const found: Found = { ...facts, tell: () => findingOf(bind, facts) };
    const doubt = bind.intact && certain.length === 0 ? otherCause(bind, frame, address) : null;
    return doubt === null ? { found } : { found, doubt };
  },
};

/** A reference was certainly there, or the kernel released the socket only after the bind had failed. */
export function isCertainHolder(
  { boundBefore, references, socket }: HoldingSocket,
  bind: FailedBind,
): boolean {
  if (!boundBefore) return false;
  return (
    isReleasedAfter(socket, bind.returnedAt) || references.some((each) => isCertainAt(each, bind.enteredAt))
  );
}

/** Whether it is a finding whichever of the possible holders it was. */
function isFindingAnyway(bind: FailedBind, decisive: readonly HoldingSocket[]): boolean {
  return decisive.every((holder) => holder.pastClosing || (bind.marksIntact && !holder.marked));
}

function findingOf(bind: FailedBind, facts: FindingFacts): Finding {
  const { pid, tid, fd, call, enteredAt, returnedAt } = bind;
  const holders = bind.holders.flatMap(({ socket, references, boundBefore }) =>
    holdersOf(socket, references, { from: enteredAt, to: returnedAt }, boundBefore),
  );
  const edges: Evidence[] = [
    { at: enteredAt, pid, tid, what: 'bind-entered', fd, name: call },
    { at: returnedAt, pid, tid, what: 'bind-failed', fd, name: call },
  ];
  const held = bind.holders.flatMap(({ socket, references }) => evidenceOf(socket, references));
  return {
    ...facts,
    failed: { call, fd, enteredAt, returnedAt },
    lengthNs: null,
    holders,
    evidence: [...held, ...edges].sort((a, b) => a.at - b.at),
  };
}

/**
 * An address that nobody inside certainly held: outside a namespace of its own anybody may have it, and on TCP a
 * connection that nobody refers to any more.
 */
function otherCause(bind: FailedBind, frame: RunFrame, address: string): Omit<Doubt, 'run'> | null {
  const { pid, enteredAt: at } = bind;
  if (bind.leftConnections.length > 0) return { ...leftConnection(bind), address, pid, at };
  if (frame.isolated) return null;
  const text =
    'no socket of the run certainly held the address, and other processes share the ports of this run';
  return { code: 'foreign-holder', address, pid, at, text };
}

function leftConnection({ leftConnections }: FailedBind): {
  readonly code: DoubtCode;
  readonly text: string;
} {
  const which = leftConnections.map((number) => `socket ${number}`).join(', ');
  return {
    code: 'left-connection',
    text: `the address was in use, perhaps by a connection that no descriptor leads to: closed and in FIN_WAIT, LAST_ACK or TIME_WAIT, or never accepted (${which})`,
  };
}

/** What the trace leaves possible where no reference inside the run explains it. */
function whyNobody(bind: FailedBind, frame: RunFrame): { readonly code: DoubtCode; readonly text: string } {
  if (bind.address === null) {
    return {
      code: 'unknown-address',
      text: 'a bind failed with EADDRINUSE, and the trace does not tell its address',
    };
  }
  if (bind.anyPort) {
    return {
      code: 'no-free-port',
      text: 'a bind to port 0 failed with EADDRINUSE: the range of ports is used up',
    };
  }
  if (bind.unknownPorts) {
    const text = 'the address was in use, perhaps by a socket of the run whose port the trace does not tell';
    return { code: 'unknown-address', text };
  }
  if (bind.leftConnections.length > 0) {
    const { code, text } = leftConnection(bind);
    return { code, text: frame.isolated ? text : `${text}, or by a socket outside the run` };
  }
  return { code: 'foreign-holder', text: 'the address was in use, and no socket inside the run held it' };
}
