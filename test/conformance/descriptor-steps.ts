/** Steps on the descriptors of a random program: closed, duplicated, sent in messages. */
import type { Draft } from './draft.ts';

export function closes(draft: Draft): void {
  const socket = draft.take();
  if (socket !== undefined) draft.do(socket, { do: 'close', of: socket.name });
}

export function closesRange(draft: Draft): void {
  const closesOnExec = draft.chance(3);
  const socket = closesOnExec ? draft.one(draft.sockets) : draft.take();
  if (socket !== undefined)
    draft.do(socket, { do: 'closeRange', of: socket.name, value: closesOnExec ? 4 : 0 });
}

export function duplicates(draft: Draft): void {
  const socket = draft.one(draft.sockets);
  if (socket === undefined) return;
  const name = draft.name();
  const call = draft.one(['dup', 'F_DUPFD', 'F_DUPFD_CLOEXEC'] as const) ?? 'dup';
  draft.do(socket, { do: 'duplicate', text: call, of: socket.name, as: name });
  draft.sockets.push({ ...socket, name });
}

export function replaces(draft: Draft): void {
  // One that is not there would leave the name to the other.
  const socket = draft.one(draft.sockets.filter(({ isSure }) => isSure));
  const other = draft.one(draft.sockets.filter((each) => each !== socket && each.child === socket?.child));
  if (socket === undefined || other === undefined) return;
  const call = draft.one(['dup2', 'dup3'] as const) ?? 'dup2';
  draft.do(socket, { do: 'duplicate', text: call, of: socket.name, as: other.name });
  draft.sockets = draft.sockets.filter((each) => each !== other);
  draft.sockets.push({ ...socket, name: other.name });
}

export function passes(draft: Draft): void {
  const socket = draft.one(draft.own);
  if (socket === undefined) return;
  const name = draft.name();
  draft.push({ do: 'pass', of: socket.name, as: name });
  draft.pairs.push(name);
  if (!draft.chance(2)) return;
  draft.sockets = draft.sockets.filter((each) => each !== socket);
  draft.push({ do: 'close', of: socket.name });
}

export function receives(draft: Draft): void {
  const pair = draft.one(draft.pairs);
  if (pair === undefined) return;
  const name = draft.name();
  draft.push({ do: 'receive', of: pair, as: name });
  if (draft.chance(2)) draft.push({ do: 'close', of: name });
}
