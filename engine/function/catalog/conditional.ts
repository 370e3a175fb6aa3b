/** Choosing between values: if, coalesce, nullif, greatest and their relatives. */

import type { Expr } from '../../plan/expr.ts';
import { BOOL, type LogicalType, laneOf, notNull, nullable, plainType } from '../../type/type.ts';
import { zeroOf } from '../../type/zero.ts';
import { apply, choose, comparable, nullOf } from '../call.ts';
import { cast, laneSuffix, retype, WIDEN } from '../cast.ts';
import { choiceOf, commonOf } from '../choice-type.ts';
import type { Argument, FunctionRow, Resolve } from '../row.ts';
import { ALL, CONDITION, named, scalar } from '../signature.ts';
import { comparisonType } from './compare.ts';

const typesOf = (args: readonly Argument[]): LogicalType[] => args.map((a) => a.type);

const coalesce: Resolve = (args, context) => {
  // ClickHouse looks no further than the first value that is never NULL, for the type as well.
  const first = context.dialect === 'clickhouse' ? args.findIndex((a) => !a.type.nullable) : -1;
  const considered = first === -1 ? args : args.slice(0, first + 1);
  const common = choiceOf(typesOf(considered), context.dialect);
  if (common === undefined || args.length === 0) return undefined;
  if (considered.length < args.length) {
    const shorter = coalesce(considered, context);
    return shorter?.build === undefined
      ? undefined
      : {
          casts: [...shorter.casts, ...typesOf(args.slice(considered.length))],
          build: (values) => shorter.build(values.slice(0, considered.length)),
        };
  }
  const casts = args.map((a) => (a.type.nullable ? nullable(common) : notNull(common)));
  return {
    casts,
    build: (values) => {
      // Nothing behind the first value that is never NULL is ever reached.
      const last = values.findIndex((v) => !v.type.nullable);
      const used = (last === -1 ? values : values.slice(0, last + 1)).filter(
        (v) => v.kind !== 'literal' || v.value !== null,
      );
      if (used.length === 0) return nullOf(common);
      if (used.length === 1) return used[0];
      return apply(`coalesce_${laneOf(common)}`, used, last === -1 ? nullable(common) : notNull(common));
    },
  };
};

const ifThenElse: Resolve = (args, context) => {
  if (args.length < 3 || args.length % 2 === 0) return undefined;
  const values = args.filter((_, i) => i % 2 === 1 || i === args.length - 1);
  const common = choiceOf(typesOf(values), context.dialect);
  if (common === undefined) return undefined;
  const casts: LogicalType[] = [];
  for (let i = 0; i < args.length; i++) {
    const isCondition = i % 2 === 0 && i < args.length - 1;
    const target = isCondition
      ? CONDITION(args[i], context)
      : args[i].type.nullable
        ? nullable(common)
        : notNull(common);
    if (target === undefined) return undefined;
    casts.push(target);
  }
  return {
    casts,
    build: (all) => {
      let result = retype(all[all.length - 1], common);
      for (let i = all.length - 3; i >= 0; i -= 2)
        result = choose(all[i], retype(all[i + 1], common), result, common);
      return result;
    },
  };
};

/** a, or NULL when it equals b. */
const nullIf: Resolve = (args, context) => {
  if (args.length !== 2) return undefined;
  const common = comparisonType(args[0], args[1], context);
  if (common === undefined) return undefined;
  const type = nullable(args[0].type);
  return {
    casts: [args[0].type, args[1].type.nullable ? nullable(common) : notNull(common)],
    // Compared in the common type, answered in its own.
    build: ([a, b]) =>
      choose(
        apply(`eq_${laneSuffix(common)}`, [cast(a, common, WIDEN), b].map(comparable), BOOL),
        nullOf(type),
        retype(a, type),
        type,
      ),
  };
};

const extreme =
  (name: 'greatest' | 'least'): Resolve =>
  (args, context) => {
    const found = commonOf(typesOf(args).map(plainType), context.dialect);
    if (found === undefined || args.length === 0) return undefined;
    // ClickHouse takes the larger of two Bools as a number.
    const common: LogicalType =
      context.dialect === 'clickhouse' && found.id === 'bool'
        ? { id: 'uint8', nullable: found.nullable }
        : found;
    const casts = args.map((a) => (a.type.nullable ? nullable(common) : notNull(common)));
    const fn = `${name}_${laneSuffix(common)}`;
    // NULLs are left out; ClickHouse keeps Nullable in the type even where a value is sure.
    const mayBeNull =
      context.dialect === 'clickhouse'
        ? args.some((a) => a.type.nullable)
        : args.every((a) => a.type.nullable);
    return { fn, casts, type: mayBeNull ? nullable(common) : notNull(common) };
  };

export const CONDITIONALS: readonly FunctionRow[] = [
  scalar(
    {
      standard: ['coalesce', 'ifnull', 'nvl'],
      druid: ['coalesce', 'nvl'],
      clickhouse: ['coalesce', 'ifNull', 'ifnull'],
    },
    coalesce,
    'coalesce(a, b, ...)',
    'The first value that is not NULL.',
    'SELECT coalesce(NULL, 7)',
    '7',
  ),
  scalar(
    { standard: ['if'], clickhouse: ['if', 'multiIf'] },
    ifThenElse,
    'if(condition, value, otherwise)',
    'value where the condition is true, otherwise the last argument; more condition, value pairs may follow.',
    "SELECT if(1 < 2, 'yes', 'no')",
    'yes',
  ),
  scalar(
    { standard: ['nullif'], druid: ['nullif'], clickhouse: ['nullIf', 'nullif'] },
    nullIf,
    'nullif(a, b)',
    'NULL when a equals b, a otherwise.',
    'SELECT nullif(1, 1)',
    'null',
  ),
  scalar(
    named(ALL, 'greatest'),
    extreme('greatest'),
    'greatest(a, b, ...)',
    'The largest value.',
    'SELECT greatest(3, 9, 4)',
    '9',
  ),
  scalar(
    named(ALL, 'least'),
    extreme('least'),
    'least(a, b, ...)',
    'The smallest value.',
    'SELECT least(3, 9, 4)',
    '3',
  ),
  scalar(
    { clickhouse: ['assumeNotNull'] },
    (args) => (args.length === 1 ? { casts: [args[0].type], build: ([a]) => withDefault(a) } : undefined),
    'assumeNotNull(a)',
    'The value under a type that is not Nullable; NULL becomes the default of its type.',
    "SELECT assumeNotNull(toNullable('x'))",
    'x',
  ),
  scalar(
    { clickhouse: ['toNullable'] },
    (args) =>
      args.length === 1 ? { casts: [args[0].type], build: ([a]) => retype(a, nullable(a.type)) } : undefined,
    'toNullable(a)',
    'The value under a Nullable type.',
    'SELECT toNullable(1)',
    '1',
  ),
];

/** NULL replaced by the default of the type: 0, empty text, the epoch. */
export function withDefault(expr: Expr): Expr {
  if (!expr.type.nullable) return expr;
  const type = notNull(expr.type);
  return apply(`coalesce_${laneOf(type)}`, [expr, { kind: 'literal', value: zeroOf(type), type }], type);
}
