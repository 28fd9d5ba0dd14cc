import { describe, expect, it } from 'vitest';
import type { PortClaim } from '../../../src/kernel/blockers.ts';
import { claim } from '../../histories/claim.ts';
import { BindBucket, tcpBlockers, tcpOverlaps } from '../../../src/kernel/tcp-blockers.ts';

const reuse = { reuseAddress: true };
const share = { reusePort: true };

function blocks(holder: PortClaim, candidate: PortClaim): boolean {
  return tcpBlockers(candidate, [{ claim: holder }]).length > 0;
}

describe('a TCP socket blocks', () => {
  it.each<[string, PortClaim, PortClaim, boolean]>([
    ['the same address', claim('127.0.0.1'), claim('127.0.0.1'), true],
    ['not with SO_REUSEADDR on both', claim('127.0.0.1', reuse), claim('127.0.0.1', reuse), false],
    ['with it on one', claim('127.0.0.1', reuse), claim('127.0.0.1'), true],
    ['where it listens', claim('127.0.0.1', { ...reuse, listening: true }), claim('127.0.0.1', reuse), true],
    [
      'not where only the candidate is about to listen',
      claim('127.0.0.1', reuse),
      claim('127.0.0.1', { ...reuse, listening: true }),
      false,
    ],
    ['not with SO_REUSEPORT on both', claim('127.0.0.1', share), claim('127.0.0.1', share), false],
    ['another owner', claim('127.0.0.1', share), claim('127.0.0.1', { ...share, owner: 1000 }), true],
  ])('%s', (_, holder, candidate, answer) => {
    expect(blocks(holder, candidate)).toBe(answer);
  });

  it('whatever its place: those that let it through hide nobody', () => {
    const holders = [claim('127.0.0.1'), claim('0.0.0.0', share)].map((each) => ({ claim: each }));
    expect(tcpBlockers(claim('127.0.0.1', share), holders)).toEqual([holders[0]]);
    expect(tcpBlockers(claim('127.0.0.1', share), holders.toReversed())).toEqual([holders[0]]);
  });
});

describe('TCP addresses', () => {
  it.each([
    ['127.0.0.1', '::', true],
    ['::', '127.0.0.1', true],
    ['::1', '0.0.0.0', false],
    ['127.0.0.1', '::ffff:127.0.0.1', true],
    ['::ffff:127.0.0.1', '0.0.0.0', true],
    ['127.0.0.6', '::1', false],
    ['127.0.0.1', '127.0.0.2', false],
  ])('%s asked for beside %s: %s', (candidate, holder, answer) => {
    expect(tcpOverlaps(claim(candidate), claim(holder))).toBe(answer);
  });

  it('V6ONLY takes IPv4 out', () => {
    expect(tcpOverlaps(claim('127.0.0.1'), claim('::', { v6Only: true }))).toBe(false);
    expect(tcpOverlaps(claim('::1'), claim('::', { v6Only: true }))).toBe(true);
  });

  it('on two devices do not meet', () => {
    expect(tcpOverlaps(claim('127.0.0.1', { device: '#1' }), claim('127.0.0.1', { device: '#2' }))).toBe(
      false,
    );
  });
});

describe('the bucket of a port', () => {
  function remembering(...claims: readonly PortClaim[]): BindBucket {
    const bucket = new BindBucket();
    for (const each of claims) bucket.joined(each);
    return bucket;
  }

  it.each<[string, BindBucket, PortClaim, boolean]>([
    ['the same address', remembering(claim('127.0.0.1', share)), claim('127.0.0.1', share), true],
    ['not a wildcard', remembering(claim('127.0.0.1', share)), claim('0.0.0.0', share), false],
    ['what its wildcard covers', remembering(claim('0.0.0.0', share)), claim('127.0.0.1', share), true],
    ['not IPv6 beside the IPv4 wildcard', remembering(claim('0.0.0.0', share)), claim('::1', share), false],
    ['the IPv6 wildcard beside the IPv4 one', remembering(claim('0.0.0.0', share)), claim('::', share), true],
    ['IPv4 beside the IPv6 wildcard', remembering(claim('::', share)), claim('127.0.0.1', share), true],
    ['not another owner', remembering(claim('::', share)), claim('::', { ...share, owner: 1000 }), false],
    ['not without SO_REUSEPORT', remembering(claim('127.0.0.1', share)), claim('127.0.0.1'), false],
    [
      'not once somebody joined without it',
      remembering(claim('127.0.0.1', share), claim('127.0.0.2')),
      claim('127.0.0.1', share),
      false,
    ],
    [
      'the newest that it would not have let through',
      remembering(claim('127.0.0.1', share), claim('127.0.0.2', share)),
      claim('127.0.0.1', share),
      false,
    ],
  ])('lets through %s', (_, bucket, candidate, answer) => {
    expect(bucket.letsThrough(candidate)).toBe(answer);
  });
});
