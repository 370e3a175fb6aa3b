import { describe, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';
import { formatByName, writerOf } from '../../engine/format/index.ts';

async function written(db: Database, sql: string, format: string): Promise<string> {
  const run = await db.run(sql, { dialect: 'clickhouse' });
  const writer = (await writerOf(formatByName(format)))(run.schema, {});
  const pieces = [writer.begin()];
  for await (const batch of run.batches) pieces.push(writer.batch(batch));
  pieces.push(writer.end({ rows: 2, elapsedMs: 0, rowsRead: 10, bytesRead: 80, totals: run.totals() }));
  return Buffer.concat(pieces).toString();
}

/** Expected bytes: ClickHouse (chdb 3.4.0); test/oracle/totals.test.ts compares more of them. */
describe('WITH TOTALS', () => {
  const SQL =
    'SELECT number % 3 AS k, sum(number) AS s, count() AS c FROM numbers(10) GROUP BY k WITH TOTALS ORDER BY k LIMIT 2';
  const TOTALS: readonly (readonly [string, string])[] = [
    ['TSV', '0\t18\t4\n1\t12\t3\n\n0\t45\t10\n'],
    ['CSVWithNames', '"k","s","c"\n0,18,4\n1,12,3\n\n0,45,10\n'],
    ['JSONEachRow', '{"k":0,"s":18,"c":4}\n{"k":1,"s":12,"c":3}\n'],
  ];
  it.each(TOTALS)('is shown in %s', async (format, expected) => {
    await using db = await open();
    expect(await written(db, SQL, format)).toBe(expected);
  });

  it('is shown in JSON and JSONCompact behind the rows', async () => {
    await using db = await open();
    expect(await written(db, SQL, 'JSON')).toContain(
      '\t],\n\n\t"totals":\n\t{\n\t\t"k": 0,\n\t\t"s": 45,\n\t\t"c": 10\n\t},\n\n\t"rows": 2,',
    );
    expect(await written(db, SQL, 'JSONCompact')).toContain(
      '\t],\n\n\t"totals": [0, 45, 10],\n\n\t"rows": 2,',
    );
  });

  it('counts groups that HAVING leaves out only where it is told to', async () => {
    await using db = await open();
    const sql =
      'SELECT number % 3 AS a, count() AS c FROM numbers(10) GROUP BY a WITH TOTALS HAVING c > 3 ORDER BY a';
    expect(await written(db, sql, 'TSV')).toBe('0\t4\n\n0\t4\n');
    expect(await written(db, `${sql} SETTINGS totals_mode = 'before_having'`, 'TSV')).toBe('0\t4\n\n0\t10\n');
  });

  it('is of the same moment as the rows', async () => {
    await using db = await open();
    await db.execute('CREATE TABLE t AS SELECT i FROM generate_series(1, 4) AS g(i)');
    const run = await db.run('SELECT count() FROM t GROUP BY i WITH TOTALS', { dialect: 'clickhouse' });
    const batches = run.batches[Symbol.asyncIterator]();
    await batches.next();
    await db.execute('INSERT INTO t VALUES (5)');
    while (!(await batches.next()).done);
    expect(run.totals()?.columns[0]).toMatchObject({ values: BigInt64Array.of(4n) });
  });

  it('goes through what stands above the groups, past its conditions', async () => {
    await using db = await open();
    const inner = SQL.replace(' LIMIT 2', '');
    for (const [above, expected] of [
      [`SELECT k, s * 2, c FROM (${inner}) WHERE s > 12 ORDER BY k LIMIT 1`, '0\t36\t4\n\n0\t90\t10\n'],
      [`SELECT s FROM (${inner}) WHERE s > 100`, '\n45\n'],
      [`SELECT count(), sum(s) FROM (${inner})`, '3\t45\n'],
      [`SELECT s, n.number FROM (${inner}) AS q JOIN numbers(1) AS n ON q.k = n.number`, '18\t0\n\n45\t0\n'],
      [`SELECT 7 AS s UNION ALL SELECT s FROM (${inner}) WHERE k = 0 ORDER BY s`, '7\n18\n\n45\n'],
      [`SELECT s FROM (${inner}) ARRAY JOIN [] AS a`, ''],
    ])
      expect(await written(db, above, 'TSV'), above).toBe(expected);
  });

  it('is that of a view in the dialect that has totals', async () => {
    await using db = await open();
    await db.execute(`CREATE VIEW v AS ${SQL}`, { dialect: 'clickhouse' });
    expect(await written(db, 'SELECT c FROM v WHERE k = 0', 'TSV')).toBe('4\n\n10\n');
    const run = await db.run('SELECT c FROM v');
    for await (const _ of run.batches);
    expect(run.totals()).toBeNull();
  });

  it('is no row of a result in JavaScript, and refused in other dialects', async () => {
    await using db = await open();
    const { rows } = await db.execute(SQL, { dialect: 'clickhouse' });
    expect(rows.length).toBe(2);
    await expect(db.execute('SELECT 1 AS a GROUP BY a WITH TOTALS')).rejects.toMatchObject({
      errorName: 'NOT_IMPLEMENTED',
    });
  });
});
