/**
 * Aggregates of ClickHouse under names that stand in no table: a name, and behind it one combinator or more, the last of which is the
 * outermost. `countIfForEach` counts, for each place of arrays, the elements whose condition holds.
 */

import { BasaltError } from '../../base/error.ts';
import { type LogicalType, type StateType, stateOf } from '../../type/type.ts';
import type { FunctionRow, Resolve, ResolveContext } from '../row.ts';
import { aggregate, parametric, scalar } from '../signature.ts';
import { filtered } from './aggregate.ts';
import { overArrays } from './array-combinator.ts';
import { distinct, orDefault, orNull, over } from './combinator.ts';
import { best, byKeys, forEach, resample } from './nest.ts';
import { finalized, giving, STATEFUL, stateType as stateTypeOf, taking } from './state.ts';

const named: ReadonlyMap<string, Resolve> = new Map(STATEFUL);

type Combinator = readonly [suffix: string, make: (inner: Resolve, name: string) => Resolve];

/** One whose name ends with another's stands before it. */
const COMBINATORS: readonly Combinator[] = [
  ['If', filtered],
  ['ForEach', forEach],
  ['Map', (inner) => byKeys(inner, 'maps')],
  ['Resample', resample],
  ['ArgMin', best('least')],
  ['ArgMax', best('greatest')],
  ['Array', (inner, name) => overArrays(name, inner)],
  ['OrNull', (inner) => over(inner, orNull)],
  ['OrDefault', (inner) => over(inner, orDefault)],
  ['Distinct', (inner) => over(inner, distinct)],
  ['MergeState', (inner, name) => taking(name, inner, 'mergestate')],
  ['State', (inner, name) => giving(name, inner)],
  ['Merge', (inner, name) => taking(name, inner, 'merge')],
];

/** More than anybody writes, and few enough to follow. */
const MOST_COMBINATORS = 8;

/** Each says what no rows are. */
const OR = /Or(Null|Default)$/;

function resolveOf(name: string, left = MOST_COMBINATORS): Resolve | undefined {
  const found = named.get(name);
  if (found !== undefined || left === 0) return found;
  for (const [suffix, make] of COMBINATORS) {
    if (!name.endsWith(suffix)) continue;
    const of = name.slice(0, -suffix.length);
    if (suffix !== 'State' && of.endsWith(suffix))
      throw new BasaltError(
        'ILLEGAL_AGGREGATION',
        `Nested identical combinator '${suffix}' is not supported`,
      );
    if (OR.test(suffix) && OR.test(of))
      throw new BasaltError(
        'NOT_IMPLEMENTED',
        `The combinator ${suffix} does not stand behind another of its kind`,
        {
          hint: 'Leave one of -OrNull and -OrDefault away',
        },
      );
    const inner = resolveOf(of, left - 1);
    if (inner !== undefined) return make(inner, of);
  }
  return undefined;
}

/** The row of such a name. */
export function combination(name: string): FunctionRow | undefined {
  const resolve = named.has(name) ? undefined : resolveOf(name);
  return (
    resolve &&
    parametric(
      aggregate({ clickhouse: [name] }, resolve, `${name}(...)`, 'An aggregate with combinators.', '', ''),
    )
  );
}

/** Names of aggregates that have states, those with several combinators left out. */
export const STATE_NAMES: readonly string[] = [...named.keys()];

export const hasStateNamed = (name: string): boolean => resolveOf(name) !== undefined;

/** The type of states of an aggregate; undefined where it does not take values of these types, or has no states of them. */
export function stateType(
  name: string,
  args: readonly LogicalType[],
  parameters: StateType['parameters'],
  context: ResolveContext,
): LogicalType | undefined {
  const resolve = resolveOf(name);
  return resolve && stateTypeOf(name, resolve, args, parameters, context);
}

export const FINALIZED: readonly FunctionRow[] = [
  scalar(
    { clickhouse: ['finalizeAggregation'] },
    (args, context) =>
      args.length === 1 && args[0].type.id === 'state'
        ? {
            casts: [args[0].type],
            build: ([state]) => finalized(state, resolveOf(stateOf(state.type).name), context),
          }
        : undefined,
    'finalizeAggregation(state)',
    'What the aggregate of a state gives.',
    "SELECT finalizeAggregation(CAST('BAAAAAAAAAA=' AS AggregateFunction(count)))",
    '4',
  ),
];
