import { describe, expect, it } from 'vitest';
import { parseSocketMark } from '../../../src/kernel/mark-book.ts';
import { History } from '../../histories/history.ts';
import { judge, ledgerOf } from '../../histories/judge.ts';

const address = '127.0.0.1:3001';

describe('parseSocketMark', () => {
  it.each([
    ['closing udp 127.0.0.1:3001', { moment: 'closing', network: 'udp', address: '127.0.0.1:3001' }],
    ['closed udp4 127.0.0.1:3001', { moment: 'closed', network: 'udp', address: '127.0.0.1:3001' }],
    ['done udp6 [::1]:3001', { moment: 'done', network: 'udp', address: '[::1]:3001' }],
    ['closed tcp [0:0::1]:80', { moment: 'closed', network: 'tcp', address: '[::1]:80' }],
    ['closed udp [fe80::1%2]:3001', { moment: 'closed', network: 'udp', address: '[fe80::1]:3001' }],
  ])('reads %j', (text, mark) => {
    expect(parseSocketMark(text)).toEqual(mark);
  });

  it.each([
    'cycle 3',
    'closed',
    'closed udp',
    'closed udp nowhere',
    'closed udp 127.0.0.1:3001 ',
    'Closed udp 127.0.0.1:3001',
    'closed unix /tmp/x',
    'closed udp5 127.0.0.1:3001',
    'closed udp 127.0.0.1:99999',
    'closed udp 127.0.0.1:3001\n',
  ])('takes %j for a message of the user’s own', (text) => {
    expect(parseSocketMark(text)).toBeNull();
  });
});

describe('a mark', () => {
  it('about a socket that is over already concerns it all the same: an honest Close ends it before it says so', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.close(3);
    main.mark(`closed udp ${address}`);

    const { doubts, counts } = ledgerOf(history.whole());

    expect(doubts).toEqual([]);
    expect(counts).toEqual({ cycles: 0, binds: 1, addressInUse: 0, closes: 1, marks: 1 });
  });

  it('that fits no socket of the process is a doubt', async () => {
    const history = new History();
    const main = history.run();
    main.mark(`closed udp ${address}`);

    expect(await judge(history)).toMatchObject({
      verdict: 'unknown',
      doubts: [{ code: 'unmatched-mark', address: `udp ${address}` }],
    });
  });

  it.each(['closing', 'closed', 'done'])('%s of another process’s socket fits none', async (moment) => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    const child = main.forks();
    child.mark(`${moment} udp ${address}`);
    child.exits();

    expect((await judge(history)).doubts).toMatchObject([{ code: 'unmatched-mark', pid: child.pid }]);
  });

  it('of a thread concerns the sockets of its process', async () => {
    const history = new History();
    const main = history.run();
    const other = main.thread();
    main.udp(3, address);
    other.closesHonestly(3, address);

    expect(await judge(history)).toMatchObject({ verdict: 'clean', doubts: [] });
  });

  it('that fits several sockets is a doubt, and none of them gets a free point', async () => {
    const history = new History();
    const main = history.run();
    for (const each of [3, 4]) {
      main.socket(each);
      main.sets(each, 'reusePort');
      main.binds(each, address);
    }
    main.mark(`closed udp ${address}`);
    main.findsInUse(5, address);

    const { verdict, doubts, findings } = await judge(history);

    expect(verdict).toBe('unknown');
    expect(doubts).toMatchObject([{ code: 'ambiguous-mark', address: `udp ${address}` }]);
    expect(findings.filter((finding) => finding.code !== 'conflict')).toEqual([]);
  });

  it('closed means the one that the mark closing meant', () => {
    const history = new History();
    const main = history.run();
    main.socket(3);
    main.sets(3, 'reusePort');
    main.binds(3, address);
    main.mark(`closing udp ${address}`);
    main.socket(4);
    main.sets(4, 'reusePort');
    main.binds(4, address);
    main.mark(`closed udp ${address}`);

    const { sockets, doubts } = ledgerOf(history.whole());

    expect(doubts).toEqual([]);
    expect(sockets.map((socket) => socket.closed !== null)).toEqual([true, false]);
  });

  it('closed and done of one cycle do not touch the socket of the next', () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.closesHonestly(3, address);
    main.udp(3, address);
    main.mark('cycle 2');

    const { sockets } = ledgerOf(history.whole());

    expect(sockets[1]).toMatchObject({ number: 2, closing: null, closed: null, freePoint: null });
  });

  it('done may come after the next socket has been bound to the same address', async () => {
    const history = new History();
    const main = history.run();
    const reader = main.thread();
    main.udp(3, address);
    const read = reader.entersRead(3);
    main.mark(`closing udp ${address}`);
    main.mark(`closed udp ${address}`);
    read.returns(0);
    reader.close(3);
    main.udp(4, address);
    main.mark(`done udp ${address}`);

    expect(await judge(history)).toMatchObject({ verdict: 'clean', doubts: [] });
  });

  it('done without a closed before it is a doubt', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, address);
    main.mark(`done udp ${address}`);

    expect((await judge(history)).doubts).toMatchObject([{ code: 'unmatched-mark' }]);
  });

  it('finds a socket by the address that getsockname told', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, '127.0.0.1:0');
    main.getsockname(3, '127.0.0.1:40000');
    main.closesHonestly(3, '127.0.0.1:40000');

    expect(await judge(history)).toMatchObject({ verdict: 'clean', doubts: [] });
  });

  it('finds a link-local socket although its address has a scope', async () => {
    const history = new History();
    const main = history.run();
    main.udp(3, '[fe80::1%2]:3001');
    main.closesHonestly(3, '[fe80::1%2]:3001');

    expect(await judge(history)).toMatchObject({ verdict: 'clean', doubts: [] });
  });

  it('says how long ago nobody asked: thousands of sockets that no mark names are forgotten', () => {
    const history = new History();
    const main = history.run();
    for (let cycle = 0; cycle < 40; cycle++) {
      main.udp(3, address);
      main.close(3);
    }
    main.udp(3, address);
    main.mark(`closing udp ${address}`);

    // Sixteen of one address stay: which of them is meant can not be said.
    expect(ledgerOf(history.whole()).doubts).toMatchObject([{ code: 'ambiguous-mark' }]);
  });
});
