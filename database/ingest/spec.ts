/**
 * Druid's native batch specs (`index_parallel`, `index`): from JSON to a typed plan, or an error that names the
 * field, as `spec.dataSchema.timestampSpec.column: ...` (INVALID_SPEC).
 *
 * Keys that mean nothing here are tolerated; keys whose meaning would be lost (transforms, filters, flattening,
 * time zones) are refused, never ignored. Times in milliseconds.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { lookup } from '../../engine/base/lookup.ts';
import { compileTime, type ListHandling } from '../../engine/format/index.ts';
import type { ColumnCodec } from '../../engine/plan/column-codec.ts';
import { timestamp } from '../../engine/type/type.ts';
import { GRANULARITIES, type Granularity, parseGranularity, parseInterval } from './granularity.ts';
import { COMPRESSIONS, type IndexSpec } from './index-spec.ts';
import { type InputSource, parseFormat, parseSource, type SpecFormat } from './input-spec.ts';
import { parseInstant } from './loose-value.ts';
import { type Metric, parseMetric } from './metric-spec.ts';
import { fail, SpecNode } from './spec-node.ts';

export type DimensionType = 'string' | 'long' | 'float' | 'double';
export type Dimension = {
  readonly name: string;
  readonly type: DimensionType;
  /** Of a string that may have several values; absent: lists are texts. */
  readonly lists?: ListHandling;
};

export type IngestPlan = {
  readonly type: string;
  readonly id: string | null;
  readonly dataSource: string;
  readonly timestamp: {
    readonly column: string;
    readonly format: string;
    /** What rows without a timestamp get; null: they are unparseable. */
    readonly missingMs: number | null;
  };
  /** Null: discover from the data. */
  readonly dimensions: readonly Dimension[] | null;
  readonly exclusions: readonly string[];
  /** Discovered columns keep their types; else they are strings. */
  readonly discoverTypes: boolean;
  readonly metrics: readonly Metric[];
  readonly segmentGranularity: Granularity;
  readonly queryGranularity: Granularity;
  readonly rollup: boolean;
  readonly intervals: readonly (readonly [number, number])[] | null;
  readonly source: InputSource | null;
  readonly format: SpecFormat;
  readonly append: boolean;
  readonly dropExisting: boolean;
  readonly maxRowsPerSegment: number;
  readonly maxRowsInMemory: number;
  readonly maxParseExceptions: number;
  readonly maxSavedParseExceptions: number;
  readonly logParseExceptions: boolean;
  readonly indexSpec: IndexSpec;
};

type Json = Record<string, unknown>;

const TASK_TYPES = ['index_parallel', 'index'];
const MAX_ROWS_PER_SEGMENT = 5000000;
const MAX_ROWS_IN_MEMORY = 1000000;

/** Reads a task as posted. @throws BasaltError INVALID_SPEC naming the field */
export function parseSpec(task: unknown): IngestPlan {
  if (typeof task !== 'object' || task === null || Array.isArray(task)) {
    throw new BasaltError('INVALID_SPEC', 'The task is not a JSON object');
  }
  const root = task as Json;
  const type = root['type'];
  if (typeof type !== 'string') throw fail('type', "is missing; 'index_parallel' is expected");
  if (!TASK_TYPES.includes(type)) {
    throw fail('type', `'${type}' tasks are not supported; ${TASK_TYPES.join(' and ')} are`);
  }
  const spec = new SpecNode(root['spec'], 'spec');
  const schema = spec.child('dataSchema');
  const io = spec.child('ioConfig');
  const tuning = spec.optional('tuningConfig');
  refuse(schema);
  const dimensions = parseDimensions(schema.optional('dimensionsSpec'));
  const metrics = schema
    .list('metricsSpec')
    .map((value, i) => parseMetric(new SpecNode(value, `${schema.at('metricsSpec')}[${i}]`)));
  const stamp = parseTimestamp(schema.optional('timestampSpec'));
  checkNames(schema, dimensions.dimensions ?? [], metrics);
  const granularity = schema.optional('granularitySpec');
  const partitions = tuning.optional('partitionsSpec');
  const append = io.flag('appendToExisting', false);
  const dropExisting = io.flag('dropExisting', false);
  const intervals = parseIntervals(granularity);
  if (append && dropExisting) throw fail(io.at('dropExisting'), 'cannot be combined with appendToExisting');
  if (dropExisting && intervals === null) {
    throw fail(granularity.at('intervals'), 'is required with dropExisting');
  }
  return {
    type,
    id: typeof root['id'] === 'string' && root['id'] !== '' ? root['id'] : null,
    dataSource: parseDataSource(schema),
    timestamp: stamp,
    ...dimensions,
    metrics,
    segmentGranularity: segmentGranularity(granularity),
    queryGranularity: granularityOf(granularity, 'queryGranularity', 'none'),
    rollup: granularity.flag('rollup', true),
    intervals,
    source: io.has('inputSource') ? parseSource(io.child('inputSource')) : null,
    format: parseFormat(io.child('inputFormat')),
    append,
    dropExisting,
    maxRowsPerSegment: partitions.count(
      'maxRowsPerSegment',
      tuning.count('maxRowsPerSegment', MAX_ROWS_PER_SEGMENT),
    ),
    maxRowsInMemory: tuning.count('maxRowsInMemory', MAX_ROWS_IN_MEMORY),
    maxParseExceptions: tuning.count('maxParseExceptions', Number.MAX_SAFE_INTEGER),
    maxSavedParseExceptions: tuning.count('maxSavedParseExceptions', 0),
    indexSpec: {
      dimensions: compressionOf(tuning.optional('indexSpec'), 'dimensionCompression'),
      metrics: compressionOf(tuning.optional('indexSpec'), 'metricCompression'),
    },
    logParseExceptions: tuning.flag('logParseExceptions', false),
  };
}

