/**
 * A disk that keeps its contract and not one promise more: the memory file system with every freedom a real
 * one has between two syncs, driven by a seed (after SQLite's test6.c, TigerBeetle's storage fault model, and
 * ALICE's reordering of directory operations).
 *
 * - Until `dataSync`, each 512-byte sector of a write may, at a crash, be kept, dropped or garbage, each
 *   independently of the others; an unsynced truncation may be undone.
 * - Until `syncDirectory`, each create, rename and unlink may be kept or dropped, independently of order.
 * - `failAt` makes call number N fail once with a system error (or write only half of its bytes first);
 *   `crashAt` makes call N and all after it fail: the process is dead, and {@link afterCrash} is the disk that
 *   the next process finds.
 *
 * Bytes of a sector that were synced before are not hurt by a torn write next to them (SQLite's "powersafe
 * overwrite").
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { Random } from '../../engine/base/random.ts';
import {
  type FileSystem,
  ioError,
  parentPath,
  type ReadableDescriptor,
  type ReadableFile,
  type WritableFile,
} from './file-system.ts';
import { MemoryFile, MemoryFileSystem } from './memory.ts';

const SECTOR_BYTES = 512;

export type FaultCode = 'ENOSPC' | 'EIO' | 'EMFILE' | 'SHORT_WRITE';

export type FaultOptions = {
  readonly random: Random;
  /** The call, counted from 1, at which the process dies. */
  readonly crashAt?: number;
  /** The call, counted from 1, that fails once. */
  readonly failAt?: number;
  readonly failCode?: FaultCode;
};

type PendingWrite = { readonly offset: number; readonly bytes: Uint8Array } | { readonly truncate: number };
type PendingEntry = { readonly path: string; readonly file: MemoryFile | null; readonly from?: string };

export class FaultFileSystem implements FileSystem {
  readonly kind = 'shared';
  calls = 0;
  crashed = false;
  /** What was called, in order: for the message of a failing test. */
  readonly trace: string[] = [];
  readonly #options: FaultOptions;
  #crashAt: number | undefined;
  readonly #live: MemoryFileSystem;
  /** Contents at the last sync. */
  readonly #durable = new Map<MemoryFile, Uint8Array>();
  readonly #pending = new Map<MemoryFile, PendingWrite[]>();
  readonly #durableEntries: Map<string, MemoryFile>;
  readonly #pendingEntries = new Map<string, PendingEntry[]>();

  /** @param disk what is on the disk at the start, all of it durable. */
  constructor(options: FaultOptions, disk: MemoryFileSystem = new MemoryFileSystem()) {
    this.#options = options;
    this.#crashAt = options.crashAt;
    this.#live = disk;
    this.#durableEntries = new Map(disk.files);
    for (const file of disk.files.values()) this.#durable.set(file, file.contents().slice());
  }

  open(path: string): ReadableFile {
    this.#call('open', path, 'CANNOT_READ');
    const file = this.#live.open(path);
    return {
      path,
      bytes: file.bytes,
      readSync: (into, offset) => {
        this.#call('read', path, 'CANNOT_READ');
        file.readSync(into, offset);
      },
      read: async (into, offset) => {
        this.#call('read', path, 'CANNOT_READ');
        file.readSync(into, offset);
      },
      close: () => file.close(),
    };
  }

  create(path: string): WritableFile {
    this.#call('create', path, 'CANNOT_WRITE');
    this.#live.create(path);
    const file = this.#live.files.get(path) as MemoryFile;
    this.#durable.set(file, new Uint8Array(0));
    this.#enter({ path, file });
    return this.#writable(path, file);
  }

  openWritable(path: string): WritableFile {
    this.#call('open', path, 'CANNOT_WRITE');
    this.#live.openWritable(path);
    return this.#writable(path, this.#live.files.get(path) as MemoryFile);
  }

