/**
 * A row group of a Parquet file as a part of a snapshot, on whichever thread reads it.
 *
 * A column chunk's bytes are read when its first block is wanted, and blocks are decoded one at a time, so a query holds some column
 * chunks and the blocks it works on, never a file. Column chunks stay loaded while the thread has little of them
 * ({@link LOADED_BYTES}); the one used longest ago goes first. All of it is the query's memory.
 */

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { assert, BasaltError } from '../../engine/base/error.ts';
import type { TaskEngine } from '../../engine/exec/context.ts';
import {
  ChunkMemory,
  type ChunkPlace,
  type ColumnBlocks,
  type ColumnJob,
  columnBlocks,
  type ParquetColumn,
  type ReadColumn,
} from '../../engine/format/index.ts';
import { Region } from '../../engine/memory/region.ts';
import type { PartReader, Pins, Zone } from '../../engine/plan/source.ts';
import type { Lane, Value } from '../../engine/type/type.ts';
import { BLOCK_ROWS, type Chunk, chunk, constVector } from '../../engine/vector/vector.ts';
import { nodeInflaters } from '../../storage/index.ts';
import type { FileState } from './real-file.ts';

export const PARQUET_KIND = 'parquet';

export type ParquetPartColumn =
  | {
      readonly id: number;
      readonly kind: 'stored';
      readonly stored: Pick<ParquetColumn, 'shape' | 'leaves'>;
      readonly column: ReadColumn;
      /** By leaf. */
      readonly places: readonly ChunkPlace[];
    }
  /** The same in all rows: of the path, or NULL because the file lacks it. */
  | { readonly id: number; readonly kind: 'constant'; readonly lane: Lane; readonly value: Value };

export type ParquetDescriptor = {
  readonly path: string;
  readonly state: FileState;
  /** From 1. */
  readonly rowGroup: number;
  readonly rows: number;
  readonly columns: readonly ParquetPartColumn[];
};

type StoredColumn = Extract<ParquetPartColumn, { kind: 'stored' }>;

/** Of the arena, for column chunks that a thread keeps besides the one it reads. */
const LOADED_BYTES = 64 << 20;
const SLACK_BYTES = 64;
/** Arena pages taken at a time for a block's values: small blocks stay small. */
const BLOCK_PAGES = 4;

export class ParquetPartReader implements PartReader {
  readonly rows: number;
  readonly blockCount: number;
  readonly #engine: TaskEngine;
  readonly #owner: number;
  readonly #descriptor: ParquetDescriptor;

  constructor(descriptor: ParquetDescriptor, engine: TaskEngine, owner: number) {
    this.#descriptor = descriptor;
    this.#engine = engine;
    this.#owner = owner;
    this.rows = descriptor.rows;
    this.blockCount = Math.ceil(descriptor.rows / BLOCK_ROWS);
  }

  blockRows(block: number): number {
    return Math.min(BLOCK_ROWS, this.rows - block * BLOCK_ROWS);
  }

  /** Bounds are those of the part. */
  zone(): Zone | undefined {
    return undefined;
  }

