/**
 * Reads single values of chunks in the working format; for code that handles few rows or few distinct values.
 * Rows count from the chunk's start. Integers come as numbers where that is exact, else as bigints.
 */

import { utf8 } from '../../engine/base/bytes-text.ts';
import { assert } from '../../engine/base/error.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import type { Value } from '../../engine/type/type.ts';
import { type Chunk, VECTOR_ROWS, type Vector } from '../../engine/vector/vector.ts';

export type Numeric = number | bigint | null;

const exact = (value: bigint): number | bigint =>
  value <= 9007199254740991n && value >= -9007199254740991n ? Number(value) : value;

/** Code or unsigned integer of a row, for vectors of width 1, 2 or 4. */
export function unsignedReader(arena: Arena, vector: Vector): (row: number) => number {
  const { u8, u16, u32 } = arena;
  const { data, width } = vector;
  if (width === 1) return (row) => u8[data + row];
  if (width === 2) return (row) => u16[(data >>> 1) + row];
  return (row) => u32[(data >>> 2) + row];
}

/** Numbers of an integer, float or boolean chunk; null for NULL. */
export function numberReader(arena: Arena, chunk: Chunk): (row: number) => Numeric {
  const vector = chunk.whole;
  assert(vector !== null, 'numbers are never paged');
  const read = plainNumbers(arena, vector);
  const { valid } = vector;
  const { u8 } = arena;
  return valid === 0 ? read : (row) => (u8[valid + row] === 0 ? null : read(row));
}

function plainNumbers(arena: Arena, vector: Vector): (row: number) => Numeric {
  const { f32, f64, i64, u8 } = arena;
  const { data, value } = vector;
  if (vector.kind === 'const') {
    const constant = typeof value === 'bigint' ? exact(value) : value === null ? null : Number(value);
    return () => constant;
  }
  if (vector.kind === 'float') {
    return vector.width === 8 ? (row) => f64[(data >>> 3) + row] : (row) => f32[(data >>> 2) + row];
  }
  if (vector.kind === 'bool') return (row) => u8[data + row];
  if (vector.width === 8) return (row) => exact(i64[(data >>> 3) + row]);
  const code = unsignedReader(arena, vector);
  const base = exact(vector.base);
  if (typeof base === 'bigint' || Math.abs(base) > 2 ** 52) {
    return (row) => exact(vector.base + BigInt(code(row)));
  }
  return (row) => base + code(row);
}

/** Text of entry `code` of a dictionary vector. */
export function dictionaryText(arena: Arena, vector: Vector, code: number): string {
  const dictionary = vector.dictionary;
  assert(dictionary !== null, 'a dict vector has a dictionary');
  const at = (dictionary.offsets >>> 2) + code;
  return utf8.decode(arena.u8.slice(dictionary.bytes + arena.u32[at], dictionary.bytes + arena.u32[at + 1]));
}

/** Strings of a chunk; null for NULL. Decodes at every call. */
export function stringReader(arena: Arena, chunk: Chunk): (row: number) => string | null {
  const { u8, u32 } = arena;
  if (chunk.pages !== null) {
    const { pages } = chunk;
    return (row) => {
      const page = pages[Math.floor(row / VECTOR_ROWS)];
      const i = row % VECTOR_ROWS;
      if (page.valid !== 0 && u8[page.valid + i] === 0) return null;
      const at = (page.data >>> 2) + i;
      return utf8.decode(u8.slice(page.bytes + u32[at], page.bytes + u32[at + 1]));
    };
  }
  const vector = chunk.whole;
  assert(vector !== null, 'a chunk has pages or a vector');
  if (vector.kind === 'const') return () => vector.value as string | null;
  const code = unsignedReader(arena, vector);
  return (row) => (code(row) === 0 ? null : dictionaryText(arena, vector, code(row)));
}

/** Any value of a chunk, as the engine's literals. */
export function valueReader(arena: Arena, chunk: Chunk): (row: number) => Value {
  const lane = (chunk.whole ?? chunk.pages?.[0])?.lane;
  if (lane === 'str' || lane === undefined) return stringReader(arena, chunk);
  const read = numberReader(arena, chunk);
  if (lane === 'f64') return (row) => read(row) as number | null;
  if (lane === 'bool') return (row) => (read(row) === null ? null : read(row) === 1);
  return (row) => {
    const value = read(row);
    return value === null ? null : BigInt(value);
  };
}
