/**
 * The write-ahead log: small inserts become durable here before they are acknowledged (DESIGN.md D11).
 *
 * Files `wal-N.log`, N ascending without gaps; one is written at a time, and never one that an earlier process
 * wrote. Group commit: whatever arrives while a sync is under way shares the next one, up to 4 MiB, so a lone
 * insert waits for nobody and a crowd pays for one sync.
 *
 * Invariant: `append` resolves in sequence order, and only after the record is durable.
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { CodecContext } from '../codec/context.ts';
import { type FileSystem, joinPath, readWhole } from '../fs/file-system.ts';
import { type LogRecord, LogWriter, type NewRecord, newLogFormat, readLog } from '../log/record-log.ts';

const FORMAT = newLogFormat('BSLTWAL\n');
const GROUP_BYTES = 4 << 20;
const NAME = /^wal-(\d+)\.log$/;

export const walFileName = (number: number): string => `wal-${number}.log`;

type Waiting = {
  readonly record: NewRecord;
  readonly resolve: (file: number) => void;
  readonly reject: (e: unknown) => void;
};

export class Wal {
  readonly #context: CodecContext;
  readonly #fs: FileSystem;
  readonly #dir: string;
  readonly #fileBytes: number;
  #log: LogWriter;
  #failed: BasaltError | null = null;
  #queue: Waiting[] = [];
  #running: Promise<void> | null = null;

  private constructor(context: CodecContext, fs: FileSystem, dir: string, fileBytes: number, log: LogWriter) {
    this.#context = context;
    this.#fs = fs;
    this.#dir = dir;
    this.#fileBytes = fileBytes;
    this.#log = log;
  }

  /**
   * Starts file `number`; its name is durable when this resolves.
   * @param fileBytes size at which the next file is begun.
   */
  static async start(
    context: CodecContext,
    fs: FileSystem,
    dir: string,
    number: number,
    previousEnd: number,
    fileBytes: number,
  ): Promise<Wal> {
    return new Wal(context, fs, dir, fileBytes, await newFile(context, fs, dir, number, previousEnd));
  }

  /** Number of the file being written. */
  get number(): number {
    return this.#log.number;
  }

  /** Set once a sync failed: nothing can be written until a restart. */
  get failed(): BasaltError | null {
    return this.#failed ?? this.#log.failed;
  }

  /** Resolves with the number of the file the record is durable in. */
  append(record: NewRecord): Promise<number> {
    if (this.failed !== null) return Promise.reject(this.failed);
    return new Promise((resolve, reject) => {
      this.#queue.push({ record, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Waits for what was appended; further appends fail. */
  async close(): Promise<void> {
    this.#failed ??= new BasaltError('DATABASE_CLOSED', 'The database was closed');
    await this.#running;
    this.#log.close();
  }

  async #run(): Promise<void> {
    // Appends of the same turn of the event loop join the first group.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const group = this.#takeGroup();
      try {
        if (this.#log.durableEnd > this.#fileBytes) await this.#rotate();
        await this.#log.append(group.map(({ record }) => record));
        for (const { resolve } of group) resolve(this.#log.number);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#running = null;
  }

  #takeGroup(): Waiting[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#queue.length && (count === 0 || bytes < GROUP_BYTES)) {
      bytes += this.#queue[count++].record.payloadBytes;
    }
    return this.#queue.splice(0, count);
  }

  async #rotate(): Promise<void> {
    const full = this.#log;
    this.#log = await newFile(this.#context, this.#fs, this.#dir, full.number + 1, full.durableEnd);
    full.close();
  }
}

async function newFile(
  context: CodecContext,
  fs: FileSystem,
  dir: string,
  number: number,
  previousEnd: number,
): Promise<LogWriter> {
  const path = joinPath(dir, walFileName(number));
  const log = await LogWriter.create(context, fs, path, FORMAT, number, previousEnd);
  try {
    await fs.syncDirectory(dir);
  } catch (error) {
    log.close();
    throw error;
  }
  return log;
}

export type WalContents = {
  /** In order; `file` is the number of the file each came from. */
  readonly records: readonly (LogRecord & { readonly file: number })[];
  readonly lastNumber: number;
  readonly lastEnd: number;
};

/** Numbers of the WAL files in a folder, ascending. */
export const walNumbers = (fs: FileSystem, dir: string): number[] =>
  fs
    .list(dir)
    .map((name) => NAME.exec(name))
    .filter((match) => match !== null)
    .map((match) => Number(match[1]))
    .sort((a, b) => a - b);

/** Everything durable in files from `firstNumber` on. */
export function readWal(
  context: CodecContext,
  fs: FileSystem,
  dir: string,
  firstNumber: number,
): WalContents {
  const numbers = walNumbers(fs, dir).filter((number) => number >= firstNumber);
  const records: (LogRecord & { file: number })[] = [];
  let [lastNumber, lastEnd] = [firstNumber - 1, 0];
  // From the newest back: each file says how much of the one before it was durable.
  let requiredEnd = 0;
  const files = [];
  for (const number of numbers.toReversed()) {
    const path = joinPath(dir, walFileName(number));
    const contents = readLog(context, readWhole(fs, path), path, FORMAT, number, requiredEnd);
    if (contents === null) {
      // A crash while it was being created; its number is used again.
      fs.unlink(path);
      continue;
    }
    requiredEnd = contents.previousEnd;
    files.unshift(contents);
  }
  for (const { number, records: found, end } of files) {
    if (number !== lastNumber + 1) {
      throw new BasaltError('CORRUPTED_DATA', `${joinPath(dir, walFileName(lastNumber + 1))} is missing`, {
        hint: 'Acknowledged data would be lost by going on; restore the folder from a backup',
      });
    }
    for (const record of found) records.push({ ...record, file: number });
    [lastNumber, lastEnd] = [number, end];
  }
  if (lastEnd > 0) syncFile(fs, joinPath(dir, walFileName(lastNumber)));
  return { records, lastNumber, lastEnd };
}

/** What a killed process wrote may still be in the system's cache only; the next file will say it is durable. */
function syncFile(fs: FileSystem, path: string): void {
  const file = fs.openWritable(path);
  try {
    file.dataSyncSync();
  } finally {
    file.close();
  }
}
