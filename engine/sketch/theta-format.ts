/**
 * Theta states as Apache DataSketches writes its compact theta sketch (version 3; little-endian).
 *
 *   sketch := words:u8 3 3 0 0 flags:u8 seedHash:u16 [count:u32 0:u32 [theta:u64]] (hash:u64){count}, hashes ascending
 *   words  := 1 without count (empty, or one hash), 2 with it, 3 with theta, too
 */

import { damagedState, viewOf } from './byte-reader.ts';
import type { StateMemory, StateViews } from './memory.ts';
import { MAX_THETA, MAX_THETA_LG_K, makeTheta, trimmedTheta } from './theta.ts';

const FAMILY = 3;
const VERSION = 3;
const FLAG = { readOnly: 2, empty: 4, compact: 8, ordered: 16, single: 32 } as const;
/** The first 16 bits of the hash of the seed, which is 9001. */
export const SEED_HASH = 0x93cc;

/** @param block 0 = nothing seen */
export function writeTheta(memory: StateViews, block: number): Uint8Array {
  const { theta, hashes } = trimmedTheta(memory, block);
  return thetaBytes(theta, hashes);
}

/** @param hashes ascending, below theta */
export function thetaBytes(theta: bigint, hashes: BigUint64Array): Uint8Array {
  const isExact = theta === MAX_THETA;
  const words = !isExact ? 3 : hashes.length <= 1 ? 1 : 2;
  const bytes = new Uint8Array(8 * (words + hashes.length));
  const view = new DataView(bytes.buffer);
  const isEmpty = isExact && hashes.length === 0;
  bytes.set([
    words,
    VERSION,
    FAMILY,
    0,
    0,
    FLAG.compact | FLAG.readOnly | FLAG.ordered | (isEmpty ? FLAG.empty : 0),
  ]);
  if (words === 1 && !isEmpty) bytes[5] |= FLAG.single;
  view.setUint16(6, SEED_HASH, true);
  if (words > 1) view.setUint32(8, hashes.length, true);
  if (words > 2) view.setBigUint64(16, theta, true);
  for (const [i, hash] of hashes.entries()) view.setBigUint64(8 * (words + i), hash, true);
  return bytes;
}

/** Reads a state into an empty slot. @throws CORRUPTED_DATA */
export function readTheta(memory: StateMemory, bytes: Uint8Array, slot: number, lgK: number): void {
  const read = parseTheta(bytes);
  if (read !== null) makeTheta(memory, slot, lgK, read.theta, read.hashes);
}

export type ThetaHashes = { readonly theta: bigint; readonly hashes: BigUint64Array };

/** null = nothing seen. */
export function parseTheta(bytes: Uint8Array): ThetaHashes | null {
  const view = viewOf(bytes, 8, 'a theta sketch');
  const words = bytes[0] & 0x3f;
  const [, version, family, , , flags] = bytes;
  if (family !== FAMILY || version !== VERSION)
    throw damagedState('these bytes are no compact theta sketch of version 3');
  if ((flags & FLAG.empty) !== 0) return null;
  if (view.getUint16(6, true) !== SEED_HASH) throw damagedState('a theta sketch made with another seed');
  if (words < 1 || words > 3) throw damagedState(`a theta sketch with ${words} words ahead`);
  viewOf(bytes, 8 * words, 'a theta sketch');
  const count = words === 1 ? 1 : view.getUint32(8, true);
  const theta = words > 2 ? view.getBigUint64(16, true) : MAX_THETA;
  if (count > 2 ** MAX_THETA_LG_K || theta > MAX_THETA)
    throw damagedState(`a theta sketch of ${count} values`);
  viewOf(bytes, 8 * (words + count), 'a theta sketch');
  const hashes = new BigUint64Array(count);
  for (let i = 0; i < count; i++) hashes[i] = view.getBigUint64(8 * (words + i), true);
  hashes.sort();
  for (let i = 0; i < count; i++) {
    if (hashes[i] === 0n || hashes[i] >= theta || (i > 0 && hashes[i] === hashes[i - 1]))
      throw damagedState('a theta sketch whose hashes are not below its theta, or twice there');
  }
  return { theta, hashes };
}

const NOTHING: ThetaHashes = { theta: MAX_THETA, hashes: new BigUint64Array(0) };

/** Hashes of both that are in all of the others, or none of them. */
export function thetaSetOf(
  kind: 'intersect' | 'not',
  sketches: readonly (ThetaHashes | null)[],
): ThetaHashes {
  const all = sketches.map((s) => s ?? NOTHING);
  // Nothing at all has nothing in common with anything, whatever was sampled.
  if (sketches[0] === null || (kind === 'intersect' && sketches.includes(null))) return NOTHING;
  const theta = all.reduce((least, s) => (s.theta < least ? s.theta : least), MAX_THETA);
  const wanted = kind === 'intersect';
  const others = all.slice(1).map((s) => new Set(s.hashes));
  const hashes = all[0].hashes.filter(
    (hash) => hash < theta && others.every((set) => set.has(hash) === wanted),
  );
  return { theta, hashes };
}
