/**
 * COPY ... TO: rows of a query into one file, or into `key=value` folders with a file each.
 *
 * Everything is written into a folder of its own beside the target, synced, and renamed into place: whoever reads the target sees
 * what was there before, or all of it.
 */

import { mkdir, mkdtemp, open, readdir, realpath, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { BasaltError } from '../../engine/base/error.ts';
import {
  type FormatWriter,
  formatByName,
  type MakeWriter,
  writePlainCsv,
  writePlainCsvWithNames,
  writerOf,
} from '../../engine/format/index.ts';
import {
  type JsValue,
  type ResultBatch,
  type ResultSchema,
  rowsOf,
  valueReader,
} from '../../engine/vector/batch.ts';
import type { BoundStatement } from '../../sql/index.ts';
import { allowedPath, type SourceRules } from '../ingest/index.ts';
import { partitionFolder } from './hive.ts';
import { parquetOptions } from './parquet-options.ts';

type Copy = Extract<BoundStatement, { kind: 'copyTo' }>;
type Batches = AsyncIterable<ResultBatch>;
export type Copied = { readonly rows: number; readonly bytes: number };

const EXTENSIONS: Record<Copy['fileFormat'], string> = {
  Parquet: 'parquet',
  CSV: 'csv',
  JSONEachRow: 'json',
};
/** Of one column, in text; names of files have at most 255 bytes. */
const MAX_FOLDER_BYTES = 255;

/** @throws BasaltError PATH_ACCESS_DENIED, FILE_ALREADY_EXISTS, CANNOT_WRITE */
export async function copyTo(copy: Copy, batches: Batches, rules: SourceRules): Promise<Copied> {
  const target = await targetOf(copy.path, rules);
  if (copy.partitionBy.length > 0) await checkEmpty(target);
  const stage = await guarded(target, () => mkdtemp(join(dirname(target), '.copy-')));
  try {
    const inside = join(stage, basename(target));
    const copied =
      copy.partitionBy.length > 0
        ? await copyFolders(copy, batches, inside)
        : await copyFile(copy, copy.plan.schema, batches, inside);
    await guarded(target, () => rename(inside, target));
    await guarded(target, () => syncFolder(dirname(target)));
    await rmdir(stage);
    return copied;
  } catch (error) {
    await rm(stage, { recursive: true, force: true });
    throw error;
  }
}

/** The path with links of its folder resolved, which must be there. */
async function targetOf(path: string, { exports }: SourceRules): Promise<string> {
  if (exports.length === 0)
    throw new BasaltError('PATH_ACCESS_DENIED', 'Writing files is off', {
      hint: 'Start the server with --export DIR',
    });
  const roots = await Promise.all(exports.map((folder) => realpath(folder)));
  const written = isAbsolute(path) ? path : join(exports[0], path);
  const folder = await allowedPath(dirname(written), roots, notWritable);
  const name = basename(written);
  if (name === '' || name === '.' || name === '..')
    throw new BasaltError('BAD_ARGUMENTS', `${path} names no file`);
  return join(folder, name);
}

const notWritable = (path: string): BasaltError =>
  new BasaltError('PATH_ACCESS_DENIED', `${path} is not below a folder that may be written`, {
    hint: 'Folders are given with --export DIR',
  });

/** Folders are not mixed with those of another COPY. */
async function checkEmpty(folder: string): Promise<void> {
  const there = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new BasaltError('FILE_ALREADY_EXISTS', `${folder} is no folder`, { cause: error });
  });
  if (there.length > 0)
    throw new BasaltError('FILE_ALREADY_EXISTS', `The folder ${folder} is not empty`, {
      hint: 'Copy into a new folder, which files below it can be read together with: folder*/**',
    });
}

async function guarded<T>(target: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw cause instanceof BasaltError
      ? cause
      : new BasaltError('CANNOT_WRITE', `Cannot write ${target}`, { cause });
  }
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writerFor({ fileFormat, header }: Copy): Promise<MakeWriter> {
  if (fileFormat === 'CSV') return header ? writePlainCsvWithNames : writePlainCsv;
  return writerOf(formatByName(fileFormat));
}

/** A file under way. */
class FileWriter {
  readonly #handle: Awaited<ReturnType<typeof open>>;
  readonly #writer: FormatWriter;
  readonly #path: string;
  #bytes = 0;
  #rows = 0;

  private constructor(handle: Awaited<ReturnType<typeof open>>, writer: FormatWriter, path: string) {
    this.#handle = handle;
    this.#writer = writer;
    this.#path = path;
  }

