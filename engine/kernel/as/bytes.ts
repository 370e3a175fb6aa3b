// What several kernels need of byte strings. Exports nothing to the host: index.ts does not name it.

// Order of the bytes of two references, unsigned: negative, 0 or positive.
// @ts-ignore: decorator
@inline
export function order_of_refs(a: u64, b: u64): i32 {
  const la = <i32>(a >> 32), lb = <i32>(b >> 32);
  const pa = <usize>(<u32>a), pb = <usize>(<u32>b);
  if (pa == pb && la == lb) return 0;
  const n = min(la, lb);
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    const x = load<u64>(pa + i), y = load<u64>(pb + i);
    if (x != y) return bswap<u64>(x) < bswap<u64>(y) ? -1 : 1;
  }
  for (; i < n; i++) {
    const x = <i32>load<u8>(pa + i), y = <i32>load<u8>(pb + i);
    if (x != y) return x - y;
  }
  return la - lb;
}
