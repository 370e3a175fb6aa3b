/**
 * Randomness as a dependency: one seed replays everything that was drawn.
 * The generator is sfc32 (Chris Doty-Humphrey, PractRand): small state, good statistics, not for secrets.
 */

export interface Random {
  /** Uniform integer in [0, 2^32). */
  uint32(): number;
  /** Uniform float in [0, 1). */
  float(): number;
  /** Uniform integer in [0, bound). */
  below(bound: number): number;
}

export class SeededRandom implements Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param more bits of a seed that has more than 32 */
  constructor(seed: number, more = 0) {
    this.#a = 0x9e3779b9;
    this.#b = 0x243f6a88 ^ more;
    this.#c = seed >>> 0;
    for (let i = 0; i < 15; i++) this.uint32();
  }

  uint32(): number {
    const t = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + t;
    this.#c |= 0;
    return t >>> 0;
  }

  float(): number {
    return this.uint32() / 4294967296;
  }

  below(bound: number): number {
    return Math.floor(this.float() * bound);
  }
}

/** A generator seeded from the machine; for ids and hash seeds of a real process. */
export const systemRandom = (): Random => new SeededRandom(crypto.getRandomValues(new Uint32Array(1))[0]);

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);

/** Number `place` of SplitMix64's stream that begins at `key`, in [0, 2^64). */
export function splitMix64(key: bigint, place: bigint): bigint {
  let z = u64(key + place * 0x9e3779b97f4a7c15n);
  z = u64((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = u64((z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return z ^ (z >> 31n);
}

/** 64 bits at once. */
export const uint64 = (random: Random): bigint => (BigInt(random.uint32()) << 32n) | BigInt(random.uint32());
