/**
 * Evaluates a table's partition expressions over batches. The expressions are stored bound, over the ids of the table's
 * columns (which are their positions when it is made); storage only asks for the value of each row.
 */

import { assert } from '../engine/base/error.ts';
import { type EngineContext, TaskContext } from '../engine/exec/context.ts';
import { CONTROL_SIZE, Control } from '../engine/exec/control.ts';
import { compile } from '../engine/exec/expression/compile.ts';
import { lazyInput } from '../engine/exec/input.ts';
import { validOf, wordsOf } from '../engine/exec/lane.ts';
import { Region } from '../engine/memory/region.ts';
import { textOfRef } from '../engine/memory/text.ts';
import type { Expr } from '../engine/plan/expr.ts';
import { type Lane, laneOf, type Value } from '../engine/type/type.ts';
import { constVector, slice, VECTOR_ROWS, type Vector } from '../engine/vector/vector.ts';
import type {
  Batch,
  PartitionFunction,
  Partitioning,
  PartitionValue,
  TableDefinition,
} from '../storage/index.ts';

/** What `TableDefinition.partitionBy` holds. */
export type PartitionBy = readonly Expr[];

export const partitionFunction =
  (engine: EngineContext) =>
  (table: TableDefinition): PartitionFunction | null => {
    const exprs = table.partitionBy as PartitionBy | null;
    return exprs === null || exprs.length === 0 ? null : (batch) => partitioning(engine, table, exprs, batch);
  };

function partitioning(
  engine: EngineContext,
  table: TableDefinition,
  exprs: PartitionBy,
  batch: Batch,
): Partitioning {
  const owner = engine.arena.openOwner();
  const control = new Control(engine.arena, new Region(engine.arena, owner, 1).allocZero(CONTROL_SIZE));
  const task = new TaskContext(engine, control, owner);
  try {
    const evaluators = exprs.map((e) => compile(e, task));
    const numbers = new PartitionNumbers();
    const ofRow = new Uint32Array(batch.rows);
    for (let from = 0; from < batch.rows; from += VECTOR_ROWS) {
      const mark = task.scratch.mark();
      const rows = Math.min(VECTOR_ROWS, batch.rows - from);
      const input = lazyInput(rows, (id) => columnOf(table, batch, id, from, rows));
      const readers = evaluators.map((evaluate, i) =>
        laneReader(task, evaluate(input), laneOf(exprs[i].type)),
      );
      numbers.fill(ofRow, from, rows, readers);
      task.scratch.reset(mark);
    }
    return { values: numbers.values, ofRow };
  } finally {
    task.close();
    engine.arena.closeOwner(owner);
  }
}

function columnOf(table: TableDefinition, batch: Batch, id: number, from: number, rows: number): Vector {
  const definition = table.columns.find((c) => c.id === id);
  assert(definition !== undefined, `column ${id} of the partition key is not in the table`);
  const chunk = batch.columns.get(id);
  return chunk === undefined
    ? constVector(laneOf(definition.type), rows, definition.default)
    : slice(chunk, from, rows);
}

/** Reads row i of a vector; `same` tells cheaply that row i has the value of row i - 1. */
type Reader = { readonly value: (i: number) => Value; readonly same: (i: number) => boolean };

export function laneReader(task: TaskContext, v: Vector, lane: Lane): Reader {
  const { u8, u32, i64, f64 } = task.arena;
  const words = wordsOf(task, v);
  const valid = validOf(task, v);
  const isNull = (i: number): boolean => valid !== 0 && u8[valid + i] === 0;
  const at = words >>> 2;
  const same = (i: number): boolean =>
    isNull(i) === isNull(i - 1) &&
    u32[at + 2 * i] === u32[at + 2 * i - 2] &&
    u32[at + 2 * i + 1] === u32[at + 2 * i - 1];
  const read = (i: number): Value => {
    switch (lane) {
      case 'i64':
        return i64[words / 8 + i];
      case 'f64':
        return f64[words / 8 + i];
      case 'bool':
        return i64[words / 8 + i] !== 0n;
      case 'str':
        return textOfRef(task.arena, words + 8 * i);
    }
  };
  return { value: (i) => (isNull(i) ? null : read(i)), same };
}

class PartitionNumbers {
  readonly values: PartitionValue[] = [];
  readonly #numbers = new Map<string, number>();

  /** Numbers rows [from, from + rows); neighbours with equal values cost one comparison. */
  fill(ofRow: Uint32Array, from: number, rows: number, readers: readonly Reader[]): void {
    for (let i = 0; i < rows; i++) {
      if (i > 0 && readers.every((r) => r.same(i))) {
        ofRow[from + i] = ofRow[from + i - 1];
        continue;
      }
      ofRow[from + i] = this.#numberOf(readers.map((r) => r.value(i)));
    }
  }

  #numberOf(value: PartitionValue): number {
    const key = value.map((v) => `${typeof v}:${v}`).join('|');
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.values.push(value) - 1;
      this.#numbers.set(key, number);
    }
    return number;
  }
}
