/**
 * Small batches from JavaScript values: the library's `insert(rows)` and tests. Ingestion at speed does not come
 * this way.
 *
 * Values are checked against their column: i64 lanes take bigint or safe integers within the type's range, f64
 * numbers, bool booleans, str strings; null only where the type is nullable. Units are the type's (days, ticks).
 */

import { bytesOfText } from '../../engine/base/bytes-text.ts';
import { assert, BasaltError } from '../../engine/base/error.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import type { Region } from '../../engine/memory/region.ts';
import { integerRange, type Lane, laneOf, typeName, type Value } from '../../engine/type/type.ts';
import {
  BLOCK_ROWS,
  boolVector,
  type Chunk,
  chunk,
  floatVector,
  intVector,
  pagedChunk,
  textVector,
  VECTOR_ROWS,
  type Vector,
} from '../../engine/vector/vector.ts';
import type { Batch } from './batch.ts';
import type { ColumnDefinition } from './definition.ts';

export type BatchValue = null | boolean | number | bigint | string;

type ColumnValues = { readonly definition: ColumnDefinition; readonly lane: Lane; readonly values: Value[] };

export class BatchBuilder {
  readonly #columns = new Map<number, ColumnValues>();

  constructor(columns: readonly ColumnDefinition[]) {
    for (const definition of columns) {
      this.#columns.set(definition.id, { definition, lane: laneOf(definition.type), values: [] });
    }
  }

  /** Rows of the longest column. */
  get rows(): number {
    let rows = 0;
    for (const { values } of this.#columns.values()) rows = Math.max(rows, values.length);
    return rows;
  }

  append(columnId: number, value: BatchValue): void {
    const column = this.#columns.get(columnId);
    assert(column !== undefined, `column ${columnId} is not of this table`);
    assert(column.values.length < BLOCK_ROWS, `a batch has at most ${BLOCK_ROWS} rows`);
    column.values.push(checkValue(column, value));
  }

  /** Builds the batch in `region`. Columns never appended to are left out; the others must be equally long. */
  build(arena: Arena, region: Region): Batch {
    const { rows } = this;
    const columns = new Map<number, Chunk>();
    for (const [id, { definition, lane, values }] of this.#columns) {
      if (values.length === 0) continue;
      assert(values.length === rows, `column ${definition.name} has ${values.length} of ${rows} values`);
      columns.set(id, buildChunk(arena, region, lane, values));
    }
    return { rows, columns };
  }
}

function checkValue({ definition, lane }: ColumnValues, value: BatchValue): Value {
  const { name, type } = definition;
  if (value === null) {
    if (type.nullable) return null;
    throw new BasaltError('CANNOT_INSERT_NULL', `Column ${name} takes no NULL`);
  }
  const wrong = (): BasaltError =>
    new BasaltError(
      'TYPE_MISMATCH',
      `Column ${name} is ${typeName(type)}, got ${typeof value} ${String(value)}`,
    );
  if (lane === 'str') {
    if (typeof value !== 'string') throw wrong();
    return value;
  }
  if (lane === 'bool') {
    if (typeof value !== 'boolean') throw wrong();
    return value;
  }
  if (lane === 'f64') {
    if (typeof value !== 'number' && typeof value !== 'bigint') throw wrong();
    return Number(value);
  }
  if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) throw wrong();
  const integer = BigInt(value);
  const [low, high] = integerRange(type);
  if (integer < low || integer > high) {
    throw new BasaltError(
      'VALUE_IS_OUT_OF_RANGE',
      `Column ${name}: ${integer} does not fit ${typeName(type)}`,
    );
  }
  return integer;
}

function buildChunk(arena: Arena, region: Region, lane: Lane, values: readonly Value[]): Chunk {
  const rows = values.length;
  let valid = 0;
  if (values.includes(null)) {
    valid = region.alloc(rows);
    for (let i = 0; i < rows; i++) arena.u8[valid + i] = values[i] === null ? 0 : 1;
  }
  switch (lane) {
    case 'i64': {
      const data = region.alloc(rows * 8);
      for (let i = 0; i < rows; i++)
        arena.i64[(data >>> 3) + i] = BigInt.asIntN(64, (values[i] ?? 0n) as bigint);
      return chunk(intVector(rows, data, 8, 0n, valid));
    }
    case 'f64': {
      const data = region.alloc(rows * 8);
      for (let i = 0; i < rows; i++) arena.f64[(data >>> 3) + i] = (values[i] ?? 0) as number;
      return chunk(floatVector(rows, data, 8, valid));
    }
    case 'bool': {
      const data = region.alloc(rows);
      for (let i = 0; i < rows; i++) arena.u8[data + i] = values[i] === true ? 1 : 0;
      return chunk(boolVector(rows, data, valid));
    }
    case 'str':
      return pagedChunk(rows, textPages(arena, region, values as readonly (string | null)[], valid));
  }
}

function textPages(
  arena: Arena,
  region: Region,
  values: readonly (string | null)[],
  valid: number,
): Vector[] {
  const pages: Vector[] = [];
  for (let start = 0; start < values.length; start += VECTOR_ROWS) {
    const strings = values.slice(start, start + VECTOR_ROWS).map((value) => bytesOfText(value ?? ''));
    const offsets = region.alloc((strings.length + 1) * 4);
    const bytes = region.alloc(strings.reduce((sum, s) => sum + s.length, 1));
    let at = 0;
    arena.u32[offsets >>> 2] = 0;
    strings.forEach((string, i) => {
      arena.u8.set(string, bytes + at);
      at += string.length;
      arena.u32[(offsets >>> 2) + i + 1] = at;
    });
    pages.push(textVector(strings.length, offsets, bytes, valid === 0 ? 0 : valid + start));
  }
  return pages;
}
