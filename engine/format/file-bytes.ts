/**
 * A file's bytes from front to back, for whoever has memory to fill: they are read straight into it, without a buffer of
 * JavaScript's between. As an iterable it gives pieces of its own, like any stream.
 */

import { BasaltError } from '../base/error.ts';

/** What is asked of an open file; Node's FileHandle is one. */
export type OpenFile = {
  readonly fd: number;
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
  stat(): Promise<{ readonly size: number }>;
  close(): Promise<void>;
};

/** A stream that can fill memory it is given. */
export interface FillingStream extends AsyncIterable<Uint8Array> {
  /** Fills the start of `target`, which may be shared memory; answers how many bytes, 0 at the end. */
  fill(target: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

export const isFilling = (stream: AsyncIterable<Uint8Array>): stream is FillingStream => 'fill' in stream;

const PIECE_BYTES = 1 << 20;

export class FileBytes implements FillingStream {
  readonly #handle: OpenFile;
  readonly #name: string;
  readonly #owns: boolean;
  #at = 0;

  /**
   * @param name for messages.
   * @param owns closes the file when nobody wants more of it.
   */
  constructor(handle: OpenFile, name: string, owns: boolean) {
    this.#handle = handle;
    this.#name = name;
    this.#owns = owns;
  }

  async fill(target: Uint8Array): Promise<number> {
    try {
      const { bytesRead } = await this.#handle.read(target, 0, target.length, this.#at);
      this.#at += bytesRead;
      return bytesRead;
    } catch (cause) {
      throw new BasaltError('CANNOT_READ', `Cannot read ${this.#name}: ${(cause as Error).message}`, {
        cause,
      });
    }
  }

  async close(): Promise<void> {
    if (this.#owns) await this.#handle.close();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const piece = new Uint8Array(PIECE_BYTES);
      const bytes = await this.fill(piece);
      if (bytes === 0) return;
      yield piece.subarray(0, bytes);
    }
  }
}
