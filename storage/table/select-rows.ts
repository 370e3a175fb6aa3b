/** Some rows of a batch as a batch of their own: how a batch is cut into partitions. */

import { assert } from '../../engine/base/error.ts';
import type { Region } from '../../engine/memory/region.ts';
import { gather } from '../../engine/vector/gather.ts';
import { type Chunk, chunk, refVector, VECTOR_ROWS, type Vector } from '../../engine/vector/vector.ts';
import type { CodecContext } from '../codec/context.ts';
import type { Batch } from './batch.ts';

/**
 * @param rows address of `count` u16 row numbers, ascending.
 * @param region takes the new batch; strings are references into the old one, which must live as long.
 */
export function selectRows(
  context: CodecContext,
  region: Region,
  batch: Batch,
  rows: number,
  count: number,
): Batch {
  const columns = new Map<number, Chunk>();
  for (const [id, { whole, pages }] of batch.columns) {
    const vector = whole ?? referencesOf(context, region, batch.rows, pages ?? []);
    columns.set(id, chunk(gather(context.kernels, region, vector, rows, count)));
  }
  return { rows: count, columns };
}

function referencesOf(
  { arena, kernels }: CodecContext,
  region: Region,
  rows: number,
  pages: readonly Vector[],
): Vector {
  const refs = region.alloc(rows * 8);
  const anyNull = pages.some((page) => page.valid !== 0);
  const valid = anyNull ? region.alloc(rows) : 0;
  pages.forEach((page, i) => {
    assert(page.kind === 'text', 'pages are text');
    const start = i * VECTOR_ROWS;
    kernels.refs_of_offsets(page.data, page.bytes, page.rows, refs + start * 8);
    if (!anyNull) return;
    if (page.valid === 0) arena.fill(valid + start, page.rows, 1);
    else arena.u8.copyWithin(valid + start, page.valid, page.valid + page.rows);
  });
  return refVector(rows, refs, valid);
}
