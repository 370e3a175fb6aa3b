/**
 * The constants that float parsing needs, made once per process and copied into the arena by who parses.
 *
 * Layout: for q in [-342, 308], 5^q as a normalised 128-bit (high, low) pair of u64, rounded as in D. Lemire,
 * "Number Parsing at a Gigabyte per Second" (2021), appendix; then 10^0 .. 10^22 as doubles.
 */

export const POWER_BYTES = 651 * 16 + 23 * 8;

let made: Uint8Array | null = null;

export function powerTable(): Uint8Array {
  made ??= make();
  return made;
}

function make(): Uint8Array {
  const table = new Uint8Array(POWER_BYTES);
  const view = new DataView(table.buffer);
  for (let q = -342; q <= 308; q++) {
    const value = q < 0 ? reciprocal(5n ** BigInt(-q), q) : normalised(5n ** BigInt(q));
    view.setBigUint64((q + 342) * 16, value >> 64n, true);
    view.setBigUint64((q + 342) * 16 + 8, value & 0xffffffffffffffffn, true);
  }
  for (let q = 0; q <= 22; q++) view.setFloat64(651 * 16 + q * 8, Number(`1e${q}`), true);
  return table;
}

const bits = (value: bigint): number => value.toString(2).length;

function normalised(value: bigint): bigint {
  const shift = 128 - bits(value);
  return shift >= 0 ? value << BigInt(shift) : value >> BigInt(-shift);
}

function reciprocal(power: bigint, q: number): bigint {
  const size = bits(power - 1n);
  const exponent = q >= -27 ? size + 127 : 2 * size + 128;
  const value = (1n << BigInt(exponent)) / power + 1n;
  const over = bits(value) - 128;
  return over > 0 ? value >> BigInt(over) : value;
}
