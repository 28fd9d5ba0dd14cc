import { describe, expect, it } from 'vitest';
import * as abi from '../../../src/kernel/abi.ts';
import { fd } from '../../../src/trace/ids.ts';
import { History } from '../../histories/history.ts';
import { judge, ledgerOf } from '../../histories/judge.ts';

const address = '127.0.0.1:3001';

/** Numbers of the sockets that held the address at each failed bind. */
function holders(history: History): number[][] {
  return ledgerOf(history.whole()).failedBinds.map((bind) => bind.holders.map((each) => each.socket.number));
}

describe('the flags at the moment of the bind', () => {
  it('count, not those at the bind of the holder: set later, it lets the next one through', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.sets(3, 'reuseAddress');
    main.socket(4);
    main.sets(4, 'reuseAddress');
    main.binds(4, address);

    expect(ledgerOf(history.whole()).doubts).toEqual([]);
  });

  it('count: cleared later, it blocks', () => {
    const history = new History();
    const main = history.run();
    main.socket(3);
    main.sets(3, 'reuseAddress');
    main.binds(3, address);
    main.sets(3, 'reuseAddress', 0);
    main.socket(4);
    main.sets(4, 'reuseAddress');
    main.binds(4, address, 'EADDRINUSE');

    expect(holders(history)).toEqual([[1]]);
  });

  it('do not count where setsockopt failed', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.socket(4);
    for (const each of [3, 4]) {
      const { SOL_SOCKET: level, SO_REUSEADDR: option } = abi;
      main.calls({ name: 'setsockopt', fd: fd(each), level, option, value: 1 }, 'EPERM');
    }
    main.binds(4, address, 'EADDRINUSE');

    expect(holders(history)).toEqual([[1]]);
  });

  it('may be set through a duplicate: they belong to the socket', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.dup(3, 5);
    main.sets(5, 'reuseAddress');
    main.socket(4);
    main.sets(4, 'reuseAddress');
    main.binds(4, address);

    expect(ledgerOf(history.whole()).doubts).toEqual([]);
  });

  it('that the tracer could not read are a doubt; other options are of no interest', async () => {
    const history = new History();
    const main = history.run();
    main.socket(3);
    main.calls({ name: 'setsockopt', fd: fd(3), level: abi.SOL_SOCKET, option: 8, value: null });
    main.calls({
      name: 'setsockopt',
      fd: fd(3),
      level: abi.SOL_SOCKET,
      option: abi.SO_REUSEADDR,
      value: null,
    });
    main.calls({
      name: 'setsockopt',
      fd: fd(3),
      level: abi.SOL_SOCKET,
      option: abi.SO_BINDTODEVICE,
      value: 7,
    });

    expect((await judge(history)).doubts.map(({ code, text }) => [code, text])).toEqual([
      ['probe-error', 'the tracer could not read the value given to reuseAddress'],
      ['probe-error', 'the tracer could not read the device of SO_BINDTODEVICE'],
    ]);
  });
});

describe('the owner of a socket', () => {
  it('is the fsuid at socket(2)', () => {
    const history = new History();
    const main = history.run();
    for (const [number, owner] of [
      [3, 1000],
      [4, 1001],
    ] as const) {
      main.socket(number, { owner });
      main.sets(number, 'reusePort');
    }
    main.binds(3, address);
    main.binds(4, address, 'EADDRINUSE');

    expect(holders(history)).toEqual([[1]]);
  });

  it('changes by fchown, and -1 leaves it', () => {
    const history = new History();
    const main = history.run();
    for (const each of [3, 4]) {
      main.socket(each, { owner: 1000 });
      main.sets(each, 'reusePort');
    }
    main.binds(3, address);
    main.calls({ name: 'fchown', fd: fd(4), owner: -1 });
    main.calls({ name: 'fchown', fd: fd(4), owner: 1001 }, 'EPERM');
    main.binds(4, address);
    main.socket(5, { owner: 1000 });
    main.sets(5, 'reusePort');
    main.calls({ name: 'fchown', fd: fd(5), owner: 1001 });
    main.binds(5, address, 'EADDRINUSE');

    expect(ledgerOf(history.whole()).doubts).toEqual([]);
    expect(holders(history)).toEqual([[2, 1]]);
  });

  it('follows the thread that changed its user before it made the socket, and its children', () => {
    const history = new History();
    const main = history.run();
    main.socket(3);
    main.sets(3, 'reusePort');
    main.binds(3, address);
    main.calls({ name: 'setresuid', owner: null });
    main.calls({ name: 'setuid', owner: 1000 }, 'EPERM');
    main.socket(4);
    main.sets(4, 'reusePort');
    main.binds(4, address);
    main.calls({ name: 'setuid', owner: 1000 });
    const child = main.forks();
    child.socket(5);
    child.sets(5, 'reusePort');
    child.binds(5, address, 'EADDRINUSE');

    expect(ledgerOf(history.whole()).doubts).toEqual([]);
    expect(holders(history)).toEqual([[2, 1]]);
  });
});

