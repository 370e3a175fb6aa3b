/**
 * Bitmaps of a dictionary column: for each code, the rows that have it (roaring.ts).
 */

import type { Kernels } from '../../engine/kernel/load.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import { type CodecContext, withScratch } from '../codec/context.ts';
import { ARRAY_LIMIT, type Container, serializeRoaring } from './roaring.ts';

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
        if (to === from) continue;
        const found = copy.subarray(from, to);
        this.#containers[code].push({ block, rows: found.length, positions: found, bits: null });
      }
    });
  }

  /** Bitmaps by code. */
  *bitmaps(): Generator<Uint8Array> {
    for (const containers of this.#containers) yield serializeRoaring(containers);
  }
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
