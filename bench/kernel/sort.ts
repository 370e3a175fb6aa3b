/** Kernels of sorting: order-preserving words, and one of the passes over them that sort by a byte. */

import { STEP_ROWS } from '../../engine/exec/context.ts';
import { VECTOR_ROWS } from '../../engine/vector/vector.ts';
import { type CaseMaker, noise, pages, SLACK } from './case.ts';

const DIGITS = 256;

export const sortCases: CaseMaker = (ground) => {
  const { arena, kernels, region, bytes } = ground;
  const values = Math.floor(bytes / 8);
  const words = noise(ground);
  const nextWords = region.alloc(bytes + SLACK);
  const order = region.alloc(values * 4 + SLACK);
  const nextOrder = region.alloc(values * 4 + SLACK);
  const counts = region.alloc(DIGITS * 4);
  const page = region.alloc(VECTOR_ROWS * 8);
  kernels.iota_u32(values, 0, order);
  const pass = (): void => {
    kernels.radix_count(words, values, 0, counts);
    let sum = 0;
    for (let d = 0; d < DIGITS; d++) {
      const count = arena.u32[counts / 4 + d];
      arena.u32[counts / 4 + d] = sum;
      sum += count;
    }
    pages(values, STEP_ROWS, (from, n) =>
      kernels.radix_move(words + from * 8, order + from * 4, n, 0, counts, nextWords, nextOrder),
    );
  };
  return [
    {
      family: 'sort',
      name: 'order_i64',
      bytes: values * 8,
      values,
      run: () => pages(values, VECTOR_ROWS, (from, n) => kernels.order_i64(words + from * 8, n, 0n, page)),
    },
    { family: 'sort', name: 'radix_count, radix_move: one byte', bytes: values * 12, values, run: pass },
  ];
};
