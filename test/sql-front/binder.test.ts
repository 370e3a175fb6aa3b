import { describe, expect, test } from 'vitest';
import { bound, errorOf, fieldsOf, planOf, scanOf } from './session.ts';

describe("result names and types are the dialect's own", () => {
  test.each([
    [
      'standard',
      "SELECT 1, 1.5, 'a', NULL, true",
      ['1: int32', '1.5: float64', "'a': string", 'NULL: null?', 'true: bool'],
    ],
    [
      'standard',
      'SELECT added + 1, sum(added) FROM wiki GROUP BY 1',
      ['(added + 1): int64', 'sum(added): int64?'],
    ],
    [
      'druid',
      'SELECT 1, COUNT(*) AS c, SUM(added) FROM wiki',
      ['EXPR$0: int64', 'c: int64', 'EXPR$2: int64?'],
    ],
    ['druid', 'SELECT 7 / 2', ['EXPR$0: int64']],
    [
      'clickhouse',
      'SELECT 1, 1 + 1, -1, 300, 7 / 2, 1 = 1',
      [
        '1: uint8',
        'plus(1, 1): uint16',
        '-1: int8',
        '300: uint16',
        'divide(7, 2): float64',
        'equals(1, 1): uint8',
      ],
    ],
    [
      'clickhouse',
      'SELECT number + 1, count(), sum(number) FROM numbers(3) GROUP BY number',
      ['plus(number, 1): uint64', 'count(): uint64', 'sum(number): uint64'],
    ],
    [
      'clickhouse',
      'SELECT flag, toYear(time), toDate(time) FROM wiki',
      ['flag: bool', 'toYear(time): uint16', 'toDate(time): date'],
    ],
  ] as const)('%s: %s', (dialect, text, fields) => {
    expect(fieldsOf(text, dialect)).toEqual(fields);
  });
});

describe('overflow', () => {
  test('standard checks, Druid and ClickHouse wrap', () => {
    const fn = (dialect: 'standard' | 'druid' | 'clickhouse'): unknown => {
      const plan = planOf('SELECT added + 1 FROM wiki', dialect);
      return plan.kind === 'project' && plan.exprs[0].kind === 'call' ? plan.exprs[0].fn : plan.kind;
    };
    expect([fn('standard'), fn('druid'), fn('clickhouse')]).toEqual([
      'add_checked_i64',
      'add_wrap_i64',
      'add_wrap_i64',
    ]);
  });
});

describe('names', () => {
  test.each([
    ['SELECT chanel FROM wiki', 'UNKNOWN_IDENTIFIER', 'Did you mean channel?', 8],
    ['SELECT * FROM wikki', 'UNKNOWN_TABLE', 'Did you mean wiki?', 15],
    ['SELECT summ(added) FROM wiki', 'UNKNOWN_FUNCTION', 'Did you mean sum?', 8],
    ['SELECT channel FROM wiki a JOIN other b ON a.added = b.added', 'AMBIGUOUS_IDENTIFIER', 'a.channel', 8],
    ['SELECT channel, sum(added) FROM wiki', 'NOT_AN_AGGREGATE', 'GROUP BY', 8],
    ['SELECT channel FROM wiki WHERE sum(added) > 1', 'ILLEGAL_AGGREGATION', 'HAVING', 32],
    ['SELECT lower(added) FROM wiki', 'ILLEGAL_TYPE_OF_ARGUMENT', 'lower(text)', 8],
    ['SELECT a.b FROM wiki', 'UNKNOWN_IDENTIFIER', 'Unknown column a.b', 8],
    ['SELECT 1 ORDER BY 2', 'BAD_ARGUMENTS', 'select list has 1', 19],
    ['SELECT * FROM nowhere.wiki', 'UNKNOWN_DATABASE', 'nowhere', 15],
    ["SELECT * FROM wiki WHERE time > 'yesterday'", 'TYPE_MISMATCH', 'yesterday', 26],
  ])('%s', (text, name, part, column) => {
    const error = errorOf(text);
    expect(error).toMatchObject({ name, column, line: 1 });
    expect(error.text).toContain(part);
  });

  test('standard ignores case, the others do not', () => {
    expect(fieldsOf('SELECT CHANNEL FROM WIKI')).toEqual(['CHANNEL: string']);
    expect(errorOf('SELECT CHANNEL FROM wiki', 'clickhouse').name).toBe('UNKNOWN_IDENTIFIER');
    expect(errorOf('SELECT CHANNEL FROM wiki', 'druid').name).toBe('UNKNOWN_IDENTIFIER');
  });

  test('the default schema has a name per door', () => {
    expect(fieldsOf('SELECT channel FROM main.wiki')).toHaveLength(1);
    expect(fieldsOf('SELECT channel FROM druid.wiki', 'druid')).toHaveLength(1);
    expect(fieldsOf('SELECT channel FROM default.wiki', 'clickhouse')).toHaveLength(1);
  });

  test('Druid calls the time column __time, and puts it first', () => {
    expect(fieldsOf('SELECT * FROM wiki', 'druid')[0]).toBe('__time: timestamp');
  });

  test('ClickHouse aliases may be used anywhere', () => {
    expect(
      fieldsOf(
        'WITH 5 AS five SELECT added * 2 AS twice, twice + five AS more FROM wiki WHERE twice > 4',
        'clickhouse',
      ),
    ).toEqual(['twice: int64', 'more: int64']);
  });

  test('EXCEPT and REPLACE change a star', () => {
    expect(
      fieldsOf('SELECT * EXCEPT (time, big, flag, score, delta) REPLACE (upper(page) AS page) FROM wiki'),
    ).toEqual(['channel: string', 'page: string?', 'added: int64']);
  });
});

