/**
 * IN over a list of literals: short integer lists compare, longer ones that lie close together are bits, everything else looks up a
 * table made once.
 *
 * NULL semantics are SQL's: a NULL argument gives NULL; a NULL in the list turns "not found" into NULL.
 */

import { bytesOfText } from '../../base/bytes-text.ts';
import type { InExpr } from '../../plan/expr.ts';
import { laneOf, type Value } from '../../type/type.ts';
import { boolVector, constVector, intVector, type Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { GroupTable } from '../group-table.ts';
import { IntegerBits } from '../integer-bits.ts';
import { i64Of, validOf, wordOfValue, wordsOf } from '../lane.ts';
import { compareRange } from './compare-integers.ts';
import type { Compile, Evaluator } from './evaluator.ts';

const FEW = 6;
/** A bitmap is made where it stays in the cache, or takes no more than a hash table would. */
const CACHED_BITS = 1 << 18;
const BITS_A_VALUE = 128;
const ABSENT = 0xffffffff;

export function inEvaluator(expr: InExpr, task: TaskContext, compile: Compile): Evaluator {
  const arg = compile(expr.arg, task);
  const lane = laneOf(expr.arg.type);
  const values = expr.list.filter((v): v is Exclude<Value, null> => v !== null);
  const listHasNull = values.length < expr.list.length;
  const test = testOf(values, lane, task);

  return (input) => {
    const v = arg(input);
    if (v.kind === 'const' && v.value === null) return constVector('bool', input.rows, null);
    const { kernels, scratch } = task;
    const found = test(v);
    let valid = validOf(task, v);
    if (listHasNull) {
      const known = scratch.alloc(input.rows);
      if (valid === 0) task.arena.u8.copyWithin(known, found, found + input.rows);
      else kernels.mask_and(valid, found, input.rows, known);
      valid = known;
    }
    if (!expr.negated) return boolVector(input.rows, found, valid);
    const out = scratch.alloc(input.rows);
    kernels.mask_not(found, input.rows, out);
    return boolVector(input.rows, out, valid);
  };
}

type Test = (v: Vector) => number;

function testOf(
  values: readonly Exclude<Value, null>[],
  lane: ReturnType<typeof laneOf>,
  task: TaskContext,
): Test {
  if (lane === 'i64') {
    const integers = (values as readonly bigint[]).map((value) => BigInt.asIntN(64, value));
    if (values.length <= FEW) return fewIntegers(integers, task);
    const bits = bitmap(integers, task);
    if (bits !== null) return bits;
  }
  const many = manyValues(values, lane === 'str', lane, task);
  return lane === 'str' && values.length <= FEW ? fewTexts(values as string[], many, task) : many;
}

/** Texts in pages are compared where they lie, most of them by their length alone; others by `otherwise`. */
function fewTexts(values: readonly string[], otherwise: Test, task: TaskContext): Test {
  const { arena, heap, kernels } = task;
  const needles = values.map((value) => {
    const bytes = bytesOfText(value);
    const address = heap.alloc(Math.max(1, bytes.length));
    arena.u8.set(bytes, address);
    return { address, length: bytes.length };
  });
  return (v) => {
    if (v.kind !== 'text') return otherwise(v);
    const out = task.scratch.allocZero(v.rows);
    const one = task.scratch.alloc(v.rows);
    for (const { address, length } of needles) {
      kernels.eq_text_vc(v.data, v.bytes, v.rows, address, length, 0, one);
      kernels.mask_or(out, one, v.rows, out);
    }
    return out;
  };
}

/** As narrow as they are. */
const integersOf = (task: TaskContext, v: Vector): Vector =>
  v.kind === 'int' ? v : intVector(v.rows, i64Of(task, v), 8, 0n, 0);

function fewIntegers(values: readonly bigint[], task: TaskContext): Test {
  const { kernels } = task;
  return (v) => {
    const integers = integersOf(task, v);
    const out = task.scratch.allocZero(v.rows);
    const one = task.scratch.alloc(v.rows);
    for (const value of values) {
      compareRange(integers, value, value, 0, v.rows, one, task);
      kernels.mask_or(out, one, v.rows, out);
    }
    return out;
  };
}

/** null: they lie too far apart. */
function bitmap(values: readonly bigint[], task: TaskContext): Test | null {
  const { arena, heap, scratch } = task;
  const least = values.reduce((a, b) => (b < a ? b : a));
  const span = values.reduce((a, b) => (b > a ? b : a)) - least;
  if (span >= Math.max(CACHED_BITS, values.length * BITS_A_VALUE)) return null;
  const bits = new IntegerBits(task, heap, { least, last: Number(span) });
  const mark = scratch.mark();
  const words = scratch.alloc(values.length * 8);
  arena.i64.set(values, words / 8);
  bits.addAll(words, 0, values.length);
  scratch.reset(mark);
  return (v) => bits.has(v);
}

function manyValues(
  values: readonly Exclude<Value, null>[],
  strings: boolean,
  lane: ReturnType<typeof laneOf>,
  task: TaskContext,
): Test {
  const { arena, heap, kernels } = task;
  const table = new GroupTable(task, heap, [strings]);
  const words = heap.alloc(Math.max(8, values.length * 8));
  values.forEach((value, i) => {
    arena.i64[words / 8 + i] = wordOfValue(task, lane, value);
  });
  if (lane === 'f64') kernels.normal_f64(words, values.length, words);
  table.upsertAll([words], values.length);
  return (v) => {
    const { scratch } = task;
    let key = wordsOf(task, v);
    if (lane === 'f64') {
      const normal = scratch.alloc(v.rows * 8);
      kernels.normal_f64(key, v.rows, normal);
      key = normal;
    }
    const groups = table.find([key], v.rows);
    const out = scratch.alloc(v.rows);
    for (let i = 0; i < v.rows; i++) arena.u8[out + i] = arena.u32[groups / 4 + i] === ABSENT ? 0 : 1;
    return out;
  };
}