function parseDataSource(schema: SpecNode): string {
  const name = schema.text('dataSource');
  if (/[/\t\n\r\0]/.test(name) || name.startsWith('.') || name.length > 255) {
    throw fail(schema.at('dataSource'), `'${name}' is no name for a datasource`);
  }
  return name;
}

/** What would change rows and is not done must not be ignored. */
function refuse(schema: SpecNode): void {
  const transform = schema.optional('transformSpec');
  if (transform.list('transforms').length > 0)
    throw fail(transform.at('transforms'), 'transforms are not supported');
  if (transform.has('filter')) throw fail(transform.at('filter'), 'filters are not supported');
  if (schema.has('parser'))
    throw fail(schema.at('parser'), 'is the old form; use timestampSpec, dimensionsSpec and inputFormat');
}

function parseTimestamp(node: SpecNode): IngestPlan['timestamp'] {
  const format = node.text('format', 'auto');
  const known = ['auto', 'iso', 'millis', 'posix', 'micro', 'nano'];
  const name = known.includes(format.toLowerCase()) ? format.toLowerCase() : format;
  try {
    compileTime(name, timestamp(3));
  } catch (error) {
    throw fail(node.at('format'), BasaltError.from(error).message);
  }
  let missingMs: number | null = null;
  if (node.has('missingValue')) {
    missingMs = parseInstant(node.value['missingValue']);
    if (Number.isNaN(missingMs)) throw fail(node.at('missingValue'), 'an ISO 8601 instant is expected');
  }
  return { column: node.text('column', 'timestamp'), format: name, missingMs };
}

const DIMENSION_TYPES: Record<string, DimensionType> = {
  string: 'string',
  long: 'long',
  float: 'float',
  double: 'double',
};

function parseDimensions(node: SpecNode): Pick<IngestPlan, 'dimensions' | 'exclusions' | 'discoverTypes'> {
  const dimensions = node.list('dimensions').map((value, i): Dimension => {
    const path = `${node.at('dimensions')}[${i}]`;
    if (typeof value === 'string' && value !== '')
      return { name: value, type: 'string', lists: DEFAULT_LISTS };
    const dimension = new SpecNode(value, path);
    const name = dimension.text('type', 'string').toLowerCase();
    const type = lookup(DIMENSION_TYPES, name) ?? (name === 'auto' ? castType(dimension) : undefined);
    if (type === undefined)
      throw fail(
        dimension.at('type'),
        `'${name}' dimensions are not supported; string, long, float and double are`,
      );
    dimension.flag('createBitmapIndex', true);
    const lists = listHandling(dimension);
    return { name: dimension.text('name'), type, ...(name === 'string' ? { lists } : {}) };
  });
  if (node.list('spatialDimensions').length > 0)
    throw fail(node.at('spatialDimensions'), 'are not supported');
  return {
    dimensions: dimensions.length === 0 ? null : dimensions,
    exclusions: node.texts('dimensionExclusions'),
    discoverTypes: node.flag('useSchemaDiscovery', false),
  };
}

export const DEFAULT_LISTS: ListHandling = 'sorted_array';
const LISTS: Record<string, ListHandling> = {
  sorted_array: 'sorted_array',
  sorted_set: 'sorted_set',
  array: 'array',
};

function listHandling(dimension: SpecNode): ListHandling {
  const given = dimension.text('multiValueHandling', DEFAULT_LISTS);
  const found = lookup(LISTS, given.toLowerCase());
  if (found !== undefined) return found;
  throw fail(
    dimension.at('multiValueHandling'),
    `'${given}' is none of ${Object.keys(LISTS).join(', ').toUpperCase()}`,
  );
}

const castType = (dimension: SpecNode): DimensionType | undefined =>
  lookup(DIMENSION_TYPES, dimension.text('castToType', 'string').toLowerCase());

function checkNames(schema: SpecNode, dimensions: readonly Dimension[], metrics: readonly Metric[]): void {
  const seen = new Set(['__time']);
  const add = (name: string, path: string): void => {
    if (seen.has(name)) throw fail(path, `'${name}' is named twice`);
    seen.add(name);
  };
  for (const [i, { name }] of dimensions.entries()) {
    if (name !== '__time') add(name, `${schema.at('dimensionsSpec.dimensions')}[${i}]`);
  }
  for (const [i, { name }] of metrics.entries()) add(name, `${schema.at('metricsSpec')}[${i}].name`);
}

const granularityOf = (node: SpecNode, key: string, fallback: string): Granularity =>
  node.has(key)
    ? parseGranularity(node.value[key], (reason) => fail(node.at(key), reason))
    : GRANULARITIES[fallback];

function segmentGranularity(node: SpecNode): Granularity {
  const found = granularityOf(node, 'segmentGranularity', 'day');
  if (found.kind !== 'none' && !(found.kind === 'fixed' && found.ms < 60000)) return found;
  throw fail(node.at('segmentGranularity'), 'a minute or more is expected');
}

function parseIntervals(node: SpecNode): IngestPlan['intervals'] {
  const texts = node.texts('intervals');
  if (texts.length === 0) return null;
  return texts.map((text, i) => {
    const interval = parseInterval(text);
    if (interval !== null) return interval;
    throw fail(`${node.at('intervals')}[${i}]`, `'${text}' is no interval such as 2015-09-12/2015-09-13`);
  });
}

function compressionOf(node: SpecNode, key: string): ColumnCodec | null {
  if (!node.has(key)) return null;
  const codec = COMPRESSIONS[node.text(key)];
  if (codec !== undefined) return codec;
  throw fail(node.at(key), `'${node.text(key)}' is none of ${Object.keys(COMPRESSIONS).join(', ')}`);
}
