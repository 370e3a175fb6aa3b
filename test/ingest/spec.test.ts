import { describe, expect, test } from 'vitest';
import { parseSpec } from '../../database/ingest/index.ts';
import { BasaltError } from '../../engine/base/error.ts';

type Json = Record<string, unknown>;

const task = (changes: { schema?: Json; io?: Json; tuning?: Json; root?: Json } = {}): Json => ({
  type: 'index_parallel',
  spec: {
    dataSchema: {
      dataSource: 'wikipedia',
      timestampSpec: { column: 'time', format: 'iso' },
      dimensionsSpec: { dimensions: ['channel', { type: 'long', name: 'added' }] },
      ...changes.schema,
    },
    ioConfig: {
      type: 'index_parallel',
      inputSource: { type: 'inline', data: '{}' },
      inputFormat: { type: 'json' },
      ...changes.io,
    },
    tuningConfig: { type: 'index_parallel', someUnknownKey: [1, 2], ...changes.tuning },
  },
  context: { anything: true },
  ...changes.root,
});

const failure = (value: unknown): BasaltError => {
  try {
    parseSpec(value);
  } catch (error) {
    return error as BasaltError;
  }
  throw new BasaltError('LOGICAL_ERROR', 'the spec was accepted');
};

describe('a spec as Druid documents it', () => {
  test('gets Druid defaults', () => {
    expect(parseSpec(task())).toMatchObject({
      dataSource: 'wikipedia',
      timestamp: { column: 'time', format: 'iso', missingMs: null },
      dimensions: [
        { name: 'channel', type: 'string' },
        { name: 'added', type: 'long' },
      ],
      metrics: [],
      rollup: true,
      append: false,
      segmentGranularity: { kind: 'fixed', ms: 86400000 },
      queryGranularity: { kind: 'none' },
      intervals: null,
      maxRowsPerSegment: 5000000,
      maxParseExceptions: Number.MAX_SAFE_INTEGER,
    });
  });

  test('compression of an indexSpec', () => {
    const indexSpec = { dimensionCompression: 'zstd', metricCompression: 'none', longEncoding: 'auto' };
    expect(parseSpec(task({ tuning: { indexSpec } })).indexSpec).toEqual({
      dimensions: { text: 'ZSTD(3)', compressor: { codec: 'zstd', level: 3 } },
      metrics: { text: 'NONE', compressor: { codec: 'none', level: 0 } },
    });
    expect(parseSpec(task()).indexSpec).toEqual({ dimensions: null, metrics: null });
    expect(failure(task({ tuning: { indexSpec: { metricCompression: 'gzip' } } })).message).toBe(
      "spec.tuningConfig.indexSpec.metricCompression: 'gzip' is none of lz4, lzf, zstd, uncompressed, none",
    );
  });

  test('metrics, granularities, intervals', () => {
    const plan = parseSpec(
      task({
        schema: {
          metricsSpec: [
            { type: 'count', name: 'n' },
            { type: 'longSum', name: 's', fieldName: 'added' },
            { type: 'floatMax', name: 'm', fieldName: 'x' },
          ],
          granularitySpec: {
            type: 'uniform',
            segmentGranularity: 'MONTH',
            queryGranularity: { type: 'period', period: 'PT1H', timeZone: 'UTC' },
            rollup: false,
            intervals: ['2015-09-12/2015-09-13', '2015-10-01T00:00:00.000Z/P1D'],
          },
        },
      }),
    );
    expect(plan.metrics).toEqual([
      { name: 'n', kind: 'count', type: 'long', field: null },
      { name: 's', kind: 'sum', type: 'long', field: 'added' },
      { name: 'm', kind: 'max', type: 'float', field: 'x' },
    ]);
    expect(plan.segmentGranularity).toEqual({ kind: 'months', months: 1 });
    expect(plan.queryGranularity).toEqual({ kind: 'fixed', ms: 3600000, originMs: 0 });
    expect(plan.intervals).toEqual([
      [Date.UTC(2015, 8, 12), Date.UTC(2015, 8, 13)],
      [Date.UTC(2015, 9, 1), Date.UTC(2015, 9, 2)],
    ]);
  });
});

