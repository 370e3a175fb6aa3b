// What several kernels need of rows in order. Exports nothing to the host: index.ts does not name it.
//
// Keys are columns of 8-byte words: `columns` points at `width` u32 addresses, `kinds` at one byte each (0 = unsigned
// word, 1 = string reference ascending by bytes, 2 = descending).

import { order_of_refs } from "./bytes";

// Negative, 0 or positive: row a of these columns against row b of those.
// @ts-ignore: decorator
@inline
export function order_of_rows(columns: usize, a: u32, others: usize, b: u32, kinds: usize, width: i32): i32 {
  for (let k = 0; k < width; k++) {
    const x = load<u64>(<usize>load<u32>(columns + (k << 2)) + (<usize>a << 3));
    const y = load<u64>(<usize>load<u32>(others + (k << 2)) + (<usize>b << 3));
    if (x == y) continue;
    const kind = load<u8>(kinds + k);
    if (kind == 0) return x < y ? -1 : 1;
    const c = order_of_refs(x, y);
    if (c != 0) return kind == 1 ? c : -c;
  }
  return 0;
}
