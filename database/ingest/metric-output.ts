/** Columns that metrics become: values with a rule to combine them by, or aggregate states. */

import { sketchType, timedType } from '../../engine/function/aggregate/state-type.ts';
import { type LogicalType, timestamp, type } from '../../engine/type/type.ts';
import type { Metric, MetricType, SketchMetric, TimedMetric } from './metric-spec.ts';
import type { OutputColumn } from './shape.ts';

export const COLUMN_TYPES: Readonly<Record<MetricType, LogicalType>> = {
  string: type('string', true),
  long: type('int64', true),
  float: type('float32', true),
  double: type('float64', true),
};

/** Answers the index of a field that is read as a type. */
export type ReadField = (name: string, as: LogicalType) => number;

/** @param typeOf what a field is besides: a dimension's type, or a number's that is summed; undefined: nothing. */
export function metricOutput(
  metric: Metric,
  read: ReadField,
  typeOf: (field: string) => LogicalType | undefined,
): OutputColumn {
  switch (metric.kind) {
    case 'hll':
    case 'theta':
    case 'quantiles':
      return sketchOutput(metric, read, typeOf(metric.field) ?? COLUMN_TYPES.string);
    case 'first':
    case 'last':
      return timedOutput(metric, read);
    default: {
      const { name, kind, field, maxBytes } = metric;
      const output = COLUMN_TYPES[metric.type];
      const from = field === null ? null : read(field, output);
      return {
        name,
        type: output,
        from,
        fold: kind === 'count' ? 'sum' : kind,
        ...(maxBytes === undefined ? {} : { maxBytes }),
      };
    }
  }
}

/** Values are hashed as what their field is otherwise; sketches come as texts. */
function sketchOutput(
  { name, kind, size, field, takes }: SketchMetric,
  read: ReadField,
  given: LogicalType,
): OutputColumn {
  const isText = takes === 'sketches' || (takes === 'either' && given.id === 'string');
  const input = isText ? COLUMN_TYPES.string : takes === 'either' ? COLUMN_TYPES.double : given;
  const from = read(field, input);
  return {
    name,
    type: sketchType(
      kind === 'quantiles' ? 'quantile_inclusive' : kind,
      size,
      takes === 'values' ? input : COLUMN_TYPES.double,
    ),
    from,
    fold: 'states',
    state: { input, takes: isText ? takes : 'values' },
  };
}

const ROW_TIME = timestamp(3, false, 'UTC');

function timedOutput(metric: TimedMetric, read: ReadField): OutputColumn {
  const { name, kind, field, timeField, maxBytes } = metric;
  const input = COLUMN_TYPES[metric.type];
  return {
    name,
    type: timedType(kind, input, timeField === null ? ROW_TIME : COLUMN_TYPES.long),
    from: read(field, input),
    fold: 'states',
    state: { input, takes: 'values', order: timeField === null ? null : read(timeField, COLUMN_TYPES.long) },
    maxBytes,
  };
}
