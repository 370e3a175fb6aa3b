/**
 * Sets of row numbers in Roaring's portable format.
 *
 *   bitmap  := 12346:u32 containers:u32 (key:u16 cardinality-1:u16){containers} offset:u32{containers} container*
 *   container := sorted u16 positions, up to 4,096 of them, or 65,536 bits
 *
 * A block is a container: its key is the block's number, so that a block's rows are found without touching the
 * others'. (Run containers are never written; the reader knows them not.)
 *
 * Format: https://github.com/RoaringBitmap/RoaringFormatSpec
 */

import { BLOCK_ROWS } from '../../engine/vector/vector.ts';

const COOKIE_NO_RUNS = 12346;
/** More positions than these are kept as bits. */
export const ARRAY_LIMIT = 4096;
export const BITSET_BYTES = BLOCK_ROWS / 8;

/** The rows of one block: `rows` of them, as ascending positions or, least significant first, as bits. */
export type Container = {
  readonly block: number;
  readonly rows: number;
  readonly positions: Uint16Array | null;
  readonly bits: Uint8Array | null;
};

/** Containers in order of their blocks; bits where there are more than ARRAY_LIMIT rows, positions otherwise, or either. */
export function serializeRoaring(containers: readonly Container[]): Uint8Array {
  const headerBytes = 8 + containers.length * 8;
  const out = new Uint8Array(containers.reduce((sum, c) => sum + sizeOf(c), headerBytes));
  const view = new DataView(out.buffer);
  view.setUint32(0, COOKIE_NO_RUNS, true);
  view.setUint32(4, containers.length, true);
  let at = headerBytes;
  containers.forEach((container, i) => {
    view.setUint16(8 + i * 4, container.block, true);
    view.setUint16(10 + i * 4, container.rows - 1, true);
    view.setUint32(8 + containers.length * 4 + i * 4, at, true);
    if (container.rows <= ARRAY_LIMIT) {
      let to = at;
      for (const position of positionsOf(container)) {
        view.setUint16(to, position, true);
        to += 2;
      }
    } else if (container.bits !== null) out.set(container.bits, at);
    else for (const p of container.positions ?? []) out[at + (p >> 3)] |= 1 << (p & 7);
    at += sizeOf(container);
  });
  return out;
}

/** Where the containers of a bitmap lie: `at` from its first byte. undefined: the bytes are no such bitmap. */
export function roaringContainers(
  bytes: Uint8Array,
): { readonly block: number; readonly rows: number; readonly at: number }[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8 || view.getUint32(0, true) !== COOKIE_NO_RUNS) return undefined;
  const count = view.getUint32(4, true);
  if (bytes.length < 8 + count * 8) return undefined;
  const containers = [];
  for (let i = 0; i < count; i++) {
    const container = {
      block: view.getUint16(8 + i * 4, true),
      rows: view.getUint16(10 + i * 4, true) + 1,
      at: view.getUint32(8 + count * 4 + i * 4, true),
    };
    if (container.at + sizeOf(container) > bytes.length) return undefined;
    containers.push(container);
  }
  return containers;
}

const sizeOf = ({ rows }: Pick<Container, 'rows'>): number => (rows <= ARRAY_LIMIT ? rows * 2 : BITSET_BYTES);

function* positionsOf({ positions, bits }: Container): Generator<number> {
  if (positions !== null) yield* positions;
  for (let i = 0; bits !== null && i < bits.length; i++) {
    for (let byte = bits[i]; byte !== 0; byte &= byte - 1) yield i * 8 + 31 - Math.clz32(byte & -byte);
  }
}
