import { describe, expect, it } from 'vitest';
import { decodeSockaddr, formatAddress, parseAddress } from '../../../src/trace/address.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

describe('decodeSockaddr', () => {
  it('reads an IPv4 address with its port in network order', () => {
    expect(decodeSockaddr(bytes('0200 0bb9 7f000001 0000000000000000'))).toEqual({
      family: 'inet',
      host: '127.0.0.1',
      port: 3001,
    });
  });

  it('reads the family of a big-endian machine', () => {
    expect(decodeSockaddr(bytes('0002 0bb9 7f000001 0000000000000000'), 'big')).toEqual({
      family: 'inet',
      host: '127.0.0.1',
      port: 3001,
    });
  });

  it('needs no padding behind an IPv4 address', () => {
    expect(decodeSockaddr(bytes('0200 0bb9 0a000001'))).toEqual({
      family: 'inet',
      host: '10.0.0.1',
      port: 3001,
    });
  });

  it('reads an IPv6 address, its scope in host order', () => {
    const fe80 = '0a00 0bb9 00000000 fe800000000000000000000000000001 02000000';
    expect(decodeSockaddr(bytes(fe80))).toEqual({ family: 'inet6', host: 'fe80::1', port: 3001, scopeId: 2 });
  });

  it('reads the 24 bytes of RFC 2133, which have no scope', () => {
    const one = '0a00 0bb9 00000000 00000000000000000000000000000001';
    expect(decodeSockaddr(bytes(one))).toEqual({ family: 'inet6', host: '::1', port: 3001, scopeId: 0 });
  });

  it('writes a mapped address in mixed notation', () => {
    const mapped = '0a00 0bb9 00000000 00000000000000000000ffff7f000001 00000000';
    expect(decodeSockaddr(bytes(mapped))).toMatchObject({ host: '::ffff:127.0.0.1' });
  });

  it('reads from where the view begins, not from where its buffer does', () => {
    const whole = bytes('ffffffff 0200 0bb9 7f000001');
    expect(decodeSockaddr(whole.subarray(4))).toMatchObject({ host: '127.0.0.1', port: 3001 });
  });

  it('knows AF_UNSPEC and keeps the number of any other family', () => {
    expect(decodeSockaddr(bytes('0000'))).toEqual({ family: 'unspec' });
    expect(decodeSockaddr(bytes('0100 2f746d70'))).toEqual({ family: 'other', number: 1 });
  });

  it.each(['', '02', '0200', '0200 0bb9 7f0000', '0a00 0bb9 00000000 000000000000000000000000000000'])(
    'says null where the bytes are too short: %j',
    (hex) => {
      expect(decodeSockaddr(bytes(hex))).toBeNull();
    },
  );
});

describe('formatAddress and parseAddress', () => {
  it.each([
    '127.0.0.1:3001',
    '0.0.0.0:0',
    '[::1]:3001',
    '[::]:65535',
    '[fe80::1%2]:3001',
    '[::ffff:127.0.0.1]:3001',
  ])('are each other’s reverse for %s', (text) => {
    const address = parseAddress(text);
    expect(address).not.toBeNull();
    expect(formatAddress(address ?? { family: 'unspec' })).toBe(text);
  });

  it.each([
    ['[0:0:0:0:0:0:0:1]:1', '[::1]:1'],
    ['[2001:DB8::1]:1', '[2001:db8::1]:1'],
    ['[2001:0:0:1:0:0:0:1]:1', '[2001:0:0:1::1]:1'],
    ['[1:0:2:0:3:0:4:0]:1', '[1:0:2:0:3:0:4:0]:1'],
    ['[1::2:0:0:3:4]:1', '[1::2:0:0:3:4]:1'],
    ['[::ffff:7f00:1]:1', '[::ffff:127.0.0.1]:1'],
    ['[::1.2.3.4]:1', '[::102:304]:1'],
    ['127.000.000.001:03001', '127.0.0.1:3001'],
  ])('writes %s as %s, the one form that compares equal', (given, canonical) => {
    expect(formatAddress(parseAddress(given) ?? { family: 'unspec' })).toBe(canonical);
  });

  it.each([
    '',
    '127.0.0.1',
    '127.0.0.1:',
    '127.0.0.1:65536',
    '256.0.0.1:1',
    '1.2.3:1',
    '1.2.3.4.5:1',
    '::1:3001',
    '[::1]',
    '[::1]:65536',
    '[1::2::3]:1',
    '[1:2:3:4:5:6:7]:1',
    '[1:2:3:4:5:6:7:8:9]:1',
    '[1:2:3:4:5:6:7::8]:1 ',
    '[12345::]:1',
    '[:::]:1',
    '[1:]:1',
    '[:1]:1',
    '[::1.2.3.4:5]:1',
    '[::256.0.0.1]:1',
    '[fe80::1%eth0]:1',
    '127.0.0.1:3001\n',
    'localhost:3001',
  ])('refuse %j', (text) => {
    expect(parseAddress(text)).toBeNull();
  });

  it('writes what is not an internet address in words', () => {
    expect(formatAddress({ family: 'unspec' })).toBe('unspecified');
    expect(formatAddress({ family: 'other', number: 1 })).toBe('address family 1');
  });
});
