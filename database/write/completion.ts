/**
 * What a table computes of each row that is written: defaults that read other columns or the moment, materialized columns, and
 * expressions that rows are sorted by. Done before rows are cut into partitions, so that nothing behind it knows of it.
 */

import { assert, BasaltError } from '../../engine/base/error.ts';
import { splitMix64 } from '../../engine/base/random.ts';
import { type EngineContext, TaskContext } from '../../engine/exec/context.ts';
import { CONTROL_SIZE, Control } from '../../engine/exec/control.ts';
import { compile } from '../../engine/exec/expression/compile.ts';
import { Draws } from '../../engine/exec/expression/draw.ts';
import { type Input, lazyInput } from '../../engine/exec/input.ts';
import { boolOf, f64Of, i64Of, refsOf, validOf } from '../../engine/exec/lane.ts';
import { absentOf } from '../../engine/format/index.ts';
import { defaultText } from '../../engine/function/default-text.ts';
import { Region } from '../../engine/memory/region.ts';
import { atMoment, type Constraint, writtenText } from '../../engine/plan/computed.ts';
import { call, column, columnsOf, type Expr, literal } from '../../engine/plan/expr.ts';
import { BOOL, INT64, type LogicalType, laneOf, nullable } from '../../engine/type/type.ts';
import {
  boolVector,
  type Chunk,
  chunk,
  constVector,
  floatVector,
  intVector,
  refVector,
  slice,
  VECTOR_ROWS,
  type Vector,
} from '../../engine/vector/vector.ts';
import type { Batch, ColumnDefinition, TableDefinition } from '../../storage/index.ts';
import { defaultOf, optionsOf } from '../catalog/table-options.ts';
import { laneReader } from '../partition.ts';
import { copyBatch } from './copy-batch.ts';
import { differentLengths, lengthsDiffer, type NestedLists, nestedLists, zerosLike } from './nested-lists.ts';

/** The batch with every column that the table computes, without those that no segment has; what is new is in `region`. */
export type Completion = (batch: Batch, region: Region) => Batch;

/** What rows are completed with: their moment, the seed of what is drawn at random for them, whether constraints hold of them. */
type Writing = { readonly nowMs: number; readonly seed: bigint; readonly checks: boolean };

/** NULL in it is not what a row has that brings nothing. */
export const hasOwnDefault = ({ type, default: value }: ColumnDefinition): boolean =>
  type.nullable && value !== null;

/** null: batches are complete as they are. */
export function completionOf(
  engine: EngineContext,
  table: TableDefinition,
  { nowMs, seed, checks }: Writing,
): Completion | null {
  const constraints = (optionsOf(table).constraints ?? []).filter(({ kind }) => checks && kind === 'check');
  const inputs = (optionsOf(table).virtual ?? []).filter(({ kind }) => kind === 'ephemeral');
  const isPlain =
    inputs.length === 0 && table.columns.every((c) => c.computed === undefined && !hasOwnDefault(c));
  const nested = nestedLists(table.columns);
  if (isPlain && constraints.length === 0 && nested.length === 0) return null;
  const moment = literal(BigInt(nowMs), INT64);
  const written = new Map<number, Source>();
  for (const c of table.columns)
    written.set(c.id, { type: c.type, expr: c.computed?.expr ?? literal(c.default, c.type) });
  for (const { id, type, expr } of inputs)
    written.set(id, { type, expr: expr ?? literal(defaultOf(type, null), type) });
  const sources = new Map(
    [...written].map(([id, { type, expr }]) => [id, { type, expr: atMoment(expr, moment) }]),
  );
  let batches = 0n;
  return (batch, region) =>
    complete(
      engine,
      table,
      { sources, constraints, nested, seed: splitMix64(seed, ++batches) },
      batch,
      region,
    );
}

/** What a column is in rows that do not give it. */
type Source = { readonly type: LogicalType; readonly expr: Expr };

type Rules = {
  readonly sources: ReadonlyMap<number, Source>;
  readonly constraints: readonly Constraint[];
  readonly nested: readonly NestedLists[];
  /** Of the batch. */
  readonly seed: bigint;
};

/** Added to a column's id: what was given of it, where that may be NULL and the column may not. */
const GIVEN = 1 << 28;

