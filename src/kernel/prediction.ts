/** Who may have been in the way of a bind, and who certainly was: from the sockets that were possibly bound meanwhile. */
import type { Nanos } from '../trace/ids.ts';
import { blockers, sharePort, type PortClaim } from './blockers.ts';
import type { LeftConnection } from './left-connections.ts';
import type { Socket } from './socket.ts';
import { tcpBlockers } from './tcp-blockers.ts';

/** What the books say about a bind that has returned. */
export interface BindPrediction {
  /** If it failed with EADDRINUSE: those that may have been in its way, newest first. */
  readonly holding: readonly Socket[];
  /** Of these, those that are left if every call in flight has found its descriptor open. */
  readonly expected: readonly Socket[];
  /** If it succeeded: those that must have been gone. */
  readonly gone: readonly Socket[];
  /** Of `gone`, those that were certainly bound and referenced through the whole bind, by all that is known now. */
  readonly certain: readonly Socket[];
  /** Of `gone`, those that were certainly bound and in a table through the whole bind: it can not have succeeded. */
  readonly impossible: readonly Socket[];
  /** TCP: closed connections of the run that may still have been in the way, in a timed state. */
  readonly left: readonly LeftConnection[];
  /** TCP: what the port's bucket remembers is not known, and may let it through. */
  readonly bucketUnknown: boolean;
}

export interface BoundSocket {
  readonly claim: PortClaim;
  readonly socket: Socket;
}

/** @param possible in bind order */
export function predictUdp(
  claim: PortClaim,
  possible: readonly BoundSocket[],
  enteredAt: Nanos,
): BindPrediction {
  if (possible.length === 0) return nobody;
  const all = socketsOf(blockers(claim, possible));
  // One that was bound meanwhile may have come after it.
  const gone = all.filter((socket) => wasBound(socket, enteredAt));
  // Nobody lets it through, so nobody is hidden.
  if (!possible.some((entry) => sharePort(claim, entry.claim))) {
    return { ...nobody, holding: all, expected: all, ...surely(gone) };
  }
  // A socket that lets it through hides those behind it only if it was certainly there.
  const unlessHidden = (isThere: (socket: Socket) => boolean): Socket[] => {
    const inTheWay = possible.filter((entry) => isThere(entry.socket) || !sharePort(claim, entry.claim));
    return socketsOf(blockers(claim, inTheWay));
  };
  return {
    ...nobody,
    holding: unlessHidden((socket) => wasBound(socket, enteredAt) && socket.hasCertainDescriptor),
    expected: unlessHidden((socket) => wasBound(socket, enteredAt) && socket.hasCertainReference),
    ...surely(gone),
  };
}

export function predictTcp(
  claim: PortClaim,
  possible: readonly BoundSocket[],
  enteredAt: Nanos,
  {
    isLetThrough,
    left,
  }: { readonly isLetThrough: 'yes' | 'no' | 'perhaps'; readonly left: readonly LeftConnection[] },
): BindPrediction {
  if (isLetThrough === 'yes') return nobody;
  const holding = socketsOf(tcpBlockers(claim, possible));
  const may = { ...nobody, holding, expected: holding, left };
  if (isLetThrough === 'perhaps') return { ...may, bucketUnknown: true };
  const gone = holding.filter((socket) => wasBound(socket, enteredAt) && socket.keepsPort);
  return { ...may, ...surely(gone) };
}

function surely(gone: readonly Socket[]): Pick<BindPrediction, 'gone' | 'certain' | 'impossible'> {
  return {
    gone,
    certain: gone.filter((socket) => socket.hasCertainReference),
    impossible: gone.filter((socket) => socket.hasCertainDescriptor),
  };
}

function wasBound({ binding, isHidden }: Socket, enteredAt: Nanos): boolean {
  return (binding?.certainFrom ?? Infinity) < enteredAt && !isHidden;
}

function socketsOf(entries: readonly BoundSocket[]): Socket[] {
  return entries.map(({ socket }) => socket);
}

const nobody: BindPrediction = {
  holding: [],
  expected: [],
  gone: [],
  certain: [],
  impossible: [],
  left: [],
  bucketUnknown: false,
};
