/** Types of aggregate states that are made without a call: sketches, and values at a time. */

import { FLOAT64, INT64, type LogicalType, laneOf, nullable, type StateType } from '../../type/type.ts';

/** By the aggregates of SQL that they are states of. */
export type SketchId = 'hll' | 'theta' | 'quantile_inclusive';

/** Lane by which values are hashed or kept. */
export const hashLane = (type: LogicalType): string => {
  const lane = laneOf(type);
  return lane === 'bool' ? 'i64' : lane;
};

/** How ClickHouse's dialect calls a sketch. @param size lgK, or k of quantiles */
export function sketchName(id: SketchId, size: number): Pick<StateType, 'name' | 'parameters'> {
  if (id === 'quantile_inclusive') return { name: 'quantile', parameters: [] };
  return { name: id === 'hll' ? 'uniqCombined' : 'uniqTheta', parameters: [size] };
}

export const SKETCH_RESULTS: Readonly<Record<SketchId, LogicalType>> = {
  hll: INT64,
  theta: INT64,
  quantile_inclusive: nullable(FLOAT64),
};

/** The level of a quantiles state that is asked for no other. */
const MIDDLE = 0.5;

/** @param of what the sketches have seen */
export function sketchType(id: SketchId, size: number, of: LogicalType): LogicalType {
  const isQuantiles = id === 'quantile_inclusive';
  const state: StateType = {
    ...sketchName(id, size),
    args: [of],
    fn: `${id}_${isQuantiles ? 'f64' : hashLane(of)}`,
    params: isQuantiles ? [size, MIDDLE] : [size],
    result: SKETCH_RESULTS[id],
  };
  return { id: 'state', nullable: false, state };
}

/** States of the value at the smallest or largest order, which is an integer or a time. */
export function timedType(which: 'first' | 'last', value: LogicalType, order: LogicalType): LogicalType {
  const state: StateType = {
    name: which === 'first' ? 'argMin' : 'argMax',
    parameters: [],
    args: [value, order],
    fn: `${which}_${laneOf(value)}`,
    params: [],
    result: nullable(value),
  };
  return { id: 'state', nullable: false, state };
}
