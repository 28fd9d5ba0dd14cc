import { describe, expect, it } from 'vitest';
import { readClaim, readRate, runsNeeded, supportedClaim } from '../../../src/statistics/claim.ts';

const at95 = (below: number) => ({ below, confidence: 0.95 });

/** Is (1 - thousandths / 1000)^runs <= 1/20? By whole numbers. */
function isSeen(thousandths: number, runs: number): boolean {
  return BigInt(1000 - thousandths) ** BigInt(runs) * 20n <= 1000n ** BigInt(runs);
}

describe('runsNeeded', () => {
  it.each([
    [0.1, 29],
    [0.01, 299],
    [0.001, 2995],
    [0.5, 5],
    [0.95, 1],
    [0.951, 1],
    [0.949, 2],
    [0.999, 1],
  ])('for a race of rate %d: %i', (rate, runs) => {
    expect(runsNeeded(at95(rate))).toBe(runs);
  });

  it('is the smallest number that whole numbers allow, for every rate in steps of 0.1 %', () => {
    for (let thousandths = 2; thousandths < 1000; thousandths++) {
      const runs = runsNeeded(at95(thousandths / 1000));
      expect(isSeen(thousandths, runs) && !isSeen(thousandths, runs - 1), `${thousandths}`).toBe(true);
    }
  });

  it('grows with the confidence', () => {
    expect(
      [0.5, 0.9, 0.95, 0.99, 0.999].map((confidence) => runsNeeded({ below: 0.01, confidence })),
    ).toEqual([69, 230, 299, 459, 688]);
  });

  it.each([0, 1, -0.1, 1.5, Number.NaN, 1e-10])('refuses the rate %d', (rate) => {
    expect(() => runsNeeded(at95(rate))).toThrow(RangeError);
  });
});

describe('supportedClaim', () => {
  it.each([
    [1, 0.95],
    [5, 0.451],
    [28, 0.102],
    [29, 0.0982],
    [298, 0.0101],
    [299, 0.00997],
    [1_000_000, 0.000003],
  ])('%i clean runs: below %d', (runs, below) => {
    expect(supportedClaim(runs)).toEqual(at95(below));
  });

  it('is true, and the tightest of three digits, by whole numbers', () => {
    for (let runs = 1; runs <= 1500; runs += runs < 100 ? 1 : 37) {
      const [digits = '', exponent = ''] = supportedClaim(runs).below.toExponential(2).split('e');
      const scale = 10n ** BigInt(2 - Number(exponent));
      const below = BigInt(digits.replace('.', ''));
      const isTrue = (share: bigint) => (scale - share) ** BigInt(runs) * 20n <= scale ** BigInt(runs);
      expect(isTrue(below) && !isTrue(below - 1n), `${runs}`).toBe(true);
    }
  });

  it('refuses no runs at all', () => {
    expect(() => supportedClaim(0)).toThrow('trials must be a whole number from 1 on, not 0');
  });
});

describe('readClaim', () => {
  it.each([
    ['<10% at 95%', 0.1, 0.95],
    ['<1%', 0.01, 0.95],
    ['  < 0.1 %  at  99.9 % ', 0.001, 0.999],
    ['<99.99%at5%', 0.9999, 0.05],
  ])('reads %j', (text, below, confidence) => {
    expect(readClaim(text)).toEqual({ kind: 'read', value: { below, confidence } });
  });

  it.each([
    ['', 'it is not a claim'],
    ['10%', 'it is not a claim'],
    ['<0.1', 'it is not a claim'],
    ['<=10%', 'it is not a claim'],
    ['<-1%', 'it is not a claim'],
    ['<1e1%', 'it is not a claim'],
    ['<10% at 95', 'it is not a claim'],
    ['<10% at 95% of 3', 'it is not a claim'],
    ['<0%', 'a rate lies above 0 % and below 100 %'],
    ['<100%', 'a rate lies above 0 % and below 100 %'],
    ['<0.00000001%', 'no number of runs is practical for a rate below 0.0000001 %'],
    ['<10% at 100%', 'a confidence lies above 0 % and below 100 %'],
    ['<10% at 0%', 'a confidence lies above 0 % and below 100 %'],
  ])('says what is wrong with %j', (text, why) => {
    expect(readClaim(text)).toEqual({ kind: 'mistake', why, remedy: 'write a claim as "<10% at 95%"' });
  });
});

describe('readRate', () => {
  it('reads the rate of a race', () => {
    expect(['1%', ' 0.5 % ', '29%'].map(readRate)).toEqual(
      [0.01, 0.005, 0.29].map((value) => ({ kind: 'read', value })),
    );
  });

  it.each([
    ['1', 'it is not a rate per run'],
    ['<1%', 'it is not a rate per run'],
    ['0%', 'a rate lies above 0 % and below 100 %'],
    ['100%', 'a rate lies above 0 % and below 100 %'],
  ])('says what is wrong with %j', (text, why) => {
    expect(readRate(text)).toEqual({ kind: 'mistake', why, remedy: 'write a rate as "1%"' });
  });
});
