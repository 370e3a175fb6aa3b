/** Rows of a staged column in a given order, as dense values: what policies look at. */

import type { Region } from '../../engine/memory/region.ts';
import type { CodecContext } from '../codec/context.ts';
import type { StagedColumn } from '../segment/staged-column.ts';

/** Dense values of some rows: 8 bytes each, one for bool; codes are those a dictionary is built with. */
export type GatheredRows = { readonly data: number; readonly valid: number };

/** Rows numbered at `rows`, at most 8,192, in the region. Codes have 8 bytes each, NULL is 0. */
export function gatherRows(
  { kernels }: CodecContext,
  region: Region,
  { form, pages, valids, dictionary }: StagedColumn,
  rows: number,
  count: number,
): GatheredRows {
  const data = region.alloc(count * 8);
  const valid = valids === 0 ? 0 : region.alloc(count);
  if (valid !== 0) kernels.gather_pages_u8(valids, rows, count, valid);
  if (form === 'bool') kernels.gather_pages_u8(pages, rows, count, data);
  else if (form === 'codes') {
    const codes = region.alloc(count * 4);
    kernels.gather_pages_u32(pages, rows, count, codes);
    kernels.remap_u32_u32(codes, count, dictionary?.codes ?? 0, codes);
    kernels.widen_u32_i64(codes, count, 0n, data);
  } else kernels.gather_pages_u64(pages, rows, count, data);
  return { data, valid };
}
