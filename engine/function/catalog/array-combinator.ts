/**
 * ClickHouse's -Array: an aggregate of the elements of arrays. Each row's array becomes a state (reduce.ts), and states are merged, so every
 * aggregate that has states has it; -If stands before it for a condition by element, behind it for one by row.
 */

import { elementOf } from '../../type/type.ts';
import type { FunctionRow, Resolve } from '../row.ts';
import { aggregate } from '../signature.ts';
import { filtered } from './aggregate.ts';
import { plainRow } from './plain-table.ts';
import { reduced } from './reduce.ts';
import { giving, PLAIN, parametersOf, STATEFUL, taking } from './state.ts';

export const overArrays =
  (name: string, resolve: Resolve): Resolve =>
  (args, context) => {
    if (args.length === 0 || !args.every(({ type }) => type.id === 'array')) return undefined;
    const state = giving(name, resolve)(
      args.map(({ type }) => ({ type: elementOf(type) })),
      context,
    );
    if (state === undefined || state.build !== undefined) return undefined;
    const merged = taking(name, resolve, 'merge')([{ type: state.type }], context);
    if (merged === undefined || merged.build !== undefined) return undefined;
    return {
      ...merged,
      casts: args.map(({ type }) => type),
      prepare: (lists) => [reduced(state, lists, name)],
    };
  };

/** Aggregates that take arrays themselves, or are there under that name. */
const ITS_OWN =
  /^(singleValue|mannWhitney|analysisOf|anova|groupArrayIntersect|(sum|min|max)Map|sumForEach|sumResample|groupArray$|groupArrayArray|groupArrayIf|topKWeighted)/;

const listsOf = (name: string): string =>
  plainRow(name)?.args.replaceAll(/[^,]+/g, '[$&]') ??
  (name.startsWith('arg') ? '[number], [number]' : '[number]');

const argumentsOf = (name: string): string => [listsOf(name), name.endsWith('If') ? ', [1]' : ''].join('');

function row(name: string, spelling: string, resolve: Resolve, doc: string, filter: string): FunctionRow {
  return {
    ...aggregate(
      { clickhouse: [spelling] },
      resolve,
      `${spelling}(array, ...${filter === '' ? '' : ', condition'})`,
      doc,
      `SELECT toString(${spelling}${parametersOf(name)}(${argumentsOf(name)}${filter})) = toString(${name}${parametersOf(name)}(${argumentsOf(name).replaceAll(/[[\]]/g, '')})) FROM numbers(1)`,
      '1',
    ),
    parametric: true,
  };
}

export const ARRAY_AGGREGATES: readonly FunctionRow[] = [
  ...STATEFUL.filter(([name]) => !ITS_OWN.test(name)).map(([name, resolve]) =>
    row(name, `${name}Array`, overArrays(name, resolve), `${name} of the elements of arrays.`, ''),
  ),
  ...PLAIN.filter(([name]) => !ITS_OWN.test(name)).map(([name, resolve]) =>
    row(
      name,
      `${name}ArrayIf`,
      filtered(overArrays(name, resolve)),
      `${name} of the elements of arrays, over rows where the condition holds.`,
      ', 1',
    ),
  ),
];
