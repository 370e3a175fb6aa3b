// Texts as codes of symbols of 1 to 8 bytes, one byte a code; 255 says that the next byte stands for itself (after Boncz, Neumann
// and Leis, FSST: Fast Random Access String Compression, 2020).

const SLOTS: usize = 131072;

// From so many bytes on, a text is encoded as four, beside each other: a code is a long way from the next one.
const QUARTERS_FROM: i32 = 256;

// The symbol that the word begins with: code, length << 8, 1 << 15 when it is the escape.
// @ts-ignore: decorator
@inline
function symbol_of(word: u64, matcher: usize): u32 {
  const slot = matcher + SLOTS + <usize>((((<u32>word & 0xffffff) * 2971215073) >> 21) << 4);
  const long = load<u32>(slot, 8);
  const short = <u32>load<u16>(matcher + <usize>((<u32>word & 0xffff) << 1));
  return select<u32>(long & 0xffff, short, load<u64>(slot) == (word & (u64.MAX_VALUE >> <u64>(long >> 16))));
}

// @ts-ignore: decorator
@inline
function put_code(out: usize, symbol: u32, word: u64): usize {
  store<u16>(out, <u16>((symbol & 255) | ((<u32>word & 255) << 8)));
  return out + 1 + (symbol >> 15);
}

// n bytes to codes; answers the bytes written, at most 2n. `matcher` is u16[65536] by two bytes (code, length << 8, 1 << 15 when it
// is the escape), then 2048 slots by a hash of three bytes: u64 symbol, u8 code, u8 length, u8 bits of a word that are not the
// symbol's, u8 0. Up to 8 bytes behind src are read, not used. A text of QUARTERS_FROM bytes is four texts, of a fourth of it each and
// the rest.
export function encode_symbols(src: usize, n: i32, matcher: usize, out: usize): i32 {
  if (n < QUARTERS_FROM) return <i32>(encode_rest(src, src + n, matcher, out) - out);
  const quarter = <usize>(n >> 2);
  let a = src;
  let b = a + quarter;
  let c = b + quarter;
  let d = c + quarter;
  const endA = b;
  const endB = c;
  const endC = d;
  const endD = src + n;
  const room = quarter << 1;
  let toA = out;
  let toB = out + room;
  let toC = toB + room;
  let toD = toC + room;
  const outB = toB;
  const outC = toC;
  const outD = toD;
  while (a + 8 <= endA && b + 8 <= endB && c + 8 <= endC && d + 8 <= endD) {
    const wordA = load<u64>(a);
    const wordB = load<u64>(b);
    const wordC = load<u64>(c);
    const wordD = load<u64>(d);
    const symbolA = symbol_of(wordA, matcher);
    const symbolB = symbol_of(wordB, matcher);
    const symbolC = symbol_of(wordC, matcher);
    const symbolD = symbol_of(wordD, matcher);
    toA = put_code(toA, symbolA, wordA);
    toB = put_code(toB, symbolB, wordB);
    toC = put_code(toC, symbolC, wordC);
    toD = put_code(toD, symbolD, wordD);
    a += (symbolA >> 8) & 15;
    b += (symbolB >> 8) & 15;
    c += (symbolC >> 8) & 15;
    d += (symbolD >> 8) & 15;
  }
  toA = encode_rest(a, endA, matcher, toA);
  toB = encode_rest(b, endB, matcher, toB);
  toC = encode_rest(c, endC, matcher, toC);
  toD = encode_rest(d, endD, matcher, toD);
  memory.copy(toA, outB, toB - outB);
  toA += toB - outB;
  memory.copy(toA, outC, toC - outC);
  toA += toC - outC;
  memory.copy(toA, outD, toD - outD);
  return <i32>(toA + (toD - outD) - out);
}

// Answers where the codes end.
function encode_rest(src: usize, end: usize, matcher: usize, out: usize): usize {
  while (src + 8 <= end) {
    const word = load<u64>(src);
    const symbol = symbol_of(word, matcher);
    out = put_code(out, symbol, word);
    src += (symbol >> 8) & 15;
  }
  while (src < end) {
    const left = <u32>(end - src);
    const word = load<u64>(src) & (u64.MAX_VALUE >> (64 - (left << 3)));
    const slot = matcher + SLOTS + <usize>((((<u32>word & 0xffffff) * 2971215073) >> 21) << 4);
    const length = <u32>load<u8>(slot, 9);
    if (length <= left && load<u64>(slot) == (word & (u64.MAX_VALUE >> load<u8>(slot, 10)))) {
      store<u8>(out++, load<u8>(slot, 8));
      src += length;
      continue;
    }
    const entry = <u32>load<u16>(matcher + <usize>((<u32>word & 0xffff) << 1));
    const short = (entry >> 8) & 3;
    if (short > left || entry >> 15 != 0) {
      store<u8>(out++, 255);
      store<u8>(out++, <u8>word);
      src++;
    } else {
      store<u8>(out++, <u8>entry);
      src += short;
    }
  }
  return out;
}

// n bytes of codes to `size` bytes; answers the bytes written, -1 when the codes are malformed or give more. `symbols` is u64[256],
// then u8[256] lengths; what is no symbol has length 0.
export function decode_symbols(src: usize, n: i32, symbols: usize, out: usize, size: i32): i32 {
  const end = src + n;
  const start = out;
  const limit = out + size;
  const lengths = symbols + 2048;
  while (src < end) {
    if (src + 4 <= end && out + 32 <= limit) {
      const codes = load<u32>(src);
      // No byte of the four is 255: none is zero when inverted.
      const inverted = ~codes;
      if (((inverted - 0x01010101) & codes & 0x80808080) == 0) {
        const a = <usize>(codes & 255);
        const b = <usize>((codes >> 8) & 255);
        const c = <usize>((codes >> 16) & 255);
        const d = <usize>(codes >> 24);
        store<u64>(out, load<u64>(symbols + (a << 3)));
        out += load<u8>(lengths + a);
        store<u64>(out, load<u64>(symbols + (b << 3)));
        out += load<u8>(lengths + b);
        store<u64>(out, load<u64>(symbols + (c << 3)));
        out += load<u8>(lengths + c);
        store<u64>(out, load<u64>(symbols + (d << 3)));
        out += load<u8>(lengths + d);
        src += 4;
        continue;
      }
    }
    const code = <usize>load<u8>(src++);
    if (code == 255) {
      if (src >= end || out >= limit) return -1;
      store<u8>(out++, load<u8>(src++));
      continue;
    }
    const length = <usize>load<u8>(lengths + code);
    if (length > limit - out) return -1;
    let word = load<u64>(symbols + (code << 3));
    if (out + 8 <= limit) {
      store<u64>(out, word);
      out += length;
    } else {
      for (const stop = out + length; out < stop; word >>= 8) store<u8>(out++, <u8>word);
    }
  }
  return <i32>(out - start);
}
