/** Digests that the platform's library lacks: MD4 (RFC 1320) and Keccak-256 with its first padding. */

import { rotl, u64, viewOf } from './word.ts';

const rotl32 = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));

/** For each round: what joins three words, its constant, the order of words, the rotations. */
const MD4_ROUNDS = [
  {
    join: (x: number, y: number, z: number) => (x & y) | (~x & z),
    add: 0,
    order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    turns: [3, 7, 11, 19],
  },
  {
    join: (x: number, y: number, z: number) => (x & y) | (x & z) | (y & z),
    add: 0x5a827999,
    order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
    turns: [3, 5, 9, 13],
  },
  {
    join: (x: number, y: number, z: number) => x ^ y ^ z,
    add: 0x6ed9eba1,
    order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
    turns: [3, 9, 11, 15],
  },
] as const;

/** The bytes, 0x80, zeros, and the length in bits, in blocks of 64. */
function md4Padded(bytes: Uint8Array): DataView {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = viewOf(padded);
  view.setBigUint64(padded.length - 8, BigInt(bytes.length) * 8n, true);
  return view;
}

export function md4(bytes: Uint8Array): Uint8Array {
  const view = md4Padded(bytes);
  const state = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476];
  for (let from = 0; from < view.byteLength; from += 64) {
    let [a, b, c, d] = state;
    for (const { join, add, order, turns } of MD4_ROUNDS)
      for (let i = 0; i < 16; i++) {
        const sum = a + join(b, c, d) + view.getUint32(from + 4 * order[i], true) + add;
        [a, b, c, d] = [d, rotl32(sum | 0, turns[i & 3]), b, c];
      }
    [a, b, c, d].forEach((word, i) => {
      state[i] = (state[i] + word) | 0;
    });
  }
  const digest = new Uint8Array(16);
  const out = viewOf(digest);
  state.forEach((word, i) => {
    out.setInt32(4 * i, word, true);
  });
  return digest;
}

const RATE = 136;
const ROUNDS = 24;

/** Rotations of the lanes, and where each goes, in the order of the walk from lane 1. */
const TURNS = [1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44];
const WALK = [10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1];

/** Constants of the rounds, from a shift register of 8 bits. */
function roundConstants(): readonly bigint[] {
  const constants: bigint[] = [];
  let register = 1;
  for (let round = 0; round < ROUNDS; round++) {
    let constant = 0n;
    for (let bit = 0; bit < 7; bit++) {
      if ((register & 1) === 1) constant |= 1n << BigInt(2 ** bit - 1);
      register = (register << 1) ^ (register >> 7 === 1 ? 0x171 : 0);
    }
    constants.push(constant);
  }
  return constants;
}
const CONSTANTS = roundConstants();

function permute(lanes: bigint[]): void {
  for (const constant of CONSTANTS) {
    const columns = [0, 1, 2, 3, 4].map((x) => [0, 5, 10, 15, 20].reduce((sum, y) => sum ^ lanes[x + y], 0n));
    for (let i = 0; i < 25; i++) lanes[i] ^= columns[(i + 4) % 5] ^ rotl(columns[(i + 1) % 5], 1n);
    let moved = lanes[1];
    for (let i = 0; i < 24; i++) {
      const next = lanes[WALK[i]];
      lanes[WALK[i]] = rotl(moved, BigInt(TURNS[i]));
      moved = next;
    }
    for (let y = 0; y < 25; y += 5) {
      const row = lanes.slice(y, y + 5);
      for (let x = 0; x < 5; x++) lanes[y + x] = row[x] ^ (u64(~row[(x + 1) % 5]) & row[(x + 2) % 5]);
    }
    lanes[0] ^= constant;
  }
}

export function keccak256(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array((Math.floor(bytes.length / RATE) + 1) * RATE);
  padded.set(bytes);
  padded[bytes.length] ^= 0x01;
  padded[padded.length - 1] ^= 0x80;
  const view = viewOf(padded);
  const lanes = Array<bigint>(25).fill(0n);
  for (let from = 0; from < padded.length; from += RATE) {
    for (let i = 0; i < RATE / 8; i++) lanes[i] ^= view.getBigUint64(from + 8 * i, true);
    permute(lanes);
  }
  const digest = new Uint8Array(32);
  const out = viewOf(digest);
  for (let i = 0; i < 4; i++) out.setBigUint64(8 * i, lanes[i], true);
  return digest;
}
