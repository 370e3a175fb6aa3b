/**
 * Parquet files into batches of the table's columns: row groups in order, their column chunks decoded by the workers.
 *
 * The file is a Blob and read only where wanted columns lie; a stream is collected first, up to a bound.
 * A row group is cut into tasks of some columns each, so that one large row group keeps all workers busy. Row groups are
 * read ahead while their decompressed sizes fit {@link AHEAD_BYTES}, one at least.
 */

import { BasaltError } from '../../engine/base/error.ts';
import {
  ChunkMemory,
  type ChunkPlace,
  type ColumnJob,
  type DecodedColumn,
  fillBytes,
  type Inflaters,
  type ParquetColumn,
  type ParquetFile,
  placesOf,
  type RandomAccess,
  type ReadColumn,
  type RowBatch,
  readColumn,
  readFooter,
  streamOf,
} from '../../engine/format/index.ts';
import type { Kernels } from '../../engine/kernel/load.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import { Region } from '../../engine/memory/region.ts';
import { BLOCK_ROWS, type Chunk } from '../../engine/vector/vector.ts';
import { inOrder } from './in-order.ts';
import type { InsertEnvironment, InsertStream } from './insert.ts';

/** Some column chunks of a row group, whose bytes lie in the arena. What is made of them belongs to `owner`. */
export type ChunksTask = { readonly owner: number; readonly jobs: readonly ColumnJob[] };
export type RunChunks = (task: ChunksTask) => Promise<readonly DecodedColumn[]>;

const AHEAD_BYTES = 256 << 20;
/** Bytes of one task. */
const TASK_BYTES = 4 << 20;
/** Bytes between wanted chunks that are read rather than skipped. */
const GAP_BYTES = 64 << 10;
const SLACK_BYTES = 64;
/** Arena pages taken at a time for decoded columns: 4 MiB. */
const RESULT_PAGES = 256;

/** The workers' side. */
export function runChunks(
  { arena, kernels }: { readonly arena: Arena; readonly kernels: Kernels },
  inflaters: Inflaters,
  { owner, jobs }: ChunksTask,
): readonly DecodedColumn[] {
  const memory = new ChunkMemory(arena, owner);
  try {
    const region = new Region(arena, owner, RESULT_PAGES);
    return jobs.map((job) => readColumn({ arena, kernels, inflaters, region, memory }, job));
  } finally {
    memory.close();
  }
}

/** Answers how many rows were read. @throws BasaltError */
export async function readParquet(
  environment: InsertEnvironment,
  { columns, data, maxFileBytes, onShare, signal }: InsertStream,
  use: (batch: RowBatch) => Promise<void>,
): Promise<number> {
  const file = (await placesOf(data)) ?? (await collect(streamOf(data), maxFileBytes));
  const footer = await readFooter(file);
  const wanted = matchColumns(footer, columns);
  const reader = new GroupReader(environment, file);
  let rows = 0;
  await inOrder(groupsOf(footer, wanted), {
    start: (group) => reader.read(group),
    use: async (decoded, group) => {
      onShare?.((rows + group.rows) / footer.rows);
      for (const batch of batches(decoded, group.rows)) await use(batch);
      rows += group.rows;
    },
    release: (group) => reader.release(group),
    isFull: (underWay) => underWay.reduce((sum, { plainBytes }) => sum + plainBytes, 0) >= AHEAD_BYTES,
    signal,
  });
  return rows;
}

