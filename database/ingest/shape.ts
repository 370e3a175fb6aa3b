/**
 * From a plan to columns: what to read, and what each column of the table is made of.
 *
 * A field of the input is read once. Fields wanted as different types are read as strings and converted after.
 * Everything here is plain data, so that a range can be handled in a worker.
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { ListHandling, ReadColumn } from '../../engine/format/index.ts';
import { type LogicalType, timestamp } from '../../engine/type/type.ts';
import type { Granularity } from './granularity.ts';
import { COLUMN_TYPES, metricOutput } from './metric-output.ts';
import type { Metric } from './metric-spec.ts';
import type { Dimension, IngestPlan } from './spec.ts';

export type OutputColumn = {
  readonly name: string;
  readonly type: LogicalType;
  /** Index of the read column; null for a count, which is 1 a row. The first output is always the time. */
  readonly from: number | null;
  /** How rows roll up; null: part of the key. */
  readonly fold: 'sum' | 'min' | 'max' | 'any' | 'states' | null;
  /** Of a string that may have several values. */
  readonly lists?: ListHandling;
  /** What its states are made of. */
  readonly state?: StateInput;
  /** Texts are cut to as many bytes of UTF-8. */
  readonly maxBytes?: number;
};

export type StateInput = {
  /** Of the values that are read. */
  readonly input: LogicalType;
  /** Texts may be sketches in base64, or (`either`) that or numbers. */
  readonly takes: 'values' | 'sketches' | 'either';
  /** Of a value at a time: index of the read column with the time; null: the row's own. */
  readonly order?: number | null;
};

export type EventShape = {
  readonly reads: readonly ReadColumn[];
  readonly outputs: readonly OutputColumn[];
  /** Format of the timestamps when their field is read as a string. */
  readonly timeFormat: string;
  readonly missingMs: number | null;
  readonly queryGranularity: Granularity;
  readonly segmentGranularity: Granularity;
  readonly intervals: readonly (readonly [number, number])[] | null;
  readonly rollup: boolean;
  /** What parts the values of a field; null: the format has lists of its own. */
  readonly listDelimiter: string | null;
};

/** The primary time column of every table made by a spec. */
export const TIME_COLUMN = '__time';
export const TIME_TYPE: LogicalType = timestamp(3, false, 'UTC');

/** @param dimensions the plan's, or those that were discovered */
export function eventShape(plan: IngestPlan, dimensions: readonly Dimension[]): EventShape {
  const kept = dimensions.filter(({ name }) => !plan.exclusions.includes(name) && name !== TIME_COLUMN);
  const names = new Set(plan.metrics.map((metric) => metric.name));
  const clash = kept.find(({ name }) => names.has(name));
  if (clash !== undefined) {
    throw new BasaltError('INVALID_SPEC', `spec.dataSchema.metricsSpec: '${clash.name}' is also a dimension`);
  }
  const reads: ReadColumn[] = [
    {
      id: 0,
      name: plan.timestamp.column,
      type: timestamp(3, true),
      time: plan.timestamp.format,
      required: plan.timestamp.missingMs === null,
    },
  ];
  const read = (name: string, wanted: LogicalType, lists?: ListHandling): number => {
    const more = lists === undefined ? {} : { lists };
    const at = reads.findIndex((column) => column.name === name);
    if (at < 0) return reads.push({ id: reads.length, name, type: wanted, ...more }) - 1;
    if (reads[at].type.id !== wanted.id) {
      const { required, lists } = reads[at];
      const kept = { ...(required ? { required } : {}), ...(lists === undefined ? {} : { lists }) };
      reads[at] = { id: at, name, type: COLUMN_TYPES.string, ...kept };
    }
    return at;
  };
  const outputs: OutputColumn[] = [{ name: TIME_COLUMN, type: TIME_TYPE, from: 0, fold: null }];
  for (const { name, type: kind, lists } of kept) {
    const from = read(name, COLUMN_TYPES[kind], lists);
    const more = lists === undefined ? {} : { lists };
    outputs.push({ name, type: COLUMN_TYPES[kind], from, fold: null, ...more });
  }
  const typeOf = fieldTypes(kept, plan.metrics);
  for (const metric of plan.metrics) outputs.push(metricOutput(metric, read, typeOf));
  return {
    reads,
    outputs,
    timeFormat: plan.timestamp.format,
    missingMs: plan.timestamp.missingMs,
    queryGranularity: plan.queryGranularity,
    segmentGranularity: plan.segmentGranularity,
    intervals: plan.intervals,
    rollup: plan.rollup,
    listDelimiter: plan.format.type === 'delimited' ? plan.format.listDelimiter : null,
  };
}

/** What fields are as dimensions, else as numbers that are summed or compared. */
function fieldTypes(
  dimensions: readonly Dimension[],
  metrics: readonly Metric[],
): (field: string) => LogicalType | undefined {
  const types = new Map<string, LogicalType>();
  for (const metric of metrics)
    if (metric.kind === 'sum' || metric.kind === 'min' || metric.kind === 'max')
      types.set(metric.field ?? '', COLUMN_TYPES[metric.type]);
  for (const { name, type } of dimensions) types.set(name, COLUMN_TYPES[type]);
  return (field) => types.get(field);
}
