/** Short ways to write functions of ClickHouse over integers of any width: Bool counts as UInt8, and the lane's 64 bits are cut to the result's type. */

import type { Expr } from '../../plan/expr.ts';
import {
  bitsOf,
  isSigned,
  type LogicalType,
  NULL_TYPE,
  plainType,
  type TypeId,
  type,
} from '../../type/type.ts';
import { apply, int, nullOf } from '../call.ts';
import { retype } from '../cast.ts';
import type { Resolve } from '../row.ts';
import { integerOf, isCountable } from './operator.ts';

/** Integers as ClickHouse calls them. */
export const INTEGER_NAMES: readonly (readonly [name: string, id: TypeId])[] = [
  ['UInt8', 'uint8'],
  ['UInt16', 'uint16'],
  ['UInt32', 'uint32'],
  ['UInt64', 'uint64'],
  ['Int8', 'int8'],
  ['Int16', 'int16'],
  ['Int32', 'int32'],
  ['Int64', 'int64'],
];

export const WIDE_NAMES: typeof INTEGER_NAMES = [
  ['UInt128', 'uint128'],
  ['UInt256', 'uint256'],
  ['Int128', 'int128'],
  ['Int256', 'int256'],
];

/** `make` sees exactly `count` integers, or at least so many. */
export const overIntegers =
  (count: number, make: (args: readonly Expr[]) => Expr, more = false): Resolve =>
  (args) => {
    if (args.length < count || (args.length > count && !more)) return undefined;
    if (args.some((arg) => arg.type.id === 'null'))
      return { casts: args.map((arg) => arg.type), build: () => nullOf(NULL_TYPE) };
    if (!args.every((arg) => isCountable(arg.type))) return undefined;
    return {
      casts: args.map((arg) =>
        arg.type.id === 'bool' ? type('uint8', arg.type.nullable) : plainType(arg.type),
      ),
      build: make,
    };
  };

/** The type of both: the wider, signed if one of them is. */
export const commonBits = (a: Expr, b: Expr): LogicalType =>
  integerOf(Math.max(bitsOf(a.type), bitsOf(b.type)), isSigned(a.type) || isSigned(b.type));

/** Width and sign of a type, as implementations take them. */
export const shapeOf = (of: LogicalType): Expr[] => [int(bitsOf(of)), int(isSigned(of) ? 1 : 0)];

/** The low bits as a value of the type. */
export const lowBits = (value: Expr, of: LogicalType): Expr =>
  bitsOf(of) === 64
    ? retype(value, { ...of, nullable: value.type.nullable })
    : apply('narrow_wrap_i64', [value, ...shapeOf(of)], of);
