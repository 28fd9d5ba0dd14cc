import { describe, expect, it } from 'vitest';
import * as abi from '../../../src/kernel/abi.ts';
import { fd } from '../../../src/trace/ids.ts';
import type { Actor } from '../../histories/actor.ts';
import { History } from '../../histories/history.ts';
import { judge, ledgerOf } from '../../histories/judge.ts';

const address = '127.0.0.1:3001';

function tcp(main: Actor, number: number, protocol = 0): number {
  return main.socket(number, { type: abi.SOCK_STREAM, protocol });
}

function listens(main: Actor, number: number, result: number | string = 0): void {
  main.calls({ name: 'listen', fd: fd(number) }, result);
}

function accepts(main: Actor, listener: number, number: number): void {
  main.calls({ name: 'accept4', fd: fd(listener), flags: 0 }, number);
}

/** Numbers of the sockets that held the address at each refused bind or listen. */
function holders(history: History): number[][] {
  return ledgerOf(history.whole()).failedBinds.map((bind) => bind.holders.map((each) => each.socket.number));
}

describe('a TCP port', () => {
  it('that a closed listener had is free, and one that is still open is not', async () => {
    const history = new History();
    const main = history.run();
    main.binds(tcp(main, 3), address);
    listens(main, 3);
    main.binds(tcp(main, 4), address, 'EADDRINUSE');
    main.close(3);
    main.binds(4, address);
    const { verdict, findings, doubts } = await judge(history);
    expect(doubts).toEqual([]);
    expect(verdict).toBe('held');
    expect(findings).toMatchObject([{ code: 'conflict', cause: 'still-open', address: `tcp ${address}` }]);
  });

  it('can be bound twice with SO_REUSEADDR, and listened on once', () => {
    const history = new History();
    const main = history.run();
    for (const each of [3, 4]) {
      tcp(main, each);
      main.sets(each, 'reuseAddress');
      main.binds(each, address);
    }
    listens(main, 3);
    listens(main, 4, 'EADDRINUSE');
    const { failedBinds, doubts } = ledgerOf(history.whole());
    expect(doubts).toEqual([]);
    expect(failedBinds).toMatchObject([{ call: 'listen', network: 'tcp', address }]);
    expect(holders(history)).toEqual([[1]]);
  });

  it('of a listener that was shut down is only bound', () => {
    const history = new History();
    const main = history.run();
    for (const each of [3, 4]) {
      tcp(main, each);
      main.sets(each, 'reuseAddress');
    }
    main.binds(3, address);
    listens(main, 3);
    main.shutsDown(3);
    main.binds(4, address);
    expect(ledgerOf(history.whole()).doubts).toEqual([]);
  });

  it('is kept by an accepted connection when its listener is closed', () => {
    const history = new History();
    const main = history.run();
    main.binds(tcp(main, 3), address);
    listens(main, 3);
    accepts(main, 3, 4);
    main.close(3);
    main.binds(tcp(main, 5), address, 'EADDRINUSE');
    expect(holders(history)).toEqual([[2]]);
  });
});

