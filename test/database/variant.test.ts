/**
 * Variant and Dynamic from outside: what formats bring is inferred as ClickHouse 26.7 infers it (asked of chdb 3.4.0), the library gives the values
 * themselves, other dialects their texts, and queries that run out of memory give the same.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';

let db: Database;
beforeAll(async () => {
  db = await open();
});
afterAll(() => db.close());

type Rows = readonly (readonly unknown[])[];
const run = async (sql: string, settings = {}): Promise<Rows> =>
  (await db.execute(sql, { dialect: 'clickhouse', settings })).rows;

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

/** What a column of the type has of the rows, with types. */
async function inserted(type: string, format: string, rows: readonly string[]): Promise<Rows> {
  await run(`CREATE OR REPLACE TABLE t (i UInt8, v ${type}) ENGINE = MergeTree ORDER BY i`);
  const data = bytes(rows.map((row) => `${row}\n`).join(''));
  await db.execute(`INSERT INTO t FORMAT ${format}`, { dialect: 'clickhouse', data });
  const typeOf = type.startsWith('Variant') ? 'variantType' : 'dynamicType';
  return run(`SELECT toString(v), toString(${typeOf}(v)) FROM t ORDER BY i`);
}

describe('texts of rows', () => {
  it('are inferred in a Dynamic from JSON', async () => {
    const values: readonly (readonly [json: string, text: string, type: string])[] = [
      ['1', '1', 'Int64'],
      ['"x"', 'x', 'String'],
      ['[1,2]', '[1,2]', 'Array(Int64)'],
      ['{"a":1}', '(1)', 'Tuple(a Int64)'],
      ['null', '', 'None'],
      ['"2020-01-01"', '2020-01-01', 'Date'],
      ['1.5', '1.5', 'Float64'],
      ['true', 'true', 'Bool'],
      ['[1,"a"]', "[1,'a']", 'Array(Dynamic)'],
      ['"7"', '7', 'String'],
      ['18446744073709551615', '18446744073709551615', 'UInt64'],
      ['[]', '[]', 'Array(String)'],
      ['[null,1]', '[NULL,1]', 'Array(Nullable(Int64))'],
      ['"2020-01-01 10:00:00"', '2020-01-01 10:00:00', 'DateTime'],
      ['[[1],[2]]', '[[1],[2]]', 'Array(Array(Int64))'],
      ['["2020-01-01"]', "['2020-01-01']", 'Array(Date)'],
      ['[1,1.5]', '[1,1.5]', 'Array(Float64)'],
      ['1e3', '1000', 'Float64'],
      ['"2020-01-01 10:00:00.123"', '2020-01-01 10:00:00.123000000', 'DateTime64(9)'],
    ];
    const rows = values.map(([json], i) => `{"i":${i},"v":${json}}`);
    expect(await inserted('Dynamic', 'JSONEachRow', rows)).toEqual(values.map(([, ...rest]) => rest));
  });

  it('are inferred in a Dynamic from CSV, where quotes make texts', async () => {
    const values: readonly (readonly [field: string, text: string, type: string])[] = [
      ['1', '1', 'Int64'],
      ['"7"', '7', 'String'],
      ['"[1,2]"', '[1,2]', 'Array(Int64)'],
      ['abc', 'abc', 'String'],
      ['2020-01-01', '2020-01-01', 'Date'],
      ['true', 'true', 'Bool'],
      ['1.5', '1.5', 'Float64'],
      ['\\N', '', 'None'],
      ['', '', 'None'],
      ['"2020-01-01 10:00:00"', '2020-01-01 10:00:00', 'DateTime'],
      [`"['a','b']"`, "['a','b']", 'Array(String)'],
    ];
    const rows = values.map(([field], i) => `${i},${field}`);
    expect(await inserted('Dynamic', 'CSV', rows)).toEqual(values.map(([, ...rest]) => rest));
  });

  it('go to the first type of a Variant that takes them', async () => {
    const type = 'Variant(Int64, String, Array(UInt8), Date, Float64, Bool)';
    const values: readonly (readonly [json: string, text: string, type: string])[] = [
      ['5', '5', 'Int64'],
      ['"2020-01-01"', '2020-01-01', 'Date'],
      ['true', 'true', 'Bool'],
      ['1.5', '1.5', 'Float64'],
      ['"x"', 'x', 'String'],
      ['[1]', '[1]', 'Array(UInt8)'],
      ['["a"]', '["a"]', 'String'],
      ['{"a":1}', '{"a":1}', 'String'],
      ['null', '', 'None'],
    ];
    const rows = values.map(([json], i) => `{"i":${i},"v":${json}}`);
    expect(await inserted(type, 'JSONEachRow', rows)).toEqual(values.map(([, ...rest]) => rest));
  });

  it('that no type takes are bad rows', async () => {
    await expect(inserted('Variant(Int64, Date)', 'JSONEachRow', ['{"i":1,"v":"x"}'])).rejects.toThrow(
      'variant',
    );
  });
});

