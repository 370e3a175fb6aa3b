/**
 * Rollup by GROUP BY: Druid's INSERT and REPLACE with `finalizeAggregations` false store aggregates in a form that can be combined
 * further. Which aggregates have one is a table: how values become one, and what computes a sketch instead of its estimate.
 */

import { findFunction } from '../../engine/function/index.ts';
import type { CallExpression } from '../ast/expression.ts';
import type { Query, Select, SelectItem } from '../ast/query.ts';
import type { Session } from '../bind/session.ts';
import type { IngestFold } from './bound.ts';

type Measure = {
  readonly fold: IngestFold;
  /** What gives the sketch, and which argument is left out. */
  readonly sketch?: { readonly name: string; readonly without: number | null };
};

const MEASURES: Readonly<Record<string, Measure>> = {
  COUNT: { fold: 'sum' },
  SUM: { fold: 'sum' },
  MIN: { fold: 'min' },
  MAX: { fold: 'max' },
  ANY_VALUE: { fold: 'any' },
  DS_HLL: { fold: 'states' },
  DS_THETA: { fold: 'states' },
  DS_QUANTILES_SKETCH: { fold: 'states' },
  DS_TUPLE_DOUBLES: { fold: 'states' },
  TDIGEST_GENERATE_SKETCH: { fold: 'states' },
  BLOOM_FILTER: { fold: 'states' },
  APPROX_COUNT_DISTINCT_DS_HLL: { fold: 'states', sketch: { name: 'DS_HLL', without: null } },
  APPROX_COUNT_DISTINCT_DS_THETA: { fold: 'states', sketch: { name: 'DS_THETA', without: null } },
  TDIGEST_QUANTILE: { fold: 'states', sketch: { name: 'TDIGEST_GENERATE_SKETCH', without: 1 } },
  APPROX_QUANTILE_DS: { fold: 'states', sketch: { name: 'DS_QUANTILES_SKETCH', without: 1 } },
};

type Rollup = {
  readonly query: Query;
  /** By select item. */
  readonly folds: readonly (IngestFold | null)[];
};

/** The query with sketches instead of estimates; null: it does not roll up. @throws BasaltError NOT_IMPLEMENTED */
export function rollupOf(query: Query, session: Session): Rollup | null {
  const { body } = query;
  if (session.context.settings['finalizeAggregations'] !== false) return null;
  if (body.kind !== 'select' || !body.grouped || body.distinct || body.groupingSets !== null) return null;
  const measures = body.items.map((item) => measureOf(item, session));
  const items = body.items.map((item, i) => ({ ...item, value: combinable(item, measures[i]) }));
  const select: Select = { ...body, items };
  return { query: { ...query, body: select }, folds: measures.map((measure) => measure?.fold ?? null) };
}

function measureOf({ value }: SelectItem, session: Session): Measure | null {
  if (value.kind !== 'call' || findFunction(session.dialect, value.name)?.kind !== 'aggregate') return null;
  const measure = MEASURES[value.name.toUpperCase()];
  if (measure !== undefined && !value.distinct && value.over === null) return measure;
  throw session.refuse(
    value,
    `Storing ${value.distinct ? `${value.name}(DISTINCT ...)` : value.name} in a form that can be combined`,
    `Leave finalizeAggregations true, or use ${Object.keys(MEASURES).join(', ')}`,
  );
}

function combinable({ value }: SelectItem, measure: Measure | null): SelectItem['value'] {
  if (measure?.sketch === undefined) return value;
  const { name, without } = measure.sketch;
  const call = value as CallExpression & SelectItem['value'];
  return { ...call, name, args: call.args.filter((_, i) => i !== without) };
}
