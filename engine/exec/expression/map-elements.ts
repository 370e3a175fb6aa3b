/**
 * Lambdas over vectors: `array_map`, `array_fold_*` (function/scalar/lambda.ts) and `array_reduce_*` without a value becoming a JavaScript one.
 *
 * The arrays of a batch are laid out as vectors of up to VECTOR_ROWS elements, of which the body is evaluated as over any batch; what it
 * captures is repeated for a row's elements when it is read. A fold goes position by position, over the rows that have one.
 */

import { reduceSpecOf } from '../../function/scalar/reduce.ts';
import { bodyOf } from '../../plan/body.ts';
import type { CallExpr, Expr } from '../../plan/expr.ts';
import { typesOfText } from '../../type/literal.ts';
import type { LogicalType } from '../../type/type.ts';
import { VECTOR_ROWS } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { bodyInput, ElementCursor } from './element-cursor.ts';
import type { Compile, VectorFunction } from './evaluator.ts';
import { foldElements } from './fold-elements.ts';
import { elementWriter, ListWriter } from './list-writer.ts';
import { reduceElements } from './reduce-elements.ts';

export function lambdaFunction(
  call: CallExpr,
  task: TaskContext,
  compile: Compile,
): VectorFunction | undefined {
  const form = /^array_(map$|fold_|reduce_)/.exec(call.fn)?.[1];
  const [text, types] = call.args;
  if (form === undefined || text.kind !== 'literal' || types.kind !== 'literal') return undefined;
  const of = typesOfText(String(types.value));
  if (form === 'reduce_') return reduceElements(reduceSpecOf(String(text.value)), of, task);
  const body = bodyOf(String(text.value));
  return form === 'fold_' ? foldElements(body, of, task, compile) : mapElements(body, of, task, compile);
}

function mapElements(
  body: Expr,
  types: readonly LogicalType[],
  task: TaskContext,
  compile: Compile,
): VectorFunction {
  const cursor = ElementCursor.ofBody(task, body, types, 0);
  const write = elementWriter(body, task, compile);
  return (args, rows) => {
    const captured = args.slice(2 + types.length);
    cursor.open(args.slice(2, 2 + types.length));
    const writer = new ListWriter(task, rows);
    let row = 0;
    let isInside = false;
    while (row < rows) {
      task.check();
      const { scratch, strings } = task;
      const mark = scratch.mark();
      task.strings = scratch;
      const sel = scratch.alloc(VECTOR_ROWS * 2);
      cursor.reserve(VECTOR_ROWS);
      /** Of each row that ends here, its elements and those before it; -1: it is NULL. */
      const ends: number[] = [];
      let n = 0;
      while (row < rows && n < VECTOR_ROWS) {
        if (!isInside && !cursor.startRow(row)) {
          ends.push(-1);
          row++;
          continue;
        }
        isInside = true;
        while (n < VECTOR_ROWS && cursor.next(n)) task.arena.u16[sel / 2 + n++] = row;
        if (n === VECTOR_ROWS) break;
        ends.push(n);
        isInside = false;
        row++;
      }
      const store = n === 0 ? undefined : write(bodyInput(task, cursor.vectors(n), captured, sel, n));
      let from = 0;
      for (const end of ends) {
        if (end < 0) writer.nullRow();
        else {
          store?.(from, end, writer);
          writer.endRow();
          from = end;
        }
      }
      store?.(from, n, writer);
      task.strings = strings;
      scratch.reset(mark);
      writer.move();
    }
    return writer.vector();
  };
}
