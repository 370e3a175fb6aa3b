/**
 * The files that one statement reads. Binding cannot wait for a disk, so a table that is not known yet ends it; the files are looked
 * at, and binding begins again.
 */

import { basename } from 'node:path';
import { BasaltError } from '../../engine/base/error.ts';
import { type FormatRow, type InputData, streamOf } from '../../engine/format/index.ts';
import type { Snapshot } from '../../engine/plan/source.ts';
import type {
  ExternRequest,
  FileRequest,
  FileView,
  InputRequest,
  OwnFileRequest,
  TableInfo,
  TableRequest,
  TextRequest,
} from '../../sql/index.ts';
import { allowedFolders, httpInput, localInput, type SourceRules } from '../ingest/index.ts';
import { fileFormat } from './file-format.ts';
import type { FileTable, SnapshotOptions } from './file-table.ts';
import { type ListedFile, listFiles } from './list-files.ts';
import type { OwnFiles } from './own-files.ts';
import type { Text } from './text-table.ts';

/** Ids of file tables go down from here: stored tables count up, system tables down from -1. */
const FIRST_ID = -1_000_000;
const MAX_TABLES = 1000;

export const isFileTable = (id: number): boolean => id <= FIRST_ID;

class Unread {
  readonly request: TableRequest;

  constructor(request: TableRequest) {
    this.request = request;
  }
}

/** What `input` asks of its one text. */
const INPUT = {
  paths: [],
  isRemote: false,
  format: null,
  hivePartitioning: false,
  unionByName: false,
  delimiter: null,
} as const;

type Found = { readonly name: string; readonly table: FileTable };
type Known = { readonly info: TableInfo; readonly table: FileTable };

const unknownFile = (id: number): BasaltError =>
  new BasaltError('LOGICAL_ERROR', `No file table has the id ${id}`);

/** Of plans that no statement wrote: they name no files. */
export const NO_FILES: Pick<StatementFiles, 'snapshot'> = {
  snapshot: (id) => Promise.reject(unknownFile(id)),
};

export class StatementFiles implements FileView {
  readonly #rules: SourceRules;
  readonly #own: OwnFiles;
  #data: InputData | null;
  readonly #known = new Map<string, Known>();

  /** @param data rows that come with the statement; null: none do */
  constructor(rules: SourceRules, data: InputData | null, own: OwnFiles) {
    this.#rules = rules;
    this.#own = own;
    this.#data = data;
  }

  table(request: TableRequest): TableInfo {
    const known = this.#known.get(JSON.stringify(request));
    if (known === undefined) throw new Unread(request);
    return known.info;
  }

  /** Calls `bind` until it has all files it asks for. */
  async bound<T>(bind: () => T): Promise<T> {
    for (;;) {
      try {
        return bind();
      } catch (error) {
        if (!(error instanceof Unread)) throw error;
        await this.#read(error.request);
      }
    }
  }

  snapshot(id: number, options: SnapshotOptions): Promise<Snapshot> {
    const found = [...this.#known.values()].find(({ info }) => info.id === id);
    if (found === undefined) throw unknownFile(id);
    return found.table.snapshot(options);
  }

  async #read(request: TableRequest): Promise<void> {
    if (this.#known.size >= MAX_TABLES)
      throw new BasaltError('LIMIT_EXCEEDED', `A statement reads more than ${MAX_TABLES} sets of files`);
    const { name, table } = await this.#found(request);
    const info: TableInfo = {
      id: FIRST_ID - this.#known.size,
      schema: 'main',
      name,
      columns: table.columns.map(({ id, name, type }) => ({ id, name, type, defaultValue: null })),
      timeColumn: null,
    };
    this.#known.set(JSON.stringify(request), { info, table });
  }

  async #found(request: TableRequest): Promise<Found> {
    if ('source' in request) return this.#externTable(request);
    if ('ownFile' in request) return this.#ownTable(request);
    if ('text' in request) return textOf(request);
    return 'dataFormat' in request ? this.#inputTable(request) : this.#fileTable(request);
  }