describe('a wrong spec names the field', () => {
  const cases: [string, unknown, string][] = [
    ['no object', [], 'not a JSON object'],
    ['no type', { spec: {} }, 'type: is missing'],
    [
      'a type that is not done',
      task({ root: { type: 'compact' } }),
      "type: 'compact' tasks are not supported",
    ],
    ['no spec', { type: 'index' }, 'spec: is missing'],
    ['no dataSource', task({ schema: { dataSource: undefined } }), 'spec.dataSchema.dataSource: is missing'],
    ['a dataSource with a slash', task({ schema: { dataSource: '../x' } }), 'spec.dataSchema.dataSource:'],
    [
      'a column that is no text',
      task({ schema: { timestampSpec: { column: 5 } } }),
      'spec.dataSchema.timestampSpec.column: a non-empty string is expected',
    ],
    [
      'an unknown time format',
      task({ schema: { timestampSpec: { column: 't', format: "yyyy'" } } }),
      'spec.dataSchema.timestampSpec.format:',
    ],
    [
      'a bad missingValue',
      task({ schema: { timestampSpec: { missingValue: 'soon' } } }),
      'spec.dataSchema.timestampSpec.missingValue:',
    ],
    [
      'an unknown dimension type',
      task({ schema: { dimensionsSpec: { dimensions: ['a', { type: 'spatial', name: 'b' }] } } }),
      'spec.dataSchema.dimensionsSpec.dimensions[1].type:',
    ],
    [
      'two dimensions of a name',
      task({ schema: { dimensionsSpec: { dimensions: ['a', 'a'] } } }),
      "dimensions[1]: 'a' is named twice",
    ],
    [
      'an unknown metric',
      task({ schema: { metricsSpec: [{ type: 'filtered', name: 'x', fieldName: 'y' }] } }),
      "spec.dataSchema.metricsSpec[0].type: 'filtered' is not supported; known are count, longSum",
    ],
    [
      'a metric that is nearly known',
      task({ schema: { metricsSpec: [{ type: 'HLLSketchBild', name: 'x', fieldName: 'y' }] } }),
      "metricsSpec[0].type: 'HLLSketchBild' is not supported; did you mean HLLSketchBuild?",
    ],
    ...(
      [
        ['lgK: a number from 4 to 21', { type: 'HLLSketchBuild', lgK: 22 }],
        ["tgtHllType: 'HLL_5' is none of", { type: 'HLLSketchMerge', tgtHllType: 'HLL_5' }],
        ['size: a power of two', { type: 'thetaSketch', size: 1000 }],
        ['k: a power of two', { type: 'quantilesDoublesSketch', k: 100 }],
        ['maxStringBytes: a number from 1', { type: 'stringFirst', maxStringBytes: 0 }],
        ['isInputHyperUnique: is not supported', { type: 'hyperUnique', isInputHyperUnique: true }],
        ['fields: the name of one field', { type: 'cardinality', fields: ['a', 'b'] }],
        ['expression: is not supported', { type: 'longLast', expression: 'a + b' }],
      ] as const
    ).map(([message, metric]): [string, unknown, string] => [
      message,
      task({ schema: { metricsSpec: [{ name: 'x', fieldName: 'y', ...metric }] } }),
      `spec.dataSchema.metricsSpec[0].${message}`,
    ]),
    [
      'a metric without a field',
      task({ schema: { metricsSpec: [{ type: 'longSum', name: 'x' }] } }),
      'spec.dataSchema.metricsSpec[0].fieldName: is missing',
    ],
    [
      'a bad granularity',
      task({ schema: { granularitySpec: { segmentGranularity: 'fortnight' } } }),
      'spec.dataSchema.granularitySpec.segmentGranularity:',
    ],
    [
      'a bad interval',
      task({ schema: { granularitySpec: { intervals: ['yesterday'] } } }),
      'spec.dataSchema.granularitySpec.intervals[0]:',
    ],
    [
      'transforms',
      task({ schema: { transformSpec: { transforms: [{ type: 'expression' }] } } }),
      'spec.dataSchema.transformSpec.transforms:',
    ],
    ['an unknown source', task({ io: { inputSource: { type: 's3' } } }), 'spec.ioConfig.inputSource.type:'],
    [
      'inline without data',
      task({ io: { inputSource: { type: 'inline' } } }),
      'spec.ioConfig.inputSource.data:',
    ],
    ['no format', task({ io: { inputFormat: undefined } }), 'spec.ioConfig.inputFormat: is missing'],
    [
      'csv without columns',
      task({ io: { inputFormat: { type: 'csv' } } }),
      'spec.ioConfig.inputFormat.columns:',
    ],
    [
      'one delimiter for fields and values',
      task({ io: { inputFormat: { type: 'csv', columns: ['time', 'a'], listDelimiter: ',' } } }),
      'spec.ioConfig.inputFormat.listDelimiter:',
    ],
    [
      'an unknown handling of lists',
      task({
        schema: { dimensionsSpec: { dimensions: [{ name: 'a', multiValueHandling: 'SORTED' }] } },
      }),
      "dimensions[0].multiValueHandling: 'SORTED' is none of SORTED_ARRAY, SORTED_SET, ARRAY",
    ],
    [
      'a negative bound',
      task({ tuning: { maxParseExceptions: -5 } }),
      'spec.tuningConfig.maxParseExceptions:',
    ],
    [
      'dropExisting without intervals',
      task({ io: { dropExisting: true } }),
      'spec.dataSchema.granularitySpec.intervals: is required',
    ],
  ];
  cases.push(
    [
      'an inherited name as granularity',
      task({ schema: { granularitySpec: { segmentGranularity: 'constructor' } } }),
      'granularitySpec.segmentGranularity:',
    ],
    [
      'an inherited name as dimension type',
      task({ schema: { dimensionsSpec: { dimensions: [{ type: 'constructor', name: 'a' }] } } }),
      'dimensions[0].type:',
    ],
  );
  test.each(cases)('%s', (_name, value, message) => {
    const error = failure(value);
    expect(error.errorName).toBe('INVALID_SPEC');
    expect(error.message).toContain(message);
  });
});

