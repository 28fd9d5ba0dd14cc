import { describe, expect, it } from 'vitest';
import { fd } from '../../../src/trace/ids.ts';
import { History } from '../../histories/history.ts';
import { judge, ledgerOf } from '../../histories/judge.ts';

function doubtsOf(history: History): string[] {
  return ledgerOf(history.whole()).doubts.map((doubt) => doubt.code);
}

describe('connect', () => {
  it('narrows a wildcard to the source address: a bind of another local address then succeeds', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, '0.0.0.0:3001');
    main.connects(3, '127.0.0.1:9');
    main.socket(4);
    main.binds(4, '127.0.0.2:3001');
    main.findsInUse(5, '127.0.0.1:3001');

    const { doubts, failedBinds } = ledgerOf(history.whole());
    expect(doubts).toEqual([]);
    expect(failedBinds.map((bind) => bind.holders.map((each) => each.socket.address))).toEqual([
      ['127.0.0.1:3001'],
    ]);
  });

  it('widens it again with AF_UNSPEC', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, '0.0.0.0:3001');
    main.connects(3, '127.0.0.1:9');
    main.connects(3, 'unspecified');
    main.findsInUse(4, '127.0.0.2:3001');

    expect(ledgerOf(history.whole()).failedBinds).toMatchObject([{ holders: [{ socket: { number: 1 } }] }]);
  });

  it('leaves an address that bind named', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, '127.0.0.1:3001');
    main.connects(3, '127.0.0.2:9');
    main.connects(3, 'unspecified');
    main.udp(4, '127.0.0.2:3001');
    main.findsInUse(5, '127.0.0.1:3001');

    expect(doubtsOf(history)).toEqual([]);
  });

  it('that fails narrows nothing', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, '0.0.0.0:3001');
    main.connects(3, '10.1.2.3:9', 'ENETUNREACH');
    main.findsInUse(4, '127.0.0.2:3001');

    expect(ledgerOf(history.whole()).failedBinds).toMatchObject([{ holders: [{ socket: { number: 1 } }] }]);
  });

  it('gives a port of the kernel’s choice back with AF_UNSPEC', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, '127.0.0.1:0');
    main.getsockname(3, '127.0.0.1:40000');
    main.connects(3, 'unspecified');
    main.udp(4, '127.0.0.1:40000');

    expect(doubtsOf(history)).toEqual([]);
  });

  it('gives the device back with AF_UNSPEC', () => {
    const history = new History();
    const main = history.run();
    main.socket(3);
    main.sets(3, 'device', 'eth0');
    main.binds(3, '0.0.0.0:3001');
    main.connects(3, 'unspecified');
    main.socket(4);
    main.sets(4, 'device', 'eth1');
    main.binds(4, '0.0.0.0:3001', 'EADDRINUSE');

    expect(ledgerOf(history.whole()).failedBinds).toMatchObject([{ holders: [{ socket: { number: 1 } }] }]);
  });

  it('over IPv6 narrows to ::1 and, to a mapped address, to mapped 127.0.0.1', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, '[::]:3001');
    main.connects(3, '[::1]:9');
    main.udp(4, '[::2]:3001');
    main.udp(5, '[::]:3002');
    main.connects(5, '[::ffff:127.0.0.1]:9');
    main.udp(6, '127.0.0.2:3002');
    main.findsInUse(7, '[::1]:3001');
    main.findsInUse(8, '127.0.0.1:3002');

    const { doubts, failedBinds } = ledgerOf(history.whole());
    expect(doubts).toEqual([]);
    expect(failedBinds.map((bind) => bind.holders.map((each) => each.socket.number))).toEqual([[1], [3]]);
  });

  it('to an address of which the source is not known leaves the holder unknown until getsockname tells', async () => {
    const narrowed = (isTold: boolean): History => {
      const history = new History();
      const main = history.run();
      main.udp(3, '0.0.0.0:3001');
      main.connects(3, '10.1.2.3:9');
      if (isTold) main.getsockname(3, '10.0.0.1:3001');
      main.findsInUse(4, '10.0.0.1:3001');
      main.close(3);
      return history;
    };

    expect((await judge(narrowed(false))).doubts).toMatchObject([{ code: 'unknown-address' }]);
    expect(await judge(narrowed(true))).toMatchObject({ doubts: [], findings: [{ code: 'conflict' }] });
  });

  it('binds a socket that was not bound; the port is unknown until getsockname tells', () => {
    const history = new History();
    const main = history.run();
    main.socket(3);
    main.connects(3, '127.0.0.1:9', 'ECONNREFUSED');
    main.findsInUse(4, '127.0.0.1:40000');
    main.getsockname(3, '127.0.0.1:40000');
    main.findsInUse(5, '127.0.0.1:40000');

    expect(
      ledgerOf(history.whole()).failedBinds.map(({ holders, unknownPorts }) => ({
        held: holders.length,
        unknownPorts,
      })),
    ).toEqual([
      { held: 0, unknownPorts: true },
      { held: 1, unknownPorts: false },
    ]);
  });

  it('with an address that the tracer could not read is a doubt', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, '0.0.0.0:3001');
    main.calls({ name: 'connect', fd: fd(3), address: null });

    expect((await judge(history)).doubts).toMatchObject([{ code: 'probe-error' }]);
  });

  it('moves a socket to the address under which its marks will find it', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, '0.0.0.0:3001');
    main.connects(3, '127.0.0.1:9');
    main.closesHonestly(3, '127.0.0.1:3001');

    expect(await judge(history)).toMatchObject({ verdict: 'clean', doubts: [] });
  });
});