  async #ownTable({ ownFile, format, columns }: OwnFileRequest): Promise<Found> {
    const row = fileFormat(format, '');
    const { textTable } = await import('./text-table.ts');
    const header = (row.read?.kind === 'rows' ? row.read.headerLines : 0) > 0;
    const texts = [this.#own.text(ownFile, format)];
    return { name: 'file', table: await textTable(texts, row, { ...INPUT, columns, header }) };
  }

  async #inputTable({ dataFormat, columns }: InputRequest): Promise<Found> {
    const format = fileFormat(dataFormat, 'input');
    if (format.read?.kind === 'parquet')
      throw new BasaltError('NOT_IMPLEMENTED', 'input reads no Parquet', {
        hint: 'INSERT INTO t FORMAT Parquet, or write the file into a folder that may be read',
      });
    const { textTable } = await import('./text-table.ts');
    const header = (format.read?.headerLines ?? 0) > 0;
    const text = { name: 'input', open: () => Promise.resolve(streamOf(this.#takenData())) };
    return { name: 'input', table: await textTable([text], format, { ...INPUT, columns, header }) };
  }

  /** What streams can be read once. */
  #takenData(): InputData {
    const data = this.#data;
    this.#data = null;
    if (data !== null) return data;
    throw new BasaltError('INVALID_USAGE_OF_INPUT', 'input has no rows to read', {
      hint: 'They come once, behind FORMAT or as the data of the statement',
    });
  }

  async #externTable(request: ExternRequest): Promise<Found> {
    const { externTable } = await import('./extern-table.ts');
    return { name: 'EXTERN', table: await externTable(request, this.#rules) };
  }

  async #fileTable(request: FileRequest): Promise<Found> {
    const { paths, isRemote } = request;
    const files = isRemote ? [] : await listFiles(paths, this.#rules);
    const [name] = isRemote ? paths : files.map(({ path }) => path);
    const format = fileFormat(request.format, isRemote ? new URL(name).pathname : name);
    const table =
      format.read?.kind === 'parquet'
        ? await this.#parquetTable(files, request)
        : await this.#textTable(files, format, request);
    if (table.columns.length === 0)
      throw new BasaltError('INCORRECT_DATA', `${name} has no columns`, {
        hint: "Say which there are: file('...', 'Format', 'name Type, ...')",
      });
    return { name: basename(name).replace(/\..*$/, ''), table };
  }

  async #parquetTable(files: readonly ListedFile[], request: FileRequest): Promise<FileTable> {
    if (request.isRemote)
      throw new BasaltError('NOT_IMPLEMENTED', 'Parquet is not read over the network', {
        hint: 'Its end says where its columns are: fetch it into a folder that may be read',
      });
    return (await import('./parquet-table.ts')).parquetTable(files, request);
  }

  async #textTable(
    files: readonly ListedFile[],
    format: FormatRow,
    request: FileRequest,
  ): Promise<FileTable> {
    const { textTable } = await import('./text-table.ts');
    const texts = request.isRemote
      ? request.paths.map((path) => httpInput(path, null, null, this.#rules))
      : files.map((file) => localText(file, this.#rules));
    return textTable(texts, format, request);
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** The rows that `format` was given. */
async function textOf({ text, format: name, columns }: TextRequest): Promise<Found> {
  const format = fileFormat(name, 'format');
  if (format.read?.kind === 'parquet')
    throw new BasaltError('NOT_IMPLEMENTED', 'format reads no Parquet', {
      hint: 'Write the file into a folder that may be read',
    });
  const { textTable } = await import('./text-table.ts');
  const bytes = new TextEncoder().encode(text);
  const rows = { name: 'format', open: async () => once(bytes) };
  const lines = format.read?.headerLines ?? 0;
  const header = lines > 0 ? true : columns === null ? null : false;
  return { name: 'format', table: await textTable([rows], format, { ...INPUT, columns, header }) };
}

/** Checked again when it is opened. */
const localText = ({ path, realPath }: ListedFile, rules: SourceRules): Text => ({
  name: path,
  open: async (signal) => (await localInput(realPath, await allowedFolders(rules))).open(signal),
});
