// Merging sorted inputs: first the order of all rows, one byte each, which is the number of the input that comes next;
// then every column by itself in that order. Inputs are read from front to back, so an order is all that a column needs.

import { order_of_refs } from "./bytes";
import { order_of_rows } from "./order";

// Words of an input of merge_order: its key columns (address of `width` u32 addresses), the next row, and the first
// row that is not there.
const INPUT_BYTES: usize = 12;

// Does the next row of input a come before that of b? Equal rows go in the order of their inputs.
// @ts-ignore: decorator
@inline
function comes_first(inputs: usize, a: u32, b: u32, kinds: usize, width: i32): bool {
  const x = inputs + <usize>a * INPUT_BYTES;
  const y = inputs + <usize>b * INPUT_BYTES;
  const c = order_of_rows(<usize>load<u32>(x), load<u32>(x, 4), <usize>load<u32>(y), load<u32>(y, 4), kinds, width);
  return c < 0 || (c == 0 && a < b);
}

// Moves the input at `at` of the heap down to where it belongs.
function sift(inputs: usize, heap: usize, at: i32, live: i32, kinds: usize, width: i32): void {
  const input = load<u32>(heap + (<usize>at << 2));
  while (true) {
    let child = 2 * at + 1;
    if (child >= live) break;
    let next = load<u32>(heap + (<usize>child << 2));
    if (child + 1 < live) {
      const other = load<u32>(heap + (<usize>(child + 1) << 2));
      if (comes_first(inputs, other, next, kinds, width)) {
        next = other;
        child++;
      }
    }
    if (!comes_first(inputs, next, input, kinds, width)) break;
    store<u32>(heap + (<usize>at << 2), next);
    at = child;
  }
  store<u32>(heap + (<usize>at << 2), input);
}

// Merges the rows of up to 256 sorted inputs: writes the number of the input that each of the next rows comes from, and
// moves the inputs on. Answers how many: n, or fewer when an input has no row left (it may have more to bring). Inputs
// without rows take no part. `heap` is room for `count` u32.
export function merge_order(inputs: usize, count: i32, kinds: usize, width: i32, heap: usize, n: i32, out: usize): i32 {
  let live = 0;
  for (let i = 0; i < count; i++) {
    const input = inputs + <usize>i * INPUT_BYTES;
    if (load<u32>(input, 4) < load<u32>(input, 8)) store<u32>(heap + (<usize>(live++) << 2), i);
  }
  for (let i = (live >> 1) - 1; i >= 0; i--) sift(inputs, heap, i, live, kinds, width);
  let done = 0;
  while (live > 0 && done < n) {
    const first = load<u32>(heap);
    const input = inputs + <usize>first * INPUT_BYTES;
    let row = load<u32>(input, 4);
    const left = min(load<u32>(input, 8) - row, <u32>(n - done));
    let taken: u32 = 1;
    if (live == 1) taken = left;
    else {
      let second = load<u32>(heap, 4);
      if (live > 2) {
        const third = load<u32>(heap, 8);
        if (comes_first(inputs, third, second, kinds, width)) second = third;
      }
      // Runs of one input cost one comparison a row.
      store<u32>(input, row + 1, 4);
      while (taken < left && comes_first(inputs, first, second, kinds, width)) store<u32>(input, row + ++taken, 4);
    }
    memory.fill(out + done, <u8>first, taken);
    row += taken;
    store<u32>(input, row, 4);
    done += taken;
    if (row == load<u32>(input, 8)) break;
    sift(inputs, heap, 0, live, kinds, width);
  }
  return done;
}

// Takes the next n rows of an order off what each input has left (u32 by input); answers how many there are before an
// input that has none left.
export function merge_span(order: usize, n: i32, left: usize): i32 {
  for (let i = 0; i < n; i++) {
    const p = left + (<usize>load<u8>(order + i) << 2);
    const rows = load<u32>(p);
    if (rows == 0) return i;
    store<u32>(p, rows - 1);
  }
  return n;
}

// Values of the next n rows of an order. `heads` is the u32 address of the next value by input, and is moved on.
export function merge_take_u8(order: usize, n: i32, heads: usize, out: usize): void {
  for (let i = 0; i < n; i++) {
    const p = heads + (<usize>load<u8>(order + i) << 2);
    const at = load<u32>(p);
    store<u8>(out + i, load<u8>(<usize>at));
    store<u32>(p, at + 1);
  }
}
export function merge_take_u64(order: usize, n: i32, heads: usize, out: usize): void {
  for (let i = 0; i < n; i++) {
    const p = heads + (<usize>load<u8>(order + i) << 2);
    const at = load<u32>(p);
    store<u64>(out + (<usize>i << 3), load<u64>(<usize>at));
    store<u32>(p, at + 8);
  }
}

// Distinct strings of the next n entries of sorted dictionaries, in an order that merge_order gave: appends them to the
// `count` references at `out` and writes the place of each entry there. `heads` (next reference) and `maps` (next u32
// place) are u32 addresses by input, and are moved on. Answers the new count. Entry 0 of `out` is nobody's.
export function merge_distinct_refs(order: usize, n: i32, heads: usize, maps: usize, out: usize, count: i32): i32 {
  for (let i = 0; i < n; i++) {
    const input = <usize>load<u8>(order + i) << 2;
    const head = load<u32>(heads + input);
    const map = load<u32>(maps + input);
    const ref = load<u64>(<usize>head);
    if (count == 1 || order_of_refs(load<u64>(out + (<usize>(count - 1) << 3)), ref) != 0) {
      store<u64>(out + (<usize>(count++) << 3), ref);
    }
    store<u32>(<usize>map, count - 1);
    store<u32>(heads + input, head + 8);
    store<u32>(maps + input, map + 4);
  }
  return count;
}