/** A stream as a Blob: the footer, which says where everything is, comes last. */
async function collect(stream: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Blob> {
  const pieces: Blob[] = [];
  let bytes = 0;
  for await (const piece of stream) {
    bytes += piece.length;
    if (bytes > maxBytes) {
      throw new BasaltError('LIMIT_EXCEEDED', `The Parquet file is larger than ${maxBytes} bytes`, {
        hint: 'Raise max_inserted_file_bytes, send smaller files, or give the library a Blob: fs.openAsBlob(path)',
      });
    }
    pieces.push(new Blob([piece as Uint8Array<ArrayBuffer>]));
  }
  return new Blob(pieces);
}

type Wanted = { readonly stored: ParquetColumn; readonly column: ReadColumn };

/** The file's columns that the table has, by name. Others are left alone, as unknown keys of JSON are. */
function matchColumns({ columns: inFile }: ParquetFile, columns: readonly ReadColumn[]): Wanted[] {
  const wanted: Wanted[] = [];
  for (const column of columns) {
    const stored = inFile.find(({ name }) => name === column.name);
    if (stored === undefined) continue;
    if (stored.refusal !== null) {
      throw new BasaltError(
        'NOT_IMPLEMENTED',
        `Column ${stored.name} of the Parquet file ${stored.refusal}`,
        {
          hint: 'Leave it out of the column list',
        },
      );
    }
    wanted.push({ stored, column });
  }
  if (wanted.length > 0) return wanted;
  throw new BasaltError('INCORRECT_DATA', 'The Parquet file has none of the columns that are inserted into', {
    hint: `It has ${inFile.map(({ name }) => name).join(', ')}; wanted are ${columns.map(({ name }) => name).join(', ')}`,
  });
}

/** From its first chunk's begin to its last one's end. */
type PlacedColumn = Wanted & {
  readonly places: readonly ChunkPlace[];
  readonly offset: number;
  readonly bytes: number;
};

type Group = {
  /** From 1. */
  readonly number: number;
  readonly rows: number;
  readonly plainBytes: number;
  /** Columns in the order of the file, cut into tasks. */
  readonly tasks: readonly (readonly PlacedColumn[])[];
};

function* groupsOf({ rowGroups }: ParquetFile, wanted: readonly Wanted[]): Generator<Group> {
  for (const [i, { rows, chunks }] of rowGroups.entries()) {
    if (rows === 0) continue;
    let plainBytes = 0;
    const placed = wanted.map(({ stored, column }): PlacedColumn => {
      const places = stored.leaves.map(({ index }) => chunkOf(chunks, index, i + 1, stored.name));
      for (const place of places) plainBytes += place.bytes + place.plainBytes;
      const offset = Math.min(...places.map((place) => place.offset));
      const end = Math.max(...places.map((place) => place.offset + place.bytes));
      return { stored, column, places, offset, bytes: end - offset };
    });
    placed.sort((a, b) => a.offset - b.offset);
    yield { number: i + 1, rows, plainBytes, tasks: cutTasks(placed) };
  }
}

function chunkOf(chunks: readonly ChunkPlace[], index: number, rowGroup: number, column: string): ChunkPlace {
  const place = chunks[index];
  if (place !== undefined) return place;
  throw new BasaltError(
    'CANNOT_PARSE_INPUT',
    `Row group ${rowGroup} of the Parquet file lacks column ${column}`,
  );
}

function cutTasks(columns: readonly PlacedColumn[]): PlacedColumn[][] {
  const tasks: PlacedColumn[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const column of columns) {
    if (bytes + column.bytes > TASK_BYTES) {
      tasks.push([]);
      bytes = 0;
    }
    tasks[tasks.length - 1].push(column);
    bytes += column.bytes;
  }
  return tasks;
}

/** Reads and decodes row groups. Decoded columns live until the group is released. */
class GroupReader {
  readonly #environment: InsertEnvironment;
  readonly #file: RandomAccess;
  readonly #owners = new Map<Group, number[]>();

  constructor(environment: InsertEnvironment, file: RandomAccess) {
    this.#environment = environment;
    this.#file = file;
  }

  async read(group: Group): Promise<readonly DecodedColumn[]> {
    const owners = group.tasks.map(() => this.#environment.arena.openOwner());
    this.#owners.set(group, owners);
    const done = await Promise.allSettled(
      group.tasks.map((columns, i) => this.#runTask(group, columns, owners[i])),
    );
    return done.flatMap((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    });
  }

  release(group: Group): void {
    for (const owner of this.#owners.get(group) ?? []) this.#environment.arena.closeOwner(owner);
    this.#owners.delete(group);
  }

  async #runTask(
    group: Group,
    columns: readonly PlacedColumn[],
    owner: number,
  ): Promise<readonly DecodedColumn[]> {
    const { arena, runChunks: run } = this.#environment;
    const input = arena.openOwner();
    try {
      const region = new Region(arena, input, 1);
      const jobs: ColumnJob[] = [];
      for (const neighbours of runsOf(columns)) jobs.push(...(await this.#load(region, group, neighbours)));
      return await run({ owner, jobs });
    } finally {
      arena.closeOwner(input);
    }
  }

  /** Brings columns that lie together into the arena. */
  async #load(
    region: Region,
    { number, rows }: Group,
    columns: readonly PlacedColumn[],
  ): Promise<ColumnJob[]> {
    const from = columns[0].offset;
    const to = Math.max(...columns.map(({ offset, bytes }) => offset + bytes));
    const address = region.alloc(to - from + SLACK_BYTES);
    await fillBytes(this.#file, from, region.arena.u8.subarray(address, address + to - from));
    return columns.map(({ stored: { shape, leaves }, column, places }) => ({
      column,
      shape,
      chunks: places.map(({ codec, offset, bytes }, i) => ({
        leaf: leaves[i],
        codec,
        address: address + offset - from,
        bytes,
      })),
      rowGroup: number,
      rows,
    }));
  }
}

/** Columns with little between them are read at once. */
function runsOf(columns: readonly PlacedColumn[]): PlacedColumn[][] {
  const runs: PlacedColumn[][] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const column of columns) {
    if (column.offset - end > GAP_BYTES) runs.push([]);
    runs[runs.length - 1].push(column);
    end = Math.max(end, column.offset + column.bytes);
  }
  return runs;
}

/** The group's blocks as batches; columns that the file lacks get their default later. */
function* batches(decoded: readonly DecodedColumn[], rows: number): Generator<RowBatch> {
  for (let block = 0; block * BLOCK_ROWS < rows; block++) {
    const size = Math.min(BLOCK_ROWS, rows - block * BLOCK_ROWS);
    const columns = new Map<number, Chunk>(decoded.map(({ id, chunks }) => [id, chunks[block]]));
    yield { rows: size, columns };
  }
}
