/**
 * Quantiles states as Apache DataSketches writes its quantiles sketch of doubles (compact form, version 3; little-endian).
 *
 *   sketch := words:u8 3 8 flags:u8 k:u16 0:u16 [n:u64 least:f64 largest:f64 buffer ((value:f64){k}){levels}]
 *   buffer := (value:f64){n mod 2k}, ascending where flags say so
 *   words  := 1 without values, else 2
 *
 * Levels are those whose bit is set in floor(n / 2k), lowest first.
 */

import { damagedState, viewOf } from './byte-reader.ts';
import type { StateMemory, StateViews } from './memory.ts';
import { endsOf, MAX_QUANTILES_K, MIN_QUANTILES_K, makeQuantiles, partsOf, sizeOf } from './quantiles.ts';

const FAMILY = 8;
const VERSION = 3;
const FLAG = { empty: 4, compact: 8, ordered: 16 } as const;
const EMPTY_BYTES = 8;
const HEADER_BYTES = 32;
/** n below 2^53. */
const MAX_LEVELS = 52;

/** @param block 0 = nothing seen */
export function writeQuantiles(memory: StateViews, block: number, k: number): Uint8Array {
  if (block === 0) return header(EMPTY_BYTES, 1, FLAG.empty | FLAG.compact | FLAG.ordered, k);
  const { count, buffer, levels } = partsOf(memory, block);
  const own = sizeOf(memory, block);
  const bytes = header(
    HEADER_BYTES + 8 * (buffer.length + levels.length * own),
    2,
    FLAG.compact | FLAG.ordered,
    own,
  );
  const view = new DataView(bytes.buffer);
  view.setBigUint64(8, BigInt(count), true);
  let at = 16;
  for (const values of [endsOf(memory, block), buffer.sort(), ...levels.map((l) => l.values)]) {
    for (const value of values) {
      view.setFloat64(at, value, true);
      at += 8;
    }
  }
  return bytes;
}

function header(size: number, words: number, flags: number, k: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  bytes.set([words, VERSION, FAMILY, flags, k & 255, k >> 8]);
  return bytes;
}

/** Reads a state into an empty slot. @throws CORRUPTED_DATA */
export function readQuantiles(memory: StateMemory, bytes: Uint8Array, slot: number): void {
  const view = viewOf(bytes, EMPTY_BYTES, 'a quantiles sketch');
  const [words, version, family, flags] = bytes;
  if (family !== FAMILY || version !== VERSION)
    throw damagedState('these bytes are no quantiles sketch of version 3');
  const k = view.getUint16(4, true);
  if (k < MIN_QUANTILES_K || k > MAX_QUANTILES_K || (k & (k - 1)) !== 0)
    throw damagedState(`a quantiles sketch of k = ${k}`);
  if ((flags & FLAG.empty) !== 0) return;
  viewOf(bytes, HEADER_BYTES, 'a quantiles sketch');
  const n = view.getBigUint64(8, true);
  const bits = n / BigInt(2 * k);
  if (words !== 2 || n === 0n || n > BigInt(Number.MAX_SAFE_INTEGER))
    throw damagedState(`a quantiles sketch of ${n} values`);
  const buffered = Number(n % BigInt(2 * k));
  const isCompact = (flags & FLAG.compact) !== 0;
  let at = HEADER_BYTES;
  const take = (count: number): Float64Array => {
    viewOf(bytes, at + 8 * count, 'a quantiles sketch');
    const values = Float64Array.from({ length: count }, (_, i) => view.getFloat64(at + 8 * i, true));
    if (values.some(Number.isNaN)) throw damagedState('a quantiles sketch with NaN');
    at += 8 * count;
    return values;
  };
  const buffer = take(buffered);
  // Not compact: the buffer has its full room once there are levels, and levels without values are there.
  if (!isCompact && bits > 0n) at = HEADER_BYTES + 16 * k;
  const levels: { level: number; values: Float64Array }[] = [];
  for (let level = 0; level < MAX_LEVELS && bits >> BigInt(level) > 0n; level++) {
    const isTaken = ((bits >> BigInt(level)) & 1n) === 1n;
    if (isTaken) levels.push({ level, values: take(k).sort() });
    else if (!isCompact) at += 8 * k;
  }
  const ends = [view.getFloat64(16, true), view.getFloat64(24, true)] as const;
  makeQuantiles(memory, slot, k, { count: Number(n), buffer, levels }, ends);
}
