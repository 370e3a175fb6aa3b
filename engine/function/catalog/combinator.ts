/**
 * Combinators of ClickHouse that change what an aggregate does with its rows or with none: -OrNull, -OrDefault, -Distinct, and -SimpleState,
 * which is the value itself. (-If: aggregate.ts; -State and -Merge: state.ts.)
 */

import { type Expr, literal } from '../../plan/expr.ts';
import { BOOL, type LogicalType, laneOf, notNull, nullable, simpleOf } from '../../type/type.ts';
import { zeroOf } from '../../type/zero.ts';
import { emptyResult } from '../aggregate/aggregate.ts';
import { apply, choose, int, nullOf, retype } from '../call.ts';
import type { Application, FunctionRow, Resolve } from '../row.ts';
import { aggregate, parametric } from '../signature.ts';
import { filtered } from './aggregate.ts';
import { exampleOf, PLAIN } from './state.ts';

type Found = Application & { readonly casts: readonly LogicalType[] };

/** What is made of an aggregate. */
export const over =
  (resolve: Resolve, make: (found: Found) => Found): Resolve =>
  (args, context) => {
    const found = resolve(args, context);
    return found === undefined || found.build !== undefined ? undefined : make(found);
  };

/** Arrays cannot be NULL: they are empty. */
const canBeNull = ({ id }: LogicalType): boolean =>
  id !== 'array' && id !== 'map' && id !== 'tuple' && id !== 'state';

const BIGINT_ZERO = 0n;

/** NULL for no rows. A count that is never NULL is zero exactly then. */
export function orNull(found: Found): Found {
  const { type, fn, finish = same } = found;
  // What becomes of an array can be NULL.
  if ((!canBeNull(type) && finish === same) || type.nullable) return found;
  const isCount = emptyResult(fn, nullable(type)) === BIGINT_ZERO;
  return {
    ...found,
    type: isCount ? type : nullable(type),
    finish: (value) => {
      const isNone = isCount ? apply('eq_i64', [value, int(0)], BOOL) : apply('is_null', [value], BOOL);
      const known = finish(retype(value, type));
      return choose(isNone, nullOf(known.type), known, nullable(known.type));
    },
  };
}

/** The type's zero for no rows, also where that would be no number. */
export function orDefault(found: Found): Found {
  const { type, finish = same } = found;
  if (!canBeNull(type) || type.nullable) return found;
  const zero = literal(zeroOf(type), notNull(type));
  return {
    ...found,
    type: nullable(type),
    finish: (value) => finish(apply(`coalesce_${laneOf(type)}`, [value, zero], notNull(type))),
  };
}

const same = (value: Expr): Expr => value;

export const distinct = (found: Found): Found => ({ ...found, distinct: true });

/** The value, of a type that says by what function it goes on. */
const simple = (found: Found, name: string): Found => ({
  ...found,
  finish: (value) => {
    const finished = (found.finish ?? same)(value);
    return retype(finished, simpleOf(name, finished.type));
  },
});

/** Aggregates whose states are values, so that SimpleAggregateFunction has them. */
const SIMPLE =
  /^((any|anyLast)(_respect_nulls)?|sum(WithOverflow)?|min|max|groupBit(And|Or|Xor)|group(Uniq)?ArrayArray|(sum|min|max)Map)$/;
/** What repeats changes nothing, or has a function of its own. */
const INDISTINCT =
  /^(count|exponentialTimeDecayedCount|uniq|any|min|max|argM|topK|approx_|groupUniq|sum(Map|ForEach|Resample|Arg))/;

const COMBINATORS: readonly (readonly [
  suffix: string,
  make: (found: Found, name: string) => Found,
  takes: (name: string) => boolean,
  doc: string,
])[] = [
  ['OrNull', orNull, () => true, 'NULL where no row counts.'],
  ['OrDefault', orDefault, () => true, 'Zero, or what is empty, where no row counts.'],
  ['Distinct', distinct, (name) => !INDISTINCT.test(name), 'Every value once.'],
  ['SimpleState', simple, (name) => SIMPLE.test(name), 'As a SimpleAggregateFunction column has it.'],
];

export const COMBINED: readonly FunctionRow[] = COMBINATORS.flatMap(([suffix, make, takes, doc]) =>
  PLAIN.filter(([name]) => takes(name)).flatMap(([name, resolve]) => {
    const combined = `${name}${suffix}`;
    const [plain, conditional] = [exampleOf(name, combined), exampleOf(name, `${combined}If`, 'number < 4')];
    return [
      parametric(
        aggregate(
          { clickhouse: [combined] },
          over(resolve, (found) => make(found, name)),
          `${combined}(...)`,
          `${name}. ${doc}`,
          plain.sql,
          plain.result,
        ),
      ),
      parametric(
        aggregate(
          { clickhouse: [`${combined}If`] },
          filtered(over(resolve, (found) => make(found, name))),
          `${combined}If(..., condition)`,
          `${name} of rows where the condition holds. ${doc}`,
          conditional.sql,
          conditional.result,
        ),
      ),
    ];
  }),
);