describe('plans', () => {
  test('conditions reach the scan, and only used columns are read', () => {
    const scan = scanOf(
      planOf(
        "SELECT s FROM (SELECT channel, sum(added) AS s, count(*) AS c FROM wiki GROUP BY channel) AS x WHERE channel = 'a'",
      ),
    );
    expect(scan.columnIds).toEqual([2, 4]);
    expect(scan.filter).toMatchObject({ kind: 'call', fn: 'eq_str' });
  });

  test('count(*) reads no column', () => {
    expect(scanOf(planOf('SELECT count(*) FROM wiki')).columnIds).toEqual([]);
  });

  test('a comma join with an equality is an inner join', () => {
    const plan = planOf('SELECT a.page FROM wiki a, other b WHERE a.channel = b.channel AND b.delta < 3');
    expect(plan).toMatchObject({ kind: 'project', input: { kind: 'join', join: 'inner', residual: null } });
  });

  test('IN (SELECT ...) is a semi join', () => {
    expect(planOf('SELECT channel FROM wiki WHERE added IN (SELECT delta FROM other)')).toMatchObject({
      input: { kind: 'join', join: 'semi' },
    });
  });

  test('unmatched rows: NULL in SQL, defaults in ClickHouse', () => {
    const text = 'SELECT b.channel AS c FROM wiki a LEFT JOIN other b ON a.added = b.added';
    expect(fieldsOf(text)).toEqual(['c: string?']);
    expect(fieldsOf(text, 'clickhouse')).toEqual(['c: string']);
  });

  test('a condition on the kept side of a LEFT JOIN stays in the join', () => {
    const plan = planOf('SELECT a.page FROM wiki a LEFT JOIN other b ON a.added = b.added AND a.flag');
    expect(plan).toMatchObject({ input: { kind: 'join', join: 'left', residual: { kind: 'column' } } });
  });

  const day = (y: number, m: number, d: number): bigint => BigInt(Date.UTC(y, m - 1, d));
  const within = (from: bigint, to: bigint): unknown => ({
    fn: 'and',
    args: [
      { fn: 'ge_i64', args: [{ kind: 'column' }, { value: from }] },
      { fn: 'lt_i64', args: [{ kind: 'column' }, { value: to }] },
    ],
  });
  test.each([
    ['standard', "date_trunc('month', time) = '2024-02-01'", day(2024, 2, 1), day(2024, 3, 1)],
    ['standard', "CAST(time AS DATE) = '2024-02-29'", day(2024, 2, 29), day(2024, 3, 1)],
    ['standard', 'extract(year FROM time) = 2024', day(2024, 1, 1), day(2025, 1, 1)],
    [
      'druid',
      "TIME_FLOOR(__time, 'P1D') = TIMESTAMP '2024-02-29 00:00:00'",
      day(2024, 2, 29),
      day(2024, 3, 1),
    ],
    ['clickhouse', "toStartOfMonth(time) = '2024-02-01'", day(2024, 2, 1), day(2024, 3, 1)],
    ['clickhouse', 'toYYYYMM(time) = 202412', day(2024, 12, 1), day(2025, 1, 1)],
    ['clickhouse', "toDate(time) = '2024-02-29'", day(2024, 2, 29), day(2024, 3, 1)],
  ] as const)('%s: %s becomes a range on the column', (dialect, condition, from, to) => {
    expect(scanOf(planOf(`SELECT count(*) FROM wiki WHERE ${condition}`, dialect)).filter).toMatchObject(
      within(from, to) as object,
    );
  });
});

