/**
 * Where a segment's bytes go while it is written, front to back: a file, or shared memory that the coordinator
 * adopts as one (workers of a database in memory have no files of their own).
 *
 * Small pieces are collected, large ones pass through. After {@link SegmentOutput.finish} the bytes are durable;
 * the file's name is not, until the coordinator syncs the directory.
 */

import type { FileSystem, ReadableDescriptor, WritableFile } from '../fs/file-system.ts';

const BUFFER_BYTES = 256 * 1024;

export interface SegmentOutput {
  /** Bytes written so far: the offset of the next piece. */
  readonly offset: number;
  /** Bytes that {@link finish} has to make durable. */
  readonly unsyncedBytes: number;
  write(bytes: Uint8Array): void;
  /** What was written so far, good whatever is written after it. */
  written(): ReadableDescriptor;
  /** Makes durable what was written so far, without blocking the thread; nothing may be written meanwhile. */
  sync(): Promise<void>;
  finish(): void;
  /** Forgets everything; the file is removed. */
  abort(): void;
}

export class FileOutput implements SegmentOutput {
  readonly #isDurable: boolean;
  readonly #fs: FileSystem;
  readonly #path: string;
  readonly #file: WritableFile;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #buffered = 0;
  #flushed = 0;
  #synced = 0;

  /** @param isDurable false: the file goes before anybody relies on it. */
  constructor(fs: FileSystem, path: string, isDurable = true) {
    this.#isDurable = isDurable;
    this.#fs = fs;
    this.#path = path;
    this.#file = fs.create(path);
  }

  get offset(): number {
    return this.#flushed + this.#buffered;
  }

  get unsyncedBytes(): number {
    return this.offset - this.#synced;
  }

  write(bytes: Uint8Array): void {
    if (this.#buffered + bytes.length > BUFFER_BYTES) this.#flush();
    if (bytes.length > BUFFER_BYTES) {
      this.#file.writeSync(bytes, this.#flushed);
      this.#flushed += bytes.length;
      return;
    }
    this.#buffer.set(bytes, this.#buffered);
    this.#buffered += bytes.length;
  }

  written(): ReadableDescriptor {
    this.#flush();
    return this.#fs.descriptor(this.#path);
  }

  async sync(): Promise<void> {
    this.#flush();
    await this.#file.dataSync();
    this.#synced = this.offset;
  }

  finish(): void {
    this.#flush();
    if (this.#isDurable) this.#file.dataSyncSync();
    this.#file.close();
  }

  abort(): void {
    this.#file.close();
    this.#fs.unlink(this.#path);
  }

  #flush(): void {
    if (this.#buffered === 0) return;
    this.#file.writeSync(this.#buffer.subarray(0, this.#buffered), this.#flushed);
    this.#flushed += this.#buffered;
    this.#buffered = 0;
  }
}

export class SharedOutput implements SegmentOutput {
  buffer = new SharedArrayBuffer(BUFFER_BYTES);
  offset = 0;
  readonly unsyncedBytes = 0;

  write(bytes: Uint8Array): void {
    const end = this.offset + bytes.length;
    if (end > this.buffer.byteLength) {
      const grown = new SharedArrayBuffer(Math.max(end, this.buffer.byteLength * 2));
      new Uint8Array(grown).set(new Uint8Array(this.buffer, 0, this.offset));
      this.buffer = grown;
    }
    new Uint8Array(this.buffer).set(bytes, this.offset);
    this.offset = end;
  }

  written(): ReadableDescriptor {
    return { kind: 'shared', path: 'the segment under way', buffer: this.buffer, bytes: this.offset };
  }

  async sync(): Promise<void> {}

  finish(): void {}

  abort(): void {
    this.offset = 0;
  }
}
