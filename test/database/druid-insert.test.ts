import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Database, open, type QueryOptions } from '../../database/index.ts';

const druid = (db: Database, sql: string, more: QueryOptions = {}) =>
  db.query(sql, { dialect: 'druid', ...more });

/** `days` days from 2020-01-01 on, `perDay` rows in each, the value 1 in every row. */
const events = (days: number, perDay: number, first = '2020-01-01'): string => {
  const start = Date.parse(first);
  const lines = Array.from({ length: days * perDay }, (_, i) => {
    const t = new Date(start + Math.floor(i / perDay) * 86400000 + (i % perDay) * 1000).toISOString();
    return JSON.stringify({ t, k: `k${i % 3}`, n: 1 });
  });
  const source = JSON.stringify({ type: 'inline', data: lines.join('\n') });
  return `TABLE(EXTERN('${source}', '{"type":"json"}')) EXTEND (t VARCHAR, k VARCHAR, n BIGINT)`;
};
const SELECT = 'SELECT TIME_PARSE(t) AS __time, k, n FROM';
const day = (from: string, to: string): string =>
  `OVERWRITE WHERE __time >= TIMESTAMP '${from}' AND __time < TIMESTAMP '${to}'`;

const byDay = async (db: Database) =>
  (
    (await druid(
      db,
      `SELECT TIME_FORMAT(TIME_FLOOR(__time, 'P1D'), 'yyyy-MM-dd') AS d, SUM(n) AS n FROM t GROUP BY 1 ORDER BY 1`,
    )) as { d: string; n: number }[]
  ).map(({ d, n }) => `${d} ${n}`);

const failure = (db: Database, sql: string, more: QueryOptions = {}) =>
  druid(db, sql, more).then(
    () => 'done',
    (error: { errorName: string; message: string }) => `${error.errorName}: ${error.message}`,
  );