  static async create(copy: Copy, schema: ResultSchema, path: string): Promise<FileWriter> {
    const make = await writerFor(copy);
    const writer = make(schema, { parquet: parquetOptions(copy.compression) });
    const file = new FileWriter(await guarded(path, () => open(path, 'wx')), writer, path);
    await file.#write(writer.begin());
    return file;
  }

  async add(batch: ResultBatch): Promise<void> {
    this.#rows += batch.rows;
    await this.#write(this.#writer.batch(batch));
  }

  async end(): Promise<Copied> {
    await this.#write(this.#writer.end({ rows: this.#rows, elapsedMs: 0, rowsRead: 0, bytesRead: 0 }));
    await guarded(this.#path, () => this.#handle.sync());
    await this.#handle.close();
    return { rows: this.#rows, bytes: this.#bytes };
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#bytes += bytes.length;
    await guarded(this.#path, () => this.#handle.writeFile(bytes));
  }
}

async function copyFile(copy: Copy, schema: ResultSchema, batches: Batches, path: string): Promise<Copied> {
  const file = await FileWriter.create(copy, schema, path);
  try {
    for await (const batch of batches) await file.add(batch);
    return await file.end();
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function copyFolders(copy: Copy, batches: Batches, root: string): Promise<Copied> {
  const { schema } = copy.plan;
  const kept = schema.flatMap((_, i) => (copy.partitionBy.includes(i) ? [] : [i]));
  if (kept.length === 0)
    throw new BasaltError('BAD_ARGUMENTS', 'All columns name folders: none is left for the files');
  await guarded(root, () => mkdir(root));
  const inFiles = kept.map((i) => schema[i]);
  const files = new FolderFiles(root, (path) =>
    FileWriter.create(copy, inFiles, join(path, `data_0.${EXTENSIONS[copy.fileFormat]}`)),
  );
  try {
    for await (const batch of batches)
      for (const { folder, from, to } of runsOf(batch, copy)) {
        const { rows, columns } = rowsOf(batch, from, to);
        await files.add(folder, { rows, columns: kept.map((i) => columns[i]) });
      }
    return await files.end();
  } catch (error) {
    await files.close();
    throw error;
  }
}

/** Files of folders that come one after the other: one is open at a time. */
class FolderFiles {
  readonly #root: string;
  readonly #create: (folder: string) => Promise<FileWriter>;
  #folder = '';
  #file: FileWriter | null = null;
  #ended: Copied = { rows: 0, bytes: 0 };

  constructor(root: string, create: (folder: string) => Promise<FileWriter>) {
    this.#root = root;
    this.#create = create;
  }

  async add(folder: string, batch: ResultBatch): Promise<void> {
    if (this.#file === null || this.#folder !== folder) {
      await this.end();
      const path = join(this.#root, folder);
      await guarded(path, () => mkdir(path, { recursive: true }));
      this.#file = await this.#create(path);
      this.#folder = folder;
    }
    await this.#file.add(batch);
  }

  async end(): Promise<Copied> {
    const { rows, bytes } = (await this.#file?.end()) ?? { rows: 0, bytes: 0 };
    this.#file = null;
    this.#ended = { rows: this.#ended.rows + rows, bytes: this.#ended.bytes + bytes };
    return this.#ended;
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}

/** Rows one after another that belong into one folder. */
function* runsOf(
  batch: ResultBatch,
  { plan: { schema }, partitionBy }: Copy,
): Generator<{ readonly folder: string; readonly from: number; readonly to: number }> {
  const readers = partitionBy.map((i) =>
    valueReader(batch.columns[i], schema[i], { int64: 'string', timestamp: 'string' }),
  );
  const folderOf = (row: number): string =>
    join(...readers.map((read, i) => folderName(schema[partitionBy[i]].name, read(row))));
  for (let from = 0; from < batch.rows; ) {
    const folder = folderOf(from);
    let to = from + 1;
    while (to < batch.rows && folderOf(to) === folder) to++;
    yield { folder, from, to };
    from = to;
  }
}

function folderName(column: string, value: JsValue): string {
  const name = partitionFolder(column, value === null ? null : String(value));
  if (name.length <= MAX_FOLDER_BYTES) return name;
  throw new BasaltError('BAD_ARGUMENTS', `A value of ${column} is too long to name a folder`, {
    hint: `Names have at most ${MAX_FOLDER_BYTES} bytes: ${name.slice(0, 60)}...`,
  });
}
