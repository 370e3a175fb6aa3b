/**
 * Scalar functions that have a vector form: a table from implementation id to kernels.
 *
 * A row here only makes a function faster; its meaning stays in `function/scalar`, and a test runs both forms
 * against each other. Comparisons with a constant run on the narrow stored values, unwidened.
 */

import { BasaltError } from '../../base/error.ts';
import { JSON_READ } from '../../function/scalar/json.ts';
import { ONCE } from '../../plan/draw.ts';
import type { CallExpr, Expr } from '../../plan/expr.ts';
import type { Lane } from '../../type/type.ts';
import { boolVector, constVector, floatVector, intVector, type Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { boolOf, bothValid, denseVector, f64Of, i64Of, refsOf, validOf } from '../lane.ts';
import { compareIntegers, OPS, type Op, SIGNED, UNSIGNED } from './compare-integers.ts';
import type { VectorFunction, VectorFunctionFactory } from './evaluator.ts';
import { exactArithmetic } from './exact-arithmetic.ts';
import { extractTicks } from './extract-ticks.ts';
import { jsonRead } from './json-read.ts';
import { KEYED_FUNCTIONS } from './keyed.ts';
import { likeFunction } from './like.ts';
import { packNumbers } from './pack-numbers.ts';
import { RANDOM_TEXTS } from './random-text.ts';
import { regexExtract, regexMatch, regexReplaceAll, regexReplaceOne } from './regex.ts';
import { SLICES } from './slice-text.ts';
import { TEXT_FUNCTIONS } from './text-function.ts';
import { TEXT_HASHES } from './text-hash.ts';
import { truncTicks } from './trunc-ticks.ts';
import { widenExact } from './widen-exact.ts';

export function vectorFunction(call: CallExpr, task: TaskContext): VectorFunction | undefined {
  return FACTORIES.get(call.fn)?.(call, task);
}

const FACTORIES = new Map<string, VectorFunctionFactory>([
  ...OPS.flatMap((op): [string, VectorFunctionFactory][] => [
    [`${op}_i64`, (_, task) => (args, rows) => compareIntegers(op, SIGNED, args[0], args[1], rows, task)],
    [`${op}_u64`, (_, task) => (args, rows) => compareIntegers(op, UNSIGNED, args[0], args[1], rows, task)],
    [`${op}_f64`, (_, task) => compareWith(op, task, 'f64')],
    [`${op}_str`, (_, task) => compareWith(op, task, 'str')],
    [`${op}_bool`, (_, task) => compareWith(op, task, 'bool')],
  ]),
  ...(['add', 'sub', 'mul'] as const).flatMap((name, op): [string, VectorFunctionFactory][] => [
    [`${name}_checked_i64`, (_, task) => integerArithmetic(op, true, name, task)],
    [`${name}_wrap_i64`, (_, task) => integerArithmetic(op, false, name, task)],
    [`${name}_f64`, (_, task) => floatArithmetic(op, task)],
  ]),
  ...(['div', 'mod'] as const).flatMap((name, remainder) =>
    ['checked', 'null'].map((kind): [string, VectorFunctionFactory] => [
      `${name}_${kind}_i64`,
      (call, task) => divideBy(call, remainder, task),
    ]),
  ),
  ['div_f64', (_, task) => floatArithmetic(3, task)],
  ['and', (_, task) => (args, rows) => logic('logic_and', 'mask_and', args, rows, task)],
  ['or', (_, task) => (args, rows) => logic('logic_or', 'mask_or', args, rows, task)],
  ['not', (_, task) => (args, rows) => not(args[0], rows, task)],
  ['is_null', (_, task) => (args, rows) => nullTest(args[0], rows, true, task)],
  ['is_not_null', (_, task) => (args, rows) => nullTest(args[0], rows, false, task)],
  ['i64_to_f64', (_, task) => (args, rows) => integerToFloat(args[0], rows, task)],
  ['bits_of_place', bitsOfPlace],
  ['floor_ticks', floorTicks],
  ['trunc_ticks', truncTicks],
  ['extract_ticks', extractTicks],
  ['decimal_to_decimal_i64_str_checked', widenExact],
  ...(['add', 'sub', 'mul'] as const).flatMap((name, op) =>
    ['i64_str', 'str_i64', 'str_str', 'i64_i64'].map((lanes): [string, VectorFunctionFactory] => [
      `exact_${name}_${lanes}_str`,
      exactArithmetic(op),
    ]),
  ),
  ['pack_element_i64', packNumbers(true)],
  ['pack_element_f64', packNumbers(true)],
  ['pack_field_i64', packNumbers(false)],
  ['pack_field_f64', packNumbers(false)],
  ['like', likeFunction],
  ['regex_match', regexMatch],
  ['regex_extract_null', regexExtract(true)],
  ['regex_extract_empty', regexExtract(false)],
  ['regex_replace_one', regexReplaceOne],
  ['regex_replace_all', regexReplaceAll],
  ...[...JSON_READ.keys()].map((fn): [string, VectorFunctionFactory] => [fn, jsonRead]),
  ...KEYED_FUNCTIONS,
  ...RANDOM_TEXTS,
  ...SLICES,
  ...TEXT_FUNCTIONS,
  ...TEXT_HASHES,
  ['length_chars', (_, task) => lengths('char_lengths', task)],
  ['length_bytes', (_, task) => lengths('byte_lengths', task)],
]);

/** A constant NULL argument makes the whole result NULL; answers it, or undefined. */
const nullResult = (args: readonly Vector[], rows: number, lane: Lane): Vector | undefined =>
  args.some((a) => a.kind === 'const' && a.value === null) ? constVector(lane, rows, null) : undefined;

function compareWith(op: Op, task: TaskContext, lane: 'f64' | 'str' | 'bool'): VectorFunction {
  const { kernels } = task;
  const dense = { f64: f64Of, str: refsOf, bool: boolOf }[lane];
  const kernel = {
    f64: kernels.cmp_f64_vv,
    str: kernels.cmp_refs_vv,
    bool: kernels.cmp_u8_vv,
  }[lane];
  return (args, rows) => {
    const none = nullResult(args, rows, 'bool');
    if (none !== undefined) return none;
    const out = task.scratch.alloc(rows);
    kernel(OPS.indexOf(op), dense(task, args[0]), dense(task, args[1]), rows, out);
    return boolVector(rows, out, bothValid(task, validOf(task, args[0]), validOf(task, args[1]), rows));
  };
}

function integerArithmetic(op: number, checked: boolean, name: string, task: TaskContext): VectorFunction {
  return (args, rows) => {
    const none = nullResult(args, rows, 'i64');
    if (none !== undefined) return none;
    const [a, b] = args;
    const valid = bothValid(task, validOf(task, a), validOf(task, b), rows);
    const out = task.scratch.alloc(rows * 8);
    const overflow = task.kernels.arith_i64_vv(op, i64Of(task, a), i64Of(task, b), valid, rows, out);
    if (checked && overflow !== 0) {
      throw new BasaltError('DECIMAL_OVERFLOW', `Integer overflow in ${name}`, {
        hint: 'Cast to DOUBLE first',
      });
    }
    return intVector(rows, out, 8, 0n, valid);
  };
}

function floatArithmetic(op: number, task: TaskContext): VectorFunction {
  return (args, rows) => {
    const none = nullResult(args, rows, 'f64');
    if (none !== undefined) return none;
    const [a, b] = args;
    const out = task.scratch.alloc(rows * 8);
    task.kernels.arith_f64_vv(op, f64Of(task, a), f64Of(task, b), rows, out);
    return floatVector(rows, out, 8, bothValid(task, validOf(task, a), validOf(task, b), rows));
  };
}

function logic(
  full: 'logic_and' | 'logic_or',
  simple: 'mask_and' | 'mask_or',
  args: readonly Vector[],
  rows: number,
  task: TaskContext,
): Vector {
  const { kernels, scratch } = task;
  let data = boolOf(task, args[0]);
  let valid = validOf(task, args[0]);
  for (const arg of args.slice(1)) {
    const other = boolOf(task, arg);
    const otherValid = validOf(task, arg);
    const out = scratch.alloc(rows);
    if (valid === 0 && otherValid === 0) {
      kernels[simple](data, other, rows, out);
    } else {
      const outValid = scratch.alloc(rows);
      kernels[full](data, valid, other, otherValid, rows, out, outValid);
      valid = outValid;
    }
    data = out;
  }
  return boolVector(rows, data, valid);
}

function not(v: Vector, rows: number, task: TaskContext): Vector {
  if (v.kind === 'const') return constVector('bool', rows, v.value === null ? null : v.value !== true);
  const out = task.scratch.alloc(rows);
  task.kernels.mask_not(v.data, rows, out);
  return boolVector(rows, out, v.valid);
}

function nullTest(v: Vector, rows: number, wantNull: boolean, task: TaskContext): Vector {
  if (v.kind === 'const') return constVector('bool', rows, (v.value === null) === wantNull);
  const valid = validOf(task, v);
  if (valid === 0) return constVector('bool', rows, !wantNull);
  if (!wantNull) return boolVector(rows, valid, 0);
  const out = task.scratch.alloc(rows);
  task.kernels.mask_not(valid, rows, out);
  return boolVector(rows, out, 0);
}

const lengths =
  (kernel: 'char_lengths' | 'byte_lengths', task: TaskContext): VectorFunction =>
  ([text], rows) => {
    if (text.kind === 'const' && text.value === null) return constVector('i64', rows, null);
    const out = task.scratch.alloc(rows * 8);
    task.kernels[kernel](refsOf(task, text), rows, out);
    return intVector(rows, out, 8, 0n, validOf(task, text));
  };

/** By a literal that divides every integer. */
function divideBy(call: CallExpr, remainder: number, task: TaskContext): VectorFunction | undefined {
  const by = bigintLiteral(call.args[1]);
  if (by === undefined || by === 0n || by === -1n) return undefined;
  return (args, rows) => {
    const none = nullResult(args, rows, 'i64');
    if (none !== undefined) return none;
    const out = task.scratch.alloc(rows * 8);
    task.kernels.divide_i64_vc(i64Of(task, args[0]), rows, by, remainder, out);
    return intVector(rows, out, 8, 0n, validOf(task, args[0]));
  };
}

function integerToFloat(v: Vector, rows: number, task: TaskContext): Vector {
  if (v.kind === 'const') return constVector('f64', rows, v.value === null ? null : Number(v.value));
  const out = task.scratch.alloc(rows * 8);
  task.kernels.widen_i64_f64(i64Of(task, v), rows, out);
  return floatVector(rows, out, 8, validOf(task, v));
}

/** floor_ticks(ticks, width, origin) with a literal width and origin. */
function floorTicks(call: CallExpr, task: TaskContext): VectorFunction | undefined {
  const width = bigintLiteral(call.args[1]);
  const origin = bigintLiteral(call.args[2]);
  if (width === undefined || origin === undefined || width <= 0n) return undefined;
  return (args, rows) => {
    const none = nullResult(args, rows, 'i64');
    if (none !== undefined) return none;
    const out = task.scratch.alloc(rows * 8);
    task.kernels.floor_i64_vc(i64Of(task, args[0]), rows, width, origin, out);
    return denseVector('i64', rows, out, validOf(task, args[0]));
  };
}

/** bits_of_place(place, granule, stream, bits) of one stream. */
function bitsOfPlace(call: CallExpr, task: TaskContext): VectorFunction | undefined {
  const [, by, stream, bits] = call.args;
  const granule = Number(bigintLiteral(by) ?? -1n);
  const shift = 64 - Number(bigintLiteral(bits) ?? 0n);
  const isOne = stream.kind === 'literal' || (stream.kind === 'call' && stream.fn === ONCE);
  if (!isOne || granule < 0 || granule > 63 || shift < 0 || shift > 63) return undefined;
  return (args, rows) => {
    const [places, , { value }] = args;
    if (typeof value !== 'bigint' || nullResult(args, rows, 'i64') !== undefined)
      return constVector('i64', rows, null);
    const out = task.scratch.alloc(rows * 8);
    task.kernels.random_bits(i64Of(task, places), rows, granule, value, shift, out);
    return intVector(rows, out, 8, 0n, validOf(task, places));
  };
}

const bigintLiteral = (expr: Expr | undefined): bigint | undefined =>
  expr?.kind === 'literal' && typeof expr.value === 'bigint' ? expr.value : undefined;