describe('the owner of an accepted connection', () => {
  it.each([
    ['is the user that its thread has become', 1000, []],
    ['is the one of the whole run where its thread has made no socket', null, [[2]]],
  ] as const)('%s', (_, becomes, expected) => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    main.socket(3, { type: abi.SOCK_STREAM, owner: 0 });
    main.sets(3, 'reusePort');
    main.binds(3, address);
    main.calls({ name: 'listen', fd: fd(3) });
    if (becomes !== null) other.calls({ name: 'setfsuid', owner: becomes });
    other.calls({ name: 'accept4', fd: fd(3), flags: 0 }, 4);
    main.close(3);
    main.calls({ name: 'setfsuid', owner: 1000 });
    main.socket(5, { type: abi.SOCK_STREAM, owner: 1000 });
    main.sets(5, 'reusePort');
    main.binds(5, address, expected.length === 0 ? 0 : 'EADDRINUSE');

    expect(ledgerOf(history.whole()).doubts).toEqual([]);
    expect(holders(history)).toEqual(expected);
  });
});

describe('addresses', () => {
  it.each([
    { bound: '[::]:3001', wanted: '127.0.0.1:3001', by: [1] },
    { bound: '0.0.0.0:3001', wanted: '[::]:3001', by: [1] },
    { bound: '[::ffff:127.0.0.1]:3001', wanted: '127.0.0.1:3001', by: [1] },
    { bound: '[::1]:3001', wanted: '127.0.0.6:3001', by: [] },
    { bound: '[::1]:3001', wanted: '127.0.0.1:3001', by: [] },
    { bound: '127.0.0.1:3001', wanted: '127.0.0.1:3002', by: [] },
  ])('$wanted after $bound is held by $by', ({ bound, wanted, by }) => {
    const history = new History();
    const main = history.run();
    main.udp(3, bound);
    main.findsInUse(4, wanted);

    expect(holders(history)).toEqual([by]);
  });

  it('that connect narrowed to ::1 have the IPv4 form 127.0.0.6', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, '[::]:3001');
    main.connects(3, '[::1]:9');
    main.findsInUse(4, '127.0.0.6:3001');

    expect(holders(history)).toEqual([[1]]);
  });

  it('of IPv6 alone leave IPv4 free', () => {
    const history = new History();
    const main = history.run();
    main.socket(3, { family: 6 });
    main.sets(3, 'v6Only');
    main.binds(3, '[::]:3001');
    main.udp(4, '0.0.0.0:3001');

    expect(ledgerOf(history.whole()).doubts).toEqual([]);
  });

  it('with a link-local scope bind to that device', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, '[fe80::1%2]:3001');
    main.udp(4, '[fe80::1%3]:3001');
    main.findsInUse(5, '[fe80::1%2]:3001');

    expect(ledgerOf(history.whole()).doubts).toEqual([]);
    expect(holders(history)).toEqual([[1]]);
  });

  it('on two devices do not meet', () => {
    const history = new History();
    const main = history.run();
    for (const [number, device] of [
      [3, 'eth0'],
      [4, 'eth1'],
    ] as const) {
      main.socket(number);
      main.sets(number, 'device', device);
      main.binds(number, '0.0.0.0:3001');
    }

    expect(ledgerOf(history.whole()).doubts).toEqual([]);
  });

  it('that the tracer could not read leave a socket bound to who knows what', async () => {
    const history = new History();
    const main = history.run();
    main.socket(3);
    main.calls({ name: 'bind', fd: fd(3), address: null });
    main.findsInUse(4, address);

    expect((await judge(history)).doubts.map((doubt) => doubt.code)).toEqual([
      'probe-error',
      'unknown-address',
    ]);
  });

  it('of family AF_UNSPEC mean the wildcard of a port that the trace does not tell', async () => {
    const history = new History();
    const main = history.run();
    main.socket(3);
    main.calls({ name: 'bind', fd: fd(3), address: { family: 'unspec' } });
    main.findsInUse(4, address);

    expect((await judge(history)).doubts.map((doubt) => doubt.code)).toEqual([
      'probe-error',
      'unknown-address',
    ]);
  });

  it('told with the return count like those told with the entry', () => {
    const history = new History();
    const main = history.run();
    main.socket(3);
    main.calls({ name: 'bind', fd: fd(3) }, 0, address);
    main.socket(4);
    main.calls({ name: 'bind', fd: fd(4) }, 'EADDRINUSE', address);

    expect(holders(history)).toEqual([[1]]);
  });
});

