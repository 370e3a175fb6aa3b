/** Kernels of sorting: order-preserving words, and one of the passes over a run of them that sort by a byte. */

import { VECTOR_ROWS } from '../../engine/vector/vector.ts';
import { type CaseMaker, noise, pages, SLACK } from './case.ts';

const DIGITS = 256;
/** Rows of a sorted run, as the executor makes them. */
const RUN_ROWS = 65536;

export const sortCases: CaseMaker = (ground) => {
  const { kernels, region, bytes } = ground;
  const values = Math.floor(bytes / 8);
  const words = noise(ground);
  const nextWords = region.alloc(RUN_ROWS * 8 + SLACK);
  const order = region.alloc(RUN_ROWS * 4 + SLACK);
  const nextOrder = region.alloc(RUN_ROWS * 4 + SLACK);
  const counts = region.alloc(DIGITS * 4);
  const page = region.alloc(VECTOR_ROWS * 8);
  kernels.iota_u32(RUN_ROWS, 0, order);
  return [
    {
      family: 'sort',
      name: 'order_i64',
      bytes: values * 8,
      values,
      run: () => pages(values, VECTOR_ROWS, (from, n) => kernels.order_i64(words + from * 8, n, 0n, page)),
    },
    {
      family: 'sort',
      name: 'sort_pass_u64: runs of 65,536, one byte',
      bytes: values * 12,
      values,
      run: () =>
        pages(values, RUN_ROWS, (from, n) =>
          kernels.sort_pass_u64(words + from * 8, order, n, 0, counts, nextWords, nextOrder),
        ),
    },
  ];
};