describe('INSERT and REPLACE of Druid', () => {
  it('are explained: what they read and write, and how', async () => {
    await using db = await open();
    await druid(db, `INSERT INTO t ${SELECT} ${events(1, 2)} PARTITIONED BY DAY`);
    const explained = async (sql: string): Promise<unknown[]> => {
      const [row] = await druid(db, `EXPLAIN PLAN FOR ${sql}`);
      return ['RESOURCES', 'ATTRIBUTES'].map((name) => JSON.parse(String(row[name])));
    };
    const sources = (...names: string[]) => names.map((name) => ({ name, type: 'DATASOURCE' }));
    expect(await explained('SELECT COUNT(*) FROM t')).toEqual([sources('t'), { statementType: 'SELECT' }]);
    expect(
      await explained('INSERT INTO u SELECT __time, k, n FROM t PARTITIONED BY HOUR CLUSTERED BY k'),
    ).toEqual([
      sources('t', 'u'),
      { statementType: 'INSERT', targetDataSource: 'u', partitionedBy: 'HOUR', clusteredBy: ['k'] },
    ]);
    expect(
      await explained('REPLACE INTO t OVERWRITE ALL SELECT __time, k FROM t PARTITIONED BY ALL'),
    ).toEqual([
      sources('t'),
      {
        statementType: 'REPLACE',
        targetDataSource: 't',
        partitionedBy: { type: 'all' },
        replaceTimeChunks: 'all',
      },
    ]);
    const [, { replaceTimeChunks }] = (await explained(
      `REPLACE INTO t ${day('2020-01-01', '2020-01-03')} SELECT __time, k FROM t PARTITIONED BY DAY`,
    )) as [unknown, { replaceTimeChunks: string }];
    expect(replaceTimeChunks).toBe('2020-01-01T00:00:00.000Z/2020-01-03T00:00:00.000Z');
    expect(await failure(db, 'SELECT * FROM u')).toMatch(/^UNKNOWN_TABLE/);
  });

  it('make the table, add to it, and replace times or all of it', async () => {
    await using db = await open();
    await druid(db, `INSERT INTO t ${SELECT} ${events(3, 10)} PARTITIONED BY DAY CLUSTERED BY k`);
    expect(await byDay(db)).toEqual(['2020-01-01 10', '2020-01-02 10', '2020-01-03 10']);
    await druid(db, `INSERT INTO t ${SELECT} ${events(1, 5)} PARTITIONED BY DAY`);
    expect(await byDay(db)).toEqual(['2020-01-01 15', '2020-01-02 10', '2020-01-03 10']);
    // The second of two days has no rows afterwards: its old ones go all the same.
    await druid(
      db,
      `REPLACE INTO t ${day('2020-01-01', '2020-01-03')} ${SELECT} ${events(1, 7)} PARTITIONED BY DAY`,
    );
    expect(await byDay(db)).toEqual(['2020-01-01 7', '2020-01-03 10']);
    // Of itself.
    await druid(
      db,
      `REPLACE INTO "druid"."t" OVERWRITE WHERE __time BETWEEN TIMESTAMP '2020-01-03' AND TIMESTAMP '2020-01-03 23:59:59.999'
       SELECT * FROM t WHERE k = 'k0' AND __time >= TIMESTAMP '2020-01-03' PARTITIONED BY FLOOR(__time TO DAY)`,
    );
    // Rows 20 to 29 are those of the third day, of which 21, 24 and 27 are divisible by 3.
    expect(await byDay(db)).toEqual(['2020-01-01 7', '2020-01-03 3']);
    await druid(
      db,
      `REPLACE INTO t OVERWRITE ALL ${SELECT} ${events(1, 2)} PARTITIONED BY TIME_FLOOR(__time, 'P1D')`,
    );
    expect(await byDay(db)).toEqual(['2020-01-01 2']);
  });

  it('go by the names of columns, and add those that are new', async () => {
    await using db = await open();
    await druid(db, `INSERT INTO t ${SELECT} ${events(1, 1)} PARTITIONED BY DAY`);
    await druid(
      db,
      `INSERT INTO t SELECT 2.5 AS extra, n, TIME_PARSE(t) AS __time, n > 0 AS is_one FROM ${events(1, 1)} PARTITIONED BY DAY`,
    );
    expect(await druid(db, 'SELECT k, n, extra, is_one FROM t ORDER BY extra')).toEqual([
      { k: 'k0', n: 1, extra: null, is_one: null },
      { k: null, n: 1, extra: 2.5, is_one: 1 },
    ]);
  });

  it('roll up when aggregations are not finalized', async () => {
    await using db = await open();
    const insert = `INSERT INTO t SELECT TIME_FLOOR(TIME_PARSE(t), 'P1D') AS __time, k, COUNT(*) AS c, SUM(n) AS n, MAX(t) AS last,
      APPROX_COUNT_DISTINCT_DS_HLL(t) AS times, APPROX_QUANTILE_DS(n, 0.5) AS q,
      DS_TUPLE_DOUBLES(t, n) AS sums, TDIGEST_QUANTILE(n, 0.5) AS d, BLOOM_FILTER(t, 10) AS f FROM ${events(2, 6)} GROUP BY 1, 2 PARTITIONED BY DAY`;
    await druid(db, insert, { settings: { finalizeAggregations: false } });
    await druid(db, insert, { settings: { finalizeAggregations: false } });
    await db.query('OPTIMIZE TABLE t FINAL');
    expect(
      await druid(
        db,
        `SELECT COUNT(*) AS rows_, SUM(c) AS c, SUM(n) AS n, MAX("last") AS l, APPROX_COUNT_DISTINCT_DS_HLL(times) AS t,
           DS_GET_QUANTILE(DS_QUANTILES_SKETCH(q), 0.5) AS q,
           DS_TUPLE_DOUBLES_METRICS_SUM_ESTIMATE(DS_TUPLE_DOUBLES(sums)) AS s, TDIGEST_QUANTILE(d, 1) AS d,
           BLOOM_FILTER_TEST('2020-01-02T00:00:05.000Z', BLOOM_FILTER(f, 10)) AS b FROM t`,
      ),
      // 2 days of 3 keys; 12 rows twice over, with 12 different times.
    ).toEqual([
      { rows_: 6, c: 24, n: 24, l: '2020-01-02T00:00:05.000Z', t: 12, q: 1, s: [24], d: 1, b: true },
    ]);
    expect(
      await failure(db, insert.replace('MAX(t)', 'AVG(n)'), { settings: { finalizeAggregations: false } }),
    ).toMatch(/^NOT_IMPLEMENTED: Storing AVG/);
  });

  it('change nothing when they fail, and say why', async () => {
    await using db = await open();
    await druid(db, `INSERT INTO t ${SELECT} ${events(2, 3)} PARTITIONED BY DAY`);
    const from = events(1, 1);
    const cases: readonly (readonly [string, RegExp])[] = [
      [`REPLACE INTO t OVERWRITE ALL ${SELECT} ${from}`, /^BAD_ARGUMENTS: REPLACE lacks PARTITIONED BY/],
      [
        `INSERT INTO new ${SELECT} ${from}`,
        /^UNKNOWN_TABLE: Unknown table new, and INSERT lacks PARTITIONED BY/,
      ],
      [`REPLACE INTO t ${SELECT} ${from} PARTITIONED BY DAY`, /^SYNTAX_ERROR: REPLACE does not say/],
      [
        `INSERT INTO t OVERWRITE ALL ${SELECT} ${from} PARTITIONED BY DAY`,
        /^SYNTAX_ERROR: INSERT takes no OVERWRITE/,
      ],
      [
        `INSERT INTO t (n) ${SELECT} ${from} PARTITIONED BY DAY`,
        /^SYNTAX_ERROR: INSERT .* no list of columns/,
      ],
      [
        `INSERT INTO t ${SELECT} ${from} PARTITIONED BY FORTNIGHT`,
        /^BAD_ARGUMENTS: PARTITIONED BY: 'FORTNIGHT'/,
      ],
      [`INSERT INTO t ${SELECT} ${from} PARTITIONED BY 'PT1S'`, /a minute or more/],
      [`INSERT INTO t ${SELECT} ${from} PARTITIONED BY n + 1`, /names no granularity/],
      [`INSERT INTO t SELECT n FROM ${from} PARTITIONED BY DAY`, /gives no __time/],
      [`INSERT INTO t SELECT t AS __time FROM ${from} PARTITIONED BY DAY`, /__time is .*, not TIMESTAMP/],
      [
        `INSERT INTO t SELECT TIME_PARSE(k) AS __time FROM ${from} PARTITIONED BY DAY`,
        /^INCORRECT_DATA: A row has no __time/,
      ],
      [`INSERT INTO new SELECT TIME_PARSE(k) AS __time FROM ${from} PARTITIONED BY DAY`, /^INCORRECT_DATA: /],
      [
        `INSERT INTO t SELECT TIME_PARSE(t) AS __time, n + 1 FROM ${from} PARTITIONED BY DAY`,
        /EXPR\$1 has no name/,
      ],
      [
        `INSERT INTO t SELECT TIME_PARSE(t) AS __time, n, k AS n FROM ${from} PARTITIONED BY DAY`,
        /^DUPLICATE_COLUMN: /,
      ],
      [`INSERT INTO t ${SELECT} ${from} ORDER BY 1 PARTITIONED BY DAY`, /takes no ORDER BY/],
      [`INSERT INTO t ${SELECT} ${from} PARTITIONED BY DAY CLUSTERED BY k DESC`, /sorts upwards only/],
      [`INSERT INTO t ${SELECT} ${from} PARTITIONED BY DAY CLUSTERED BY zz`, /names no column/],
      [
        `REPLACE INTO t ${day('2020-01-01 01:00:00', '2020-01-02')} ${SELECT} ${from} PARTITIONED BY DAY`,
        /OVERWRITE WHERE has an end at 2020-01-01T01:00:00.000Z/,
      ],
      [
        `REPLACE INTO t ${day('2020-01-02', '2020-01-03')} ${SELECT} ${from} PARTITIONED BY DAY`,
        /^INCORRECT_DATA: A row's __time is 2020-01-01T00:00:00.000Z/,
      ],
      [
        `REPLACE INTO t ${day('2020-01-03', '2020-01-02')} ${SELECT} ${from} PARTITIONED BY DAY`,
        /holds for no time/,
      ],
      [
        `REPLACE INTO t OVERWRITE WHERE n = 1 ${SELECT} ${from} PARTITIONED BY DAY`,
        /^NOT_IMPLEMENTED: Anything but/,
      ],
      [`INSERT INTO sys.t ${SELECT} ${from} PARTITIONED BY DAY`, /cannot write into the schema sys/],
    ];
    for (const [sql, message] of cases) expect(await failure(db, sql), sql).toMatch(message);
    const none = `INSERT INTO t ${SELECT} ${from} WHERE n = 2 PARTITIONED BY DAY`;
    expect(await failure(db, none, { settings: { failOnEmptyInsert: true } })).toMatch(/No rows to insert/);
    expect(await failure(db, none)).toBe('done');
    expect(await byDay(db)).toEqual(['2020-01-01 3', '2020-01-02 3']);
    expect(db.tables().map(({ name }) => name)).toEqual(['t']);
    await expect(db.query(`INSERT INTO t SELECT 1 PARTITIONED BY DAY`)).rejects.toThrow(/not supported/);
  });

  it('take any times but some, and no time at all in one partition', async () => {
    await using db = await open();
    await druid(db, `INSERT INTO t ${SELECT} ${events(4, 1)} PARTITIONED BY DAY`);
    const kept = `${SELECT} ${events(1, 2, '2021-05-05')} PARTITIONED BY DAY`;
    await druid(db, `REPLACE INTO t OVERWRITE WHERE NOT (__time < TIMESTAMP '2020-01-03') ${kept}`);
    expect(await byDay(db)).toEqual(['2020-01-01 1', '2020-01-02 1', '2021-05-05 2']);
    await druid(
      db,
      `REPLACE INTO t OVERWRITE WHERE __time < TIMESTAMP '2020-01-02' OR TIMESTAMP '2021-01-01' <= __time ${kept}`,
    );
    expect(await byDay(db)).toEqual(['2020-01-02 1', '2021-05-05 2']);
    await druid(db, 'INSERT INTO u SELECT k, n FROM t PARTITIONED BY ALL TIME');
    expect(await druid(db, 'SELECT MIN(__time) AS a, COUNT(*) AS n FROM u')).toEqual([
      { a: new Date(0), n: 3 },
    ]);
  });

  it('do not cut through what lies in one partition', async () => {
    await using db = await open();
    // An hour has 3600 of the seconds.
    await druid(db, `INSERT INTO t ${SELECT} ${events(1, 4000)} PARTITIONED BY DAY`);
    const first = day('2020-01-01', '2020-01-01 01:00:00');
    expect(
      await failure(db, `REPLACE INTO t ${first} ${SELECT} ${events(1, 1)} PARTITIONED BY HOUR`),
    ).toMatch(/^BAD_ARGUMENTS: .* cuts through a segment/);
    expect(await byDay(db)).toEqual(['2020-01-01 4000']);
  });

  it('survive a restart', async () => {
    const path = mkdtempSync(join(tmpdir(), 'basalt-druid-insert-'));
    {
      await using db = await open({ path });
      await druid(db, `INSERT INTO t ${SELECT} ${events(2, 2)} PARTITIONED BY DAY`);
      await druid(
        db,
        `REPLACE INTO t ${day('2020-01-02', '2020-01-03')} SELECT * FROM t WHERE n = 0 PARTITIONED BY DAY`,
      );
    }
    await using db = await open({ path });
    expect(await byDay(db)).toEqual(['2020-01-01 2']);
    expect(await db.query('CHECK TABLE t')).not.toEqual([]);
  });
});
