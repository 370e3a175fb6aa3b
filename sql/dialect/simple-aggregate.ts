/**
 * `SimpleAggregateFunction(f, T)`: the type of values of T that merges of aggregating tables combine by f.
 */

import { sumsWide, wideSumType } from '../../engine/function/catalog/wide-sum.ts';
import { nearest } from '../../engine/function/nearest.ts';
import { canCombine, SIMPLE_RULES } from '../../engine/plan/row-policy.ts';
import { clickhouseTypeName } from '../../engine/type/dialect-name.ts';
import {
  FLOAT64,
  INT64,
  isFloat,
  isSigned,
  type LogicalType,
  sameValues,
  simpleOf,
  UINT64,
} from '../../engine/type/type.ts';
import type { Make } from './composed-type.ts';

export const simpleAggregate: Make = (name, inner, fail) => {
  const [fnArg, typeArg, ...more] = name.args;
  if (fnArg?.kind !== 'type' || typeArg?.kind !== 'type' || more.length > 0)
    throw fail(
      name,
      'BAD_ARGUMENTS',
      'SimpleAggregateFunction takes a function and one type',
      'Write SimpleAggregateFunction(sum, UInt64)',
    );
  const fn = fnArg.type.name;
  if (!Object.hasOwn(SIMPLE_RULES, fn)) {
    const known = Object.keys(SIMPLE_RULES);
    const near = nearest(fn, known);
    throw fail(
      fnArg.type,
      'BAD_ARGUMENTS',
      `Unsupported aggregate function ${fn}`,
      near === undefined ? `Use one of ${known.join(', ')}` : `Did you mean ${near}?`,
    );
  }
  const type = inner(typeArg.type);
  if (!canCombine(SIMPLE_RULES[fn], type))
    throw fail(typeArg.type, 'BAD_ARGUMENTS', `Values of ${clickhouseTypeName(type)} have no ${fn}`);
  const returned = sumOf(type);
  if (fn === 'sum' && !sameValues(type, returned))
    throw fail(
      typeArg.type,
      'BAD_ARGUMENTS',
      `The aggregate function sum returns ${clickhouseTypeName(returned)}, the column stores ${clickhouseTypeName(type)}`,
      `Write SimpleAggregateFunction(sum, ${clickhouseTypeName({ ...returned, nullable: type.nullable })}), or sumWithOverflow`,
    );
  return simpleOf(fn, type);
};

function sumOf(type: LogicalType): LogicalType {
  if (sumsWide(type)) return wideSumType(type);
  return isFloat(type) ? FLOAT64 : isSigned(type) ? INT64 : UINT64;
}