describe('statements', () => {
  test('CREATE TABLE in standard', () => {
    expect(bound("CREATE TABLE IF NOT EXISTS t (a INTEGER, b VARCHAR NOT NULL DEFAULT 'x')")).toMatchObject({
      kind: 'createTable',
      ifNotExists: true,
      spec: {
        schema: 'main',
        name: 't',
        engine: null,
        columns: [
          { name: 'a', type: { id: 'int32', nullable: true } },
          { name: 'b', type: { id: 'string', nullable: false }, defaultValue: 'x' },
        ],
      },
    });
  });

  test('CREATE TABLE in ClickHouse', () => {
    const text =
      "CREATE TABLE t (a UInt8, b LowCardinality(Nullable(String)), ts DateTime64(6, 'Asia/Tokyo')) ENGINE = MergeTree() PARTITION BY toYYYYMM(ts) ORDER BY (a, ts) SETTINGS index_granularity = 8192";
    expect(bound(text, 'clickhouse')).toMatchObject({
      kind: 'createTable',
      spec: {
        engine: 'MergeTree',
        orderBy: [0, 2],
        timeColumn: 'ts',
        partitionBy: [{ fn: 'extract_ticks' }],
        tableSettings: { written: { index_granularity: '8192' } },
        columns: [
          { type: { id: 'uint8', nullable: false } },
          { type: { id: 'string', nullable: true } },
          { type: { id: 'timestamp', precision: 6, zone: 'Asia/Tokyo' } },
        ],
      },
    });
    expect(errorOf('CREATE TABLE t (a UInt8) ENGINE = MergTree ORDER BY a', 'clickhouse')).toMatchObject({
      name: 'UNKNOWN_STORAGE',
      text: expect.stringContaining('MergeTree'),
    });
  });

  test("INSERT gives values in the table's types", () => {
    expect(
      bound("INSERT INTO wiki (time, added) VALUES ('2024-05-06 00:00:00', 2 + 3), (DATE '1970-01-01', '7')"),
    ).toMatchObject({
      kind: 'insert',
      tableId: 1,
      columnIds: [1, 4],
      source: {
        kind: 'plan',
        plan: {
          kind: 'values',
          rows: [
            [day(2024, 5, 6), 5n],
            [0n, 7n],
          ],
        },
      },
    });
    expect(errorOf('INSERT INTO wiki (added, nope) VALUES (1, 2)')).toMatchObject({
      name: 'NO_SUCH_COLUMN_IN_TABLE',
      column: 26,
    });
    expect(errorOf('INSERT INTO wiki (added) VALUES (NULL)').name).toBe('CANNOT_INSERT_NULL');
  });

  const day = (y: number, m: number, d: number): bigint => BigInt(Date.UTC(y, m - 1, d));

  test('small commands', () => {
    expect(bound('DROP TABLE IF EXISTS gone')).toMatchObject({
      kind: 'dropTable',
      ifExists: true,
      tables: [{ id: null, name: 'gone' }],
    });
    expect(bound('TRUNCATE TABLE wiki')).toMatchObject({ kind: 'truncateTables', tables: [{ id: 1 }] });
    expect(bound('USE main')).toMatchObject({ kind: 'use', schema: 'main' });
    expect(bound('SET max_threads = 2, join_use_nulls = 1')).toMatchObject({
      kind: 'set',
      values: { max_threads: 2, join_use_nulls: 1 },
    });
    expect(bound('OPTIMIZE TABLE wiki FINAL', 'clickhouse')).toMatchObject({
      kind: 'optimizeTable',
      final: true,
    });
    expect(bound('EXPLAIN PLAN FOR SELECT 1', 'druid')).toMatchObject({
      kind: 'explain',
      form: 'druid',
      statement: { kind: 'query' },
    });
    expect(bound('SELECT 1 SETTINGS a = 1 FORMAT JSON', 'clickhouse')).toMatchObject({
      format: 'JSON',
      settings: { a: 1 },
    });
    expect(bound("SHOW TABLES LIKE 'w%'")).toMatchObject({ kind: 'query', plan: { rows: [['wiki']] } });
    expect(bound('EXISTS TABLE nope', 'clickhouse')).toMatchObject({ plan: { rows: [[0n]] } });
  });
});
