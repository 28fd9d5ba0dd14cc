import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { endianness } from 'node:os';
import { describe, expect, onTestFinished, test } from 'vitest';
import { blockingRows, lookForHolders } from '../../../../harness/run/port-holders.ts';

const head =
  '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const row = (local: string, uid = 0, inode = 77) =>
  `  123: ${local} 00000000:0000 07 00000000:00000000 00:00000000 00000000 ${uid}        0 ${inode} 2 0000000000000000 0\n`;

describe.runIf(endianness() === 'LE')('rows of /proc/net/udp', () => {
  test.each([
    ['0100007F:0BB9', '127.0.0.1:3001'],
    ['00000000:0BBA', '0.0.0.0:3002'],
    ['00000000000000000000000000000000:0BB9', '[::]:3001'],
    ['0000000000000000FFFF00000100007F:0BB9', '[::ffff:127.0.0.1]:3001'],
  ])('%s is in the way of IPv4, as %s', (local, boundTo) => {
    const rows = blockingRows(head + row(local, 1000, 4711), 'udp4', [3001, 3002]);
    const blocks = `127.0.0.1:${boundTo.endsWith('2') ? 3002 : 3001}`;
    expect(rows).toEqual([{ blocks, boundTo, uid: 1000, inode: '4711' }]);
  });

  test.each([
    ['00000000000000000000000001000000:0BB9', '[::1]:3001'],
    ['00000000000000000000000000000000:0BB9', '[::]:3001'],
  ])('%s is in the way of IPv6, as %s', (local, boundTo) => {
    expect(blockingRows(head + row(local), 'udp6', [3001, 3002])).toMatchObject([
      { blocks: '[::1]:3001', boundTo },
    ]);
  });

  test('another port, another address and the other family are in nobody’s way', () => {
    const others = head + row('0100007F:0BBB') + row('0200007F:0BB9') + row('010011AC:0BB9');
    expect(blockingRows(others, 'udp4', [3001, 3002])).toEqual([]);
    expect(blockingRows(head + row('00000000:0BB9'), 'udp6', [3001, 3002])).toEqual([]);
    expect(blockingRows(head + row('00000000000000000000000001000000:0BB9'), 'udp4', [3001, 3002])).toEqual(
      [],
    );
  });

  test.each(['', head, `${head}\n`, `${head} 1:`, `${head} 1: zz:0BB9`, `${head}${row('0100007F:0BB9:1')}`])(
    'what is no row is none: %j',
    (text) => {
      expect(blockingRows(text, 'udp4', [3001, 3002])).toEqual([]);
    },
  );
});

test('the process behind a real socket is found', async () => {
  const socket = createSocket('udp4');
  onTestFinished(() => {
    socket.close();
  });
  socket.bind({ address: '127.0.0.1', port: 0 });
  await once(socket, 'listening');
  const { port } = socket.address();
  const address = `127.0.0.1:${port}`;
  expect(lookForHolders('udp4', [port, 1])).toEqual([
    {
      blocks: address,
      boundTo: address,
      uid: process.getuid?.(),
      pid: process.pid,
      program: expect.stringMatching(/./) as unknown,
    },
  ]);
  expect(lookForHolders('udp6', [port, 1])).toEqual([]);
});
