/**
 * Writing and reading compact binary: the letters of which footers, log records and payload headers are made.
 *
 *   uint    := LEB128, at most 2^53 - 1
 *   int     := 8 bytes, two's complement, little-endian
 *   float   := 8 bytes, IEEE 754, little-endian
 *   text    := uint length, UTF-8 bytes
 *   value   := tag u8, then nothing (null, false, true), int, float or text
 *
 * Invariant: a reader never reads past its bytes; whatever is wrong with them is CORRUPTED_DATA, naming what
 * was being read.
 */

import { assert, BasaltError } from '../../engine/base/error.ts';
import type { Value } from '../../engine/type/type.ts';

const TAG = { null: 0, false: 1, true: 2, int: 3, float: 4, text: 5 } as const;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class ByteWriter {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What was written so far; a view, good until the next write. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  u8(value: number): this {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  u32(value: number): this {
    this.#reserve(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
    return this;
  }

  u64(value: bigint): this {
    this.#reserve(8);
    this.#view.setBigUint64(this.#length, value, true);
    this.#length += 8;
    return this;
  }

  uint(value: number): this {
    assert(Number.isSafeInteger(value) && value >= 0, `unsigned integer ${value}`);
    this.#reserve(8);
    for (; value >= 128; value = Math.floor(value / 128)) this.#bytes[this.#length++] = (value % 128) | 128;
    this.#bytes[this.#length++] = value;
    return this;
  }

  int(value: bigint): this {
    return this.u64(BigInt.asUintN(64, value));
  }

  float(value: number): this {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  text(value: string): this {
    const bytes = encoder.encode(value);
    return this.uint(bytes.length).raw(bytes);
  }

  value(value: Value): this {
    if (value === null) return this.u8(TAG.null);
    if (typeof value === 'boolean') return this.u8(value ? TAG.true : TAG.false);
    if (typeof value === 'bigint') return this.u8(TAG.int).int(value);
    if (typeof value === 'number') return this.u8(TAG.float).float(value);
    return this.u8(TAG.text).text(value);
  }

  /** Zeros up to the next multiple of `unit` bytes. */
  align(unit: number): this {
    while (this.#length % unit !== 0) this.u8(0);
    return this;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#length + bytes, this.#bytes.length * 2));
    grown.set(this.bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #what: string;
  #at = 0;

  /** @param what names the thing being read in errors. */
  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
  }

  get offset(): number {
    return this.#at;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    return this.#bytes[this.#advance(1)];
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#advance(8), true);
  }

  uint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.u8();
      value += (byte & 127) * scale;
      if (byte < 128) break;
      if (scale > 2 ** 46) throw this.#damaged('a number is too long');
    }
    if (!Number.isSafeInteger(value)) throw this.#damaged('a number is too large');
    return value;
  }

  int(): bigint {
    return this.#view.getBigInt64(this.#advance(8), true);
  }

  float(): number {
    return this.#view.getFloat64(this.#advance(8), true);
  }

  raw(length: number): Uint8Array {
    const at = this.#advance(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** One of the names that a number stands for. */
  nameOf<T>(names: readonly T[], index: number): T {
    if (index < 0 || index >= names.length) throw this.#damaged(`a kind is unknown (${index})`);
    return names[index];
  }

  text(): string {
    try {
      return decoder.decode(this.raw(this.uint()).slice());
    } catch (error) {
      throw error instanceof BasaltError ? error : this.#damaged('text is not UTF-8');
    }
  }

  value(): Value {
    const tag = this.u8();
    switch (tag) {
      case TAG.null:
        return null;
      case TAG.false:
        return false;
      case TAG.true:
        return true;
      case TAG.int:
        return this.int();
      case TAG.float:
        return this.float();
      case TAG.text:
        return this.text();
      default:
        throw this.#damaged(`value tag ${tag} is unknown`);
    }
  }

  align(unit: number): void {
    while (this.#at % unit !== 0) this.u8();
  }

  /** Fails unless everything was read. */
  end(): void {
    if (this.left > 0) throw this.#damaged(`${this.left} bytes are left over`);
  }

  #advance(bytes: number): number {
    if (bytes > this.left) throw this.#damaged('it ends too early');
    const at = this.#at;
    this.#at += bytes;
    return at;
  }

  #damaged(why: string): BasaltError {
    return new BasaltError('CORRUPTED_DATA', `${this.#what} is damaged at byte ${this.#at}: ${why}`);
  }
}
