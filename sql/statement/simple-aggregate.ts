/**
 * `SimpleAggregateFunction(f, T)` as the type of a column: its values are of type T, and merges of aggregating tables
 * combine them by f.
 */

import { sumsWide, wideSumType } from '../../engine/function/catalog/wide-sum.ts';
import { type CombineRule, canCombine } from '../../engine/plan/row-policy.ts';
import { dialectTypeName } from '../../engine/type/dialect-name.ts';
import {
  FLOAT64,
  INT64,
  isFloat,
  isSigned,
  type LogicalType,
  sameValues,
  UINT64,
} from '../../engine/type/type.ts';
import type { TypeName } from '../ast/expression.ts';
import type { Session } from '../bind/session.ts';

/** A column's function as written, and the rule it is. */
export type Combine = { readonly fn: string; readonly rule: CombineRule };

const FUNCTIONS: Readonly<Record<string, CombineRule>> = {
  any: 'any',
  anyLast: 'anyLast',
  min: 'min',
  max: 'max',
  sum: 'sum',
  sumWithOverflow: 'sum',
  groupBitAnd: 'and',
  groupBitOr: 'or',
  groupBitXor: 'xor',
};

/** null: another type. */
export function simpleAggregate(
  name: TypeName,
  session: Session,
): { readonly type: LogicalType; readonly combine: Combine } | null {
  if (session.dialect !== 'clickhouse' || name.name !== 'SimpleAggregateFunction') return null;
  const [fnArg, typeArg, ...more] = name.args;
  if (fnArg?.kind !== 'type' || typeArg?.kind !== 'type' || more.length > 0)
    throw session.error(
      'BAD_ARGUMENTS',
      name,
      'SimpleAggregateFunction takes a function and one type',
      'Write SimpleAggregateFunction(sum, UInt64)',
    );
  const fn = fnArg.type.name;
  const known = Object.keys(FUNCTIONS).find((f) => f === fn);
  if (known === undefined)
    throw session.error(
      'BAD_ARGUMENTS',
      fnArg.type,
      `Unsupported aggregate function ${fn}`,
      session.didYouMean(fn, Object.keys(FUNCTIONS)) ?? `Use one of ${Object.keys(FUNCTIONS).join(', ')}`,
    );
  const rule = FUNCTIONS[known];
  const type = session.typeOf(typeArg.type);
  if (!canCombine(rule, type))
    throw session.error(
      'BAD_ARGUMENTS',
      typeArg.type,
      `Values of ${dialectTypeName(type, 'clickhouse')} have no ${fn}`,
    );
  const returned = sumOf(type);
  if (fn === 'sum' && !sameValues(type, returned))
    throw session.error(
      'BAD_ARGUMENTS',
      typeArg.type,
      `The aggregate function sum returns ${dialectTypeName(returned, 'clickhouse')}, the column stores ${dialectTypeName(type, 'clickhouse')}`,
      `Write SimpleAggregateFunction(sum, ${dialectTypeName({ ...returned, nullable: type.nullable }, 'clickhouse')}), or sumWithOverflow`,
    );
  return { type, combine: { fn, rule } };
}

function sumOf(type: LogicalType): LogicalType {
  if (sumsWide(type)) return wideSumType(type);
  return isFloat(type) ? FLOAT64 : isSigned(type) ? INT64 : UINT64;
}
