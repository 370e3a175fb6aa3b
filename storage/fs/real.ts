/**
 * The file system of the machine, through Node. The only file in `storage` besides process.ts and
 * node-compressors.ts that may touch Node's APIs.
 *
 * Invariant: short reads and writes are continued here, so no caller sees one. A sync is tried once: after a
 * failed fsync the kernel may have dropped the dirty pages, and a second, successful one would be a lie.
 */

import * as nodeFs from 'node:fs';
import { promisify } from 'node:util';
import {
  type FileSystem,
  ioError,
  type ReadableDescriptor,
  type ReadableFile,
  shortRead,
  type WritableFile,
} from './file-system.ts';

const readAsync = promisify(nodeFs.read);
const writeAsync = promisify(nodeFs.write);
const dataSyncAsync = promisify(nodeFs.fdatasync);
const syncAsync = promisify(nodeFs.fsync);

/** Largest single read or write handed to the system. */
const MAX_CALL_BYTES = 1 << 30;

class RealReadableFile implements ReadableFile {
  readonly path: string;
  readonly bytes: number;
  #fd: number;

  constructor(path: string) {
    this.path = path;
    try {
      this.#fd = nodeFs.openSync(path, 'r');
      this.bytes = nodeFs.fstatSync(this.#fd).size;
    } catch (cause) {
      throw ioError('CANNOT_READ', 'open', path, cause);
    }
  }

  readSync(into: Uint8Array, offset: number): void {
    for (let done = 0; done < into.length; ) {
      let count: number;
      try {
        count = nodeFs.readSync(
          this.#fd,
          into,
          done,
          Math.min(MAX_CALL_BYTES, into.length - done),
          offset + done,
        );
      } catch (cause) {
        throw ioError('CANNOT_READ', 'read', this.path, cause);
      }
      if (count === 0) throw shortRead(this.path, offset, into.length);
      done += count;
    }
  }

  async read(into: Uint8Array, offset: number): Promise<void> {
    for (let done = 0; done < into.length; ) {
      const length = Math.min(MAX_CALL_BYTES, into.length - done);
      const { bytesRead } = await readAsync(this.#fd, into, done, length, offset + done).catch(
        (cause: unknown) => {
          throw ioError('CANNOT_READ', 'read', this.path, cause);
        },
      );
      if (bytesRead === 0) throw shortRead(this.path, offset, into.length);
      done += bytesRead;
    }
  }

  close(): void {
    if (this.#fd < 0) return;
    nodeFs.closeSync(this.#fd);
    this.#fd = -1;
  }
}

class RealWritableFile implements WritableFile {
  readonly path: string;
  #fd: number;

  constructor(path: string, flags: string) {
    this.path = path;
    try {
      this.#fd = nodeFs.openSync(path, flags);
    } catch (cause) {
      throw ioError('CANNOT_WRITE', 'open', path, cause);
    }
  }

  writeSync(bytes: Uint8Array, offset: number): void {
    try {
      for (let done = 0; done < bytes.length; ) {
        const length = Math.min(MAX_CALL_BYTES, bytes.length - done);
        done += nodeFs.writeSync(this.#fd, bytes, done, length, offset + done);
      }
    } catch (cause) {
      throw ioError('CANNOT_WRITE', 'write to', this.path, cause);
    }
  }

  async write(bytes: Uint8Array, offset: number): Promise<void> {
    try {
      for (let done = 0; done < bytes.length; ) {
        const length = Math.min(MAX_CALL_BYTES, bytes.length - done);
        done += (await writeAsync(this.#fd, bytes, done, length, offset + done)).bytesWritten;
      }
    } catch (cause) {
      throw ioError('CANNOT_WRITE', 'write to', this.path, cause);
    }
  }

  dataSyncSync(): void {
    try {
      nodeFs.fdatasyncSync(this.#fd);
    } catch (cause) {
      throw ioError('CANNOT_WRITE', 'sync', this.path, cause);
    }
  }

  async dataSync(): Promise<void> {
    await dataSyncAsync(this.#fd).catch((cause: unknown) => {
      throw ioError('CANNOT_WRITE', 'sync', this.path, cause);
    });
  }

  truncate(bytes: number): void {
    try {
      nodeFs.ftruncateSync(this.#fd, bytes);
    } catch (cause) {
      throw ioError('CANNOT_WRITE', 'truncate', this.path, cause);
    }
  }

  close(): void {
    if (this.#fd < 0) return;
    nodeFs.closeSync(this.#fd);
    this.#fd = -1;
  }
}

export class RealFileSystem implements FileSystem {
  readonly kind = 'file';

  open(path: string): ReadableFile {
    return new RealReadableFile(path);
  }

  create(path: string): WritableFile {
    return new RealWritableFile(path, 'wx');
  }

  openWritable(path: string): WritableFile {
    return new RealWritableFile(path, 'r+');
  }

  createExclusive(path: string, bytes: Uint8Array): boolean {
    // A hard link is the one atomic "create with contents, unless it exists" that every Unix has.
    const temporary = `${path}.${process.pid}.tmp`;
    return attempt('CANNOT_WRITE', 'create', path, () => {
      nodeFs.writeFileSync(temporary, bytes);
      try {
        nodeFs.linkSync(temporary, path);
        return true;
      } catch (cause) {
        const { code } = cause as NodeJS.ErrnoException;
        if (code === 'EEXIST') return false;
        if (code === undefined || !NO_HARD_LINKS.includes(code)) throw cause;
        return createByFlag(path, bytes);
      } finally {
        nodeFs.unlinkSync(temporary);
      }
    });
  }

  list(directory: string): string[] {
    return attempt('CANNOT_READ', 'list', directory, () => nodeFs.readdirSync(directory).sort());
  }

  makeDirectory(directory: string, mode?: number): void {
    attempt('CANNOT_WRITE', 'create', directory, () =>
      nodeFs.mkdirSync(directory, { recursive: true, mode }),
    );
  }

  rename(from: string, to: string): void {
    attempt('CANNOT_WRITE', 'rename', from, () => nodeFs.renameSync(from, to));
  }

  link(from: string, to: string): void {
    attempt('CANNOT_WRITE', 'link', to, () => {
      try {
        nodeFs.linkSync(from, to);
      } catch (cause) {
        if (!NO_HARD_LINKS.includes((cause as NodeJS.ErrnoException).code ?? '')) throw cause;
        copySynced(from, to);
      }
    });
  }

  unlink(path: string): void {
    attempt('CANNOT_WRITE', 'remove', path, () => nodeFs.rmSync(path, { force: true }));
  }

  stat(path: string): { bytes: number } | null {
    return attempt('CANNOT_READ', 'look at', path, () => {
      const stat = nodeFs.statSync(path, { throwIfNoEntry: false });
      return stat === undefined ? null : { bytes: stat.size };
    });
  }

  syncDirectorySync(directory: string): void {
    attempt('CANNOT_WRITE', 'sync', directory, () => {
      const fd = nodeFs.openSync(directory, 'r');
      try {
        nodeFs.fsyncSync(fd);
      } finally {
        nodeFs.closeSync(fd);
      }
    });
  }

  async syncDirectory(directory: string): Promise<void> {
    const fd = attempt('CANNOT_WRITE', 'sync', directory, () => nodeFs.openSync(directory, 'r'));
    try {
      await syncAsync(fd);
    } catch (cause) {
      throw ioError('CANNOT_WRITE', 'sync', directory, cause);
    } finally {
      nodeFs.closeSync(fd);
    }
  }

  descriptor(path: string): ReadableDescriptor {
    return { kind: 'file', path };
  }

  adopt(path: string, buffer: SharedArrayBuffer, bytes: number): void {
    const file = this.create(path);
    try {
      file.writeSync(new Uint8Array(buffer, 0, bytes), 0);
      file.dataSyncSync();
    } finally {
      file.close();
    }
  }
}

/** How file systems without hard links answer. */
const NO_HARD_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/** The bytes are on stable storage when this returns. */
function copySynced(from: string, to: string): void {
  nodeFs.copyFileSync(from, to, nodeFs.constants.COPYFILE_EXCL);
  const fd = nodeFs.openSync(to, 'r+');
  try {
    nodeFs.fsyncSync(fd);
  } finally {
    nodeFs.closeSync(fd);
  }
}

/** Exclusive, but for a moment empty. */
function createByFlag(path: string, bytes: Uint8Array): boolean {
  try {
    nodeFs.writeFileSync(path, bytes, { flag: 'wx' });
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cause;
  }
}

function attempt<T>(
  errorName: 'CANNOT_READ' | 'CANNOT_WRITE',
  action: string,
  path: string,
  call: () => T,
): T {
  try {
    return call();
  } catch (cause) {
    throw ioError(errorName, action, path, cause);
  }
}
