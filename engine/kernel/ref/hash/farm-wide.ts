/** What FarmHash makes of texts of 512 bytes and more: twelve registers of 128 bits, into which 256 bytes go at a time. */

import { rotr, u64, viewOf } from './word.ts';

/** Four words of 32 bits. */
type Register = Uint32Array<ArrayBuffer>;

/** Where the 16 bytes at hand are. */
const Z = 12;

/**
 * What happens to the registers for each 16 bytes z: `0+z` adds (in halves of 64 bits), `2^0` is XOR, `1#` puts the bytes into another order, `8*`
 * multiplies words, `0~6` exchanges two registers.
 */
const ROUND = [
  '0+z 1# 2^0 4^z 4^1 0~6',
  '5+z 6# 8# 7^5 0^z 0^6 5~11',
  '1+z 2# 4# 5^z 5^2 10~4',
  '6+z 7# 0# 8^6 1^z 1+7',
  '2+z 5# 4+2 6^z 6^11 8~2',
  '7^z 8# 1# 0+7 2+z 2+8 1~7',
  '4# 6# 8* 5^11 7^z 7+4 6~0',
  '8+z 0# 2# 1^8 10^z 10^0 11~5',
  '4+z 5# 7# 6+4 8^z 8^5 4~10',
  '0+z 1# 2+0 4^z 4^1',
  '5+z 6# 8# 7^5 0^z 0^6 2~8',
  '1+z 2# 4# 5* 5^z 5^2 7~1',
  '6+z 7# 0# 8+6 1^z 1^7 0~6',
  '2+z 5# 4^2 6^z 6^9 5~11',
  '7+z 8# 1# 0^7 2^z 2^8 10~4',
  '3+z 4# 6# 7* 5+3 7^z 7^4 3~9',
].map((steps) => steps.split(' ').map(stepOf));

type Step = { readonly to: number; readonly op: string; readonly from: number };

function stepOf(text: string): Step {
  const [, to, op, from] = /^(\d+)(.)(.*)$/.exec(text)!;
  return { to: Number(to), op, from: from === 'z' ? Z : Number(from) };
}

const ORDER = [1, 3, 7, 0, 13, 14, 2, 12, 9, 6, 15, 8, 5, 10, 11, 4];
const FACTORS = Uint32Array.of(0xcc9e2d51, 0x343e33ed, 0x4554fa03, 0xbdd63339);

const wide = (low: bigint): Register => Uint32Array.of(Number(low & 0xffffffffn), Number(low >> 32n), 0, 0);
const repeated = (word: bigint): Register => new Uint32Array(4).fill(Number(BigInt.asUintN(32, word)));

function plus(a: Register, b: Register): Register {
  const sum = new Uint32Array(4);
  for (let i = 0; i < 4; i += 2) {
    const low = a[i] + b[i];
    sum[i] = low;
    sum[i + 1] = a[i + 1] + b[i + 1] + (low > 0xffffffff ? 1 : 0);
  }
  return sum;
}
const xor = (a: Register, b: Register): Register => a.map((word, i) => word ^ b[i]);
const times = (a: Register): Register => a.map((word, i) => Math.imul(word, FACTORS[i]));
function reordered(a: Register): Register {
  const bytes = new Uint8Array(a.buffer);
  return new Uint32Array(Uint8Array.from(ORDER, (at) => bytes[at]).buffer);
}

/** @param short the hash of texts below 512 bytes */
export function farmWide(
  bytes: Uint8Array,
  [seed0, seed1]: readonly [bigint, bigint],
  short: (bytes: Uint8Array) => bigint,
): bigint {
  const { length } = bytes;
  const seed2 = u64((seed0 + 113n) * (seed1 + 9n));
  const seed3 = u64((rotr(seed0, 23n) + 27n) * (rotr(seed1, 30n) + 111n));
  const d: Register[] = [wide(seed0), wide(seed1)];
  d[2] = reordered(d[0]);
  d[3] = reordered(d[1]);
  d[4] = xor(d[0], d[1]);
  d[5] = xor(d[1], d[2]);
  d[6] = xor(d[2], d[4]);
  d[7] = repeated(seed2 >> 32n);
  d[8] = times(d[2]);
  d[9] = repeated(seed3 >> 32n);
  d[10] = repeated(seed3);
  d[11] = plus(d[2], repeated(seed2));
  const view = viewOf(bytes);
  const end = length & ~255;
  for (let at = 0; at < end; at += 16) {
    d[Z] = Uint32Array.from({ length: 4 }, (_, i) => view.getUint32(at + 4 * i, true));
    for (const { to, op, from } of ROUND[(at >> 4) & 15]) {
      if (op === '~') [d[to], d[from]] = [d[from], d[to]];
      else if (op === '#') d[to] = reordered(d[to]);
      else if (op === '*') d[to] = times(d[to]);
      else d[to] = op === '+' ? plus(d[to], d[from]) : xor(d[to], d[from]);
    }
  }
  d[6] = plus(times(d[6]), wide(BigInt(length)));
  if (length > end) {
    d[7] = plus(Uint32Array.of(d[8][1], d[8][2], d[8][3], d[8][0]), d[7]);
    d[8] = plus(times(d[8]), wide(short(bytes.subarray(end))));
  }
  for (const i of [0, 3, 9, 1]) d[i] = times(reordered(times(d[i])));
  const ends = [plus(d[11], d[0]), xor(d[7], d[3]), plus(d[8], d[9]), plus(d[10], d[1])];
  ends.push(plus(ends[1], d[4]), plus(ends[2], d[5]), xor(ends[3], d[6]), plus(ends[0], d[2]));
  return short(new Uint8Array(Uint32Array.from(ends.flatMap((r) => [...r])).buffer));
}
