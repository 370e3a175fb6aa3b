/**
 * The file system as a dependency (DESIGN.md D12): all that a database needs from a disk, and nothing more.
 *
 * Invariant: a path is durable only when its bytes were synced (`dataSync`) *and* its directory was
 * (`syncDirectory`) after the create, rename or unlink. Every version keeps exactly this contract; the fault
 * version takes every liberty the contract leaves open.
 *
 * Calls that only touch metadata are synchronous. Data calls come twice: `...Sync` for workers, promises for
 * the main thread. Buffers may view a SharedArrayBuffer, so that a read lands in the arena. A read gives all
 * the bytes asked for or fails; so does a write. Offsets and sizes are bytes. Failures are BasaltErrors
 * (CANNOT_READ, CANNOT_WRITE) whose message carries the path and the system's code.
 */

import { BasaltError, type ErrorName } from '../../engine/base/error.ts';

export interface ReadableFile {
  readonly path: string;
  /** Size when it was opened. */
  readonly bytes: number;
  /** Fills `into` from `offset`; the end of the file before that is CANNOT_READ. */
  readSync(into: Uint8Array, offset: number): void;
  read(into: Uint8Array, offset: number): Promise<void>;
  close(): void;
}

export interface WritableFile {
  readonly path: string;
  writeSync(bytes: Uint8Array, offset: number): void;
  write(bytes: Uint8Array, offset: number): Promise<void>;
  /** Contents and size are on stable storage once this returns. A failure is final: never retry a sync. */
  dataSyncSync(): void;
  dataSync(): Promise<void>;
  truncate(bytes: number): void;
  close(): void;
}

/** Structured-cloneable; what a worker needs to read a file that the coordinator named. */
export type ReadableDescriptor =
  | { readonly kind: 'file'; readonly path: string }
  | {
      readonly kind: 'shared';
      readonly path: string;
      readonly buffer: SharedArrayBuffer;
      readonly bytes: number;
    };

export interface FileSystem {
  /** 'file': a worker may open paths of its own. 'shared': files live in this process's memory. */
  readonly kind: 'file' | 'shared';
  open(path: string): ReadableFile;
  /** A new empty file; an existing one is CANNOT_WRITE. */
  create(path: string): WritableFile;
  openWritable(path: string): WritableFile;
  /** Creates a file with these bytes in one step; false if the path exists already. */
  createExclusive(path: string, bytes: Uint8Array): boolean;
  /** Names in a directory, sorted. */
  list(directory: string): string[];
  /** Creates the directory and its parents; fine if it exists. `mode` holds for what is created, where there are modes. */
  makeDirectory(directory: string, mode?: number): void;
  rename(from: string, to: string): void;
  /** A second name for a file whose bytes never change any more; an existing name is CANNOT_WRITE. May copy, synced. */
  link(from: string, to: string): void;
  /** Fine if there is no such file. */
  unlink(path: string): void;
  /** null: no such file or directory. */
  stat(path: string): { readonly bytes: number } | null;
  syncDirectorySync(directory: string): void;
  syncDirectory(directory: string): Promise<void>;
  descriptor(path: string): ReadableDescriptor;
  /** Memory files only: takes over a buffer that a worker filled, as a file whose bytes are durable. */
  adopt(path: string, buffer: SharedArrayBuffer, bytes: number): void;
}

export const joinPath = (directory: string, name: string): string => `${directory}/${name}`;

export const parentPath = (path: string): string => {
  const slash = path.lastIndexOf('/');
  if (slash < 0) return '.';
  return slash === 0 ? '/' : path.slice(0, slash);
};

/** Reads a whole small file. */
export function readWhole(fs: FileSystem, path: string): Uint8Array {
  const file = fs.open(path);
  try {
    const bytes = new Uint8Array(file.bytes);
    file.readSync(bytes, 0);
    return bytes;
  } finally {
    file.close();
  }
}

/** Removes a file that nothing refers to any more; if that fails, the next start sweeps it away. */
export function removeQuietly(fs: FileSystem, path: string): void {
  try {
    fs.unlink(path);
  } catch {
    // Nothing depends on it being gone.
  }
}

type SystemError = { readonly code?: string; readonly message?: string };

/** A failed system call as one of our errors: says what was done to which file and how the system answered. */
export function ioError(
  errorName: Extract<ErrorName, 'CANNOT_READ' | 'CANNOT_WRITE'>,
  action: string,
  path: string,
  cause: unknown,
): BasaltError {
  const { code, message } = cause as SystemError;
  const hints: Record<string, string> = {
    ENOSPC: 'The disk is full: free some space, then try again',
    EMFILE: 'Too many open files: raise the limit (ulimit -n)',
    EACCES: 'The process may not use this path: check its owner and mode',
    EROFS: 'The file system is mounted read-only',
  };
  return new BasaltError(errorName, `Cannot ${action} ${path}: ${code ?? message ?? String(cause)}`, {
    cause,
    ...(code !== undefined && code in hints ? { hint: hints[code] } : {}),
  });
}

export function shortRead(path: string, offset: number, wanted: number): BasaltError {
  return new BasaltError(
    'CANNOT_READ',
    `Cannot read ${wanted} bytes at offset ${offset} of ${path}: the file ends before`,
  );
}
