/**
 * Functions of aggregate states one at a time, whose bytes they are given packed (type/packed.ts): what a state says, and what
 * several say together. What is asked of sketches alone is in sketch.ts.
 */

import { typeOfText } from '../../type/literal.ts';
import { packBytes, unpackBytes } from '../../type/packed.ts';
import { type Lane, stateOf } from '../../type/type.ts';
import { emptyResult } from '../aggregate/aggregate.ts';
import { mergeStates, stateValue } from '../aggregate/state.ts';
import { implement } from '../implementation.ts';
import type { Implementation, Scalar } from '../row.ts';

const LANES: readonly Lane[] = ['i64', 'f64', 'bool', 'str'];
const TYPED = { integers: 'bigint', takesTypes: true } as const;

function finalize(state: string, typeText: string): Scalar {
  const of = stateOf(typeOfText(typeText));
  return stateValue(of, unpackBytes(state)) ?? emptyResult(of.fn, of.result, of.params);
}

export const STATE: readonly Implementation[] = [
  ...LANES.map((lane) => implement(`finalize_${lane}`, ['str', 'str'], lane, finalize, TYPED)),
  implement(
    'merge_states',
    ['str', 'str', 'str'],
    'str',
    (a: string, b: string, typeText: string) =>
      packBytes(mergeStates(stateOf(typeOfText(typeText)), unpackBytes(a), unpackBytes(b))),
    TYPED,
  ),
];
