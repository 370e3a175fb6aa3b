// Snappy's raw block format: literals and copies from what was written before.

// A block of n bytes into `size` bytes at `out`; answers the bytes written, or -1 when it is malformed or its length is
// not `size`. Reads up to 15 bytes behind the block, writes none behind `size`.
export function decode_snappy(src: usize, n: i32, out: usize, size: i32): i32 {
  const end = src + n;
  const start = out;
  const limit = out + size;
  let length: u32 = 0;
  let shift = 0;
  for (let more = true; more; shift += 7) {
    if (src >= end || shift > 28) return -1;
    const byte = <u32>load<u8>(src++);
    length |= (byte & 127) << shift;
    more = byte > 127;
  }
  if (length != <u32>size) return -1;
  while (src < end) {
    const tag = <u32>load<u8>(src++);
    const kind = tag & 3;
    if (kind == 0) {
      let literals = <u64>(tag >> 2) + 1;
      if (literals > 60) {
        const bytes = <usize>literals - 60;
        if (bytes > end - src) return -1;
        literals = (<u64>load<u32>(src) & (0xffffffff >> (<u64>(4 - bytes) << 3))) + 1;
        src += bytes;
      }
      if (literals > <u64>(end - src) || literals > <u64>(limit - out)) return -1;
      if (literals <= 64 && out + 64 <= limit) {
        for (let k: usize = 0; k < <usize>literals; k += 16) v128.store(out + k, v128.load(src + k));
      } else memory.copy(out, src, <usize>literals);
      src += <usize>literals;
      out += <usize>literals;
      continue;
    }
    let count: usize;
    let distance: usize;
    if (kind == 1) {
      if (src >= end) return -1;
      count = ((tag >> 2) & 7) + 4;
      distance = ((tag & 0xe0) << 3) | <u32>load<u8>(src++);
    } else {
      const bytes: usize = kind == 2 ? 2 : 4;
      if (bytes > end - src) return -1;
      count = (tag >> 2) + 1;
      distance = kind == 2 ? <usize>load<u16>(src) : <usize>load<u32>(src);
      src += bytes;
    }
    if (distance == 0 || distance > out - start || count > limit - out) return -1;
    const from = out - distance;
    if (distance >= 16 && out + ((count + 15) & ~15) <= limit) {
      for (let k: usize = 0; k < count; k += 16) v128.store(out + k, v128.load(from + k));
    } else if (distance >= 8 && out + ((count + 7) & ~7) <= limit) {
      for (let k: usize = 0; k < count; k += 8) store<u64>(out + k, load<u64>(from + k));
    } else {
      for (let k: usize = 0; k < count; k++) store<u8>(out + k, load<u8>(from + k));
    }
    out += count;
  }
  return <i32>(out - start);
}
