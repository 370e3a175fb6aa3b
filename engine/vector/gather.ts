/** Some rows of a vector as a vector of their own. */

import type { Kernels } from '../kernel/load.ts';
import type { Region } from '../memory/region.ts';
import { refVector, type Vector } from './vector.ts';

/**
 * Rows `sel[0..n)` (u16) of a vector, in the same working format where it has one. Takes its memory from `region`;
 * strings become references into the old vector, which must live as long.
 */
export function gather(kernels: Kernels, region: Region, v: Vector, sel: number, n: number): Vector {
  if (v.kind === 'const') return { ...v, rows: n };
  let valid = 0;
  if (v.valid !== 0) {
    valid = region.alloc(n);
    kernels.gather_u8(v.valid, sel, n, valid);
  }
  if (v.kind === 'text') {
    const refs = region.alloc(n * 8);
    kernels.refs_of_selected(v.data, v.bytes, sel, n, refs);
    return refVector(n, refs, valid);
  }
  const data = region.alloc(n * v.width);
  if (v.width === 1) kernels.gather_u8(v.data, sel, n, data);
  else if (v.width === 2) kernels.gather_u16(v.data, sel, n, data);
  else if (v.width === 4) kernels.gather_u32(v.data, sel, n, data);
  else kernels.gather_u64(v.data, sel, n, data);
  return { ...v, rows: n, data, valid, hashes: null };
}
