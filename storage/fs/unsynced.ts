/**
 * A file system whose syncs do nothing: what is written survives the end of the process, not of the machine
 * (`durability: 'os'`). For tests and loads that can be repeated.
 */

import type { FileSystem, ReadableDescriptor, ReadableFile, WritableFile } from './file-system.ts';

export class UnsyncedFileSystem implements FileSystem {
  readonly #under: FileSystem;

  constructor(under: FileSystem) {
    this.#under = under;
  }

  get kind(): FileSystem['kind'] {
    return this.#under.kind;
  }

  open(path: string): ReadableFile {
    return this.#under.open(path);
  }

  create(path: string): WritableFile {
    return unsynced(this.#under.create(path));
  }

  openWritable(path: string): WritableFile {
    return unsynced(this.#under.openWritable(path));
  }

  createExclusive(path: string, bytes: Uint8Array): boolean {
    return this.#under.createExclusive(path, bytes);
  }

  list(directory: string): string[] {
    return this.#under.list(directory);
  }

  makeDirectory(directory: string, mode?: number): void {
    this.#under.makeDirectory(directory, mode);
  }

  rename(from: string, to: string): void {
    this.#under.rename(from, to);
  }

  link(from: string, to: string): void {
    this.#under.link(from, to);
  }

  unlink(path: string): void {
    this.#under.unlink(path);
  }

  stat(path: string): { readonly bytes: number } | null {
    return this.#under.stat(path);
  }

  syncDirectorySync(): void {}

  async syncDirectory(): Promise<void> {}

  descriptor(path: string): ReadableDescriptor {
    return this.#under.descriptor(path);
  }

  adopt(path: string, buffer: SharedArrayBuffer, bytes: number): void {
    this.#under.adopt(path, buffer, bytes);
  }
}

const unsynced = (file: WritableFile): WritableFile => ({
  path: file.path,
  writeSync: (bytes, offset) => file.writeSync(bytes, offset),
  write: (bytes, offset) => file.write(bytes, offset),
  dataSyncSync: () => {},
  dataSync: async () => {},
  truncate: (bytes) => file.truncate(bytes),
  close: () => file.close(),
});
