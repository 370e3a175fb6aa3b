/**
 * ClickHouse's functions of Variants: one that takes no variant is applied to the values of each type by itself, as a choice between as many
 * calls. It has to take all of the types; what it gives is NULL where the variant is.
 *
 * Of a Dynamic nobody knows the types when a statement is bound: it is cast first.
 */

import { apply, int, nullOf, retype, text } from '../../engine/function/call.ts';
import { cast, WIDEN } from '../../engine/function/cast.ts';
import { elementOfType } from '../../engine/function/catalog/variant.ts';
import { choiceOf } from '../../engine/function/choice-type.ts';
import type { FunctionRow } from '../../engine/function/row.ts';
import type { Expr } from '../../engine/plan/expr.ts';
import { clickhouseTypeName } from '../../engine/type/dialect-name.ts';
import { BOOL, type LogicalType, nullable, type } from '../../engine/type/type.ts';
import { argumentOf } from './call.ts';
import type { Session } from './session.ts';

const isVariant = ({ type }: Expr): boolean => type.id === 'variant' && type.types !== undefined;

/** undefined: the function takes its arguments as they are, or none is a Variant. @param call the function */
export function callByType(
  args: readonly Expr[],
  row: FunctionRow,
  { resolveContext, dialect }: Session,
  call: (args: readonly Expr[]) => Expr,
): Expr | undefined {
  const at = args.findIndex(isVariant);
  if (at < 0 || row.kind !== 'scalar') return undefined;
  if (row.resolve(args.map(argumentOf), resolveContext) !== undefined) return undefined;
  const { types = [] } = args[at].type;
  const calls = types.map((of) => call(args.with(at, elementOfType(args[at], of))));
  const common = choiceOf(
    calls.map((made) => made.type),
    dialect,
  );
  return common === undefined ? undefined : byType(args[at], types, calls, nullable(common));
}

function byType(
  value: Expr,
  types: readonly LogicalType[],
  calls: readonly Expr[],
  result: LogicalType,
): Expr {
  const names = text(JSON.stringify(types.map(clickhouseTypeName)));
  const place = apply('variant_place', [value, names], type('int8'));
  const branches = calls.map((made, i) => ({
    when: apply('eq_i64', [place, int(i)], BOOL),
    value: retype(cast(made, result, WIDEN), result),
  }));
  return { kind: 'case', branches, otherwise: nullOf(result), type: result };
}
