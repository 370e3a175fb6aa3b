/**
 * Rollup: rows with equal time and dimensions become one, their metrics summed, compared or made states (fold.ts).
 *
 * A table over rows of small integer codes, one per key column; every distinct value is looked at once per
 * dictionary, not once per row. The same class rolls up the rows of one range in a
 * worker and then the results of all ranges: rolling up twice gives the same.
 */

import type { RowBatch } from '../../engine/format/index.ts';
import { BLOCK_AGGREGATES } from '../../engine/function/aggregate/block-aggregate.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import type { Region } from '../../engine/memory/region.ts';
import { type LogicalType, stateOf } from '../../engine/type/type.ts';
import { BLOCK_ROWS, type Chunk } from '../../engine/vector/vector.ts';
import { dictionaryText, type Numeric, unsignedReader } from './chunk-read.ts';
import type { Fold } from './fold.ts';
import type { FoldMemory } from './fold-memory.ts';
import { SketchFold } from './fold-sketch.ts';
import { TimedFold } from './fold-timed.ts';
import { chunkOf, readerOf, type Value, ValueFold } from './fold-value.ts';
import type { OutputColumn } from './shape.ts';

const FIRST_ROWS = 1024;

/** Distinct values of a key column; code 0 is NULL. */
class KeyColumn {
  readonly id: number;
  readonly type: LogicalType;
  readonly values: Value[] = [null];
  readonly #codes = new Map<string | number | bigint, number>();
  rows = new Int32Array(FIRST_ROWS);

  constructor(id: number, { type }: OutputColumn) {
    this.id = id;
    this.type = type;
  }

  code(value: Value): number {
    if (value === null) return 0;
    const known = this.#codes.get(value);
    if (known !== undefined) return known;
    const code = this.values.length;
    this.values.push(value);
    this.#codes.set(value, code);
    return code;
  }

  /** Code of each row of a chunk. */
  reader(arena: Arena, chunk: Chunk): (row: number) => number {
    const vector = chunk.whole;
    if (vector?.kind === 'dict' && vector.dictionary !== null) {
      const map = new Int32Array(vector.dictionary.count).fill(-1);
      map[0] = 0;
      const read = unsignedReader(arena, vector);
      return (row) => {
        const code = read(row);
        if (map[code] < 0) map[code] = this.code(dictionaryText(arena, vector, code));
        return map[code];
      };
    }
    const read = readerOf(arena, this.type, chunk);
    return (row) => this.code(read(row));
  }

  grow(rows: number): void {
    const larger = new Int32Array(rows);
    larger.set(this.rows);
    this.rows = larger;
  }
}

/** Rows to be rolled up. */
export type FoldBatch = RowBatch & {
  /** Time of a row, by the column of a metric that takes values at a time. */
  readonly orders: ReadonlyMap<number, (row: number) => Numeric>;
};

type Metric = { readonly id: number; readonly fold: Fold };

function foldOf(memory: FoldMemory, { type, fold, state, maxBytes }: OutputColumn): Fold {
  if (fold !== 'states' || state === undefined) return new ValueFold(memory.arena, type, fold as PlainFold);
  const of = stateOf(type);
  return BLOCK_AGGREGATES[of.fn] === undefined
    ? new TimedFold(memory.arena, of, state, maxBytes ?? 0)
    : new SketchFold(memory, of, state);
}

type PlainFold = 'sum' | 'min' | 'max' | 'any';

/** Answers how many rows have a value that cannot be read. */
function addToFolds(
  { scratch }: FoldMemory,
  metrics: readonly Metric[],
  gids: number,
  { rows, columns, orders }: FoldBatch,
  isFolded: boolean,
): number {
  const misfits = new Set<number>();
  for (const { id, fold } of metrics) {
    const mark = scratch.mark();
    fold.add({
      rows,
      gids,
      source: columns.get(id) as Chunk,
      isFolded,
      order: orders.get(id) ?? null,
      misfit: (row) => misfits.add(row),
    });
    scratch.reset(mark);
  }
  return misfits.size;
}

export class Rollup {
  readonly #columns: readonly OutputColumn[];
  readonly #memory: FoldMemory;
  /** Rows come from another rollup. */
  readonly #isFolded: boolean;
  #keys: KeyColumn[] = [];
  #metrics: Metric[] = [];
  #rows = 0;
  #capacity = FIRST_ROWS;
  #table = new Int32Array(FIRST_ROWS * 4);

  constructor(columns: readonly OutputColumn[], memory: FoldMemory, isFolded: boolean) {
    this.#columns = columns;
    this.#memory = memory;
    this.#isFolded = isFolded;
    this.#clear();
  }

  get rows(): number {
    return this.#rows;
  }

  /** Bytes of states. */
  get bytes(): number {
    return this.#memory.heap.bytes;
  }

