/** SipHash-2-4 (Jean-Philippe Aumasson, Daniel J. Bernstein): 64 bits, 128 as ClickHouse makes them, 128 as the authors do. */

import { rotl, u64, viewOf } from './word.ts';

type State = [bigint, bigint, bigint, bigint];
export type SipKey = readonly [bigint, bigint];

const NO_KEY: SipKey = [0n, 0n];

function rounds(state: State, count: number): void {
  let [v0, v1, v2, v3] = state;
  for (let i = 0; i < count; i++) {
    v0 = u64(v0 + v1);
    v1 = rotl(v1, 13n) ^ v0;
    v0 = rotl(v0, 32n);
    v2 = u64(v2 + v3);
    v3 = rotl(v3, 16n) ^ v2;
    v0 = u64(v0 + v3);
    v3 = rotl(v3, 21n) ^ v0;
    v2 = u64(v2 + v1);
    v1 = rotl(v1, 17n) ^ v2;
    v2 = rotl(v2, 32n);
  }
  [state[0], state[1], state[2], state[3]] = [v0, v1, v2, v3];
}

/** The state after all bytes. */
function absorbed(bytes: Uint8Array, [k0, k1]: SipKey, wide: boolean): State {
  const state: State = [
    0x736f6d6570736575n ^ k0,
    0x646f72616e646f6dn ^ k1 ^ (wide ? 0xeen : 0n),
    0x6c7967656e657261n ^ k0,
    0x7465646279746573n ^ k1,
  ];
  const padded = new Uint8Array((bytes.length & ~7) + 8);
  padded.set(bytes);
  padded[padded.length - 1] = bytes.length & 0xff;
  const view = viewOf(padded);
  for (let at = 0; at < padded.length; at += 8) {
    const word = view.getBigUint64(at, true);
    state[3] ^= word;
    rounds(state, 2);
    state[0] ^= word;
  }
  return state;
}

export function sip64(bytes: Uint8Array, key: SipKey = NO_KEY): bigint {
  const state = absorbed(bytes, key, false);
  state[2] ^= 0xffn;
  rounds(state, 4);
  return state[0] ^ state[1] ^ state[2] ^ state[3];
}

export function sip128(bytes: Uint8Array, key: SipKey = NO_KEY): bigint {
  const state = absorbed(bytes, key, false);
  state[2] ^= 0xffn;
  rounds(state, 4);
  return (state[0] ^ state[1]) | ((state[2] ^ state[3]) << 64n);
}

export function sip128Reference(bytes: Uint8Array, key: SipKey = NO_KEY): bigint {
  const state = absorbed(bytes, key, true);
  state[2] ^= 0xeen;
  rounds(state, 4);
  const low = state[0] ^ state[1] ^ state[2] ^ state[3];
  state[1] ^= 0xddn;
  rounds(state, 4);
  return low | ((state[0] ^ state[1] ^ state[2] ^ state[3]) << 64n);
}
