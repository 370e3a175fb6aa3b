import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSpec } from '../../database/ingest/index.ts';
import { BasaltError } from '../../engine/base/error.ts';
import { splitInsert } from '../../server/clickhouse/insert-split.ts';
import { parseRequest } from '../../server/clickhouse/request.ts';
import { parseSqlRequest } from '../../server/druid/request.ts';

/** Anything in gives a result or an error for the user; never one of ours. */
function isAnswered(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(BasaltError);
    expect((error as BasaltError).row.class).not.toBe('internal');
  }
}

const SPEC = {
  type: 'index_parallel',
  spec: {
    dataSchema: {
      dataSource: 'd',
      timestampSpec: { column: 't', format: 'auto', missingValue: '2000-01-01' },
      dimensionsSpec: { dimensions: ['a', { type: 'long', name: 'b' }], dimensionExclusions: ['c'] },
      metricsSpec: [{ type: 'longSum', name: 's', fieldName: 'x' }],
      granularitySpec: {
        segmentGranularity: { type: 'period', period: 'P1D', timeZone: 'UTC' },
        queryGranularity: 'hour',
        intervals: ['2000-01-01/2001-01-01'],
      },
      transformSpec: { transforms: [] },
    },
    ioConfig: {
      inputSource: {
        type: 'http',
        uris: ['http://a/b'],
        httpAuthenticationPassword: { type: 'default', password: 'x' },
      },
      inputFormat: { type: 'tsv', columns: ['t'], delimiter: '|', skipHeaderRows: 1 },
    },
    tuningConfig: { maxRowsPerSegment: 5, partitionsSpec: { type: 'dynamic' } },
  },
};

type Json = { [key: string]: Json } | Json[] | string | number | boolean | null;

/** Every place in a document. */
function paths(value: Json, at: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, item]) => paths(item, [...at, key]))];
}

function replaced(document: Json, path: readonly (string | number)[], by: Json): Json {
  const copy = structuredClone(document);
  if (path.length === 0) return by;
  let node = copy as Record<string | number, Json>;
  for (const key of path.slice(0, -1)) node = node[key] as Record<string | number, Json>;
  node[path[path.length - 1]] = by;
  return copy;
}

const anything = fc.oneof(
  fc.jsonValue() as fc.Arbitrary<Json>,
  fc.constantFrom<Json>(
    'constructor',
    '__proto__',
    'P1D',
    'PT',
    -1,
    1e308,
    '',
    'none',
    'all',
    '2000/1999',
    [],
  ),
);

describe('whatever is sent', () => {
  test('as a spec', () => {
    const places = paths(SPEC as Json);
    fc.assert(
      fc.property(fc.nat(places.length - 1), anything, (at, value) => {
        isAnswered(() => parseSpec(replaced(SPEC as Json, places[at], value)));
      }),
      { numRuns: 3000 },
    );
  });

  test('as a SQL request', () => {
    const body = {
      query: 'SELECT 1',
      resultFormat: 'array',
      header: true,
      context: { timeout: 5 },
      parameters: [{ type: 'BIGINT', value: 1 }],
    };
    const places = paths(body);
    fc.assert(
      fc.property(
        fc.nat(places.length - 1),
        anything,
        fc.constantFrom('application/json', 'text/plain', 'application/x-www-form-urlencoded', 'x'),
        (at, value, type) => {
          isAnswered(() => parseSqlRequest(type, JSON.stringify(replaced(body, places[at], value))));
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('as URL parameters', () => {
    const name = fc.oneof(
      fc.constantFrom(
        'query',
        'compress',
        'param_x',
        'max_execution_time',
        '__proto__',
        'param___proto__',
        'constructor',
      ),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string())), (pairs) => {
        isAnswered(() => parseRequest(new URLSearchParams(pairs), {}));
      }),
      { numRuns: 1000 },
    );
  });

  test('as a statement, whole or in part: no data starts behind its end', () => {
    const word = fc.constantFrom(
      'INSERT',
      'INTO',
      't',
      'FORMAT',
      'CSV',
      ' ',
      '\n',
      "'",
      '"',
      '`',
      '(',
      ')',
      '--',
      '/*',
      '*/',
      '#',
      '.',
      ';',
      'SELECT',
      '\\',
      '1',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), fc.boolean(), (words, whole) => {
        const text = new TextEncoder().encode(words.join(''));
        const { dataStart } = splitInsert(text, whole);
        expect(dataStart).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 3000 },
    );
  });
});
