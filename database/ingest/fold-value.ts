/** Sums, extremes, and any of the values. NULLs are left out; a group with none but NULLs has NULL. */

import type { Arena } from '../../engine/memory/arena.ts';
import type { Region } from '../../engine/memory/region.ts';
import type { LogicalType } from '../../engine/type/type.ts';
import type { Chunk } from '../../engine/vector/vector.ts';
import { floatChunk, intChunk, stringChunk } from './chunk-build.ts';
import { type Numeric, numberReader, stringReader } from './chunk-read.ts';
import type { Fold, FoldRows } from './fold.ts';

export type Value = Numeric | string;

type Combine = (old: Exclude<Value, null>, value: Exclude<Value, null>) => Value;

/** Integer sums are exact beyond 2^53 and wrap at 64 bits, as Druid's do. */
const addIntegers: Combine = (a, b) => {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (sum <= 9007199254740991 && sum >= -9007199254740991) return sum;
  }
  return BigInt.asIntN(64, BigInt(a) + BigInt(b));
};
const addFloats: Combine = (a, b) => Number(a) + Number(b);

const combineOf = (kind: 'sum' | 'min' | 'max' | 'any', type: LogicalType): Combine => {
  if (kind === 'min') return (old, value) => (value < old ? value : old);
  if (kind === 'max') return (old, value) => (value > old ? value : old);
  if (kind === 'any') return (old) => old;
  return type.id === 'int64' ? addIntegers : addFloats;
};

/** Values of a chunk of a column of the type. */
export const readerOf = (arena: Arena, type: LogicalType, source: Chunk): ((row: number) => Value) =>
  type.id === 'string' ? stringReader(arena, source) : numberReader(arena, source);

/** A chunk of values of the type. */
export function chunkOf(region: Region, type: LogicalType, values: readonly Value[]): Chunk {
  if (type.id === 'string') return stringChunk(region, values as (string | null)[]);
  if (type.id === 'float32') return floatChunk(region, values as Numeric[], 4);
  return type.id === 'float64'
    ? floatChunk(region, values as Numeric[], 8)
    : intChunk(region, values as Numeric[]);
}

export class ValueFold implements Fold {
  readonly #arena: Arena;
  readonly #type: LogicalType;
  readonly #combine: Combine;
  readonly #values: Value[] = [];

  constructor(arena: Arena, type: LogicalType, kind: 'sum' | 'min' | 'max' | 'any') {
    this.#arena = arena;
    this.#type = type;
    this.#combine = combineOf(kind, type);
  }

  grow(groups: number): void {
    while (this.#values.length < groups) this.#values.push(null);
  }

  add({ rows, gids, source }: FoldRows): void {
    const { u32 } = this.#arena;
    const values = this.#values;
    const read = readerOf(this.#arena, this.#type, source);
    for (let row = 0; row < rows; row++) {
      const value = read(row);
      if (value === null) continue;
      const group = u32[(gids >>> 2) + row];
      const old = values[group];
      values[group] = old === null ? value : this.#combine(old, value);
    }
  }

  chunk(region: Region, groups: ArrayLike<number>): Chunk {
    return chunkOf(
      region,
      this.#type,
      Array.from(groups, (group) => this.#values[group]),
    );
  }
}
