import { describe, expect, it } from 'vitest';
import { blockers, overlaps, type PortClaim } from '../../../src/kernel/blockers.ts';
import { claim } from '../../histories/claim.ts';

/** Which of the holders, by their place in bind order (oldest first), block; newest first. */
function blocking(candidate: PortClaim, holders: readonly PortClaim[]): number[] {
  return blockers(
    candidate,
    holders.map((each, place) => ({ claim: each, place })),
  ).map(({ place }) => place);
}

const only = { v6Only: true };

describe('two addresses overlap', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['127.0.0.1', '0.0.0.0'],
    ['0.0.0.0', '127.0.0.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['::1', '::1'],
    ['::1', '::'],
    ['::', '::1'],
    ['::', '127.0.0.1'],
    ['127.0.0.1', '::'],
    ['0.0.0.0', '::'],
    ['::', '0.0.0.0'],
    ['::ffff:127.0.0.1', '127.0.0.1'],
    ['127.0.0.1', '::ffff:127.0.0.1'],
    ['::ffff:127.0.0.1', '::'],
    ['::ffff:0.0.0.0', '127.0.0.1'],
    // An IPv6 address that has no IPv4 form has 127.0.0.6 for one (without V6ONLY: narrowed by connect).
    ['::1', '127.0.0.6'],
    ['::1', '0.0.0.0'],
    ['fe80::1', '0.0.0.0'],
  ])('%s and then %s', (holder, candidate) => {
    expect(overlaps(claim(candidate), claim(holder))).toBe(true);
  });

  it.each([
    ['127.0.0.1', '127.0.0.2'],
    ['::1', '::2'],
    ['::1', '127.0.0.1'],
    ['127.0.0.1', '::1'],
    ['::ffff:127.0.0.1', '127.0.0.2'],
    ['::ffff:127.0.0.1', '::1'],
  ])('but not %s and then %s', (holder, candidate) => {
    expect(overlaps(claim(candidate), claim(holder))).toBe(false);
  });

  it('but the quirk of 127.0.0.6 works in one direction only', () => {
    expect(overlaps(claim('127.0.0.6'), claim('::1'))).toBe(true);
    expect(overlaps(claim('::1'), claim('127.0.0.6'))).toBe(false);
  });

  it('but IPV6_V6ONLY takes the IPv4 half out of a wildcard, on either side', () => {
    expect(overlaps(claim('127.0.0.1'), claim('::', only))).toBe(false);
    expect(overlaps(claim('::', only), claim('127.0.0.1'))).toBe(false);
    expect(overlaps(claim('0.0.0.0'), claim('::', only))).toBe(false);
    expect(overlaps(claim('::', only), claim('0.0.0.0'))).toBe(false);
    expect(overlaps(claim('::1'), claim('::', only))).toBe(true);
    expect(overlaps(claim('::', only), claim('::'))).toBe(true);
  });

  it('but not on another port', () => {
    expect(overlaps(claim('127.0.0.1', { port: 3002 }), claim('127.0.0.1'))).toBe(false);
  });

  it('but not on two devices; no device goes with any', () => {
    const eth0 = { device: 'eth0' };
    expect(overlaps(claim('0.0.0.0', eth0), claim('0.0.0.0', { device: 'eth1' }))).toBe(false);
    expect(overlaps(claim('0.0.0.0', eth0), claim('0.0.0.0', eth0))).toBe(true);
    expect(overlaps(claim('0.0.0.0', eth0), claim('0.0.0.0'))).toBe(true);
    expect(overlaps(claim('0.0.0.0'), claim('0.0.0.0', eth0))).toBe(true);
  });
});

describe('the flags let a bind through', () => {
  const reuse = { reuseAddress: true };
  const share = { reusePort: true };

  it.each([
    { flags: 'SO_REUSEADDR on both', holder: reuse, candidate: reuse, blocked: [] },
    { flags: 'SO_REUSEADDR on the holder alone', holder: reuse, candidate: {}, blocked: [0] },
    { flags: 'SO_REUSEADDR on the candidate alone', holder: {}, candidate: reuse, blocked: [0] },
    { flags: 'SO_REUSEPORT on both', holder: share, candidate: share, blocked: [] },
    { flags: 'SO_REUSEPORT on the holder alone', holder: share, candidate: {}, blocked: [0] },
    { flags: 'SO_REUSEPORT on the candidate alone', holder: {}, candidate: share, blocked: [0] },
    { flags: 'one of each', holder: reuse, candidate: share, blocked: [0] },
    { flags: 'SO_REUSEPORT of two owners', holder: { ...share, owner: 1 }, candidate: share, blocked: [0] },
    {
      flags: 'SO_REUSEADDR on both, whoever owns them',
      holder: { ...reuse, owner: 1 },
      candidate: reuse,
      blocked: [],
    },
  ])('$flags: $blocked', ({ holder, candidate, blocked }) => {
    expect(blocking(claim('127.0.0.1', candidate), [claim('127.0.0.1', holder)])).toEqual(blocked);
  });
});

describe('the order of the holders decides', () => {
  const share = { reusePort: true };
  const plain = claim('127.0.0.1');
  const sharer = claim('127.0.0.2', share);
  const candidate = claim('0.0.0.0', share);

  it('a sharer that was bound last ends the walk with success', () => {
    expect(blocking(candidate, [plain, sharer])).toEqual([]);
  });

  it('a plain one that was bound last blocks', () => {
    expect(blocking(candidate, [sharer, plain])).toEqual([1]);
  });

  it('blockers older than the sharer are out of the way', () => {
    expect(blocking(candidate, [plain, sharer, plain, plain])).toEqual([3, 2]);
  });

  it('SO_REUSEADDR on both is looked at before SO_REUSEPORT: such a holder does not end the walk', () => {
    const both = { reusePort: true, reuseAddress: true };
    expect(blocking(claim('0.0.0.0', both), [plain, claim('127.0.0.2', both)])).toEqual([0]);
  });

  it('a sharer of another address does not end the walk', () => {
    expect(blocking(claim('127.0.0.1', share), [plain, sharer])).toEqual([0]);
  });
});
