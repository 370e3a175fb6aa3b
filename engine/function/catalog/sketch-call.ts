/** What functions of sketches have in common: sizes that are literals, states of one kind, types of states. */

import { BasaltError } from '../../base/error.ts';
import type { StateKindId } from '../../sketch/kind.ts';
import { FLOAT64, isNumeric, type LogicalType, type StateType, stateOf } from '../../type/type.ts';
import { BLOCK_AGGREGATES } from '../aggregate/block-aggregate.ts';
import type { Argument, Literal, Resolve, ResolveContext } from '../row.ts';
import { NUMBER } from '../signature.ts';

export const literalFloat = (value: number): Literal => ({ value, type: FLOAT64 });

/** What is said where nothing is, the least and the most. */
export type SizeRange = readonly [byDefault: number, least: number, most: number];

/** An integer literal within bounds. @param what the error calls it */
export function sizeOf(
  arg: Argument | undefined,
  [byDefault, least, most]: SizeRange,
  what = 'The size of the sketch',
): number {
  if (arg === undefined) return byDefault;
  const size = Number(arg.value ?? Number.NaN);
  if (Number.isInteger(size) && size >= least && size <= most) return size;
  throw new BasaltError('BAD_ARGUMENTS', `${what} is a literal from ${least} to ${most}`);
}

/** lgK of as many entries, rounded up as DataSketches does. */
export const lgEntries = (arg: Argument | undefined, range: SizeRange): number =>
  Math.ceil(Math.log2(sizeOf(arg, range)));

export const isState = (type: LogicalType, kind: StateKindId): boolean =>
  type.id === 'state' && BLOCK_AGGREGATES[stateOf(type).fn]?.kind === kind;

export const stateOfType = (state: StateType): LogicalType => ({ id: 'state', nullable: false, state });

/** The type a number is cast to; undefined where it is none. */
export const numberOf = (arg: Argument, context: ResolveContext): LogicalType | undefined =>
  isNumeric(arg.type) || arg.type.id === 'null' ? NUMBER(arg, context) : undefined;

/** A function of one state and so many numbers, for the last of which there may be values where they are not given. */
export const ofState =
  (
    kind: StateKindId,
    fn: string,
    least: number,
    most: number,
    result: LogicalType,
    defaults: readonly Literal[] = [],
  ): Resolve =>
  (args, context) => {
    const [state, ...numbers] = args;
    if (state === undefined || !isState(state.type, kind)) return undefined;
    if (numbers.length < least || numbers.length > most) return undefined;
    const targets = numbers.map((arg) => numberOf(arg, context));
    if (targets.includes(undefined)) return undefined;
    const extra = defaults.slice(Math.max(0, numbers.length - most + defaults.length));
    return { fn, casts: [state.type, ...(targets as LogicalType[])], type: result, extra };
  };

type Aggregated = {
  /** Without the form of states. */
  readonly fn: string;
  readonly params: readonly number[];
  /** Type of what it gives, unless that is a state. */
  readonly result: LogicalType;
  /** As ClickHouse's dialect calls it. */
  readonly name: string;
  readonly of: readonly LogicalType[];
};

/** How an aggregate is called: with values or states of them, for a state or for what it says. */
export function calledOf(
  { fn, params, result, name, of }: Aggregated,
  given: LogicalType,
  gives: 'value' | 'state',
): { readonly fn: string; readonly params: readonly number[]; readonly type: LogicalType } {
  const takes = given.id === 'state';
  if (gives === 'value') return { fn: `${takes ? 'merge_' : ''}${fn}`, params, type: result };
  const args = takes ? stateOf(given).args : of;
  const state: StateType = { name, parameters: [], args, fn, params, result };
  return { fn: `${takes ? 'mergestate_' : 'state_'}${fn}`, params, type: stateOfType(state) };
}
