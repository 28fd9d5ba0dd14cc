import { expect, it } from 'vitest';
import * as abi from '../../../src/kernel/abi.ts';
import { fd } from '../../../src/trace/ids.ts';
import { RefusedBinds } from '../../../src/verdict/refused-binds.ts';
import { inet, type Actor } from '../../histories/actor.ts';
import { History, program } from '../../histories/history.ts';

const address = '127.0.0.1:3001';
const multipath = 262;

function refusedIn(act: (main: Actor) => void): RefusedBinds {
  const history = new History();
  act(history.run());
  const refused = new RefusedBinds();
  for (const event of history.whole()) refused.push(event);
  return refused;
}

function tcp(main: Actor, number: number, protocol = 0): number {
  return main.socket(number, { type: abi.SOCK_STREAM, protocol });
}

it('keeps refused binds of UDP with their address', () => {
  const { kept } = refusedIn((main) => {
    main.findsInUse(3, address);
  });
  expect(kept).toMatchObject([
    { call: 'bind', network: 'udp', pid: program, fd: 3, address, sameAddress: [] },
  ]);
});

it('knows neither kind nor address where the log does not tell them', () => {
  const { kept } = refusedIn((main) => {
    main.calls({ name: 'bind', fd: fd(5), address: null }, 'EADDRINUSE');
  });
  expect(kept).toMatchObject([{ network: null, fd: 5, address: null }]);
});

it('shows which TCP sockets were bound to the port, and concludes nothing', () => {
  const { kept } = refusedIn((main) => {
    main.binds(tcp(main, 3), address);
    main.binds(tcp(main, 4), '127.0.0.1:3002');
    main.close(3);
    main.binds(tcp(main, 5), address, 'EADDRINUSE');
  });
  expect(kept).toMatchObject([
    { network: 'tcp', address, sameAddress: [{ pid: program, fd: 3, address, close: 'seen' }] },
  ]);
});

it('counts a listen that is refused, at the address that its socket was bound to', () => {
  const { kept } = refusedIn((main) => {
    main.binds(tcp(main, 3), address);
    main.calls({ name: 'listen', fd: fd(3) }, 'EADDRINUSE');
  });
  expect(kept).toMatchObject([{ call: 'listen', network: 'tcp', address, sameAddress: [] }]);
});

it('takes the MPTCP attempt of net.Listen and the TCP one behind it for one', () => {
  const refused = refusedIn((main) => {
    main.binds(tcp(main, 3, multipath), address, 'EADDRINUSE');
    main.close(3);
    main.binds(tcp(main, 3), address, 'EADDRINUSE');
    main.close(3);
    main.binds(tcp(main, 3), address, 'EADDRINUSE');
  });
  expect(refused.kept).toHaveLength(2);
});

it('is not about sockets of other families, nor about other errors', () => {
  const { kept } = refusedIn((main) => {
    const other = { family: 'other', number: 1 } as const;
    main.calls({ name: 'bind', fd: fd(3), address: other }, 'EADDRINUSE');
    main.socket(4);
    main.binds(4, address, 'EADDRNOTAVAIL');
    main.calls({ name: 'bind', fd: fd(4), address: inet(address) }, 0);
  });
  expect(kept).toEqual([]);
});

it('keeps the first twenty and counts the others', () => {
  const refused = refusedIn((main) => {
    for (let count = 0; count < 23; count++) main.findsInUse(3 + count, address);
  });
  expect(refused.kept).toHaveLength(20);
  expect(refused.omitted).toBe(3);
});