function complete(
  engine: EngineContext,
  table: TableDefinition,
  { sources: known, constraints, nested, seed }: Rules,
  batch: Batch,
  region: Region,
): Batch {
  const columns = new Map<number, Chunk>();
  const made: ColumnDefinition[] = [];
  const filled = filledLists(nested, batch);
  const sources = new Map([...known, ...filled]);
  for (const c of table.columns) {
    const given = batch.columns.get(c.id);
    const isComputed =
      (c.computed !== undefined && (given === undefined || hasGaps(given, c.type))) || filled.has(c.id);
    if (isComputed || batch.columns.has(absentOf(c.id))) made.push(c);
    else if (given !== undefined) columns.set(c.id, given);
  }
  if (made.length === 0 && constraints.length === 0 && nested.length === 0)
    return { rows: batch.rows, columns };
  const { arena } = engine;
  const owner = arena.openOwner();
  const control = new Control(arena, new Region(arena, owner, 1).allocZero(CONTROL_SIZE));
  const task = new TaskContext(engine, control, owner);
  task.draws = new Draws(task, seed, 'rows');
  try {
    const inputOf = pages(task, sources, batch);
    const conditions = constraints.map((c) => [c, compile(c.violated, task)] as const);
    const pairs = nested.flatMap(([first, ...others]) => others.map((other) => [first, other] as const));
    const lengths = pairs.map((pair) => [pair, compile(lengthsDiffer(...pair), task)] as const);
    const builders = made.map((c) => new ColumnBuilder(task, c, batch.rows));
    for (let from = 0; from < batch.rows; from += VECTOR_ROWS) {
      task.place.row = from;
      const input = inputOf(from, Math.min(VECTOR_ROWS, batch.rows - from));
      for (const builder of builders) builder.add(input, from);
      for (const [constraint, violated] of conditions) check(task, table, constraint, violated(input), input);
      for (const [pair, differ] of lengths)
        if (firstTrue(task, differ(input)) !== null) throw differentLengths(...pair);
    }
    const fresh = new Map(builders.map((builder) => [builder.id, builder.finish()]));
    for (const [id, computed] of copyBatch(arena, region, { rows: batch.rows, columns: fresh }).columns)
      columns.set(id, computed);
    return { rows: batch.rows, columns };
  } finally {
    task.close();
    arena.closeOwner(owner);
  }
}

/** Columns of a Nested that a batch does not give, where it gives others of it: as long as the first of these. */
function filledLists(nested: readonly NestedLists[], { columns }: Batch): Map<number, Source> {
  const filled = new Map<number, Source>();
  for (const lists of nested) {
    const given = lists.find(({ id }) => columns.has(id));
    if (given === undefined) continue;
    for (const list of lists)
      if (!columns.has(list.id) && list.computed === undefined)
        filled.set(list.id, { type: list.type, expr: zerosLike(list, given) });
  }
  return filled;
}

/** The first row where a mask is true. */
function firstTrue(task: TaskContext, mask: Vector): number | null {
  const at = boolOf(task, mask);
  const row = task.arena.u8.subarray(at, at + mask.rows).indexOf(1);
  return row === -1 ? null : row;
}

/** @throws VIOLATED_CONSTRAINT with the first of the rows. */
function check(
  task: TaskContext,
  table: TableDefinition,
  { name, violated, text }: Constraint,
  mask: Vector,
  input: Input,
): void {
  const row = firstTrue(task, mask);
  if (row === null) return;
  const columns = table.columns.filter(({ id }) => columnsOf(violated).includes(id));
  const values = columns.map(({ id, name: column, type }) => {
    const value = laneReader(task, input.column(id), laneOf(type)).value(row);
    return `${column} = ${defaultText(value, type)}`;
  });
  const nameOf = (id: number): string => table.columns.find((c) => c.id === id)?.name ?? '';
  throw new BasaltError(
    'VIOLATED_CONSTRAINT',
    `Constraint \`${name}\` for table ${table.name} is violated. Expression: (${writtenText(text, nameOf)}). Column values: ${values.join(', ')}`,
    { hint: 'Nothing was inserted: leave out such rows, or drop the constraint' },
  );
}

/** NULLs of a column that has none stand for its default. */
const hasGaps = ({ whole, pages: all }: Chunk, type: LogicalType): boolean =>
  !type.nullable && (whole === null ? (all ?? []) : [whole]).some(mayBeNull);

const mayBeNull = (v: Vector): boolean =>
  v.kind === 'const' ? v.value === null : v.kind === 'dict' || v.valid !== 0;