  #clear(): void {
    this.#memory.free();
    this.#keys = [];
    this.#metrics = [];
    this.#columns.forEach((column, id) => {
      if (column.fold === null) this.#keys.push(new KeyColumn(id, column));
      else this.#metrics.push({ id, fold: foldOf(this.#memory, column) });
    });
    this.#rows = 0;
    this.#capacity = FIRST_ROWS;
    this.#table = new Int32Array(FIRST_ROWS * 4);
  }

  /** Answers how many rows have a metric that cannot be read. */
  add(batch: FoldBatch): number {
    const { arena, scratch } = this.#memory;
    const mark = scratch.mark();
    const keys = this.#keys;
    const readKeys = keys.map((key) => key.reader(arena, batch.columns.get(key.id) as Chunk));
    const codes = new Int32Array(keys.length);
    const gids = scratch.alloc(batch.rows * 4);
    for (let row = 0; row < batch.rows; row++) {
      let hash = 0;
      for (let k = 0; k < keys.length; k++) {
        codes[k] = readKeys[k](row);
        hash = Math.imul(hash ^ codes[k], 0x9e3779b1);
        hash ^= hash >>> 15;
      }
      arena.u32[(gids >>> 2) + row] = this.#group(codes, hash);
    }
    for (const { fold } of this.#metrics) fold.grow(this.#rows);
    const misfits = addToFolds(this.#memory, this.#metrics, gids, batch, this.#isFolded);
    scratch.reset(mark);
    return misfits;
  }

  #group(codes: Int32Array, hash: number): number {
    const keys = this.#keys;
    const mask = this.#table.length - 1;
    let slot = hash & mask;
    for (; ; slot = (slot + 1) & mask) {
      const group = this.#table[slot] - 1;
      if (group < 0) break;
      let k = 0;
      while (k < codes.length && keys[k].rows[group] === codes[k]) k++;
      if (k === codes.length) return group;
    }
    if (this.#rows === this.#capacity) {
      this.#grow();
      return this.#group(codes, hash);
    }
    const group = this.#rows++;
    this.#table[slot] = group + 1;
    for (let k = 0; k < codes.length; k++) keys[k].rows[group] = codes[k];
    return group;
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#table = new Int32Array(this.#capacity * 4);
    for (const key of this.#keys) key.grow(this.#capacity);
    const mask = this.#table.length - 1;
    for (let group = 0; group < this.#rows; group++) {
      let hash = 0;
      for (const key of this.#keys) {
        hash = Math.imul(hash ^ key.rows[group], 0x9e3779b1);
        hash ^= hash >>> 15;
      }
      let slot = hash & mask;
      while (this.#table[slot] !== 0) slot = (slot + 1) & mask;
      this.#table[slot] = group + 1;
    }
  }

  /** The groups as batches, those of one bucket together, ordered by time; the rollup is empty afterwards. */
  flush(region: Region, bucketOf: (timeMs: number) => number): { startMs: number; batch: RowBatch }[] {
    const [time] = this.#keys;
    const buckets = new Map<number, number[]>();
    for (let group = 0; group < this.#rows; group++) {
      const startMs = bucketOf(Number(time.values[time.rows[group]]));
      const groups = buckets.get(startMs);
      if (groups === undefined) buckets.set(startMs, [group]);
      else groups.push(group);
    }
    const pieces: { startMs: number; batch: RowBatch }[] = [];
    for (const [startMs, groups] of [...buckets].sort((a, b) => a[0] - b[0])) {
      groups.sort((a, b) => Number(time.values[time.rows[a]]) - Number(time.values[time.rows[b]]) || a - b);
      for (let first = 0; first < groups.length; first += BLOCK_ROWS) {
        pieces.push({ startMs, batch: this.#batch(region, groups.slice(first, first + BLOCK_ROWS)) });
      }
    }
    this.#clear();
    return pieces;
  }

  #batch(region: Region, groups: readonly number[]): RowBatch {
    const columns = new Map<number, Chunk>();
    for (const { id, type, values, rows } of this.#keys)
      columns.set(
        id,
        chunkOf(
          region,
          type,
          groups.map((group) => values[rows[group]]),
        ),
      );
    for (const { id, fold } of this.#metrics) columns.set(id, fold.chunk(region, groups));
    return { rows: groups.length, columns };
  }
}

/** Rows that are not rolled up: states of one row each take the place of what they are made of. */
export function statesOfRows(
  memory: FoldMemory,
  outputs: readonly OutputColumn[],
  region: Region,
  batch: FoldBatch,
): { readonly batch: RowBatch; readonly misfits: number } {
  const metrics = outputs.flatMap((column, id) =>
    column.fold === 'states' ? [{ id, fold: foldOf(memory, column) }] : [],
  );
  const { rows } = batch;
  if (metrics.length === 0) return { batch, misfits: 0 };
  const groups = Uint32Array.from({ length: rows }, (_, row) => row);
  const gids = memory.scratch.alloc(rows * 4);
  memory.arena.u32.set(groups, gids >>> 2);
  for (const { fold } of metrics) fold.grow(rows);
  const misfits = addToFolds(memory, metrics, gids, batch, false);
  const columns = new Map(batch.columns);
  for (const { id, fold } of metrics) columns.set(id, fold.chunk(region, groups));
  memory.free();
  return { batch: { rows, columns }, misfits };
}
