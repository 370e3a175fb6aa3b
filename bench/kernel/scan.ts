/** Kernels of scans and of aggregates without groups: from columns to masks, from masks to row numbers, sums. */

import { VECTOR_ROWS } from '../../engine/vector/vector.ts';
import { type CaseMaker, type Ground, type KernelCase, noise, pages, SLACK } from './case.ts';

export const scanCases: CaseMaker = (ground) => {
  const { arena, kernels, region, random, bytes } = ground;
  const column = noise(ground);
  const floats = region.alloc(bytes + SLACK);
  for (let i = 0; i < bytes / 8; i++) arena.f64[floats / 8 + i] = random.uint32() / 100;
  const mask = region.alloc(bytes + SLACK);
  for (let i = 0; i < bytes; i++) arena.u8[mask + i] = random.uint32() & 1;
  const out = region.alloc(VECTOR_ROWS * 8);
  const rows = region.alloc(VECTOR_ROWS * 2);
  const selected = kernels.mask_select(mask, VECTOR_ROWS, rows);
  const sum = region.allocZero(64);
  const over = paged(ground);
  return [
    over('compare', 'cmp_range_u8_vc', 1, (at, n) =>
      kernels.cmp_range_u8_vc(column + at, n, 10, 200, 0, out),
    ),
    over('compare', 'cmp_range_u32_vc', 4, (at, n) =>
      kernels.cmp_range_u32_vc(column + at, n, 1000, 3_000_000_000, 0, out),
    ),
    over('compare', 'cmp_range_i64_vc', 8, (at, n) =>
      kernels.cmp_range_i64_vc(column + at, n, 0n, 1n << 62n, 0, out),
    ),
    over('compare', 'cmp_i64_vv', 8, (at, n) => kernels.cmp_i64_vv(2, column + at, floats + at, n, out)),
    over('select', 'mask_select, half', 1, (at, n) => void kernels.mask_select(mask + at, n, out)),
    over('select', 'gather_u64, half', 8, (at, n) => {
      if (n === VECTOR_ROWS) kernels.gather_u64(column + at, rows, selected, out);
    }),
    over('sum', 'sum_u8', 1, (at, n) => kernels.sum_u8(column + at, n, sum)),
    over('sum', 'sum_u32', 4, (at, n) => kernels.sum_u32(column + at, n, sum)),
    over('sum', 'sum_i64', 8, (at, n) => void kernels.sum_i64(column + at, 0, n, sum)),
    over('sum', 'sum_f64', 8, (at, n) => kernels.sum_f64(floats + at, 0, n, sum)),
    over('hash', 'hash_u64', 8, (at, n) => kernels.hash_u64(column + at, n, 1n, out)),
    over('hash', 'checksum_xxh64', 1, (at, n) => void kernels.checksum_xxh64(column + at, n, 0n), 65536),
  ];
};

/** A case that calls a kernel with the offset and the number of values of each page of an array. */
const paged =
  ({ bytes }: Ground) =>
  (
    family: string,
    name: string,
    width: number,
    call: (at: number, n: number) => void,
    pageValues = VECTOR_ROWS,
  ): KernelCase => {
    const values = Math.floor(bytes / width);
    return {
      family,
      name,
      bytes: values * width,
      values,
      run: () => pages(values, pageValues, (from, n) => call(from * width, n)),
    };
  };
