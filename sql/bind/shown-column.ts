/** Columns of tables as a dialect has them: of types that it does not know they are values of another one. */

import { apply } from '../../engine/function/call.ts';
import { cast, retype, WIDEN } from '../../engine/function/cast.ts';
import type { Expr } from '../../engine/plan/expr.ts';
import { MULTI_ARRAY } from '../../engine/type/multi.ts';
import { DURATION, INT64, nullable, STRING, TIME, time } from '../../engine/type/type.ts';
import type { Session } from './session.ts';

export function shownColumn(expr: Expr, { dialect }: Session): Expr {
  const as = (type: typeof INT64): Expr => retype(expr, expr.type.nullable ? nullable(type) : type);
  switch (expr.type.id) {
    case 'multi':
      return dialect === 'druid' ? expr : multiAsArray(expr, dialect);
    case 'variant':
      return dialect === 'clickhouse' ? expr : cast(expr, STRING, WIDEN);
    case 'duration':
      return dialect === 'standard' ? expr : cast(expr, STRING, WIDEN);
    case 'span':
      if (dialect === 'standard') return cast(expr, DURATION, WIDEN);
      return dialect === 'druid' ? as(INT64) : expr;
    case 'time':
      if (dialect === 'druid') return cast(expr, STRING, WIDEN);
      if (dialect === 'standard') return cast(expr, TIME, WIDEN);
      return expr.type.precision === undefined ? as(time(6)) : expr;
    default:
      return expr;
  }
}

function multiAsArray(expr: Expr, dialect: 'standard' | 'clickhouse'): Expr {
  const list = apply('multi_to_array', [expr], MULTI_ARRAY);
  if (dialect === 'standard') return list;
  const none = { kind: 'literal', value: '\0', type: MULTI_ARRAY } as const;
  return apply('coalesce_str', [list, none], MULTI_ARRAY);
}
