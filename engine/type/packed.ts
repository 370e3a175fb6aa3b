/**
 * Values that no lane holds by itself, as strings: wide integers, and values made of several others.
 *
 * Invariant: two values of a type are equal exactly if their strings are, and strings ascend by unsigned bytes as the
 * values do. So hashing, grouping, sorting, joining, dictionaries and zone maps need not know what they hold. All that is
 * written are characters below 128 and the text of strings: a packed value is always valid UTF-8.
 *
 * ```
 * integer of n bits := ceil(n / 7) characters of 7 bits, most significant first; signed ones less their smallest value
 * float             := its 64 bits as an integer, all turned over if it is negative, else only the sign; one NaN, one zero
 * bool              := \x00 | \x01
 * text              := the text, with \x00 as \x01\x01 and \x01 as \x01\x02, then \x00
 * optional          := \x01 value | \x7f                      NULL comes last
 * tuple             := value of each field (optional where it may be NULL)
 * array             := (\x01 element)* \x00                   an element that may be NULL is \x02 instead of \x01 when it is
 * map               := array of tuples of key and value
 * bytes             := ceil(8 n / 7) characters of 7 bits, most significant first, zeros at the end
 * ```
 */

const BITS = 7;
const MASK = 0x7f;
/** Bits that small integers compute with at a time. */
const STEP = 4 * BITS;
const STEP_BITS = BigInt(STEP);

/** An unsigned integer of `bits` bits. */
export function packUnsigned(value: bigint, bits: number): string {
  const count = Math.ceil(bits / BITS);
  if (bits <= STEP) return packSmall(Number(value), count);
  return (
    packUnsigned(value >> STEP_BITS, bits - STEP) +
    packSmall(Number(BigInt.asUintN(STEP, value)), STEP / BITS)
  );
}

function packSmall(value: number, count: number): string {
  let text = '';
  for (let shift = (count - 1) * BITS; shift >= 0; shift -= BITS)
    text += String.fromCharCode((value >>> shift) & MASK);
  return text;
}

/** An unsigned integer of words of 32 bits, most significant first. */
export function packWords(words: readonly number[]): string {
  const count = Math.ceil((words.length * 32) / BITS);
  const codes = new Array<number>(count);
  for (let k = count - 1, at = 0; k >= 0; k--, at += BITS) {
    const i = words.length - 1 - (at >> 5);
    const bit = at & 31;
    const above = bit > 32 - BITS && i > 0 ? words[i - 1] << (32 - bit) : 0;
    codes[k] = ((words[i] >>> bit) | above) & MASK;
  }
  return String.fromCharCode(...codes);
}

export const packSigned = (value: bigint, bits: number): string =>
  packUnsigned(value + (1n << BigInt(bits - 1)), bits);

/** Characters that n bytes take. */
export const packedLength = (bytes: number): number => Math.ceil((bytes * 8) / BITS);
/** Bytes that as many characters hold. */
export const unpackedLength = (characters: number): number => Math.floor((characters * BITS) / 8);

/** Writes bytes as characters to `at` of `to`; these may not overlap. */
export function writePackedBytes(from: Uint8Array, to: Uint8Array, at: number): void {
  let [held, bits] = [0, 0];
  for (let i = 0; i < from.length; i++) {
    held = (held << 8) | from[i];
    for (bits += 8; bits >= BITS; ) {
      bits -= BITS;
      to[at++] = (held >>> bits) & MASK;
    }
    held &= (1 << bits) - 1;
  }
  if (bits > 0) to[at] = (held << (BITS - bits)) & MASK;
}

/** The bytes of `length` characters at `from` of `text`, written to `at` of `to`. */
export function readPackedBytes(
  text: Uint8Array,
  from: number,
  length: number,
  to: Uint8Array,
  at: number,
): void {
  const end = at + unpackedLength(length);
  let [held, bits] = [0, 0];
  for (let i = from; at < end; i++) {
    held = ((held << BITS) | (text[i] & MASK)) & 0x7fff;
    bits += BITS;
    if (bits < 8) continue;
    bits -= 8;
    to[at++] = (held >>> bits) & 0xff;
  }
}

const characters = new TextEncoder();
const ascii = new TextDecoder();

export function packBytes(bytes: Uint8Array): string {
  const text = new Uint8Array(packedLength(bytes.length));
  writePackedBytes(bytes, text, 0);
  return ascii.decode(text);
}

export function unpackBytes(text: string): Uint8Array {
  const from = characters.encode(text);
  const bytes = new Uint8Array(unpackedLength(from.length));
  readPackedBytes(from, 0, from.length, bytes, 0);
  return bytes;
}

const FLOAT = new DataView(new ArrayBuffer(8));
const SIGN = 1n << 63n;
const ALL = (1n << 64n) - 1n;

export function packFloat(value: number): string {
  FLOAT.setFloat64(0, Number.isNaN(value) ? Number.NaN : value + 0);
  const bits = FLOAT.getBigUint64(0);
  return packUnsigned(bits >= SIGN ? bits ^ ALL : bits ^ SIGN, 64);
}

export function packText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these two are what the form sets apart
  const escaped = /[\x00\x01]/.test(text)
    ? text.replaceAll('\x01', '\x01\x02').replaceAll('\x00', '\x01\x01')
    : text;
  return `${escaped}\x00`;
}

/** Reads what the functions above wrote, one after the other. */
export class PackedReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The next character's code; NaN at the end. */
  mark(): number {
    return this.#text.charCodeAt(this.#at++);
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  unsigned(bits: number): bigint {
    const count = Math.ceil(bits / BITS);
    if (bits > 48) {
      const high = this.unsigned(bits - STEP);
      return (high << STEP_BITS) | BigInt(this.#digits(STEP / BITS));
    }
    return BigInt(this.#digits(count));
  }

  /** @param count at most 7 characters: more are no exact number */
  #digits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) value = value * 128 + this.mark();
    return value;
  }

  signed(bits: number): bigint {
    return this.unsigned(bits) - (1n << BigInt(bits - 1));
  }

  float(): number {
    const bits = this.unsigned(64);
    FLOAT.setBigUint64(0, bits >= SIGN ? bits ^ SIGN : bits ^ ALL);
    return FLOAT.getFloat64(0);
  }

  text(): string {
    const end = this.#text.indexOf('\x00', this.#at);
    const stop = end < 0 ? this.#text.length : end;
    const raw = this.#text.slice(this.#at, stop);
    this.#at = stop + 1;
    return raw.includes('\x01') ? raw.replaceAll('\x01\x01', '\x00').replaceAll('\x01\x02', '\x01') : raw;
  }
}