describe('values', () => {
  it('are themselves in the library', async () => {
    const [row] = await run(
      "SELECT CAST(1, 'Dynamic'), CAST('x', 'Dynamic'), CAST([1, 2], 'Dynamic'), CAST((1, 'a'), 'Dynamic'), CAST(1.5, 'Dynamic'), CAST(NULL, 'Dynamic'), map('a', 1, 'b', 'x')",
    );
    const values = new Map<string, unknown>([
      ['a', 1],
      ['b', 'x'],
    ]);
    expect(row).toEqual([1, 'x', [1, 2], [1, 'a'], 1.5, null, values]);
  });

  it('come in by the library', async () => {
    await run('CREATE OR REPLACE TABLE l (i UInt8, v Dynamic) ENGINE = MergeTree ORDER BY i');
    await db.insert('l', [
      { i: 1, v: 5 },
      { i: 2, v: 'x' },
      { i: 3, v: [1, 2] },
      { i: 4, v: null },
    ]);
    expect(await run('SELECT v, dynamicType(v) FROM l ORDER BY i')).toEqual([
      [5, 'Int64'],
      ['x', 'String'],
      [[1, 2], 'Array(Int64)'],
      [null, 'None'],
    ]);
  });

  it('are texts in other dialects', async () => {
    await run(
      'CREATE OR REPLACE TABLE o (i UInt8, v Variant(UInt8, String, Array(UInt8))) ENGINE = MergeTree ORDER BY i',
    );
    await run("INSERT INTO o VALUES (1, 5), (2, 'x'), (3, [1, 2]), (4, NULL)");
    for (const dialect of ['standard', 'druid'] as const) {
      const { rows } = await db.execute('SELECT v FROM o ORDER BY i', { dialect });
      expect(rows).toEqual([['5'], ['x'], ['[1, 2]'], [null]]);
    }
  });

  it('are grouped and sorted alike when memory runs short', async () => {
    await run(
      'CREATE OR REPLACE TABLE s ENGINE = MergeTree ORDER BY tuple() AS SELECT number AS n, multiIf(number % 3 = 0, toString(number), number % 3 = 1, number, toFloat64(number)) AS v FROM numbers(200000)',
    );
    const [[groups, texts]] = await run(
      "SELECT count(), countIf(variantType(v) = 'String') FROM (SELECT v FROM s GROUP BY v)",
      { max_bytes_before_external_group_by: 1_000_000 },
    );
    expect([Number(groups), Number(texts)]).toEqual([200_000, 66_667]);
    const sorted = await run('SELECT toString(variantType(v)), n FROM s ORDER BY v, n LIMIT 1 OFFSET 66666', {
      max_bytes_before_external_sort: 1_000_000,
    });
    // 66,666 floats (2, 5, ... 199,997... of numbers(200000)), then 66,667 texts, of which '0' is least.
    expect(sorted).toEqual([['String', 0]]);
  });
});
