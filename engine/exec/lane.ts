/**
 * From vectors in any working format to dense lanes, and to the rows that survive a filter.
 *
 * "Dense" is 8 bytes a row (i64, f64, string references) or one byte (bool), starting at row 0. Everything here
 * allocates in the task's scratch region; a vector that already is what is asked for is not copied.
 */

import { unreachable } from '../base/error.ts';
import type { Lane, Value } from '../type/type.ts';
import { gather } from '../vector/gather.ts';
import { boolVector, floatVector, intVector, refVector, type Vector } from '../vector/vector.ts';
import type { TaskContext } from './context.ts';

/** What it takes to make lanes dense. */
export type LaneTask = Pick<TaskContext, 'arena' | 'kernels' | 'scratch' | 'constantRef' | 'dictionaryRefs'>;

/** Dense i64 values. */
export function i64Of(task: LaneTask, v: Vector): number {
  const { kernels, scratch } = task;
  if (v.kind === 'int' && v.width === 8) return v.data;
  const out = scratch.alloc(v.rows * 8);
  if (v.kind === 'const') kernels.fill_u64(v.rows, typeof v.value === 'bigint' ? v.value : 0n, out);
  else if (v.width === 1) kernels.widen_u8_i64(v.data, v.rows, v.base, out);
  else if (v.width === 2) kernels.widen_u16_i64(v.data, v.rows, v.base, out);
  else kernels.widen_u32_i64(v.data, v.rows, v.base, out);
  return out;
}

/** Dense f64 values. */
export function f64Of(task: LaneTask, v: Vector): number {
  const { kernels, scratch, arena } = task;
  if (v.kind === 'float' && v.width === 8) return v.data;
  const out = scratch.alloc(v.rows * 8);
  if (v.kind === 'const')
    arena.f64.fill(typeof v.value === 'number' ? v.value : 0, out / 8, out / 8 + v.rows);
  else kernels.widen_f32_f64(v.data, v.rows, out);
  return out;
}

/** One byte a row, 0 or 1; arbitrary under NULL. */
export function boolOf(task: LaneTask, v: Vector): number {
  if (v.kind === 'bool') return v.data;
  const out = task.scratch.alloc(v.rows);
  task.arena.fill(out, v.rows, v.value === true ? 1 : 0);
  return out;
}

/** Dense string references. */
export function refsOf(task: LaneTask, v: Vector): number {
  const { kernels, scratch } = task;
  if (v.kind === 'ref') return v.data;
  const out = scratch.alloc(v.rows * 8);
  switch (v.kind) {
    case 'const':
      kernels.fill_u64(v.rows, typeof v.value === 'string' ? task.constantRef(v.value) : 0n, out);
      return out;
    case 'text':
      kernels.refs_of_offsets(v.data, v.bytes, v.rows, out);
      return out;
    case 'dict':
      if (v.dictionary !== null) takeByCode(task, task.dictionaryRefs(v.dictionary), v, out);
      return out;
    default:
      return unreachable(v.kind as never);
  }
}

/** Dense 8-byte words of any lane; booleans become 0 or 1. */
export function wordsOf(task: LaneTask, v: Vector): number {
  switch (v.lane) {
    case 'i64':
      return i64Of(task, v);
    case 'f64':
      return f64Of(task, v);
    case 'str':
      return refsOf(task, v);
    case 'bool': {
      const out = task.scratch.alloc(v.rows * 8);
      task.kernels.widen_u8_u64(boolOf(task, v), v.rows, out);
      return out;
    }
  }
}

/** Words of an 8-byte table at `table`, one entry per code of a dictionary vector. */
export function takeByCode(task: LaneTask, table: number, v: Vector, out: number): void {
  if (v.width === 1) task.kernels.take_u64_by_u8(table, v.data, v.rows, out);
  else if (v.width === 2) task.kernels.take_u64_by_u16(table, v.data, v.rows, out);
  else task.kernels.take_u64_by_u32(table, v.data, v.rows, out);
}

/** The same for a table of hashes, which are 4 bytes. */
export function takeHashByCode(task: TaskContext, table: number, v: Vector, out: number): void {
  if (v.width === 1) task.kernels.take_u32_by_u8(table, v.data, v.rows, out);
  else if (v.width === 2) task.kernels.take_u32_by_u16(table, v.data, v.rows, out);
  else task.kernels.take_u32(table, v.data, v.rows, out);
}

/** Bytes of a table at `table`, one entry per code of a dictionary vector. */
export function lookUpByCode(task: TaskContext, table: number, v: Vector, out: number): void {
  if (v.width === 1) task.kernels.lut_u8(v.data, v.rows, table, out);
  else if (v.width === 2) task.kernels.lut_u16(v.data, v.rows, table, out);
  else task.kernels.lut_u32(v.data, v.rows, table, out);
}

/** Address of one byte a row (1 = value), or 0 when no row can be NULL. */
export function validOf(task: LaneTask, v: Vector): number {
  const { kernels, scratch } = task;
  if (v.kind === 'const') return v.value === null ? scratch.allocZero(v.rows) : 0;
  if (v.kind !== 'dict') return v.valid;
  const out = scratch.alloc(v.rows);
  if (v.width === 1) kernels.valid_of_u8(v.data, v.rows, out);
  else if (v.width === 2) kernels.valid_of_u16(v.data, v.rows, out);
  else kernels.valid_of_u32(v.data, v.rows, out);
  return out;
}

/** AND of two validities, either of which may be 0. */
export function bothValid(task: TaskContext, a: number, b: number, rows: number): number {
  if (a === 0) return b;
  if (b === 0 || a === b) return a;
  const out = task.scratch.alloc(rows);
  task.kernels.mask_and(a, b, rows, out);
  return out;
}

/** One byte a row: 1 where a boolean vector is true and not NULL. */
export function maskOf(task: TaskContext, v: Vector): number {
  const data = boolOf(task, v);
  return bothValid(task, data, validOf(task, v), v.rows);
}

/** Rows `sel[0..n)` (u16) of a vector, in the task's scratch region. */
export const gatherRows = (task: TaskContext, v: Vector, sel: number, n: number): Vector =>
  gather(task.kernels, task.scratch, v, sel, n);

/** A dense vector of a lane over data made by an operator. */
export function denseVector(lane: Lane, rows: number, data: number, valid: number): Vector {
  switch (lane) {
    case 'i64':
      return intVector(rows, data, 8, 0n, valid);
    case 'f64':
      return floatVector(rows, data, 8, valid);
    case 'bool':
      return boolVector(rows, data, valid);
    case 'str':
      return refVector(rows, data, valid);
  }
}

/** A vector of a lane over 8-byte words: what {@link wordsOf} made, or a group table keeps. */
export function vectorOfWords(
  task: TaskContext,
  lane: Lane,
  rows: number,
  words: number,
  valid: number,
): Vector {
  if (lane !== 'bool') return denseVector(lane, rows, words, valid);
  const out = task.scratch.alloc(rows);
  task.kernels.narrow_u64_u8(words, rows, out);
  return boolVector(rows, out, valid);
}

/** The word a value has in its lane's dense form. */
export function wordOfValue(task: TaskContext, lane: Lane, value: Exclude<Value, null>): bigint {
  if (lane === 'str') return task.constantRef(String(value));
  if (lane === 'bool') return value ? 1n : 0n;
  if (lane === 'i64') return BigInt(value as bigint);
  return new BigInt64Array(new Float64Array([Number(value)]).buffer)[0];
}
