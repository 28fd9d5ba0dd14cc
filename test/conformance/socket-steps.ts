/** Steps on the sockets of a random program: made, bound, connected, changed. */
import type { Draft, Port } from './draft.ts';

export function opens(draft: Draft): void {
  const others = draft.children.filter((each) => !draft.sharers.includes(each));
  const child = draft.chance(4) ? (draft.one(others) ?? null) : null;
  const kind = draft.one(['udp', 'udp', 'udp', 'tcp', 'tcp', 'tcp', 'mptcp'] as const) ?? 'udp';
  const family = draft.chance(3) ? 'inet6' : 'inet';
  const name = draft.name();
  const network = kind === 'udp' ? 'udp' : 'tcp';
  const isMultipath = kind === 'mptcp';
  const none = { port: null, address: null, listening: false, tried: new Set<Port>() };
  const socket = { name, child, isSure: true, about: { isMultipath, network, family, ...none } } as const;
  draft.do(socket, { do: 'socket', as: name, family, text: kind, value: draft.random.below(2) });
  draft.sockets.push(socket);
  for (const option of ['reuseAddress', 'reusePort'] as const) {
    if (draft.chance(5)) draft.do(socket, { do: 'option', of: name, text: option, value: 1 });
  }
  if (family === 'inet6' && draft.chance(4))
    draft.do(socket, { do: 'option', of: name, text: 'v6Only', value: 1 });
}

export function binds(draft: Draft): void {
  const socket = draft.one(draft.sockets.filter(({ about: { port } }) => port === null));
  if (socket === undefined) return opens(draft);
  const address = draft.one<string>(addresses[socket.about.family]) ?? '';
  if (draft.chance(12)) {
    draft.do(socket, { do: 'bind', of: socket.name, address, port: 0 });
    draft.tell(socket);
    socket.about.tried.add('told');
    Object.assign(socket.about, { address, port: 'told' });
    return;
  }
  const port = draft.chance(20) ? 'told' : (draft.one(drawnPorts) ?? 'own+0');
  const { network } = socket.about;
  if (port === 'told' ? !draft.mayBindTold(network) : !draft.mayBind(network, port)) return;
  draft.do(socket, { do: 'bind', of: socket.name, address, port });
  socket.about.tried.add(port);
  if (port === 'told') for (const each of draft.told) socket.about.tried.add(each);
  // Perhaps refused: then it may try again elsewhere.
  if (draft.chance(2)) Object.assign(socket.about, { address, port });
}

export function listens(draft: Draft): void {
  const socket = draft.one(
    draft.sockets.filter(({ about: { network, listening } }) => network === 'tcp' && !listening),
  );
  if (socket === undefined) return;
  if ([...socket.about.tried].some((port) => !draft.mayBind('tcp', port))) return;
  draft.do(socket, { do: 'listen', of: socket.name });
  socket.about.listening = true;
  // Its bind may have been refused: then it is the listen that chose a port.
  draft.tell(socket);
  socket.about.tried.add('told');
  socket.about.port ??= 'told';
}

export function connects(draft: Draft): void {
  if (draft.chance(5)) {
    const bound = draft.one(draft.sockets.filter(({ about: { network } }) => network === 'udp'));
    if (bound !== undefined) draft.do(bound, { do: 'connect', of: bound.name, family: 'unspec' });
    return;
  }
  const socket = draft.one(draft.sockets.filter(({ about: { listening } }) => !listening));
  if (socket === undefined) return;
  // What the subflows of MPTCP are bound to then, no call tells.
  if (socket.about.isMultipath && (draft.manner === 'calm' || !draft.chance(3))) return;
  const target = draft.one(
    draft.sockets.filter(({ about: { family, listening, network, port } }) => {
      return (
        family === socket.about.family && network === 'tcp' && port !== null && port !== 'told' && listening
      );
    }),
  );
  const address =
    socket.about.family === 'inet' ? '127.0.0.1' : (draft.one(['::1', '::ffff:127.0.0.1']) ?? '::1');
  const port = target?.about.port ?? null;
  draft.do(socket, {
    do: 'connect',
    of: socket.name,
    address,
    port: socket.about.network === 'tcp' ? (port ?? 9) : 9,
  });
  draft.tell(socket);
  if (socket.about.network === 'tcp') {
    for (const tried of socket.about.tried) draft.connectedPorts.add(tried);
    if (port !== null) draft.connectedPorts.add(port);
    draft.connectedPorts.add('told');
  }
  socket.about.port ??= 'told';
}

export function accepts(draft: Draft): void {
  const listener = draft.one(draft.sockets.filter(({ about: { listening } }) => listening));
  if (listener === undefined) return;
  const name = draft.name();
  draft.do(listener, { do: 'accept', of: listener.name, as: name });
  draft.do(listener, { do: 'tell', of: name });
  draft.hearsOf(listener);
  const { about } = listener;
  const accepted = { ...about, address: null, listening: false, tried: new Set(about.tried) };
  draft.sockets.push({ ...listener, name, isSure: false, about: accepted });
}

export function setsOption(draft: Draft): void {
  const socket = draft.one(draft.sockets);
  if (socket === undefined) return;
  const option = draft.one(['reuseAddress', 'reuseAddress', 'reusePort'] as const);
  draft.do(socket, {
    do: 'option',
    of: socket.name,
    text: option ?? 'reusePort',
    value: draft.random.below(2),
  });
}

export function shutsDown(draft: Draft): void {
  const socket = draft.one(draft.sockets);
  if (socket === undefined) return;
  // It lets a reader return, at some moment of its own.
  if (draft.manner === 'calm' && draft.readers.length > 0) return;
  draft.do(socket, { do: 'shutdown', of: socket.name });
  socket.about.listening = false;
}

export function givesAway(draft: Draft): void {
  const socket = draft.one(draft.sockets);
  if (socket !== undefined)
    draft.do(socket, { do: 'fchown', of: socket.name, value: draft.random.below(2) * 1000 });
}

export function sends(draft: Draft): void {
  const socket = draft.one(draft.sockets.filter(({ about: { network } }) => network === 'udp'));
  if (socket === undefined) return;
  draft.do(socket, {
    do: 'send',
    of: socket.name,
    address: socket.about.family === 'inet' ? '127.0.0.1' : '::1',
    port: 9,
  });
  draft.tell(socket);
  socket.about.tried.add('told');
  socket.about.port ??= 'told';
}

const addresses = {
  inet: ['127.0.0.1', '127.0.0.1', '127.0.0.2', '0.0.0.0', '0.0.0.0', '127.0.0.6'],
  inet6: ['::1', '::1', '::', '::', '::ffff:127.0.0.1', '::ffff:127.0.0.2', '::ffff:0.0.0.0'],
} as const;
/** More than one, so that binds of the same program can also miss each other. */
const ports = ['own+0', 'own+1'] as const;
const drawnPorts = ['own+0', 'own+0', 'own+0', 'own+1'] as const;
export const portsOfProgram = ports.length;
