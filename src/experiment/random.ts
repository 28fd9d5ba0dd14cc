/**
 * A deterministic source of random numbers, so that a printed seed gives the same order everywhere:
 * SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014),
 * started from the 64-bit FNV-1a hash of the seed's text.
 */

const mask = (1n << 64n) - 1n;

export interface Random {
  /** The next 64 bits. */
  next(): bigint;
  /** Uniform in 0 .. bound-1. */
  below(bound: number): number;
}

export function randomFromSeed(seed: string): Random {
  return splitMix64(hashText(seed));
}

export function splitMix64(start: bigint): Random {
  let state = start & mask;
  const next = (): bigint => {
    state = (state + 0x9e3779b97f4a7c15n) & mask;
    let z = state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & mask;
    return z ^ (z >> 31n);
  };
  return { next, below: (bound) => below(next, BigInt(bound)) };
}

/** Fisher-Yates: every order is equally likely. */
export function shuffle<T>(items: readonly T[], random: Random): T[] {
  const shuffled = [...items];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const moved = shuffled[last] as T;
    shuffled[last] = shuffled[other] as T;
    shuffled[other] = moved;
  }
  return shuffled;
}

/** Values from the incomplete last stretch are drawn again, or small numbers would come more often. */
function below(next: () => bigint, bound: bigint): number {
  const limit = ((mask + 1n) / bound) * bound;
  for (;;) {
    const value = next();
    if (value < limit) return Number(value % bound);
  }
}

/** FNV-1a over the text's UTF-16 code units, low byte first. */
function hashText(text: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    for (const byte of [unit & 255, unit >> 8]) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & mask;
  }
  return hash;
}
