/**
 * A growing buffer of UTF-8 output. Writers put a batch into it and take the bytes out; it is then reused.
 *
 * 64-bit integers are formatted from their two 32-bit words as ordinary numbers wherever a double holds them
 * exactly; only values beyond 2^53 cost a BigInt.
 */

import { bytesOfText } from '../base/bytes-text.ts';

const FIRST_BYTES = 64 << 10;

export class ByteSink {
  #bytes: Uint8Array;
  #size = 0;

  constructor(firstBytes = FIRST_BYTES) {
    this.#bytes = new Uint8Array(firstBytes);
  }

  get size(): number {
    return this.#size;
  }

  /** Makes room for `more` bytes and answers the buffer; put them from {@link size} on, then {@link advance}. */
  reserve(more: number): Uint8Array {
    const need = this.#size + more;
    if (need > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(need, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, this.#size));
      this.#bytes = larger;
    }
    return this.#bytes;
  }

  advance(bytes: number): void {
    this.#size += bytes;
  }

  /** The bytes so far, copied out; the sink is empty afterwards. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#size);
    this.#size = 0;
    return taken;
  }

  byte(value: number): void {
    this.reserve(1)[this.#size++] = value;
  }

  /** Text of ASCII characters only. */
  ascii(text: string): void {
    const to = this.reserve(text.length);
    for (let i = 0; i < text.length; i++) to[this.#size + i] = text.charCodeAt(i);
    this.#size += text.length;
  }

  text(value: string): void {
    this.bytes(bytesOfText(value));
  }

  bytes(value: Uint8Array): void {
    const to = this.reserve(value.length);
    // For short pieces a loop beats the call into the engine.
    if (value.length <= 32) for (let i = 0; i < value.length; i++) to[this.#size + i] = value[i];
    else to.set(value, this.#size);
    this.#size += value.length;
  }

  /** A non-negative integer below 2^53 in decimal, at least `width` digits. */
  digits(value: number, width = 1): void {
    if (value >= 1000000000) {
      const high = Math.floor(value / 1000000000);
      this.digits(high, width - 9);
      this.digits(value - high * 1000000000, 9);
      return;
    }
    let count = value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : value < 10000 ? 4 : 5;
    for (let power = 100000; count >= 5 && power <= value; power *= 10) count++;
    if (count < width) count = width;
    const to = this.reserve(count);
    let rest = value | 0;
    for (let i = this.#size + count - 1; i >= this.#size; i--) {
      const next = (rest / 10) | 0;
      to[i] = 48 + rest - next * 10;
      rest = next;
    }
    this.#size += count;
  }

  /** A signed integer of the safe range. */
  integer(value: number): void {
    if (value < 0) {
      this.byte(45);
      value = -value;
    }
    this.digits(value);
  }

  /** The 64-bit integer of a low and a high word. */
  int64(low: number, high: number, unsigned: boolean): void {
    const top = unsigned ? high >>> 0 : high | 0;
    const value = top * 4294967296 + (low >>> 0);
    if (Math.abs(value) < 9007199254740992) {
      this.integer(value);
      return;
    }
    this.ascii(((BigInt(top) << 32n) | BigInt(low >>> 0)).toString());
  }
}