describe('the order of binds', () => {
  const order = (first: 'plain' | 'sharer', result: 0 | 'EADDRINUSE'): History => {
    const history = new History();
    const main = history.run();
    const bindPlain = (): void => {
      main.udp(3, '127.0.0.1:3001');
    };
    const bindSharer = (): void => {
      main.socket(4);
      main.sets(4, 'reusePort');
      main.binds(4, '127.0.0.2:3001');
    };
    for (const bind of first === 'plain' ? [bindPlain, bindSharer] : [bindSharer, bindPlain]) bind();
    main.socket(5);
    main.sets(5, 'reusePort');
    main.binds(5, '0.0.0.0:3001', result);
    return history;
  };

  it('lets a sharer through that meets a sharer first', () => {
    expect(ledgerOf(order('plain', 0).whole()).doubts).toEqual([]);
  });

  it('blocks a sharer that meets the plain one first', () => {
    expect(holders(order('sharer', 'EADDRINUSE'))).toEqual([[2]]);
  });
});

describe('sockets of other kinds', () => {
  it('Go’s question for IPv6, TCP binds to port 0 that nobody listens on, is none', async () => {
    const history = new History();
    const main = history.run();
    main.socket(3, { type: abi.SOCK_STREAM, family: 6 });
    main.sets(3, 'v6Only');
    main.binds(3, '[::1]:0');
    main.socket(4, { type: abi.SOCK_STREAM, family: 6 });
    main.sets(4, 'v6Only', 0);
    main.binds(4, '[::ffff:127.0.0.1]:0');
    main.close(4);
    main.close(3);

    expect(await judge(history)).toMatchObject({ verdict: 'clean', doubts: [] });
  });

  it('a TCP socket does not block UDP', () => {
    const history = new History();
    const main = history.run();
    main.socket(3, { type: abi.SOCK_STREAM });
    main.binds(3, address);
    main.udp(4, address);

    expect(ledgerOf(history.whole()).doubts).toEqual([]);
  });

  it('Unix and netlink sockets are none of our business', async () => {
    const history = new History();
    const main = history.run();
    main.calls({ name: 'socket', domain: 1, type: 2, protocol: 0 }, 3);
    main.calls({ name: 'bind', fd: fd(3), address: { family: 'other', number: 1 } }, 'EADDRINUSE');
    main.calls({ name: 'socket', domain: 16, type: 3, protocol: 0 }, 4);
    main.calls({ name: 'bind', fd: fd(4), address: { family: 'other', number: 16 } });
    main.calls({ name: 'connect', fd: fd(3), address: { family: 'other', number: 1 } }, 'ENOENT');

    expect(await judge(history)).toMatchObject({ verdict: 'clean', figures: { binds: 0 } });
  });

  it('a bind of a descriptor that was not seen to be opened is a doubt, unless it failed for another reason', async () => {
    const history = new History();
    const main = history.run();
    main.binds(9, address, 'EBADF');
    main.binds(9, address, 'ENOTSOCK');
    main.binds(9, address);

    expect((await judge(history)).doubts.map((doubt) => doubt.code)).toEqual(['unknown-descriptor']);
  });
});