  chunk(block: number, columnId: number, pins: Pins): Chunk {
    const column = this.#descriptor.columns.find(({ id }) => id === columnId);
    assert(column !== undefined, `column ${columnId} is not in the part`);
    const rows = this.blockRows(block);
    if (column.kind === 'constant') return chunk(constVector(column.lane, rows, column.value));
    const region = new Region(this.#engine.arena, this.#owner, BLOCK_PAGES);
    const loaded = loadedOf(this.#engine).get(this, column, () => this.#load(column));
    try {
      return loaded.block(block * BLOCK_ROWS, rows, region);
    } finally {
      pins.hold(region);
    }
  }

  close(): void {
    loadedOf(this.#engine).drop(this);
  }

  #load({ stored: { shape, leaves }, column, places }: StoredColumn): LoadedColumn {
    const { rowGroup, rows, path, state } = this.#descriptor;
    const { arena } = this.#engine;
    const input = new Region(arena, this.#owner, 1);
    try {
      const chunks = places.map(({ bytes, offset, codec }, i) => {
        const address = input.alloc(bytes + SLACK_BYTES);
        readRange(path, state, offset, arena.u8.subarray(address, address + bytes));
        return { leaf: leaves[i], codec, address, bytes };
      });
      return new LoadedColumn(this.#engine, this.#owner, input, { column, shape, chunks, rowGroup, rows });
    } catch (error) {
      input.free();
      throw error;
    }
  }
}

/** Fills `into` from the file, which must still be what the plan was made for. */
function readRange(path: string, state: FileState, offset: number, into: Uint8Array): void {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (cause) {
    throw new BasaltError('CANNOT_READ', `Cannot open ${path}`, { cause });
  }
  try {
    const { size, mtimeMs } = fstatSync(fd);
    if (size !== state.bytes || mtimeMs !== state.modifiedMs) {
      throw new BasaltError('CANNOT_READ', `${path} was changed while it was read`, {
        hint: 'Write new files beside old ones, or run the query again',
      });
    }
    for (let read = 0; read < into.length; ) {
      const taken = readSync(fd, into, read, into.length - read, offset + read);
      if (taken === 0) throw new BasaltError('CANNOT_READ', `${path} ended while it was read`);
      read += taken;
    }
  } finally {
    closeSync(fd);
  }
}

/** A column chunk in memory, with the region its next block goes into. */
class LoadedColumn {
  readonly #input: Region;
  readonly #memory: ChunkMemory;
  readonly #blocks: ColumnBlocks;
  #region: Region;

  constructor({ arena, kernels }: TaskEngine, owner: number, input: Region, job: ColumnJob) {
    this.#input = input;
    this.#region = input;
    this.#memory = new ChunkMemory(arena, owner);
    const region = (): Region => this.#region;
    this.#blocks = columnBlocks(
      {
        arena,
        kernels,
        inflaters: nodeInflaters,
        memory: this.#memory,
        get region() {
          return region();
        },
      },
      job,
    );
  }

  /** Arena bytes it holds; they grow while blocks are decoded. */
  get bytes(): number {
    return this.#input.bytes + this.#memory.heldBytes;
  }

  block(from: number, rows: number, region: Region): Chunk {
    this.#region = region;
    return this.#blocks.block(from, rows);
  }

  free(): void {
    this.#memory.close();
    this.#input.free();
  }
}

/** The column chunks a thread has loaded, the one used last at the end. */
class LoadedColumns {
  readonly #columns = new Map<string, { readonly reader: PartReader; readonly column: LoadedColumn }>();
  readonly #numbers = new WeakMap<PartReader, number>();
  #next = 0;

  get(reader: PartReader, { id }: StoredColumn, load: () => LoadedColumn): LoadedColumn {
    const key = `${this.#numberOf(reader)} ${id}`;
    const known = this.#columns.get(key);
    if (known !== undefined) {
      this.#columns.delete(key);
      this.#columns.set(key, known);
      return known.column;
    }
    this.#makeRoom();
    const column = load();
    this.#columns.set(key, { reader, column });
    return column;
  }

  drop(reader: PartReader): void {
    for (const [key, entry] of this.#columns) if (entry.reader === reader) this.#remove(key);
  }

  #numberOf(reader: PartReader): number {
    let number = this.#numbers.get(reader);
    if (number === undefined) {
      number = this.#next++;
      this.#numbers.set(reader, number);
    }
    return number;
  }

  /** So that what stays is within its bound before another comes. */
  #makeRoom(): void {
    let bytes = 0;
    for (const { column } of this.#columns.values()) bytes += column.bytes;
    for (const [key, { column }] of this.#columns) {
      if (bytes <= LOADED_BYTES) return;
      bytes -= column.bytes;
      this.#remove(key);
    }
  }

  #remove(key: string): void {
    const entry = this.#columns.get(key);
    if (entry === undefined) return;
    this.#columns.delete(key);
    entry.column.free();
  }
}

const threads = new WeakMap<TaskEngine, LoadedColumns>();

function loadedOf(engine: TaskEngine): LoadedColumns {
  let loaded = threads.get(engine);
  if (loaded === undefined) {
    loaded = new LoadedColumns();
    threads.set(engine, loaded);
  }
  return loaded;
}
