/**
 * The default form of a scalar function: its `evaluate`, row by row.
 *
 * Values cross into JavaScript here and nowhere else. A 64-bit integer that a number cannot hold raises an error
 * naming the function instead of being rounded.
 */

import { BasaltError } from '../../base/error.ts';
import type { Implementation, Scalar } from '../../function/row.ts';
import { textOfRef, writeText } from '../../memory/text.ts';
import type { CallExpr } from '../../plan/expr.ts';
import { constVector, type Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { boolOf, denseVector, f64Of, i64Of, refsOf, validOf } from '../lane.ts';
import type { VectorFunction } from './evaluator.ts';

const HIGH = 4294967296;
const SAFE_HIGH = 2 ** 21;

/** A row of the dearest functions takes some microseconds. */
export const CHECK_ROWS = 1024;

type Reader = (row: number) => Scalar;

export function rowFunction(row: Implementation, expr: CallExpr, task: TaskContext): VectorFunction {
  const evaluate = row.evaluate as unknown as (...args: readonly Scalar[]) => Scalar;
  const propagate = row.nulls === 'propagate';
  const wantsNumber = (k: number): boolean => row.integers !== 'bigint' && row.wide?.includes(k) !== true;
  return (args, rows) => {
    const readers = args.map((v) => readerOf(task, v, row));
    const constant = row.deterministic && args.every((v) => v.kind === 'const');
    const write = new Writer(task, row, constant ? 1 : rows);
    const values: Scalar[] = new Array(args.length);
    for (let i = 0; i < write.rows; i++) {
      if ((i & (CHECK_ROWS - 1)) === 0) task.check();
      let missing = false;
      let inexact: bigint | null = null;
      for (let k = 0; k < readers.length; k++) {
        const value = readers[k](i);
        values[k] = value;
        if (value === null) missing = true;
        else if (typeof value === 'bigint' && wantsNumber(k)) inexact = value;
      }
      if (missing && propagate) {
        write.set(i, null);
        continue;
      }
      if (inexact !== null) throw beyond(inexact, expr.fn);
      write.set(i, evaluate(...values));
    }
    return constant ? write.constant(rows) : write.vector();
  };
}

/** Reads row i of a vector as the function sees it; an integer that no number holds stays a bigint. */
function readerOf(task: TaskContext, v: Vector, row: Implementation): Reader {
  if (v.kind === 'const') {
    const value = typeof v.value === 'bigint' && row.integers !== 'bigint' ? numberIfExact(v.value) : v.value;
    return () => value;
  }
  const { u8 } = task.arena;
  const read = laneReader(task, v, row);
  const valid = validOf(task, v);
  return valid === 0 ? read : (i) => (u8[valid + i] === 0 ? null : read(i));
}

function laneReader(task: TaskContext, v: Vector, row: Implementation): Reader {
  const { u8, u32, i32, i64, f64 } = task.arena;
  switch (v.lane) {
    case 'f64': {
      const at = f64Of(task, v) / 8;
      return (i) => f64[at + i];
    }
    case 'bool': {
      const at = boolOf(task, v);
      return (i) => u8[at + i] !== 0;
    }
    case 'str': {
      const at = refsOf(task, v);
      return (i) => textOfRef(task.arena, at + 8 * i);
    }
    case 'i64': {
      const data = i64Of(task, v);
      if (row.integers === 'bigint') return (i) => i64[data / 8 + i];
      const at = data / 4;
      return (i) => {
        const high = i32[at + 2 * i + 1];
        if (high >= SAFE_HIGH || high < -SAFE_HIGH) return numberIfExact(i64[data / 8 + i]);
        return high * HIGH + u32[at + 2 * i];
      };
    }
  }
}

const numberIfExact = (value: bigint): number | bigint =>
  Number.isSafeInteger(Number(value)) ? Number(value) : value;

const beyond = (value: bigint, name: string): BasaltError =>
  new BasaltError(
    'VALUE_IS_OUT_OF_RANGE',
    `${name}: ${value} is beyond the integers this function is exact for (2^53)`,
  );

/** Collects the results of one batch. */
export class Writer {
  readonly rows: number;
  readonly #task: TaskContext;
  readonly #row: Implementation;
  readonly #data: number;
  readonly #valid: number;
  #nulls = false;
  #single: Scalar = null;

  constructor(task: TaskContext, row: Implementation, rows: number) {
    this.#task = task;
    this.#row = row;
    this.rows = rows;
    this.#data = task.scratch.allocZero(rows * (row.result === 'bool' ? 1 : 8));
    this.#valid = task.scratch.alloc(rows);
  }

  set(i: number, value: Scalar): void {
    this.#single = value;
    const { u8, f64, i64 } = this.#task.arena;
    u8[this.#valid + i] = value === null ? 0 : 1;
    if (value === null) {
      this.#nulls = true;
      return;
    }
    switch (this.#row.result) {
      case 'bool':
        u8[this.#data + i] = value ? 1 : 0;
        return;
      case 'f64':
        f64[this.#data / 8 + i] = Number(value);
        return;
      case 'i64':
        i64[this.#data / 8 + i] = BigInt(value as number | bigint);
        return;
      case 'str':
        writeText(this.#task.strings, String(value), this.#data + 8 * i);
    }
  }

  vector(): Vector {
    return denseVector(this.#row.result, this.rows, this.#data, this.#nulls ? this.#valid : 0);
  }

  constant(rows: number): Vector {
    const value = this.#single;
    return constVector(
      this.#row.result,
      rows,
      this.#row.result === 'i64' && value !== null ? BigInt(value as number) : value,
    );
  }
}
