/**
 * Functions of aggregate states one at a time, whose bytes they are given packed (type/packed.ts): what a state says, and what
 * several say together.
 */

import { estimateHll } from '../../sketch/hll.ts';
import { STATE_KINDS, type StateKindId } from '../../sketch/kind.ts';
import { blockOf, LocalMemory } from '../../sketch/memory.ts';
import { QuantileView } from '../../sketch/quantile-view.ts';
import { estimateOf, MAX_THETA } from '../../sketch/theta.ts';
import { parseTheta, type ThetaHashes, thetaBytes, thetaSetOf } from '../../sketch/theta-format.ts';
import { typeOfText } from '../../type/literal.ts';
import { packItem } from '../../type/nested.ts';
import { packBytes, unpackBytes } from '../../type/packed.ts';
import { array, FLOAT64, type Lane, stateOf } from '../../type/type.ts';
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

const memory = new LocalMemory();

/** @param use is given a block; 0 = nothing seen */
function withBlock<T>(kind: StateKindId, state: string, use: (block: number) => T): T {
  try {
    const slot = memory.slot();
    const bytes = unpackBytes(state);
    if (bytes.length > 0) STATE_KINDS[kind].read(memory, bytes, slot, 0);
    return use(blockOf(memory, slot));
  } finally {
    memory.reset();
  }
}

const parsed = (state: string): ThetaHashes | null => (state === '' ? null : parseTheta(unpackBytes(state)));
const viewed = <T>(state: string, use: (view: QuantileView) => T): T | null =>
  withBlock('quantiles', state, (block) => (block === 0 ? null : use(new QuantileView(memory, block))));

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
  implement('hll_estimate', ['str'], 'f64', (state: string) =>
    withBlock('hll', state, (block) => estimateHll(memory, block)),
  ),
  implement('theta_estimate', ['str'], 'f64', (state: string) => {
    const { hashes, theta } = parsed(state) ?? { hashes: [], theta: MAX_THETA };
    return estimateOf(hashes.length, theta);
  }),
  ...(['intersect', 'not'] as const).map((kind) =>
    implement(
      `theta_${kind}`,
      ['str'],
      'str',
      (...states: readonly string[]) => {
        const { theta, hashes } = thetaSetOf(kind, states.map(parsed));
        return packBytes(thetaBytes(theta, hashes));
      },
      { variadic: true },
    ),
  ),
  implement('quantiles_value', ['str', 'f64'], 'f64', (state: string, level: number) =>
    viewed(state, (view) => view.inclusive(level)),
  ),
  implement(
    'quantiles_values',
    ['str', 'f64'],
    'str',
    (state: string, ...levels: readonly number[]) =>
      viewed(state, (view) =>
        packItem(
          levels.map((level) => view.inclusive(level)),
          array(FLOAT64),
        ),
      ),
    { variadic: true },
  ),
  ...(['cumulative', 'histogram'] as const).map((way) =>
    implement(
      `quantiles_${way}`,
      ['str', 'f64'],
      'str',
      (state: string, ...points: readonly number[]) =>
        viewed(state, (view) => packItem(view[way](points), array(FLOAT64))),
      { variadic: true },
    ),
  ),
  implement('quantiles_rank', ['str', 'f64'], 'f64', (state: string, value: number) =>
    viewed(state, (view) => view.rankOf(value)),
  ),
];
