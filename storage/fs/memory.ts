/**
 * A file system in memory: for databases without a folder, for tests, and as the ground the fault version
 * stands on. Files live in SharedArrayBuffers, so that a worker reads the same bytes through a descriptor.
 *
 * Invariant: a descriptor or open reader sees the bytes that were there when it was made; a file that grows
 * afterwards may move to a larger buffer.
 */

import {
  type FileSystem,
  ioError,
  parentPath,
  type ReadableDescriptor,
  type ReadableFile,
  shortRead,
  type WritableFile,
} from './file-system.ts';

const FIRST_BYTES = 4096;
/** Where absolute and relative paths end. */
const ROOTS = ['/', '.'];

/** Contents of one file; its identity is that of an inode. */
export class MemoryFile {
  buffer = new SharedArrayBuffer(FIRST_BYTES);
  bytes = 0;

  static of(contents: Uint8Array): MemoryFile {
    const file = new MemoryFile();
    file.write(contents, 0);
    return file;
  }

  write(source: Uint8Array, offset: number): void {
    const end = offset + source.length;
    this.#reserve(end);
    new Uint8Array(this.buffer).set(source, offset);
    if (end > this.bytes) this.bytes = end;
  }

  truncate(bytes: number): void {
    this.#reserve(bytes);
    if (bytes < this.bytes) new Uint8Array(this.buffer).fill(0, bytes, this.bytes);
    this.bytes = bytes;
  }

  contents(): Uint8Array {
    return new Uint8Array(this.buffer, 0, this.bytes);
  }

  #reserve(bytes: number): void {
    if (bytes <= this.buffer.byteLength) return;
    const grown = new SharedArrayBuffer(Math.max(bytes, this.buffer.byteLength * 2));
    new Uint8Array(grown).set(this.contents());
    this.buffer = grown;
  }
}

/** Reads a file that lies in shared memory; also what a worker opens a 'shared' descriptor with. */
export class SharedReadableFile implements ReadableFile {
  readonly path: string;
  readonly bytes: number;
  readonly #contents: Uint8Array;

  constructor(path: string, buffer: SharedArrayBuffer, bytes: number) {
    this.path = path;
    this.bytes = bytes;
    this.#contents = new Uint8Array(buffer, 0, bytes);
  }

  readSync(into: Uint8Array, offset: number): void {
    if (offset + into.length > this.bytes) throw shortRead(this.path, offset, into.length);
    into.set(this.#contents.subarray(offset, offset + into.length));
  }

  async read(into: Uint8Array, offset: number): Promise<void> {
    this.readSync(into, offset);
  }

  close(): void {}
}

class MemoryWritableFile implements WritableFile {
  readonly path: string;
  readonly #file: MemoryFile;

  constructor(path: string, file: MemoryFile) {
    this.path = path;
    this.#file = file;
  }

  writeSync(bytes: Uint8Array, offset: number): void {
    this.#file.write(bytes, offset);
  }

  async write(bytes: Uint8Array, offset: number): Promise<void> {
    this.#file.write(bytes, offset);
  }

  dataSyncSync(): void {}

  async dataSync(): Promise<void> {}

  truncate(bytes: number): void {
    this.#file.truncate(bytes);
  }

  close(): void {}
}

export class MemoryFileSystem implements FileSystem {
  readonly kind = 'shared';
  readonly files = new Map<string, MemoryFile>();
  readonly directories = new Set<string>(ROOTS);

  open(path: string): ReadableFile {
    const file = this.#existing('CANNOT_READ', 'open', path);
    return new SharedReadableFile(path, file.buffer, file.bytes);
  }

  create(path: string): WritableFile {
    if (this.files.has(path)) throw ioError('CANNOT_WRITE', 'open', path, { code: 'EEXIST' });
    const file = new MemoryFile();
    this.put(path, file);
    return new MemoryWritableFile(path, file);
  }

  openWritable(path: string): WritableFile {
    return new MemoryWritableFile(path, this.#existing('CANNOT_WRITE', 'open', path));
  }

  createExclusive(path: string, bytes: Uint8Array): boolean {
    if (this.files.has(path)) return false;
    this.put(path, MemoryFile.of(bytes));
    return true;
  }

  list(directory: string): string[] {
    if (!this.directories.has(directory)) throw ioError('CANNOT_READ', 'list', directory, { code: 'ENOENT' });
    const names: string[] = [];
    for (const path of [...this.files.keys(), ...this.directories]) {
      if (!ROOTS.includes(path) && parentPath(path) === directory)
        names.push(path.slice(path.lastIndexOf('/') + 1));
    }
    return names.sort();
  }

  makeDirectory(directory: string): void {
    for (let path = directory; !ROOTS.includes(path); path = parentPath(path)) this.directories.add(path);
  }

  rename(from: string, to: string): void {
    const file = this.#existing('CANNOT_WRITE', 'rename', from);
    this.put(to, file);
    if (from !== to) this.files.delete(from);
  }

  link(from: string, to: string): void {
    const file = this.#existing('CANNOT_WRITE', 'link', from);
    if (this.files.has(to)) throw ioError('CANNOT_WRITE', 'link', to, { code: 'EEXIST' });
    this.put(to, file);
  }

  unlink(path: string): void {
    this.files.delete(path);
  }

  stat(path: string): { bytes: number } | null {
    const file = this.files.get(path);
    if (file !== undefined) return { bytes: file.bytes };
    return this.directories.has(path) ? { bytes: 0 } : null;
  }

  syncDirectorySync(directory: string): void {
    if (!this.directories.has(directory))
      throw ioError('CANNOT_WRITE', 'sync', directory, { code: 'ENOENT' });
  }

  async syncDirectory(directory: string): Promise<void> {
    this.syncDirectorySync(directory);
  }

  descriptor(path: string): ReadableDescriptor {
    const file = this.#existing('CANNOT_READ', 'open', path);
    return { kind: 'shared', path, buffer: file.buffer, bytes: file.bytes };
  }

  adopt(path: string, buffer: SharedArrayBuffer, bytes: number): void {
    const file = new MemoryFile();
    file.buffer = buffer;
    file.bytes = bytes;
    this.put(path, file);
  }

  /** Puts a file under a path, replacing what was there. */
  put(path: string, file: MemoryFile): void {
    if (!this.directories.has(parentPath(path))) {
      throw ioError('CANNOT_WRITE', 'create', path, { code: 'ENOENT' });
    }
    this.files.set(path, file);
  }

  #existing(errorName: 'CANNOT_READ' | 'CANNOT_WRITE', action: string, path: string): MemoryFile {
    const file = this.files.get(path);
    if (file === undefined) throw ioError(errorName, action, path, { code: 'ENOENT' });
    return file;
  }
}
