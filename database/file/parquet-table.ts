/**
 * Parquet files as a table: the schema is the first file's (or, by name, that of all), parts are row groups.
 *
 * Files are converted to the schema's types as an INSERT would convert them: what does not fit is an error. With several files every
 * column may be NULL. Bounds of row groups come from the footers, where the types are the same.
 */

import { BasaltError } from '../../engine/base/error.ts';
import {
  isFlat,
  type ParquetColumn,
  type ParquetFile,
  readFooter,
  typeOfColumn,
} from '../../engine/format/index.ts';
import type { Part, Snapshot, Zone } from '../../engine/plan/source.ts';
import { laneOf, nullable, STRING, sameValues } from '../../engine/type/type.ts';
import { BLOCK_ROWS } from '../../engine/vector/vector.ts';
import type { FileRequest } from '../../sql/index.ts';
import {
  type FileColumn,
  type FileTable,
  type NamedType,
  type SnapshotOptions,
  wantedIds,
  withPartitions,
} from './file-table.ts';
import { partitionValue } from './hive.ts';
import type { ListedFile } from './list-files.ts';
import { PARQUET_KIND, type ParquetDescriptor, type ParquetPartColumn } from './parquet-part.ts';
import { isPruned, partitionName, partKey, pathZones, prunedPart } from './prune-files.ts';
import { type FileState, withFile } from './real-file.ts';

type OpenedFile = ListedFile & { readonly footer: ParquetFile; readonly state: FileState };

/** Footers read at once. */
const FOOTERS_AT_ONCE = 8;

export async function parquetTable(files: readonly ListedFile[], request: FileRequest): Promise<FileTable> {
  const described = await opened(request.unionByName ? files : files.slice(0, 1));
  const stored = request.columns ?? unitedColumns(described, files.length > 1);
  const columns = withPartitions(
    stored,
    files.map(({ path }) => path),
    request,
  );
  return new ParquetTable(files, columns, request);
}

class ParquetTable implements FileTable {
  readonly columns: readonly FileColumn[];
  readonly #files: readonly ListedFile[];
  readonly #request: FileRequest;

  constructor(files: readonly ListedFile[], columns: readonly FileColumn[], request: FileRequest) {
    this.#files = files;
    this.columns = columns;
    this.#request = request;
  }

  async snapshot({ scans, signal }: SnapshotOptions): Promise<Snapshot> {
    const ids = wantedIds(scans);
    const wanted = this.columns.filter(({ id }) => ids.has(id));
    const parts: Part[] = [];
    const read: ListedFile[] = [];
    for (const file of this.#files) {
      if (isPruned(file.path, this.columns, scans))
        parts.push(prunedPart(PARQUET_KIND, partKey(), file.path, this.columns));
      else read.push(file);
    }
    for (const file of await opened(read, signal)) parts.push(...this.#partsOf(file, wanted));
    const rows = parts.reduce((sum, part) => sum + part.rows, 0);
    return { parts, rows, release: () => {} };
  }

  #partsOf({ path, realPath, footer, state }: OpenedFile, wanted: readonly FileColumn[]): Part[] {
    const inFile = new Map(wanted.map((column) => [column.id, this.#inFile(path, footer, column)]));
    return footer.rowGroups.flatMap(({ rows, chunks }, i) => {
      if (rows === 0) return [];
      const zones = pathZones(path, rows, this.columns);
      const columns = wanted.map((column): ParquetPartColumn => {
        const { id, name, type } = column;
        const stored = inFile.get(id) ?? null;
        if (stored === null) {
          const value = column.isPartition ? partitionValue(path, name, type) : null;
          return { id, kind: 'constant', lane: laneOf(type), value };
        }
        const { shape, leaves } = stored;
        const places = leaves.map(({ index }) => chunks[index] ?? lacking(path, i + 1, name));
        const zone = zoneFor(places[0].zone, stored, column);
        if (zone !== undefined) zones.set(id, zone);
        return { id, kind: 'stored', stored: { shape, leaves }, column: { id, name, type }, places };
      });
      const descriptor: ParquetDescriptor = { path: realPath, state, rowGroup: i + 1, rows, columns };
      const partition = partitionName(path);
      return {
        kind: PARQUET_KIND,
        key: partKey(),
        rows,
        blocks: Math.ceil(rows / BLOCK_ROWS),
        zones,
        ...(partition === '' ? {} : { partition }),
        descriptor,
      };
    });
  }

  /** null: its value is the same in all rows. */
  #inFile(path: string, { columns }: ParquetFile, { name, isPartition }: FileColumn): ParquetColumn | null {
    if (isPartition) return null;
    const stored = columns.find((column) => column.name === name);
    if (stored === undefined) {
      if (this.#request.unionByName) return null;
      throw new BasaltError('INCORRECT_DATA', `${path} has no column ${name}`, {
        hint: `It has ${columns.map((column) => column.name).join(', ')}; union_by_name = true gives NULL where a file lacks a column`,
      });
    }
    if (stored.refusal === null) return stored;
    throw new BasaltError('NOT_IMPLEMENTED', `Column ${name} of ${path} ${stored.refusal}`, {
      hint: 'Name the columns that are wanted instead of *',
    });
  }
}

function lacking(path: string, rowGroup: number, name: string): never {
  throw new BasaltError('CANNOT_PARSE_INPUT', `Row group ${rowGroup} of ${path} lacks column ${name}`);
}

/** Bounds of the file are those of the column where the types are the same. */
function zoneFor(zone: Zone | undefined, stored: ParquetColumn, { type }: FileColumn): Zone | undefined {
  if (!isFlat(stored.shape)) return undefined;
  const typeInFile = typeOfColumn(stored);
  return sameValues(nullable(typeInFile), nullable(type)) && (type.nullable || !typeInFile.nullable)
    ? zone
    : undefined;
}

/** @param isOneOfMany another file may have NULLs where this one has none */
function unitedColumns(files: readonly OpenedFile[], isOneOfMany: boolean): NamedType[] {
  const columns = new Map<string, NamedType>();
  for (const { path, footer } of files) {
    for (const stored of footer.columns) {
      const { name, refusal } = stored;
      const plain = refusal === null ? typeOfColumn(stored) : STRING;
      const known = columns.get(name);
      if (known === undefined) columns.set(name, { name, type: isOneOfMany ? nullable(plain) : plain });
      else if (refusal === null && !sameValues(known.type, nullable(plain))) {
        throw new BasaltError('INCORRECT_DATA', `Column ${name} has another type in ${path} than before`, {
          hint: 'Read the files apart and cast the column',
        });
      }
    }
  }
  return [...columns.values()];
}

async function opened(files: readonly ListedFile[], signal?: AbortSignal): Promise<OpenedFile[]> {
  const all: OpenedFile[] = [];
  for (let from = 0; from < files.length; from += FOOTERS_AT_ONCE) {
    signal?.throwIfAborted();
    all.push(...(await Promise.all(files.slice(from, from + FOOTERS_AT_ONCE).map(openedFile))));
  }
  return all;
}

const openedFile = (file: ListedFile): Promise<OpenedFile> =>
  withFile(file.realPath, async (bytes, state) => ({ ...file, footer: await readFooter(bytes), state }));