/** Rows of the batch with all columns of the table, by id; each is made when it is read, of those that it reads. */
function pages(
  task: TaskContext,
  sources: ReadonlyMap<number, Source>,
  batch: Batch,
): (from: number, rows: number) => Input {
  const gaps = new Map([...sources].map(([id, { type }]) => [id, gapsOf(id, type, batch)]));
  const evaluators = new Map(
    [...sources].map(([id, { type, expr }]) => {
      const isGap = gaps.get(id) ?? null;
      return [id, compile(isGap === null ? expr : orElse(isGap, id, type, expr), task)];
    }),
  );
  return (from, rows) => {
    const givenOf = (id: number): Vector | undefined => {
      const given = batch.columns.get(id);
      return given && slice(given, from, rows);
    };
    const input: Input = lazyInput(rows, (index) => {
      if (index >= absentOf(0)) return givenOf(index)!;
      if (index >= GIVEN) return givenOf(index - GIVEN)!;
      const source = sources.get(index);
      assert(source !== undefined, `column ${index}, which others are computed of, is not in the table`);
      const given = givenOf(index);
      if (given !== undefined && gaps.get(index) === null) return given;
      const evaluate = evaluators.get(index);
      return evaluate === undefined ? constVector(laneOf(source.type), rows, null) : evaluate(input);
    });
    return input;
  };
}

/** Where what is given of a column is not what the row has: NULL where there is none, and where a row brought nothing. */
function gapsOf(id: number, type: LogicalType, { columns }: Batch): Expr | null {
  const given = columns.get(id);
  if (given === undefined) return null;
  if (columns.has(absentOf(id))) return column(absentOf(id), BOOL);
  return hasGaps(given, type) ? call('is_null', [column(GIVEN + id, nullable(type))], BOOL) : null;
}

const orElse = (isGap: Expr, id: number, type: LogicalType, expr: Expr): Expr => ({
  kind: 'case',
  branches: [{ when: isGap, value: expr }],
  otherwise: column(GIVEN + id, nullable(type)),
  type,
});

/** The pages of a column as one chunk of the task's memory. */
class ColumnBuilder {
  readonly id: number;
  readonly #task: TaskContext;
  readonly #column: ColumnDefinition;
  readonly #rows: number;
  readonly #data: number;
  readonly #valid: number;
  #hasNulls = false;

  constructor(task: TaskContext, definition: ColumnDefinition, rows: number) {
    this.id = definition.id;
    this.#task = task;
    this.#column = definition;
    this.#rows = rows;
    this.#data = task.heap.alloc(rows * 8);
    this.#valid = task.heap.alloc(rows);
  }

  add(input: Input, from: number): void {
    const { arena } = this.#task;
    const v = input.column(this.id);
    const width = v.lane === 'bool' ? 1 : 8;
    const values = this.#dense(v);
    arena.u8.copyWithin(this.#data + from * width, values, values + v.rows * width);
    const valid = validOf(this.#task, v);
    if (valid === 0) arena.u8.fill(1, this.#valid + from, this.#valid + from + v.rows);
    else {
      arena.u8.copyWithin(this.#valid + from, valid, valid + v.rows);
      if (arena.u8.subarray(valid, valid + v.rows).includes(0)) this.#nulls();
    }
  }

  finish(): Chunk {
    const rows = this.#rows;
    const valid = this.#hasNulls ? this.#valid : 0;
    switch (laneOf(this.#column.type)) {
      case 'i64':
        return chunk(intVector(rows, this.#data, 8, 0n, valid));
      case 'f64':
        return chunk(floatVector(rows, this.#data, 8, valid));
      case 'bool':
        return chunk(boolVector(rows, this.#data, valid));
      case 'str':
        return chunk(refVector(rows, this.#data, valid));
    }
  }

  #dense(v: Vector): number {
    switch (v.lane) {
      case 'i64':
        return i64Of(this.#task, v);
      case 'f64':
        return f64Of(this.#task, v);
      case 'bool':
        return boolOf(this.#task, v);
      case 'str':
        return refsOf(this.#task, v);
    }
  }

  #nulls(): void {
    this.#hasNulls = true;
    const { name, type, computed } = this.#column;
    if (type.nullable || computed?.kind === 'key') return;
    throw new BasaltError(
      'CANNOT_INSERT_NULL',
      `Column ${name} takes no NULL, but what it is computed of is NULL`,
      {
        hint: 'Give its value, or make its type one that has NULL',
      },
    );
  }
}
