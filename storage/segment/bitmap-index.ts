/**
 * Roaring bitmaps of a dictionary column: for each code, the rows that have it, in Roaring's portable format.
 *
 *   bitmap  := 12346:u32 containers:u32 (key:u16 cardinality-1:u16){containers} offset:u32{containers} container*
 *   container := sorted u16 positions, up to 4,096 of them, or 65,536 bits
 *
 * A block is a container: its key is the block's number, so that a block's rows are found without touching the
 * others'. (Run containers are never written; the reader knows them not.)
 *
 * Format: https://github.com/RoaringBitmap/RoaringFormatSpec
 */

import type { Kernels } from '../../engine/kernel/load.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import { BLOCK_ROWS } from '../../engine/vector/vector.ts';
import { type CodecContext, withScratch } from '../codec/context.ts';

const COOKIE_NO_RUNS = 12346;
const ARRAY_LIMIT = 4096;
const BITSET_BYTES = BLOCK_ROWS / 8;

type Container = { readonly block: number; readonly positions: Uint16Array };

/** Collects the rows of every code, block by block, and writes each code's bitmap. */
export class BitmapIndexBuilder {
  readonly #containers: Container[][];

  constructor(codeCount: number) {
    this.#containers = Array.from({ length: codeCount }, () => []);
  }

  /** Adds a block of i64 codes. */
  add(context: CodecContext, block: number, codes: number, rows: number): void {
    const { arena, kernels } = context;
    withScratch(context, (scratch) => {
      const count = this.#containers.length;
      const starts = scratch.alloc((count + 1) * 4);
      const positions = scratch.alloc(rows * 2);
      kernels.group_positions_i64(codes, rows, count, starts, positions);
      // One copy for the whole block; the containers are views of it.
      const copy = arena.u16.slice(positions >>> 1, (positions >>> 1) + rows);
      for (let code = 0; code < count; code++) {
        const from = arena.u32[(starts >>> 2) + code];
        const to = arena.u32[(starts >>> 2) + code + 1];
        if (to > from) this.#containers[code].push({ block, positions: copy.subarray(from, to) });
      }
    });
  }

  /** Bitmaps by code. */
  *bitmaps(): Generator<Uint8Array> {
    for (const containers of this.#containers) yield serialize(containers);
  }
}

function serialize(containers: readonly Container[]): Uint8Array {
  const sizeOf = ({ positions }: Container): number =>
    positions.length <= ARRAY_LIMIT ? positions.length * 2 : BITSET_BYTES;
  const headerBytes = 8 + containers.length * 8;
  const out = new Uint8Array(containers.reduce((sum, c) => sum + sizeOf(c), headerBytes));
  const view = new DataView(out.buffer);
  view.setUint32(0, COOKIE_NO_RUNS, true);
  view.setUint32(4, containers.length, true);
  let at = headerBytes;
  containers.forEach((container, i) => {
    const { block, positions } = container;
    view.setUint16(8 + i * 4, block, true);
    view.setUint16(10 + i * 4, positions.length - 1, true);
    view.setUint32(8 + containers.length * 4 + i * 4, at, true);
    if (positions.length <= ARRAY_LIMIT) {
      for (let k = 0; k < positions.length; k++) view.setUint16(at + k * 2, positions[k], true);
    } else for (const p of positions) out[at + (p >> 3)] |= 1 << (p & 7);
    at += sizeOf(container);
  });
  return out;
}

/**
 * Sets the mask byte of each row of the block that the bitmap at `address` holds; answers how many there are.
 * The bitmap was written by {@link BitmapIndexBuilder} and its checksum compared.
 */
export function maskFromBitmap(
  { arena, kernels }: { readonly arena: Arena; readonly kernels: Kernels },
  address: number,
  block: number,
  blockRows: number,
  mask: number,
): number {
  const view = new DataView(arena.u8.buffer, address);
  const count = view.getUint32(4, true);
  for (let low = 0, high = count - 1; low <= high; ) {
    const middle = (low + high) >> 1;
    const key = view.getUint16(8 + middle * 4, true);
    if (key < block) low = middle + 1;
    else if (key > block) high = middle - 1;
    else {
      const cardinality = view.getUint16(10 + middle * 4, true) + 1;
      const at = address + view.getUint32(8 + count * 4 + middle * 4, true);
      if (cardinality <= ARRAY_LIMIT) kernels.mask_set_positions(at, cardinality, mask);
      else kernels.mask_set_bits(at, blockRows, mask);
      return cardinality;
    }
  }
  return 0;
}
