/**
 * Streams of bytes into ranges of whole rows, each in arena memory of its own owner, ready for a worker.
 *
 * A range is about 16 MiB; a row longer than that makes its range longer, up to 256 MiB. What a stream's last
 * range lacks of a final line end is left to the reader. Header lines are taken off by {@link HeaderStream}.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { cutRows, type FillingStream, type InputFormat, isFilling } from '../../engine/format/index.ts';
import type { Kernels } from '../../engine/kernel/load.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import { Region } from '../../engine/memory/region.ts';

export type Range = { readonly owner: number; readonly address: number; readonly bytes: number };

const SLACK_BYTES = 64;
const MAX_RANGE_BYTES = 16 << 20;
export const RANGE_BYTES = 16 << 20;
/** Size of a stream's first buffer: most inserts are small. */
const FIRST_BYTES = 64 << 10;

type Memory = { readonly arena: Arena; readonly kernels: Kernels };

type Filling = { readonly owner: number; readonly address: number; readonly capacity: number };

function fresh({ arena }: Memory, capacity: number): Filling {
  const owner = arena.openOwner();
  try {
    const address = new Region(arena, owner, 1).alloc(capacity + SLACK_BYTES);
    return { owner, address, capacity };
  } catch (error) {
    arena.closeOwner(owner);
    throw error;
  }
}

/** The same bytes in a larger buffer. */
function moved(memory: Memory, full: Filling, capacity: number): Filling {
  const next = fresh(memory, capacity);
  memory.arena.u8.copyWithin(next.address, full.address, full.address + full.capacity);
  memory.arena.closeOwner(full.owner);
  return next;
}

/** Ranges of a stream, in order. Whoever takes a range closes its owner. */
export async function* cutRanges(
  memory: Memory,
  format: InputFormat,
  stream: AsyncIterable<Uint8Array>,
  rangeBytes = RANGE_BYTES,
): AsyncGenerator<Range> {
  const { arena, kernels } = memory;
  const source = isFilling(stream) ? stream : new HeaderStream(stream);
  let filling: Filling | null = null;
  let used = 0;
  try {
    for (;;) {
      filling ??= fresh(memory, Math.min(rangeBytes, FIRST_BYTES));
      const { address, capacity }: Filling = filling;
      const bytes = await source.fill(arena.u8.subarray(address + used, address + capacity));
      if (bytes === 0) break;
      used += bytes;
      if (used < capacity) continue;
      if (capacity < rangeBytes) {
        filling = moved(memory, filling, Math.min(rangeBytes, capacity * 8));
        continue;
      }
      const { owner }: Filling = filling;
      const cut = cutRows(kernels, format, address, used);
      const rest: number = used - cut;
      const next = fresh(memory, cut === 0 ? larger(capacity) : Math.max(rangeBytes, rest * 2));
      arena.u8.copyWithin(next.address, address + cut, address + used);
      used = rest;
      filling = next;
      if (cut === 0) arena.closeOwner(owner);
      else yield { owner, address, bytes: cut };
    }
    if (filling !== null && used > 0) {
      const { owner, address } = filling;
      filling = null;
      yield { owner, address, bytes: used };
    }
  } finally {
    if (filling !== null) arena.closeOwner(filling.owner);
    await source.close();
  }
}

function larger(capacity: number): number {
  if (capacity * 2 <= MAX_RANGE_BYTES) return capacity * 2;
  throw new BasaltError('LIMIT_EXCEEDED', `A row of the input is longer than ${MAX_RANGE_BYTES} bytes`);
}

const MAX_HEADER_BYTES = 1 << 20;

/** A stream whose first lines can be looked at before the rest is read. */
export class HeaderStream implements FillingStream {
  readonly #source: FillingStream | null;
  readonly #pieces: AsyncIterator<Uint8Array>;
  #held: Uint8Array = new Uint8Array(0);
  #ended = false;
  lines = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = isFilling(source) ? source : null;
    this.#pieces = source[Symbol.asyncIterator]();
  }

  /** Reads on until `bytes` are held or the stream ends; pieces are joined once, however small they are. */
  async #hold(bytes: number): Promise<void> {
    const pieces = [this.#held];
    let size = this.#held.length;
    while (size < bytes && !this.#ended) {
      const next = await this.#pieces.next();
      if (next.done === true) this.#ended = true;
      else {
        pieces.push(next.value);
        size += next.value.length;
      }
    }
    if (pieces.length === 1) return;
    const joined = new Uint8Array(size);
    let at = 0;
    for (const piece of pieces) {
      joined.set(piece, at);
      at += piece.length;
    }
    this.#held = joined;
  }

  /** Takes the first line off, without its line end; null at the end of the stream. */
  async takeLine(): Promise<Uint8Array | null> {
    for (;;) {
      const newline = this.#held.indexOf(10);
      if (newline >= 0 || (this.#ended && this.#held.length > 0)) {
        const end = newline < 0 ? this.#held.length : newline;
        const line = this.#held.subarray(0, end > 0 && this.#held[end - 1] === 13 ? end - 1 : end);
        this.#held = this.#held.subarray(newline < 0 ? end : newline + 1);
        this.lines++;
        return line;
      }
      if (this.#ended) return null;
      if (this.#held.length > MAX_HEADER_BYTES) {
        throw new BasaltError(
          'CANNOT_PARSE_INPUT',
          `The header line is longer than ${MAX_HEADER_BYTES} bytes`,
        );
      }
      await this.#hold(this.#held.length * 2 + 1);
    }
  }

  /** The first bytes, at least `bytes` of them unless the stream is shorter, without taking them off. */
  async peek(bytes: number): Promise<Uint8Array> {
    await this.#hold(bytes);
    return this.#held;
  }

  async fill(target: Uint8Array): Promise<number> {
    if (this.#held.length === 0 && this.#source !== null) return this.#source.fill(target);
    while (this.#held.length === 0) {
      const next = this.#ended ? null : await this.#pieces.next();
      if (next === null || next.done === true) return 0;
      this.#held = next.value;
    }
    const bytes = Math.min(target.length, this.#held.length);
    target.set(this.#held.subarray(0, bytes));
    this.#held = this.#held.subarray(bytes);
    return bytes;
  }

  /** For who has seen enough. */
  async close(): Promise<void> {
    await this.#pieces.return?.();
    await this.#source?.close();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      if (this.#held.length > 0) yield this.#held;
      for (;;) {
        const next = await this.#pieces.next();
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await this.close();
    }
  }
}
