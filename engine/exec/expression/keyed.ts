/** Functions that ask keyed rows (function/scalar/keyed.ts), a batch at a time. Strings stay where the rows have them. */

import { BasaltError } from '../../base/error.ts';
import { implementation } from '../../function/registry.ts';
import { noKeyedRows } from '../../function/scalar/keyed.ts';
import { cellAt } from '../../keyed/cells.ts';
import {
  columnCell,
  isValid,
  type KeyedRows,
  NO_ROW,
  nextRow,
  rowInRange,
  rowOfKey,
  rowsOfWords,
  widthOf,
} from '../../keyed/keyed-rows.ts';
import { PREFIX_BYTES, rowOfAddress } from '../../keyed/prefix.ts';
import type { CallExpr } from '../../plan/expr.ts';
import { packItem } from '../../type/nested.ts';
import { array, type Lane, UINT64 } from '../../type/type.ts';
import type { Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { boolOf, bothValid, denseVector, i64Of, validOf, wordsOf } from '../lane.ts';
import type { VectorFunction, VectorFunctionFactory } from './evaluator.ts';
import { CHECK_ROWS, Writer } from './row-function.ts';

/** As deep as ClickHouse follows parents. */
const MAX_DEPTH = 1000;
const KEYS = array(UINT64);

type Asked = { readonly call: CallExpr; readonly task: TaskContext; readonly rows: KeyedRows };

const asked =
  (make: (of: Asked) => VectorFunction): VectorFunctionFactory =>
  (call, task) => {
    const [table] = call.args;
    const rows = table.kind === 'literal' ? task.keyed.get(Number(table.value)) : undefined;
    if (rows === undefined) throw noKeyedRows();
    return make({ call, task, rows });
  };

/** Answers row numbers. @param find the row of the key at word `key` */
const found = (
  task: TaskContext,
  keys: Vector,
  others: number,
  find: (key: number, i: number) => number,
): Vector => {
  const { arena, scratch } = task;
  const { rows } = keys;
  const given = bothValid(task, validOf(task, keys), others, rows);
  const words = wordsOf(task, keys) >>> 2;
  const out = scratch.allocZero(rows * 8);
  const valid = scratch.alloc(rows);
  for (let i = 0; i < rows; i++) {
    if ((i & (CHECK_ROWS - 1)) === 0) task.check();
    const row = given !== 0 && arena.u8[given + i] === 0 ? NO_ROW : find(words + 2 * i, i);
    arena.u8[valid + i] = row === NO_ROW ? 0 : 1;
    arena.u32[(out >>> 2) + 2 * i] = Math.max(row, 0);
  }
  return denseVector('i64', rows, out, valid);
};

/** By words, in one loop. */
const rowByWord = asked(({ task, rows: { key } }) => ([, keys]) => {
  const { rows } = keys;
  const out = task.scratch.allocZero(rows * 8);
  const valid = task.scratch.alloc(rows);
  rowsOfWords(task.arena, key, i64Of(task, keys), validOf(task, keys), rows, out, valid);
  return denseVector('i64', rows, out, valid);
});

const rowByText = asked(({ task, rows: of }) => {
  const { arena } = task;
  const { u32 } = arena;
  return ([, keys]) => found(task, keys, 0, (key) => rowOfKey(arena, of.key, u32[key], u32[key + 1]));
});

const rowByRange = asked(({ task, rows: of }) => {
  const { arena } = task;
  const { u32, i64 } = arena;
  return ([, keys, values]) => {
    const at = i64Of(task, values) / 8;
    return found(task, keys, validOf(task, values), (key, i) =>
      rowInRange(arena, of, rowOfKey(arena, of.key, u32[key], u32[key + 1]), i64[at + i]),
    );
  };
});

const rowByPrefix = asked(({ task, rows: of }) => {
  const { arena } = task;
  return ([, addresses]) => {
    const room = task.scratch.alloc(PREFIX_BYTES);
    return found(task, addresses, 0, (key) => rowOfAddress(arena, of, arena.u32[key], room));
  };
});

/** A fourth argument is what stands where there is no row. */
const valueIn = (lane: Lane): VectorFunctionFactory =>
  asked(({ call, task, rows: of }) => {
    const [, number] = call.args;
    const column = of.columns[number.kind === 'literal' ? Number(number.value) : -1];
    if (column === undefined || column.lane !== lane)
      throw new BasaltError('LOGICAL_ERROR', `${call.fn} names no column of its lane`);
    const { arena, scratch } = task;
    const { u8, u32 } = arena;
    return ([, , numbers, instead], rows) => {
      const given = validOf(task, numbers);
      const at = i64Of(task, numbers) >>> 2;
      const width = widthOf(lane);
      const out = scratch.allocZero(rows * width);
      const valid = column.valid === 0 && (given === 0 || instead !== undefined) ? 0 : scratch.alloc(rows);
      const other = instead === undefined || given === 0 ? null : otherwise(task, instead);
      for (let i = 0; i < rows; i++) {
        const isFound = given === 0 || u8[given + i] !== 0;
        const row = u32[at + 2 * i];
        if (valid !== 0)
          u8[valid + i] = (isFound ? isValid(arena, column, row) : (other?.isValid(i) ?? false)) ? 1 : 0;
        if (!isFound && other === null) continue;
        const from = isFound ? columnCell(arena, column, row) : other!.data + width * i;
        if (width === 1) u8[out + i] = u8[from];
        else {
          u32[(out >>> 2) + 2 * i] = u32[from >>> 2];
          u32[(out >>> 2) + 2 * i + 1] = u32[(from >>> 2) + 1];
        }
      }
      return denseVector(lane, rows, out, valid);
    };
  });

function otherwise(
  task: TaskContext,
  v: Vector,
): { readonly data: number; readonly isValid: (i: number) => boolean } {
  const valid = validOf(task, v);
  const data = v.lane === 'bool' ? boolOf(task, v) : wordsOf(task, v);
  return { data, isValid: (i) => valid === 0 || task.arena.u8[valid + i] !== 0 };
}

/** A key, its parent, and so on, as far as they have rows. */
function* lineage({ task: { arena }, rows: of }: Asked, key: bigint): Generator<bigint> {
  const { i64 } = arena;
  const parents = of.children?.column;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const row = rowOfKey(arena, of.key, Number(key & LOW), Number(BigInt.asUintN(64, key) >> 32n));
    if (row === NO_ROW || parents === undefined) return;
    yield key;
    if (!isValid(arena, parents, row)) return;
    key = i64[columnCell(arena, parents, row) / 8];
  }
}

