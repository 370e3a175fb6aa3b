/**
 * Joins that take one partner a row: ASOF, and ClickHouse's ANY. Its SEMI and ANTI joins are of these, too, as they show the columns of
 * the partner, or of none.
 */

import { allOf } from '../../engine/function/call.ts';
import { column, columnsOf, type Expr, literal } from '../../engine/plan/expr.ts';
import type { Field, JoinPick, JoinPlan, Plan } from '../../engine/plan/node.ts';
import { behind } from '../../engine/plan/unnest/outer.ts';
import { laneOf, nullable } from '../../engine/type/type.ts';
import { zeroOf } from '../../engine/type/zero.ts';
import type { Span } from '../ast/expression.ts';
import type { Join } from '../ast/query.ts';
import { aggregate, filter } from './plan.ts';
import type { Session } from './session.ts';

/** What a condition says about the two sides, each over its own columns; `rest` over both. */
export type Sides = {
  readonly leftKeys: readonly Expr[];
  readonly rightKeys: readonly Expr[];
  readonly leftOnly: readonly Expr[];
  readonly rightOnly: readonly Expr[];
  readonly rest: readonly Expr[];
  readonly nullSafe: boolean;
};

type Op = 'ge' | 'gt' | 'le' | 'lt';
const EXCHANGED: Readonly<Record<Op, Op>> = { ge: 'le', gt: 'lt', le: 'ge', lt: 'gt' };

/**
 * The one inequality of an ASOF join.
 *
 * @param rest what the join's condition says of both sides, over `width` left columns, then right ones
 */
export function nearestOf(rest: readonly Expr[], width: number, where: Span, session: Session): JoinPick {
  const [inequality] = rest;
  const op = inequality?.kind === 'call' ? /^(ge|gt|le|lt)_/.exec(inequality.fn)?.[1] : undefined;
  const args = inequality?.kind === 'call' ? inequality.args : [];
  const sides = args.map((e) => isRight(e, width));
  if (rest.length !== 1 || op === undefined || sides.includes(null) || sides[0] === sides[1]) {
    throw session.error(
      'BAD_ARGUMENTS',
      where,
      'An ASOF JOIN needs one inequality between its sides, and equalities besides',
      'Write ON a.key = b.key AND a.time >= b.time; other conditions on both sides go to WHERE',
    );
  }
  const exchanged = sides[0] === true;
  const [left, right] = exchanged ? [args[1], args[0]] : args;
  if (laneOf(left.type) === 'str')
    throw session.refuse(where, 'An ASOF JOIN by a text', 'Compare numbers, dates or times');
  const asked = exchanged ? EXCHANGED[op as Op] : (op as Op);
  return { kind: 'nearest', left, right: behind(right, -width, false), op: asked };
}

/** Whether it reads right columns alone; null where it reads none or those of both sides. */
function isRight(expr: Expr, width: number): boolean | null {
  const sides = new Set(columnsOf(expr).map((c) => c >= width));
  return sides.size === 1 ? [...sides][0] : null;
}

/** ANY, SEMI and ANTI joins of ClickHouse: the left columns, then the right ones, which of an ANTI join are missing. */
export function anyJoin(
  { join, keepRight }: Join,
  left: Plan,
  right: Plan,
  sides: Sides,
  defaultIfUnmatched: boolean,
): Plan {
  const exchanged = join === 'right' || keepRight;
  const keepsAll = join === 'left' || join === 'right' || join === 'anti';
  const [kept, others] = exchanged ? [right, left] : [left, right];
  const [keptKeys, otherKeys] = exchanged
    ? [sides.rightKeys, sides.leftKeys]
    : [sides.leftKeys, sides.rightKeys];
  const [ofKept, ofOthers] = exchanged
    ? [sides.rightOnly, sides.leftOnly]
    : [sides.leftOnly, sides.rightOnly];
  const fields = others.schema.map((f) =>
    keepsAll && !defaultIfUnmatched ? { ...f, type: nullable(f.type) } : f,
  );
  const kind = join === 'anti' ? 'anti' : keepsAll ? 'left' : 'inner';
  const filtered = keepsAll ? kept : filter(kept, allOf(ofKept));
  const joined: JoinPlan = {
    kind: 'join',
    join: kind,
    left: join === 'inner' ? oneOfEachKey(filtered, keptKeys) : filtered,
    right: filter(others, allOf(ofOthers)),
    leftKeys: keptKeys,
    rightKeys: otherKeys,
    residual: keepsAll && ofKept.length > 0 ? allOf(ofKept) : null,
    nullSafe: sides.nullSafe,
    defaultIfUnmatched,
    ...(kind === 'anti' ? {} : { pick: { kind: 'any' } }),
    schema: kind === 'anti' ? kept.schema : [...kept.schema, ...fields],
  };
  const width = kept.schema.length;
  const own = kept.schema.map((f, i) => column(i, f.type));
  const partner = fields.map((f, i) => (kind === 'anti' ? missing(f) : column(width + i, f.type)));
  if (!exchanged && kind !== 'anti') return joined;
  return {
    kind: 'project',
    input: joined,
    exprs: exchanged ? [...partner, ...own] : [...own, ...partner],
    schema: exchanged ? [...fields, ...kept.schema] : [...kept.schema, ...fields],
  };
}

const missing = ({ type }: Field): Expr => literal(type.nullable ? null : zeroOf(type), type);

/** One row of each key. */
function oneOfEachKey(plan: Plan, keys: readonly Expr[]): Plan {
  const names = keys.map((_, i) => `key${i}`);
  const all = aggregate(plan, keys, [], names);
  const own = all.schema.map((f, i) => column(i, f.type));
  const picked: JoinPlan = {
    kind: 'join',
    join: 'inner',
    left: all,
    right: plan,
    leftKeys: own,
    rightKeys: keys,
    residual: null,
    nullSafe: true,
    defaultIfUnmatched: false,
    pick: { kind: 'any' },
    schema: [...all.schema, ...plan.schema],
  };
  const exprs = plan.schema.map((f, i) => column(keys.length + i, f.type));
  return { kind: 'project', input: picked, exprs, schema: plan.schema };
}
