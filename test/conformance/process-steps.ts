/** Steps on the processes and threads of a random program. */
import type { Draft } from './draft.ts';

export function changesIdentity(draft: Draft): void {
  const isRoot = draft.chance(2);
  const step = { do: 'identity', text: 'setfsuid', value: isRoot ? 0 : 1000 };
  const on = draft.one(draft.threads);
  if (on !== undefined && draft.chance(2)) return draft.push({ ...step, on });
  draft.isRoot = isRoot;
  draft.push(step);
}

export function forks(draft: Draft): void {
  // Another user may not run the executor's file.
  if (!draft.isRoot) return;
  const name = draft.name();
  const socket = draft.one(draft.own);
  if (socket !== undefined && draft.chance(3)) {
    draft.push({ do: 'spawn', as: name, of: socket.name });
    draft.sockets.push({ ...socket, child: name });
  } else if (draft.chance(4)) {
    draft.push({ do: 'fork', as: name, value: 1 });
    draft.sharers.push(name);
  } else {
    draft.push({ do: 'fork', as: name, value: 0 });
    // It has them all; these are the ones that it will do something with.
    for (const each of draft.own) if (draft.chance(3)) draft.sockets.push({ ...each, child: name });
  }
  draft.children.push(name);
}

export function startsThread(draft: Draft): void {
  const name = draft.name();
  draft.push({ do: 'thread', as: name });
  draft.threads.push(name);
}

export function execs(draft: Draft): void {
  const child = draft.one(draft.children);
  if (child === undefined) return;
  // From now on its table is its own.
  draft.sharers = draft.sharers.filter((each) => each !== child);
  draft.sockets = draft.sockets.map((each) => (each.child === child ? { ...each, isSure: false } : each));
  draft.push({ do: 'exec', of: child });
}

export function exits(draft: Draft): void {
  const child = draft.one(draft.children);
  if (child === undefined) return;
  draft.children = draft.children.filter((each) => each !== child);
  draft.sharers = draft.sharers.filter((each) => each !== child);
  draft.sockets = draft.sockets.filter((each) => each.child !== child);
  draft.push({ do: 'exit', of: child });
}

export function parks(draft: Draft): void {
  // Another user may not see in /proc that the thread sleeps.
  const socket = draft.one(draft.own.filter(({ about: { network } }) => draft.isRoot && network === 'udp'));
  if (socket === undefined) return;
  const name = draft.name();
  const call = draft.one(['recvfrom', 'recvmsg', 'read'] as const) ?? 'recvfrom';
  draft.push({ do: 'park', text: call, of: socket.name, as: name });
  draft.readers.push(name);
  // What it is there for: the descriptor goes, and the call stays.
  if (draft.chance(2)) {
    draft.sockets = draft.sockets.filter((each) => each !== socket);
    draft.push({ do: 'close', of: socket.name });
  }
}

export function interrupts(draft: Draft): void {
  const reader = draft.one(draft.readers);
  if (reader === undefined) return;
  draft.readers = draft.readers.filter((each) => each !== reader);
  draft.push({ do: 'interrupt', of: reader });
}
