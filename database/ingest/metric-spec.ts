/**
 * Aggregators of a `metricsSpec`: from JSON to what a column keeps. One row of {@link AGGREGATORS} per type.
 *
 * What only says how a query shows its answer (`round`, `shouldFinalize`) or how large a buffer is (`maxStreamLength`) means nothing here.
 */

import { nearest } from '../../engine/function/nearest.ts';
import { MAX_LG_K, MIN_LG_K } from '../../engine/sketch/hll.ts';
import { MAX_QUANTILES_K, MIN_QUANTILES_K } from '../../engine/sketch/quantiles.ts';
import { MAX_THETA_LG_K, MIN_THETA_LG_K } from '../../engine/sketch/theta.ts';
import { fail, type SpecNode } from './spec-node.ts';

export type MetricType = 'string' | 'long' | 'float' | 'double';

/** A value a row. */
export type PlainMetric = {
  readonly name: string;
  readonly kind: 'count' | 'sum' | 'min' | 'max' | 'any';
  readonly type: MetricType;
  /** Input field; null for count. */
  readonly field: string | null;
  /** Texts are cut to as many bytes. */
  readonly maxBytes?: number;
};

export type SketchMetric = {
  readonly name: string;
  readonly kind: 'hll' | 'theta' | 'quantiles';
  /** lgK of HLL and theta sketches, k of quantiles. */
  readonly size: number;
  readonly field: string;
  /** What the field holds: values, sketches in base64, or (quantiles) either. */
  readonly takes: 'values' | 'sketches' | 'either';
};

/** The value at the first or last time. */
export type TimedMetric = {
  readonly name: string;
  readonly kind: 'first' | 'last';
  readonly type: MetricType;
  readonly field: string;
  /** Field of the time as a number; null: the row's own time. */
  readonly timeField: string | null;
  readonly maxBytes: number;
};

export type Metric = PlainMetric | SketchMetric | TimedMetric;

/** Fields of the input that it reads. */
export const fieldsOf = (metric: Metric): readonly string[] =>
  [metric.field, 'timeField' in metric ? metric.timeField : null].filter((field) => field !== null);

type Parse = (node: SpecNode, name: string) => Metric;

const LG_K = 12;
const THETA_SIZE = 16384;
const QUANTILES_K = 128;
const MAX_STRING_BYTES = 1024;
/** Druid's hyperUnique has 2^11 registers. */
const HYPER_UNIQUE_LG_K = 11;
const REGISTERS = ['HLL_4', 'HLL_6', 'HLL_8'];

const NUMBERS = ['long', 'double', 'float'] as const;

function between(node: SpecNode, key: string, fallback: number, least: number, most: number): number {
  const value = node.count(key, fallback);
  if (value >= least && value <= most) return value;
  throw fail(node.at(key), `a number from ${least} to ${most} is expected`);
}

function powerOfTwo(node: SpecNode, key: string, fallback: number, least: number, most: number): number {
  const value = between(node, key, fallback, least, most);
  if (Number.isInteger(Math.log2(value))) return value;
  throw fail(node.at(key), 'a power of two is expected');
}

const maxBytesOf = (node: SpecNode): number => between(node, 'maxStringBytes', MAX_STRING_BYTES, 1, 1 << 20);

const hll =
  (takes: 'values' | 'sketches'): Parse =>
  (node, name) => {
    const registers = node.text('tgtHllType', REGISTERS[0]);
    if (!REGISTERS.includes(registers))
      throw fail(node.at('tgtHllType'), `'${registers}' is none of ${REGISTERS.join(', ')}`);
    const size = between(node, 'lgK', LG_K, MIN_LG_K, MAX_LG_K);
    return { name, kind: 'hll', size, field: node.text('fieldName'), takes };
  };

const theta: Parse = (node, name) => ({
  name,
  kind: 'theta',
  size: Math.log2(powerOfTwo(node, 'size', THETA_SIZE, 2 ** MIN_THETA_LG_K, 2 ** MAX_THETA_LG_K)),
  field: node.text('fieldName'),
  takes: node.flag('isInputThetaSketch', false) ? 'sketches' : 'values',
});

const quantiles: Parse = (node, name) => ({
  name,
  kind: 'quantiles',
  size: powerOfTwo(node, 'k', QUANTILES_K, MIN_QUANTILES_K, MAX_QUANTILES_K),
  field: node.text('fieldName'),
  takes: 'either',
});

const hyperUnique: Parse = (node, name) => {
  if (node.flag('isInputHyperUnique', false))
    throw fail(node.at('isInputHyperUnique'), 'is not supported; HLLSketchMerge takes sketches');
  return { name, kind: 'hll', size: HYPER_UNIQUE_LG_K, field: node.text('fieldName'), takes: 'values' };
};

const cardinality: Parse = (node, name) => {
  const key = node.has('fields') ? 'fields' : 'fieldNames';
  const fields = node.texts(key);
  if (fields.length !== 1) throw fail(node.at(key), 'the name of one field is expected');
  return { name, kind: 'hll', size: HYPER_UNIQUE_LG_K, field: fields[0], takes: 'values' };
};

const plain =
  (kind: 'sum' | 'min' | 'max' | 'any', type: MetricType): Parse =>
  (node, name) => ({
    name,
    kind,
    type,
    field: node.text('fieldName'),
    ...(type === 'string' ? { maxBytes: maxBytesOf(node) } : {}),
  });

const timed =
  (kind: 'first' | 'last', type: MetricType): Parse =>
  (node, name) => {
    const timeField = node.text('timeColumn', '__time');
    return {
      name,
      kind,
      type,
      field: node.text('fieldName'),
      timeField: timeField === '__time' ? null : timeField,
      maxBytes: type === 'string' ? maxBytesOf(node) : 0,
    };
  };

const AGGREGATORS: Readonly<Record<string, Parse>> = {
  count: (_node, name) => ({ name, kind: 'count', type: 'long', field: null }),
  ...Object.fromEntries(
    NUMBERS.flatMap((type) => [
      [`${type}Sum`, plain('sum', type)],
      [`${type}Min`, plain('min', type)],
      [`${type}Max`, plain('max', type)],
    ]),
  ),
  ...Object.fromEntries(
    [...NUMBERS, 'string' as const].flatMap((type) => [
      [`${type}First`, timed('first', type)],
      [`${type}Last`, timed('last', type)],
      [`${type}Any`, plain('any', type)],
    ]),
  ),
  HLLSketchBuild: hll('values'),
  HLLSketchMerge: hll('sketches'),
  thetaSketch: theta,
  quantilesDoublesSketch: quantiles,
  hyperUnique,
  cardinality,
};

const known = new Map(Object.entries(AGGREGATORS));

/** @throws BasaltError INVALID_SPEC naming the field */
export function parseMetric(node: SpecNode): Metric {
  const type = node.text('type');
  const name = node.text('name');
  const parse = known.get(type);
  if (parse === undefined) {
    const near = nearest(type, known.keys());
    throw fail(
      node.at('type'),
      `'${type}' is not supported; ${near === undefined ? `known are ${[...known.keys()].join(', ')}` : `did you mean ${near}?`}`,
    );
  }
  if (node.has('expression')) throw fail(node.at('expression'), 'is not supported; use fieldName');
  return parse(node, name);
}
