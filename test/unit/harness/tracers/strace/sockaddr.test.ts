import { describe, expect, test } from 'vitest';
import { readSockaddr } from '../../../../../harness/tracers/strace/sockaddr.ts';
import type { SocketAddress } from '../../../../../src/trace/address.ts';

const v4: SocketAddress = { family: 'inet', host: '127.0.0.1', port: 3001 };
const v6 = (host: string, scopeId = 0): SocketAddress => ({ family: 'inet6', host, port: 3001, scopeId });
const raw6 = (bytes: string): string =>
  String.raw`{sa_family=0xa, sin6_port="\x0b\xb9", sin6_flowinfo="\x00\x00\x00\x00", sin6_addr="${bytes}", sin6_scope_id=0}`;

describe('every form that strace 5.10 to 7.2 prints', () => {
  test.each<[string, SocketAddress | null]>([
    ['{sa_family=AF_INET, sin_port=htons(3001), sin_addr=inet_addr("127.0.0.1")}', v4],
    [String.raw`{sa_family=0x2, sin_port="\x0b\xb9", sin_addr="\x7f\x00\x00\x01"}`, v4],
    [
      String.raw`{sa_family=0x2 /* AF_INET */, sin_port="\x0b\xb9" /* htons(3001) */, sin_addr="\x7f\x00\x00\x01" /* inet_addr("127.0.0.1") */}`,
      v4,
    ],
    // -xx
    [
      String.raw`{sa_family=AF_INET, sin_port=htons(3001), sin_addr=inet_addr("\x31\x32\x37\x2e\x30\x2e\x30\x2e\x31")}`,
      v4,
    ],
    [
      '{sa_family=AF_INET6, sin6_port=htons(3001), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0}',
      v6('::1'),
    ],
    // Until 4.26 the address came before the flow.
    [
      '{sa_family=AF_INET6, sin6_port=htons(3001), inet_pton(AF_INET6, "::ffff:127.0.0.1", &sin6_addr), sin6_flowinfo=htonl(0), sin6_scope_id=0}',
      v6('::ffff:127.0.0.1'),
    ],
    // SIN6_LEN_RFC2133: no scope
    [
      '{sa_family=AF_INET6, sin6_port=htons(3001), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::", &sin6_addr)}',
      v6('::'),
    ],
    [raw6(String.raw`\x00`.repeat(15) + String.raw`\x01`), v6('::1')],
    ['{sa_family=AF_UNSPEC, sa_data="\\0\\0\\0\\0"}', { family: 'unspec' }],
    ['{sa_family=0 /* AF_UNSPEC */}', { family: 'unspec' }],
    ['{sa_family=AF_UNIX, sun_path="/tmp/x, sin_port=htons(1)"}', { family: 'other', number: 1 }],
    ['{sa_family=AF_UNIX, sun_path=@"abstract"}', { family: 'other', number: 1 }],
    ['{sa_family=AF_UNIX}', { family: 'other', number: 1 }],
    ['{sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}', { family: 'other', number: 16 }],
    ['{sa_family=0x7fff /* AF_??? */, sa_data="abc"}', { family: 'other', number: 32767 }],
    // too short for their family
    [String.raw`{sa_family=AF_INET, sa_data="\v\271"}`, null],
    ['{sa_family=AF_INET}', null],
    // not readable
    ['NULL', null],
    ['0xc000012345', null],
  ])('%s', (printed, address) => {
    expect(readSockaddr(printed)).toEqual(address);
  });
});

test('the whole sockaddr as bytes is read as well', () => {
  const data = String.raw`{sa_family=AF_INET, sa_data="\v\271\177\0\0\1\0\0\0\0\0\0\0\0"}`;
  expect(readSockaddr(data)).toEqual(v4);
});

describe('the scope', () => {
  const scoped = (host: string, scope: string) =>
    readSockaddr(
      `{sa_family=AF_INET6, sin6_port=htons(3001), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "${host}", &sin6_addr), sin6_scope_id=${scope}}`,
    );

  test('is a number, or the loopback interface by its name', () => {
    expect(scoped('fe80::1', '77')).toEqual(v6('fe80::1', 77));
    expect(scoped('fe80::1', 'if_nametoindex("lo")')).toEqual(v6('fe80::1', 1));
  });

  test('of another interface is not known, which matters to link-local addresses alone', () => {
    expect(scoped('fe80::1', 'if_nametoindex("eth0")')).toBeNull();
    expect(scoped('::1', 'if_nametoindex("eth0")')).toEqual(v6('::1'));
  });
});

test.each([
  '',
  '3',
  '{',
  '{sa_family=}',
  '{sa_family=AF_INET, sin_port=htons(99999), sin_addr=inet_addr("127.0.0.1")}',
  '{sa_family=AF_INET, sin_port=htons(1), sin_addr=inet_addr("300.0.0.1")}',
  '{sa_family=AF_INET, sin_port=htons(1)}',
  '{sa_family=AF_INET, sin_port=htons(1), sin_addr=inet_addr("127.0.0.1")',
  '{sa_family=AF_INET6, sin6_port=htons(1), inet_pton(AF_INET6, "x", &sin6_addr)}',
])('%j is none', (text) => {
  expect(readSockaddr(text)).toBeUndefined();
});