describe('a refusal without a reference', () => {
  async function doubtsAfter(leave: (main: Actor) => void): Promise<string[]> {
    const history = new History();
    const main = history.run();
    main.binds(tcp(main, 3), address);
    leave(main);
    main.binds(tcp(main, 9), address, 'EADDRINUSE');
    const { verdict, doubts } = await judge(history);
    expect(verdict).toBe('unknown');
    return doubts.map(({ code }) => code);
  }

  it('may be a connection that has lost its last reference', async () => {
    const codes = await doubtsAfter((main) => {
      main.connects(3, '127.0.0.1:9');
      main.close(3);
    });
    expect(codes).toEqual(['left-connection']);
  });

  it.each([
    ['may be a connection to a listener that was shut down before it listened', 0, 'left-connection'],
    ['is nobody of the run where a connect to such a listener was refused', 'ECONNREFUSED', 'foreign-holder'],
  ])('%s', async (_, connected, code) => {
    const codes = await doubtsAfter((main) => {
      main.shutsDown(3);
      listens(main, 3);
      main.connects(tcp(main, 4), address, connected);
      main.close(4);
      main.close(3);
    });
    expect(codes).toEqual([code]);
  });

  it('may be a connection that nobody has accepted, with the flags that the listener had then', async () => {
    const history = new History();
    const main = history.run();
    main.binds(tcp(main, 3), address);
    listens(main, 3);
    main.connects(tcp(main, 4), address);
    main.close(4);
    main.sets(3, 'reusePort');
    tcp(main, 5);
    main.sets(5, 'reusePort');
    main.binds(5, address, 'EADDRINUSE');
    expect((await judge(history)).doubts.map(({ code }) => code)).toEqual(['left-connection']);
  });

  it('may be one that nobody has accepted however long ago it was made, also where another one like it has ended', async () => {
    const history = new History();
    const main = history.run();
    main.binds(tcp(main, 3), address);
    main.shutsDown(3);
    listens(main, 3);
    main.connects(tcp(main, 4), address);
    main.close(4);
    for (const value of [1, 0]) main.sets(3, 'reusePort', value);
    main.close(3);
    history.passes(301);
    main.sets(tcp(main, 5), 'reusePort');
    main.binds(5, address, 'EADDRINUSE');
    expect((await judge(history)).doubts.map(({ code }) => code)).toEqual(['left-connection']);
  });

  it('may be the first connection of a socket whose second one was refused', async () => {
    const codes = await doubtsAfter((main) => {
      main.shutsDown(3);
      main.connects(3, address, 'ECONNABORTED');
      main.connects(3, '127.0.0.1:9', 'ECONNREFUSED');
      main.close(3);
    });
    expect(codes).toEqual(['left-connection']);
  });

  it('of a listen may be the connection that the socket itself had, in TIME_WAIT', async () => {
    const history = new History();
    const main = history.run();
    main.binds(tcp(main, 3), address);
    main.shutsDown(3);
    main.connects(3, address, 'ECONNABORTED');
    listens(main, 3, 'EADDRINUSE');
    expect((await judge(history)).doubts.map(({ code }) => code)).toEqual(['left-connection']);
  });

  it('is nobody of the run where no connection was made', async () => {
    const codes = await doubtsAfter((main) => {
      main.connects(3, '127.0.0.1:9', 'ECONNREFUSED');
      main.close(3);
    });
    expect(codes).toEqual(['foreign-holder']);
  });

  it('of port 0 is a range that is used up', async () => {
    const history = new History();
    const main = history.run();
    main.binds(tcp(main, 3), '127.0.0.1:0', 'EADDRINUSE');
    expect((await judge(history)).doubts.map(({ code }) => code)).toEqual(['no-free-port']);
  });
});

describe('a connect that is refused', () => {
  it.each([
    ['gives the wildcard back', '0.0.0.0:3001', '127.0.0.2:3001', [1]],
    ['leaves an address that was named', '127.0.0.1:3001', '127.0.0.1:3001', [1]],
  ])('%s', (_, bound, asked, held) => {
    const history = new History();
    const main = history.run();
    main.binds(tcp(main, 3), bound);
    main.connects(3, '127.0.0.1:9', 'ECONNREFUSED');
    main.binds(tcp(main, 4), asked, 'EADDRINUSE');
    expect(holders(history)).toEqual([held]);
  });
});

describe('a shutdown', () => {
  it('of a socket that may still be connecting may give the wildcard back', async () => {
    const history = new History();
    const main = history.run();
    main.binds(tcp(main, 3), '0.0.0.0:3001');
    main.connects(3, '127.0.0.1:9', 'EINPROGRESS');
    main.shutsDown(3);
    main.binds(tcp(main, 4), '127.0.0.2:3001', 'EADDRINUSE');
    expect((await judge(history)).doubts.map(({ code }) => code)).toEqual(['unknown-address']);
  });
});

describe('net.Listen of Go', () => {
  it('that is refused for MPTCP and then for TCP is one conflict and one bind', async () => {
    const history = new History();
    const main = history.run();
    main.binds(tcp(main, 3), address);
    listens(main, 3);
    main.binds(tcp(main, 4, abi.IPPROTO_MPTCP), address, 'EADDRINUSE');
    main.close(4);
    main.binds(tcp(main, 4), address, 'EADDRINUSE');
    const { findings, figures } = await judge(history);
    expect(findings).toMatchObject([{ code: 'conflict' }]);
    expect(figures).toMatchObject({ binds: 2, addressInUse: 1 });
  });
});
