/** Twin of as/order.ts: the order of two rows of key columns, negative, 0 or positive. */

import type { Arena } from '../../memory/arena.ts';
import { compareRefs } from './string.ts';

export const orderOfRowsIn =
  (arena: Arena) =>
  (columns: number, a: number, others: number, b: number, kinds: number, width: number): number => {
    const { u8, u32, u64 } = arena;
    for (let k = 0; k < width; k++) {
      const x = u64[(u32[(columns >>> 2) + k] >>> 3) + a];
      const y = u64[(u32[(others >>> 2) + k] >>> 3) + b];
      if (x === y) continue;
      const kind = u8[kinds + k];
      if (kind === 0) return x < y ? -1 : 1;
      const c = compareRefs(arena, x, y);
      if (c !== 0) return kind === 1 ? c : -c;
    }
    return 0;
  };
