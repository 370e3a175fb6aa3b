/**
 * The files of ClickHouse's engine File: the rows of a table as one text in its format, in the data folder, which INSERT appends to.
 *
 * A file is named by its table's id, so RENAME and EXCHANGE touch none. Rows are seen when their INSERT is done, and synced by then; one that
 * fails leaves the file as it was. Inserts into one table wait for each other. Where the machine stops within an INSERT, a part of its
 * rows may stay, the last of them cut off.
 */

import { type FormatRow, formatByName, writerOf } from '../../engine/format/index.ts';
import type { ResultBatch, ResultSchema } from '../../engine/vector/batch.ts';
import { type FileSystem, joinPath, removeQuietly, type WritableFile } from '../../storage/index.ts';
import type { Text } from './text-table.ts';

/** In the data folder. */
export const OWN_FILES = 'files';
const CHUNK_BYTES = 1 << 20;

export class OwnFiles {
  readonly #fs: FileSystem;
  readonly #dir: string;
  /** What there is of a file that is being appended to, and who waits for whom. */
  readonly #seen = new Map<string, number>();
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(fs: FileSystem, dir: string) {
    this.#fs = fs;
    this.#dir = dir;
  }

  /** Its rows; none before the first INSERT. */
  text(tableId: number, format: string): Text {
    const path = this.#path(tableId, formatByName(format));
    return { name: path, open: () => Promise.resolve(this.#read(path)) };
  }

  /** All of the rows, or none of them. */
  async append(
    tableId: number,
    format: string,
    schema: ResultSchema,
    batches: AsyncIterable<ResultBatch>,
  ): Promise<{ readonly rows: number; readonly bytes: number }> {
    const row = formatByName(format);
    const make = await writerOf(row);
    const path = this.#path(tableId, row);
    return this.#inTurn(path, async () => {
      const before = this.#bytes(path);
      this.#seen.set(path, before);
      const file = this.#opened(path);
      try {
        const writer = make(schema, {});
        let [rows, at] = [0, before];
        const put = async (bytes: Uint8Array): Promise<void> => {
          await file.write(bytes, at);
          at += bytes.length;
        };
        // Lines of names and types stand at the beginning alone.
        const head = writer.begin();
        if (before === 0) await put(head);
        for await (const batch of batches) {
          rows += batch.rows;
          await put(writer.batch(batch));
        }
        await put(writer.end({ rows, elapsedMs: 0, rowsRead: 0, bytesRead: 0 }));
        await file.dataSync();
        return { rows, bytes: at - before };
      } catch (error) {
        file.truncate(before);
        throw error;
      } finally {
        file.close();
        this.#seen.delete(path);
      }
    });
  }

  /** Takes all rows away. */
  async truncate(tableId: number, format: string): Promise<void> {
    const path = this.#path(tableId, formatByName(format));
    await this.#inTurn(path, async () => {
      if (this.#fs.stat(path) === null) return;
      const file = this.#fs.openWritable(path);
      try {
        file.truncate(0);
        await file.dataSync();
      } finally {
        file.close();
      }
    });
  }

  /** Removes files of tables that are gone. */
  sweep(isThere: (tableId: number) => boolean): void {
    for (const name of this.#names())
      if (!isThere(Number.parseInt(name, 10))) removeQuietly(this.#fs, joinPath(this.#folder, name));
  }

  /** The same files in another folder of another file system. */
  copyTo(fs: FileSystem, dir: string): void {
    const folder = joinPath(dir, OWN_FILES);
    for (const name of this.#names()) {
      const path = joinPath(this.#folder, name);
      const bytes = this.#readNow(path, this.#bytes(path));
      fs.makeDirectory(folder);
      const file = fs.create(joinPath(folder, name));
      file.writeSync(bytes, 0);
      file.close();
    }
  }

  get #folder(): string {
    return joinPath(this.#dir, OWN_FILES);
  }

  #names(): readonly string[] {
    return this.#fs.list(this.#dir).includes(OWN_FILES) ? this.#fs.list(this.#folder) : [];
  }

  #path(tableId: number, { names }: FormatRow): string {
    return joinPath(this.#folder, `${tableId}.${names[0]}`);
  }

  #bytes(path: string): number {
    return this.#seen.get(path) ?? this.#fs.stat(path)?.bytes ?? 0;
  }

  #opened(path: string): WritableFile {
    if (this.#fs.stat(path) !== null) return this.#fs.openWritable(path);
    this.#fs.makeDirectory(this.#folder);
    const file = this.#fs.create(path);
    this.#fs.syncDirectorySync(this.#folder);
    this.#fs.syncDirectorySync(this.#dir);
    return file;
  }

  async *#read(path: string): AsyncGenerator<Uint8Array> {
    const bytes = this.#bytes(path);
    if (bytes === 0) return;
    const file = this.#fs.open(path);
    try {
      for (let at = 0; at < bytes; at += CHUNK_BYTES) {
        const chunk = new Uint8Array(Math.min(CHUNK_BYTES, bytes - at));
        await file.read(chunk, at);
        yield chunk;
      }
    } finally {
      file.close();
    }
  }

  #readNow(path: string, bytes: number): Uint8Array {
    const into = new Uint8Array(bytes);
    const file = this.#fs.open(path);
    try {
      file.readSync(into, 0);
      return into;
    } finally {
      file.close();
    }
  }

  #inTurn<T>(path: string, work: () => Promise<T>): Promise<T> {
    const mine = (this.#last.get(path) ?? Promise.resolve()).catch(() => {}).then(work);
    this.#last.set(path, mine);
    const forget = (): void => {
      if (this.#last.get(path) === mine) this.#last.delete(path);
    };
    mine.then(forget, forget);
    return mine;
  }
}