const LOW = 0xffffffffn;

/** Keys below one: of its children, theirs and so on; `level` of one generation alone, 0 of all. */
function descendants({ task, rows: of }: Asked, key: bigint, level: bigint): bigint[] {
  const { arena } = task;
  const { children, key: keys } = of;
  if (children === null) return [];
  const all: bigint[] = [];
  const seen = new Set([key]);
  let generation = [key];
  for (let depth = 1n; generation.length > 0 && depth <= BigInt(MAX_DEPTH); depth++) {
    task.check();
    const below: bigint[] = [];
    for (const parent of generation) {
      const first = rowOfKey(
        arena,
        children,
        Number(parent & LOW),
        Number(BigInt.asUintN(64, parent) >> 32n),
      );
      for (let row = first; row !== NO_ROW; row = nextRow(arena, children, row)) {
        const child = arena.i64[cellAt(arena, keys.column.cells, 8, row) / 8];
        if (!seen.has(child)) below.push(child);
        seen.add(child);
      }
    }
    if (depth === level) return below;
    all.push(...below);
    generation = below;
  }
  return level === 0n ? all : [];
}

/** @param of the answer for the key, and what stands behind it, of one row */
const overKeys = (
  of: (asked: Asked, key: bigint, other: bigint) => boolean | string,
): VectorFunctionFactory =>
  asked((what) => {
    const { call, task } = what;
    return ([, keys, others], rows) => {
      const { u8, i64 } = task.arena;
      const write = new Writer(task, implementation(call.fn), rows);
      const given = bothValid(
        task,
        validOf(task, keys),
        others === undefined ? 0 : validOf(task, others),
        rows,
      );
      const at = i64Of(task, keys) / 8;
      const other = others === undefined ? at : i64Of(task, others) / 8;
      for (let i = 0; i < rows; i++) {
        if ((i & (CHECK_ROWS - 1)) === 0) task.check();
        write.set(i, given !== 0 && u8[given + i] === 0 ? null : of(what, i64[at + i], i64[other + i]));
      }
      return write.vector();
    };
  });

const packed = (keys: Iterable<bigint>): string =>
  packItem(
    Array.from(keys, (key) => BigInt.asUintN(64, key)),
    KEYS,
  );

export const KEYED_FUNCTIONS: readonly (readonly [string, VectorFunctionFactory])[] = [
  ['keyed_row_i64', rowByWord],
  ['keyed_row_str', rowByText],
  ['keyed_row_range_i64', rowByRange],
  ['keyed_row_range_str', rowByRange],
  ['keyed_row_prefix', rowByPrefix],
  ...(['i64', 'f64', 'bool', 'str'] as const).flatMap((lane): [string, VectorFunctionFactory][] => [
    [`keyed_value_${lane}`, valueIn(lane)],
    [`keyed_value_or_${lane}`, valueIn(lane)],
  ]),
  ['keyed_ancestors', overKeys((of, key) => packed(lineage(of, key)))],
  ['keyed_is_within', overKeys((of, key, above) => lineage(of, key).some((k) => k === above))],
  ['keyed_descendants', overKeys((of, key, level) => packed(descendants(of, key, level)))],
];