describe('a value that is no text, and cannot become one', () => {
  // What JSON can say, and what converts to a text only by calling it: numbers and texts of them are the others.
  const values: readonly unknown[] = [
    { toString: '' },
    [{ toString: '' }],
    { valueOf: 1, toString: {} },
    {},
    [],
    [1],
    true,
  ];
  const period = (more: Json): Json => ({ type: 'period', period: 'P1D', ...more });
  const segments = (segmentGranularity: Json): Json => ({
    schema: { granularitySpec: { segmentGranularity } },
  });

  test.each(values.map((value) => [value]))('%j is refused with the name of its field', (value) => {
    const places: readonly [field: string, spec: Json][] = [
      [
        'timestampSpec.missingValue',
        task({ schema: { timestampSpec: { column: 't', missingValue: value } } }),
      ],
      ['segmentGranularity', task(segments(period({ timeZone: value })))],
      ['segmentGranularity', task(segments(period({ origin: value })))],
      ['segmentGranularity', task(segments({ type: 'duration', duration: value }))],
      ['segmentGranularity', task(segments({ type: 'duration', duration: 60_000, origin: value }))],
      ['tuningConfig.maxRowsPerSegment', task({ tuning: { maxRowsPerSegment: value } })],
      [
        'inputFormat.skipHeaderRows',
        task({ io: { inputFormat: { type: 'csv', columns: ['t'], skipHeaderRows: value } } }),
      ],
    ];
    for (const [field, spec] of places) {
      const error = failure(spec);
      expect(error).toMatchObject({ errorName: 'INVALID_SPEC' });
      expect(error.message).toContain(field);
    }
  });

  test('numbers may be texts', () => {
    expect(parseSpec(task({ tuning: { maxRowsPerSegment: '7' } }))).toMatchObject({ maxRowsPerSegment: 7 });
    expect(
      parseSpec(task(segments({ type: 'duration', duration: '60000', origin: '1970-01-01T00:00:01Z' }))),
    ).toMatchObject({
      segmentGranularity: { kind: 'fixed', ms: 60_000, originMs: 1000 },
    });
  });
});
