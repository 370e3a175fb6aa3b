/**
 * A string column compared with a literal, as it is stored: in a sorted dictionary every comparison is a range of codes; texts
 * that are equal have the same length first.
 *
 * The literal's place is searched once per dictionary; rows then cost a comparison of small integers, and no entry is looked at.
 */

import { bytesOfText } from '../../base/bytes-text.ts';
import type { CallExpr, Expr } from '../../plan/expr.ts';
import { ByDictionary } from '../../vector/passing-dictionary.ts';
import { boolVector, type Dictionary, type Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { validOf } from '../lane.ts';
import type { Evaluator } from './evaluator.ts';

const COMPARISON = /^(eq|ne|lt|le|gt|ge)_str$/;
const SWAPPED: Readonly<Record<string, string>> = { lt: 'gt', gt: 'lt', le: 'ge', ge: 'le' };

/** Codes [lo, hi] for which the comparison is true, or false if `invert` is 1. */
type CodeRange = { readonly lo: number; readonly hi: number; readonly invert: number };

/** The comparison on codes, `otherwise` for batches without a sorted dictionary; undefined when it is none of these. */
export function compareText(expr: Expr, otherwise: Evaluator, task: TaskContext): Evaluator | undefined {
  const comparison = expr.kind === 'call' ? comparisonOf(expr) : undefined;
  if (comparison === undefined) return undefined;
  const { column, nullable, op } = comparison;
  const wanted = bytesOfText(comparison.value);
  const ranges = new ByDictionary<CodeRange>();
  const needle = op === 'eq' || op === 'ne' ? task.heap.alloc(Math.max(1, wanted.length)) : 0;
  if (needle !== 0) task.arena.u8.set(wanted, needle);
  return (input) => {
    const source = input.column(column);
    const { dictionary } = source;
    if (source.kind === 'text' && needle !== 0) {
      const same = task.scratch.alloc(source.rows);
      const invert = op === 'ne' ? 1 : 0;
      task.kernels.eq_text_vc(source.data, source.bytes, source.rows, needle, wanted.length, invert, same);
      return boolVector(source.rows, same, source.valid);
    }
    if (source.kind !== 'dict' || dictionary?.sorted !== true) return otherwise(input);
    let range = ranges.get(dictionary);
    if (range === undefined) {
      range = rangeOf(op, dictionary, wanted, task);
      ranges.set(dictionary, range);
    }
    const out = task.scratch.alloc(source.rows);
    inRange(source, range, out, task);
    return boolVector(source.rows, out, nullable ? validOf(task, source) : 0);
  };
}

function comparisonOf({ fn, args }: CallExpr) {
  const op = COMPARISON.exec(fn)?.[1];
  if (op === undefined) return undefined;
  const [a, b] = args;
  const [column, literal] = a.kind === 'column' ? [a, b] : [b, a];
  if (column.kind !== 'column' || literal.kind !== 'literal' || typeof literal.value !== 'string')
    return undefined;
  return {
    op: column === a ? op : (SWAPPED[op] ?? op),
    column: column.index,
    nullable: column.type.nullable,
    value: literal.value,
  };
}

function rangeOf(op: string, dictionary: Dictionary, wanted: Uint8Array, task: TaskContext): CodeRange {
  const { code, found } = placeOf(dictionary, wanted, task);
  const last = dictionary.count - 1;
  const after = found ? code + 1 : code;
  switch (op) {
    case 'eq':
      return { lo: code, hi: found ? code : code - 1, invert: 0 };
    case 'ne':
      return { lo: code, hi: found ? code : code - 1, invert: 1 };
    case 'lt':
      return { lo: 1, hi: code - 1, invert: 0 };
    case 'le':
      return { lo: 1, hi: after - 1, invert: 0 };
    case 'gt':
      return { lo: after, hi: last, invert: 0 };
    default:
      return { lo: code, hi: last, invert: 0 };
  }
}

/** The first code whose entry is not below the text, and whether it is the text. */
function placeOf({ count, offsets, bytes }: Dictionary, wanted: Uint8Array, { arena }: TaskContext) {
  const { u8, u32 } = arena;
  const order = (code: number): number => {
    const at = bytes + u32[(offsets >>> 2) + code];
    const length = u32[(offsets >>> 2) + code + 1] - u32[(offsets >>> 2) + code];
    for (let i = 0; i < length && i < wanted.length; i++)
      if (u8[at + i] !== wanted[i]) return u8[at + i] - wanted[i];
    return length - wanted.length;
  };
  let low = 1;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (order(middle) < 0) low = middle + 1;
    else high = middle;
  }
  return { code: low, found: low < count && order(low) === 0 };
}

function inRange(
  v: Vector,
  { lo, hi, invert }: CodeRange,
  out: number,
  { kernels, arena }: TaskContext,
): void {
  if (lo > hi) arena.fill(out, v.rows, invert);
  else if (v.width === 1) kernels.cmp_range_u8_vc(v.data, v.rows, lo, hi, invert, out);
  else if (v.width === 2) kernels.cmp_range_u16_vc(v.data, v.rows, lo, hi, invert, out);
  else kernels.cmp_range_u32_vc(v.data, v.rows, lo, hi, invert, out);
}
