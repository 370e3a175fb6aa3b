/**
 * CASE over vectors: every branch sees only the rows that reached it, so that `CASE WHEN b = 0 THEN 0 ELSE a / b END`
 * raises no error. Branch results are scattered back into one dense vector.
 */

import type { CaseExpr } from '../../plan/expr.ts';
import { laneOf } from '../../type/type.ts';
import { boolVector, type Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { type Input, narrowInput } from '../input.ts';
import { boolOf, denseVector, maskOf, validOf, wordsOf } from '../lane.ts';
import type { Compile, Evaluator } from './evaluator.ts';

export function caseEvaluator(expr: CaseExpr, task: TaskContext, compile: Compile): Evaluator {
  const lane = laneOf(expr.type);
  const branches = expr.branches.map((b) => ({ when: compile(b.when, task), value: compile(b.value, task) }));
  const otherwise = compile(expr.otherwise, task);
  const { arena, kernels } = task;

  return (input) => {
    const { scratch } = task;
    const { rows } = input;
    const data = scratch.allocZero(rows * (lane === 'bool' ? 1 : 8));
    const valid = scratch.allocZero(rows);
    const store = (result: Vector, where: number, n: number): void => {
      const resultValid = validOf(task, result);
      const source = lane === 'bool' ? boolOf(task, result) : wordsOf(task, result);
      for (let i = 0; i < n; i++) {
        const row = where === 0 ? i : arena.u16[where / 2 + i];
        if (resultValid !== 0 && arena.u8[resultValid + i] === 0) continue;
        arena.u8[valid + row] = 1;
        if (lane === 'bool') arena.u8[data + row] = arena.u8[source + i];
        else {
          arena.u32[data / 4 + 2 * row] = arena.u32[source / 4 + 2 * i];
          arena.u32[data / 4 + 2 * row + 1] = arena.u32[source / 4 + 2 * i + 1];
        }
      }
    };

    let rest: Input = input;
    let restRows = 0;
    for (const branch of branches) {
      const mask = maskOf(task, branch.when(rest));
      const taken = scratch.alloc(rest.rows * 2);
      const n = kernels.mask_select(mask, rest.rows, taken);
      if (n > 0) store(branch.value(narrowInput(task, rest, taken, n)), compose(task, restRows, taken, n), n);
      if (n === rest.rows) return denseOrBool(task, lane, rows, data, valid);
      const others = scratch.alloc(rest.rows);
      kernels.mask_not(mask, rest.rows, others);
      const left = scratch.alloc(rest.rows * 2);
      const m = kernels.mask_select(others, rest.rows, left);
      const leftRows = compose(task, restRows, left, m);
      rest = narrowInput(task, rest, left, m);
      restRows = leftRows;
    }
    if (rest.rows > 0) store(otherwise(rest), restRows, rest.rows);
    return denseOrBool(task, lane, rows, data, valid);
  };
}

function denseOrBool(
  task: TaskContext,
  lane: ReturnType<typeof laneOf>,
  rows: number,
  data: number,
  valid: number,
): Vector {
  const all = task.kernels.mask_count(valid, rows) === rows;
  return lane === 'bool'
    ? boolVector(rows, data, all ? 0 : valid)
    : denseVector(lane, rows, data, all ? 0 : valid);
}

/** Row numbers of the original batch for `sel` into an already narrowed one (`outer` 0 = not narrowed). */
function compose(task: TaskContext, outer: number, sel: number, n: number): number {
  if (outer === 0) return sel;
  const out = task.scratch.alloc(n * 2);
  task.kernels.gather_u16(outer, sel, n, out);
  return out;
}
