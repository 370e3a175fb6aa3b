/**
 * Rollup: rows with equal time and dimensions become one, their metrics summed or compared.
 *
 * A table over rows of small integer codes, one per key column; every distinct value is looked at once per
 * dictionary, not once per row. Integer sums are exact beyond 2^53 (they wrap at 64 bits, as Druid's do). NULL
 * metrics are left out; a group with none but NULLs has NULL. The same class rolls up the rows of one range in a
 * worker and then the results of all ranges: rolling up twice gives the same.
 */

import type { RowBatch } from '../../engine/format/index.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import type { Region } from '../../engine/memory/region.ts';
import { BLOCK_ROWS, type Chunk } from '../../engine/vector/vector.ts';
import { floatChunk, intChunk, stringChunk } from './chunk-build.ts';
import { dictionaryText, type Numeric, numberReader, stringReader, unsignedReader } from './chunk-read.ts';
import type { OutputColumn } from './shape.ts';

const FIRST_ROWS = 1024;

/** Distinct values of a key column; code 0 is NULL. */
class KeyColumn {
  readonly id: number;
  readonly isText: boolean;
  readonly float: 0 | 4 | 8;
  readonly values: (string | number | bigint | null)[] = [null];
  readonly #codes = new Map<string | number | bigint, number>();
  rows = new Int32Array(FIRST_ROWS);

  constructor(id: number, column: OutputColumn) {
    this.id = id;
    this.isText = column.type.id === 'string';
    this.float = column.type.id === 'float32' ? 4 : column.type.id === 'float64' ? 8 : 0;
  }

  code(value: string | number | bigint | null): number {
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
    if (this.isText && vector?.kind === 'dict' && vector.dictionary !== null) {
      const map = new Int32Array(vector.dictionary.count).fill(-1);
      map[0] = 0;
      const read = unsignedReader(arena, vector);
      return (row) => {
        const code = read(row);
        if (map[code] < 0) map[code] = this.code(dictionaryText(arena, vector, code));
        return map[code];
      };
    }
    const read = this.isText ? stringReader(arena, chunk) : numberReader(arena, chunk);
    return (row) => this.code(read(row));
  }

  grow(rows: number): void {
    const larger = new Int32Array(rows);
    larger.set(this.rows);
    this.rows = larger;
  }
}

class MetricColumn {
  readonly id: number;
  readonly #kind: 'sum' | 'min' | 'max';
  readonly #isInteger: boolean;
  readonly float: 0 | 4 | 8;
  values: Numeric[] = [];

  constructor(id: number, column: OutputColumn, kind: 'sum' | 'min' | 'max') {
    this.id = id;
    this.#kind = kind;
    this.float = column.type.id === 'float32' ? 4 : column.type.id === 'float64' ? 8 : 0;
    this.#isInteger = this.float === 0;
  }

  fold(row: number, value: Numeric): void {
    const old = this.values[row];
    if (value === null) return;
    if (old === null) this.values[row] = value;
    else if (this.#kind === 'min') this.values[row] = value < old ? value : old;
    else if (this.#kind === 'max') this.values[row] = value > old ? value : old;
    else this.values[row] = this.#add(old, value);
  }

  #add(a: number | bigint, b: number | bigint): number | bigint {
    if (typeof a === 'number' && typeof b === 'number') {
      const sum = a + b;
      if (!this.#isInteger || (sum <= 9007199254740991 && sum >= -9007199254740991)) return sum;
    }
    return BigInt.asIntN(64, BigInt(a) + BigInt(b));
  }
}

export class Rollup {
  readonly #columns: readonly OutputColumn[];
  #keys: KeyColumn[] = [];
  #metrics: MetricColumn[] = [];
  #rows = 0;
  #capacity = FIRST_ROWS;
  #table = new Int32Array(FIRST_ROWS * 4);

  constructor(columns: readonly OutputColumn[]) {
    this.#columns = columns;
    this.#clear();
  }

  get rows(): number {
    return this.#rows;
  }

  #clear(): void {
    this.#keys = [];
    this.#metrics = [];
    this.#columns.forEach((column, id) => {
      if (column.fold === null) this.#keys.push(new KeyColumn(id, column));
      else this.#metrics.push(new MetricColumn(id, column, column.fold));
    });
    this.#rows = 0;
    this.#capacity = FIRST_ROWS;
    this.#table = new Int32Array(FIRST_ROWS * 4);
  }

  add(arena: Arena, batch: RowBatch): void {
    const keys = this.#keys;
    const readKeys = keys.map((key) => key.reader(arena, batch.columns.get(key.id) as Chunk));
    const readMetrics = this.#metrics.map((metric) =>
      numberReader(arena, batch.columns.get(metric.id) as Chunk),
    );
    const codes = new Int32Array(keys.length);
    for (let row = 0; row < batch.rows; row++) {
      let hash = 0;
      for (let k = 0; k < keys.length; k++) {
        codes[k] = readKeys[k](row);
        hash = Math.imul(hash ^ codes[k], 0x9e3779b1);
        hash ^= hash >>> 15;
      }
      const group = this.#group(codes, hash);
      for (let m = 0; m < readMetrics.length; m++) this.#metrics[m].fold(group, readMetrics[m](row));
    }
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
    for (const metric of this.#metrics) metric.values.push(null);
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
    for (const key of this.#keys) {
      const values = groups.map((group) => key.values[key.rows[group]]);
      columns.set(
        key.id,
        key.isText
          ? stringChunk(region, values as (string | null)[])
          : numbers(region, values as Numeric[], key.float),
      );
    }
    for (const metric of this.#metrics) {
      const values = groups.map((group) => metric.values[group]);
      columns.set(metric.id, numbers(region, values, metric.float));
    }
    return { rows: groups.length, columns };
  }
}

const numbers = (region: Region, values: readonly Numeric[], float: 0 | 4 | 8): Chunk =>
  float === 0 ? intChunk(region, values) : floatChunk(region, values, float);