  createExclusive(path: string, bytes: Uint8Array): boolean {
    this.#call('create', path, 'CANNOT_WRITE');
    if (!this.#live.createExclusive(path, bytes)) return false;
    const file = this.#live.files.get(path) as MemoryFile;
    this.#durable.set(file, new Uint8Array(0));
    this.#remember(file, { offset: 0, bytes: bytes.slice() });
    this.#enter({ path, file });
    return true;
  }

  list(directory: string): string[] {
    this.#call('list', directory, 'CANNOT_READ');
    return this.#live.list(directory);
  }

  makeDirectory(directory: string): void {
    this.#call('mkdir', directory, 'CANNOT_WRITE');
    this.#live.makeDirectory(directory);
  }

  rename(from: string, to: string): void {
    this.#call('rename', from, 'CANNOT_WRITE');
    this.#live.rename(from, to);
    this.#enter({ path: to, file: this.#live.files.get(to) as MemoryFile, from });
  }

  link(from: string, to: string): void {
    this.#call('link', from, 'CANNOT_WRITE');
    this.#live.link(from, to);
    this.#enter({ path: to, file: this.#live.files.get(to) as MemoryFile });
  }

  unlink(path: string): void {
    this.#call('unlink', path, 'CANNOT_WRITE');
    if (this.#live.stat(path) === null) return;
    this.#live.unlink(path);
    this.#enter({ path, file: null });
  }

  stat(path: string): { bytes: number } | null {
    this.#call('stat', path, 'CANNOT_READ');
    return this.#live.stat(path);
  }

  syncDirectorySync(directory: string): void {
    this.#call('syncdir', directory, 'CANNOT_WRITE');
    for (const entry of this.#pendingEntries.get(directory) ?? [])
      this.#applyEntry(this.#durableEntries, entry);
    this.#pendingEntries.delete(directory);
  }

  async syncDirectory(directory: string): Promise<void> {
    this.syncDirectorySync(directory);
  }

  descriptor(path: string): ReadableDescriptor {
    return this.#live.descriptor(path);
  }

  adopt(path: string, buffer: SharedArrayBuffer, bytes: number): void {
    this.#call('create', path, 'CANNOT_WRITE');
    this.#live.adopt(path, buffer, bytes);
    const file = this.#live.files.get(path) as MemoryFile;
    this.#durable.set(file, file.contents().slice());
    this.#enter({ path, file });
  }

  /**
   * The same machine after only the process died: what was written is all there, but what was not synced is
   * still not durable.
   * @param crashAt call of the next process, counted on, at which the power goes.
   */
  restart(crashAt: number): void {
    this.crashed = false;
    this.#crashAt = crashAt;
  }

  /** The disk as the next process finds it after a power cut, all of it durable. Draws from the seed. */
  afterCrash(): MemoryFileSystem {
    this.crashed = true;
    const { random } = this.#options;
    const entries = new Map(this.#durableEntries);
    for (const pending of this.#pendingEntries.values()) {
      for (const entry of pending) if (random.below(2) === 0) this.#applyEntry(entries, entry);
    }
    const disk = new MemoryFileSystem();
    for (const directory of this.#live.directories) disk.makeDirectory(directory);
    for (const [path, file] of entries) disk.put(path, this.#survivor(file));
    return disk;
  }

  /** A file after the crash: what was synced, plus whatever became of the writes since. */
  #survivor(file: MemoryFile): MemoryFile {
    const { random } = this.#options;
    const survivor = MemoryFile.of(this.#durable.get(file) ?? new Uint8Array(0));
    // One disk, one mood: sometimes it loses everything unsynced, sometimes nothing, mostly something.
    const mood = random.below(4);
    for (const write of this.#pending.get(file) ?? []) {
      if ('truncate' in write) {
        if (mood === 1 || random.below(2) === 0) survivor.truncate(write.truncate);
        continue;
      }
      const end = write.offset + write.bytes.length;
      for (let at = write.offset; at < end; ) {
        const stop = Math.min(end, (Math.floor(at / SECTOR_BYTES) + 1) * SECTOR_BYTES);
        const sector = write.bytes.subarray(at - write.offset, stop - write.offset);
        const fate = mood === 0 ? 0 : mood === 1 ? 1 : random.below(4);
        if (fate === 1 || fate === 2) survivor.write(sector, at);
        else if (fate === 3)
          survivor.write(
            Uint8Array.from(sector, () => random.below(256)),
            at,
          );
        at = stop;
      }
    }
    return survivor;
  }

  #writable(path: string, file: MemoryFile): WritableFile {
    const write = (bytes: Uint8Array, offset: number): void => {
      const fault = this.#call('write', path, 'CANNOT_WRITE');
      const kept = fault === 'SHORT_WRITE' ? bytes.subarray(0, bytes.length >> 1) : bytes;
      file.write(kept, offset);
      this.#remember(file, { offset, bytes: kept.slice() });
      if (fault !== undefined) throw ioError('CANNOT_WRITE', 'write to', path, { code: 'ENOSPC' });
    };
    const sync = (): void => {
      this.#call('sync', path, 'CANNOT_WRITE');
      this.#durable.set(file, file.contents().slice());
      this.#pending.delete(file);
    };
    return {
      path,
      writeSync: write,
      write: async (bytes, offset) => write(bytes, offset),
      dataSyncSync: sync,
      dataSync: async () => sync(),
      truncate: (bytes) => {
        this.#call('truncate', path, 'CANNOT_WRITE');
        file.truncate(bytes);
        this.#remember(file, { truncate: bytes });
      },
      close: () => {},
    };
  }

  #remember(file: MemoryFile, write: PendingWrite): void {
    const list = this.#pending.get(file);
    if (list === undefined) this.#pending.set(file, [write]);
    else list.push(write);
  }

  #enter(entry: PendingEntry): void {
    const directory = parentPath(entry.path);
    const list = this.#pendingEntries.get(directory);
    if (list === undefined) this.#pendingEntries.set(directory, [entry]);
    else list.push(entry);
  }

  #applyEntry(entries: Map<string, MemoryFile>, entry: PendingEntry): void {
    if (entry.from !== undefined) entries.delete(entry.from);
    if (entry.file === null) entries.delete(entry.path);
    else entries.set(entry.path, entry.file);
  }

  /** Counts a call; answers SHORT_WRITE when the caller must write half and then fail. */
  #call(name: string, path: string, errorName: 'CANNOT_READ' | 'CANNOT_WRITE'): 'SHORT_WRITE' | undefined {
    if (this.crashed) throw new BasaltError(errorName, 'The simulated process is dead');
    this.calls++;
    this.trace.push(`${this.calls} ${name} ${path}`);
    if (this.calls === this.#crashAt) {
      this.crashed = true;
      throw new BasaltError(errorName, `Simulated crash at call ${this.calls}, ${name} ${path}`);
    }
    if (this.calls !== this.#options.failAt) return undefined;
    const code = this.#options.failCode ?? 'EIO';
    if (code === 'SHORT_WRITE' && name === 'write') return 'SHORT_WRITE';
    throw ioError(errorName, name, path, { code: code === 'SHORT_WRITE' ? 'EIO' : code });
  }
}