describe('a send', () => {
  it('binds a socket that was not bound, also when it fails', () => {
    const history = new History();
    const main = history.run();
    main.socket(3);
    main.sends(3, 'EDESTADDRREQ');
    main.findsInUse(4, '127.0.0.1:40000');

    expect(ledgerOf(history.whole()).failedBinds).toMatchObject([{ unknownPorts: true }]);
  });

  it('that found no descriptor binds nothing', () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    main.socket(3);
    main.dup(3, 7);
    const send = other.entersRead(3, 'sendto');
    main.close(3);
    send.fails('EBADF');
    main.findsInUse(4, '127.0.0.1:40000');

    expect(ledgerOf(history.whole()).failedBinds).toMatchObject([{ unknownPorts: false }]);
  });

  it('of a bound socket changes nothing', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, '127.0.0.1:3001');
    main.sends(3);
    main.findsInUse(4, '127.0.0.1:40000');

    expect(ledgerOf(history.whole()).failedBinds).toMatchObject([{ unknownPorts: false }]);
  });

  it('a receive does not bind', () => {
    const history = new History();
    const main = history.run();
    main.socket(3);
    main.entersRead(3).fails('EAGAIN');
    main.findsInUse(4, '127.0.0.1:40000');

    expect(ledgerOf(history.whole()).failedBinds).toMatchObject([{ unknownPorts: false }]);
  });
});

describe('getsockname', () => {
  it('tells the port of a bind to port 0: the socket can be named from then on', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, '127.0.0.1:0');
    main.getsockname(3, '127.0.0.1:40000');
    main.findsInUse(4, '127.0.0.1:40000');
    main.close(3);

    expect((await judge(history)).findings).toMatchObject([
      { code: 'conflict', holders: [{ boundTo: '127.0.0.1:40000', certain: true }] },
    ]);
  });

  it('of a socket that is not bound tells nothing', () => {
    const history = new History();
    const main = history.run();
    main.socket(3);
    main.getsockname(3, '0.0.0.0:0');
    main.findsInUse(4, '127.0.0.1:40000');

    expect(ledgerOf(history.whole()).failedBinds).toMatchObject([{ unknownPorts: false, holders: [] }]);
  });
});
