/** Functions of texts by kernels: what is asked of them, and texts that are made of them. */

import { bytesOfText } from '../../base/bytes-text.ts';
import { implementation } from '../../function/registry.ts';
import type { CallExpr, Expr } from '../../plan/expr.ts';
import { boolVector, constVector, refVector, type Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { bothValid, i64Of, refsOf, validOf } from '../lane.ts';
import type { VectorFunction, VectorFunctionFactory } from './evaluator.ts';
import { rowFunction } from './row-function.ts';

export const TEXT_FUNCTIONS: readonly (readonly [string, VectorFunctionFactory])[] = [
  ['is_empty', (_, task) => emptiness(0, task)],
  ['is_not_empty', (_, task) => emptiness(1, task)],
  ...['starts_with', 'starts_with_bytes'].map((fn) => [fn, affix(0)] as const),
  ...['ends_with', 'ends_with_bytes'].map((fn) => [fn, affix(1)] as const),
  ['trim_left', trim(1)],
  ['trim_right', trim(2)],
  ['trim_both', trim(3)],
  ['concat', (_, task) => concat(task)],
  ['lower_ascii', (call, task) => inCase(0, false, call, task)],
  ['upper_ascii', (call, task) => inCase(1, false, call, task)],
  ['lower', (call, task) => inCase(0, true, call, task)],
  ['upper', (call, task) => inCase(1, true, call, task)],
  ['ch_reverse_bytes', (_, task) => reversed(task)],
  ['i64_to_str', (_, task) => digits(0, task)],
  ['u64_to_str', (_, task) => digits(1, task)],
];

/** Kernels read strings in pieces of this size. */
const SLACK_BYTES = 16;

const isNull = (v: Vector): boolean => v.kind === 'const' && v.value === null;

function emptiness(invert: number, task: TaskContext): VectorFunction {
  return ([text], rows) => {
    if (isNull(text)) return constVector('bool', rows, null);
    const out = task.scratch.alloc(rows);
    task.kernels.empty_refs(refsOf(task, text), rows, invert, out);
    return boolVector(rows, out, validOf(task, text));
  };
}

function affix(atEnd: number): VectorFunctionFactory {
  return ({ args }, task) => {
    const wanted = textLiteral(args[1]);
    if (wanted === undefined) return undefined;
    const needle = task.heap.alloc(Math.max(1, wanted.length));
    task.arena.u8.set(wanted, needle);
    return ([text], rows) => {
      if (isNull(text)) return constVector('bool', rows, null);
      const out = task.scratch.alloc(rows);
      task.kernels.affix_refs(refsOf(task, text), rows, needle, wanted.length, atEnd, out);
      return boolVector(rows, out, validOf(task, text));
    };
  };
}

/** Of a set of ASCII characters; others are not one byte each. */
function trim(sides: number): VectorFunctionFactory {
  return ({ args }, task) => {
    const characters = textLiteral(args[1]);
    if (characters === undefined || characters.some((c) => c > 127)) return undefined;
    const set = task.heap.allocZero(256);
    for (const c of characters) task.arena.u8[set + c] = 1;
    return ([text], rows) => {
      if (isNull(text)) return constVector('str', rows, null);
      const out = task.scratch.alloc(rows * 8);
      task.kernels.trim_refs(refsOf(task, text), rows, set, sides, out);
      return refVector(rows, out, validOf(task, text));
    };
  };
}

function concat(task: TaskContext): VectorFunction {
  return (texts, rows) => {
    const { kernels, scratch, arena } = task;
    if (texts.some(isNull)) return constVector('str', rows, null);
    const refs = texts.map((text) => refsOf(task, text));
    const bytes = refs.reduce((sum, column) => sum + kernels.refs_bytes(column, rows), 0);
    const columns = scratch.alloc(refs.length * 4);
    arena.u32.set(refs, columns / 4);
    const out = scratch.alloc(rows * 8);
    kernels.concat_refs(columns, refs.length, rows, task.strings.alloc(bytes + SLACK_BYTES), out);
    const valid = texts.reduce((known, text) => bothValid(task, known, validOf(task, text), rows), 0);
    return refVector(rows, out, valid);
  };
}

/** @param isUnicode texts with other letters than those of ASCII go row by row */
function inCase(upper: number, isUnicode: boolean, call: CallExpr, task: TaskContext): VectorFunction {
  const byRow = rowFunction(implementation(call.fn), call, task);
  return (args, rows) => {
    const { kernels, scratch } = task;
    const [text] = args;
    if (text.kind === 'const') return byRow(args, rows);
    const refs = refsOf(task, text);
    const out = scratch.alloc(rows * 8);
    const to = task.strings.alloc(kernels.refs_bytes(refs, rows) + SLACK_BYTES);
    const isAscii = kernels.case_refs(refs, rows, upper, to, out) === 1;
    return isAscii || !isUnicode ? refVector(rows, out, validOf(task, text)) : byRow(args, rows);
  };
}

function reversed(task: TaskContext): VectorFunction {
  return ([text], rows) => {
    const { kernels, scratch } = task;
    if (isNull(text)) return constVector('str', rows, null);
    const refs = refsOf(task, text);
    const out = scratch.alloc(rows * 8);
    const to = task.strings.alloc(kernels.refs_bytes(refs, rows) + SLACK_BYTES);
    kernels.reverse_refs(refs, rows, to, out);
    return refVector(rows, out, validOf(task, text));
  };
}

/** Digits of a 64-bit integer and its sign. */
const DIGITS = 20;

function digits(unsigned: number, task: TaskContext): VectorFunction {
  return ([number], rows) => {
    if (isNull(number)) return constVector('str', rows, null);
    const out = task.scratch.alloc(rows * 8);
    const to = task.strings.alloc(rows * DIGITS + SLACK_BYTES);
    task.kernels.digits_refs(i64Of(task, number), rows, unsigned, to, out);
    return refVector(rows, out, validOf(task, number));
  };
}

function textLiteral(expr: Expr): Uint8Array | undefined {
  return expr.kind === 'literal' && typeof expr.value === 'string' ? bytesOfText(expr.value) : undefined;
}
