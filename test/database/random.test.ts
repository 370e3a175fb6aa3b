import { describe, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';
import { openOn } from '../../database/open-on.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { MemoryFileSystem } from '../../storage/index.ts';

/**
 * What statements draw at random: spread as closed forms say, the same again for a seed, and drawn as often as the statement says. Bounds are
 * four to five standard errors wide; seeds are fixed, so a test that passes once passes always.
 */
type Row = Record<string, number>;

const SEED = { random_seed: 20_240_506 };

async function row(db: Database, sql: string, settings: Record<string, number> = SEED): Promise<Row> {
  const [first] = await db.query(sql, { dialect: 'clickhouse', settings });
  return first as Row;
}

const N = 60_000;

/** Counts of equally likely values are as unlike as chi-squared has them. */
function expectUniform(counts: readonly number[]): void {
  const wanted = counts.reduce((a, b) => a + b, 0) / counts.length;
  const statistic = counts.reduce((sum, n) => sum + (n - wanted) ** 2 / wanted, 0);
  const freedom = counts.length - 1;
  expect(Math.abs(statistic - freedom)).toBeLessThan(5 * Math.sqrt(2 * freedom));
}

async function counts(db: Database, dialect: 'clickhouse' | 'standard', value: string): Promise<number[]> {
  const from = dialect === 'clickhouse' ? `numbers(${N})` : `range(${N})`;
  const sql = `SELECT ${value} AS k, count(*) AS n FROM ${from} GROUP BY k ORDER BY k`;
  const rows = await db.query(sql, { dialect, settings: SEED });
  return rows.map((r) => Number(r['n']));
}

describe('numbers that are all as likely', () => {
  it.each([
    ['clickhouse', 'rand() % 256'],
    ['clickhouse', 'intDiv(rand(), 16777216)'],
    ['clickhouse', 'rand64() % 251'],
    ['clickhouse', 'bitShiftRight(rand64(), 56)'],
    ['clickhouse', 'toUInt8(floor(randCanonical() * 100))'],
    ['clickhouse', 'toUInt8(floor(randUniform(0, 100)))'],
    ['clickhouse', 'reinterpretAsUInt8(randomString(1))'],
    ['clickhouse', 'reinterpretAsUInt8(substring(randomString(9), 9))'],
    ['clickhouse', 'ascii(randomPrintableASCII(1))'],
    ['clickhouse', 'substring(toString(generateUUIDv4()), 1, 2)'],
    ['clickhouse', 'substring(toString(generateUUIDv4()), 20, 1)'],
    ['clickhouse', 'substring(toString(generateUUIDv4()), 35, 2)'],
    ['standard', 'floor(random() * 100)'],
    ['standard', 'substring(CAST(uuidv7() AS VARCHAR), 16, 2)'],
    ['standard', 'substring(CAST(uuidv7() AS VARCHAR), 35, 2)'],
  ] as const)('%s: %s', async (dialect, value) => {
    await using db = await open({ threads: 2 });
    expectUniform(await counts(db, dialect, value));
  });

  it('follow each other without relation, as do those of two calls', async () => {
    await using db = await open();
    const sql = `SELECT corr(x, before) AS serial, corr(x, y) AS other FROM (SELECT x, y, lagInFrame(x) OVER (ORDER BY number) AS before
      FROM (SELECT number, rand(1) / 4294967296 AS x, rand(2) / 4294967296 AS y FROM numbers(${N})))`;
    const { serial, other } = await row(db, sql);
    expect(Math.abs(serial)).toBeLessThan(4.5 / Math.sqrt(N));
    expect(Math.abs(other)).toBeLessThan(4.5 / Math.sqrt(N));
  });

  it('do not come twice', async () => {
    await using db = await open({ threads: 2 });
    const sql = `SELECT uniqExact(rand64()) AS a, uniqExact(generateUUIDv4()) AS b, uniqExact(generateUUIDv7()) AS c, uniqExact(randomString(16)) AS d
      FROM numbers(${N})`;
    expect(await row(db, sql)).toEqual({ a: N, b: N, c: N, d: N });
  });
});

describe('distributions have their mean and variance', () => {
  // Mean, variance and kurtosis, from their closed forms.
  it.each<[string, number, number, number]>([
    ['randUniform(-1.5, 2.5)', 0.5, 16 / 12, 1.8],
    ['randNormal(3, 2)', 3, 4, 3],
    ['log(randLogNormal(0.5, 0.25))', 0.5, 1 / 16, 3],
    ['randExponential(4)', 1 / 4, 1 / 16, 9],
    ['randChiSquared(5)', 5, 10, 3 + 12 / 5],
    ['randStudentT(9)', 0, 9 / 7, 3 + 6 / 5],
    ['randFisherF(5, 20)', 20 / 18, (2 * 400 * 23) / (5 * 18 ** 2 * 16), 9.5],
    ['randBernoulli(0.25)', 0.25, 0.1875, 3 + (1 - 6 * 0.1875) / 0.1875],
    ['randBinomial(10, 0.25)', 2.5, 1.875, 3 + (1 - 6 * 0.1875) / 1.875],
    ['randNegativeBinomial(10, 0.25)', 30, 120, 3 + 6 / 10 + 1 / 120],
    ['randPoisson(7)', 7, 7, 3 + 1 / 7],
    ['randPoisson(7.7)', 7, 7, 3 + 1 / 7],
    ["length(replaceAll(bin(fuzzBits(repeat('a', 10), 0.1)), '0', ''))", 30 * 0.9 + 50 * 0.1, 80 * 0.09, 3.1],
  ])('%s', async (value, mean, variance, kurtosis) => {
    await using db = await open({ threads: 2 });
    const sql = `SELECT avg(x) AS m, varPop(x) AS v FROM (SELECT ${value} AS x FROM numbers(${N}))`;
    const { m, v } = await row(db, sql);
    expect(Math.abs(m - mean)).toBeLessThan(5 * Math.sqrt(variance / N));
    expect(Math.abs(v - variance)).toBeLessThan(5 * variance * Math.sqrt((kurtosis - 1) / N) + 1e-9);
  });
});

describe('UUIDs', () => {
  it('of version 7 begin with the time of the statement, and ascend in ClickHouse', async () => {
    await using db = await open();
    const from = Date.now();
    const [{ ascend, ms }] = (await db.query(
      `SELECT arraySort(l) = l AS ascend, toUnixTimestamp64Milli(UUIDv7ToDateTime(l[1])) AS ms
       FROM (SELECT groupArray(u) AS l FROM (SELECT generateUUIDv7() AS u FROM numbers(20000)))`,
      { dialect: 'clickhouse', settings: { max_threads: 1 } },
    )) as Row[];
    expect(Boolean(ascend)).toBe(true);
    expect(ms).toBeGreaterThanOrEqual(from);
    expect(ms).toBeLessThanOrEqual(Date.now());
  });

  it('have their version and variant', async () => {
    await using db = await open();
    const four = await db.query('SELECT CAST(uuid() AS VARCHAR) AS u FROM range(500)');
    const seven = await db.query('SELECT CAST(uuidv7() AS VARCHAR) AS u FROM range(500)');
    for (const [rows, version] of [
      [four, 4],
      [seven, 7],
    ] as const)
      for (const { u } of rows)
        expect(u).toMatch(
          new RegExp(`^[0-9a-f]{8}-[0-9a-f]{4}-${version}[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`),
        );
  });
});

describe('a seed', () => {
  const ALL = `SELECT sum(rand()) AS a, sum(ascii(randomString(2))) AS b, sum(randNormal(0, 1)) AS c, any(randConstant()) AS d FROM`;

  it('replays a statement, whatever the number of threads', async () => {
    await using db = await open({ threads: 2 });
    await db.query('CREATE TABLE t (i BIGINT)');
    for (let part = 0; part < 3; part++)
      await db.query(
        `INSERT INTO t SELECT i FROM range(${part * 70_000}, ${part * 70_000 + 70_000}) AS r(i)`,
      );
    for (const from of ['numbers(200000)', 't', '(SELECT i % 1000 AS k FROM t GROUP BY k)']) {
      const wanted = await row(db, `${ALL} ${from}`, { random_seed: 5, max_threads: 1 });
      expect(await row(db, `${ALL} ${from}`, { random_seed: 5, max_threads: 2 })).toEqual(wanted);
      expect(await row(db, `${ALL} ${from}`, { random_seed: 5 })).toEqual(wanted);
      expect(await row(db, `${ALL} ${from}`, { random_seed: 6 })).not.toEqual(wanted);
      expect(await row(db, `${ALL} ${from}`, {})).not.toEqual(wanted);
    }
  });

  it('of the database replays all statements', async () => {
    const draws = async (seed: number): Promise<unknown> => {
      const parts = { random: new SeededRandom(seed) };
      await using db = await openOn(new MemoryFileSystem(), '/data', {}, parts);
      const answers: unknown[] = [];
      for (let i = 0; i < 3; i++)
        answers.push(await db.query('SELECT random() AS a, uuid() AS b FROM range(3)'));
      return answers;
    };
    const first = (await draws(1)) as unknown[];
    expect(await draws(1)).toEqual(first);
    expect(await draws(2)).not.toEqual(first);
    expect(new Set(first.map((a) => JSON.stringify(a))).size).toBe(3);
  });

  it('is drawn anew for a statement that is bound once', async () => {
    await using db = await open();
    const answers = new Set<unknown>();
    for (let i = 0; i < 5; i++) answers.add((await db.query('SELECT random() AS x'))[0]['x']);
    expect(answers.size).toBe(5);
  });

  it('is another one for each round of a recursive query', async () => {
    await using db = await open();
    const sql =
      'WITH RECURSIVE r AS (SELECT 1 AS i, random() AS x UNION ALL SELECT i + 1, random() FROM r WHERE i < 20) SELECT count(DISTINCT x) AS n FROM r';
    expect(await db.query(sql, { settings: SEED })).toEqual([{ n: 20 }]);
  });
});

describe('a draw happens as often as it is written', () => {
  it('for every row of a join, of groups, of arrays, and not below them', async () => {
    await using db = await open();
    await db.query('CREATE TABLE a (i INTEGER)');
    await db.query('CREATE TABLE b (i INTEGER)');
    await db.query('INSERT INTO a SELECT i FROM range(50) AS r(i)');
    await db.query('INSERT INTO b SELECT i % 50 FROM range(2000) AS r(i)');
    for (const sql of [
      'SELECT count(*) AS n, count(DISTINCT a.i) AS k FROM a JOIN b ON a.i = b.i WHERE random() < 0.5',
      'SELECT count(*) AS n, count(DISTINCT i) AS k FROM (SELECT i, unnest(range(40)) AS u FROM a) WHERE random() < 0.5',
      'SELECT count(*) AS n, count(DISTINCT i) AS k FROM (SELECT i, row_number() OVER (PARTITION BY i) AS u FROM b) WHERE random() < 0.5',
      'SELECT count(*) AS n, count(DISTINCT i) AS k FROM (SELECT i FROM b UNION ALL SELECT i FROM b WHERE i < 0) WHERE random() < 0.5',
    ]) {
      const [{ n, k }] = (await db.query(sql, { settings: SEED })) as Row[];
      expect(Math.abs(n - 1000), sql).toBeLessThan(5 * Math.sqrt(500));
      // A condition below would keep all rows of half of the keys.
      expect(k, sql).toBe(50);
    }
    const having = 'SELECT count(*) AS n FROM (SELECT i FROM b GROUP BY i HAVING random() < 0.5)';
    const [{ n }] = (await db.query(having, { settings: SEED })) as Row[];
    expect(n).toBeGreaterThan(5);
    expect(n).toBeLessThan(45);
  });

  it('once for what a subquery names, however often it is read', async () => {
    await using db = await open();
    const sql = `SELECT count(*) AS n, count(CASE WHEN x >= 0.5 THEN 1 END) AS wrong, count(CASE WHEN x <> y THEN 1 END) AS torn
      FROM (SELECT x, x AS y, i FROM (SELECT random() AS x, i FROM range(10000) AS t(i))) WHERE x < 0.5 AND y < 0.5 AND i % 2 = 0`;
    const [{ n, wrong, torn }] = (await db.query(sql, { settings: SEED })) as Row[];
    expect([wrong, torn]).toEqual([0, 0]);
    expect(Math.abs(n - 2500)).toBeLessThan(5 * Math.sqrt(1250));
  });

  it('for each row that is updated or inserted', async () => {
    await using db = await open();
    await db.query('CREATE TABLE t (i INTEGER, x DOUBLE)');
    await db.query('INSERT INTO t SELECT i, random() FROM range(1000) AS r(i)');
    expect(await db.query('SELECT count(DISTINCT x) AS n FROM t')).toEqual([{ n: 1000 }]);
    await db.query('UPDATE t SET x = 2 + random() WHERE i < 500');
    expect(
      await db.query('SELECT count(DISTINCT x) AS n, count(*) FILTER (WHERE x > 2) AS changed FROM t'),
    ).toEqual([{ n: 1000, changed: 500 }]);
    await db.query(`INSERT INTO t VALUES ${Array.from({ length: 2000 }, () => '(-1, random())').join()}`);
    expect(await db.query('SELECT count(DISTINCT x) AS n FROM t WHERE i = -1')).toEqual([{ n: 2000 }]);
  });

  it('of what is asked once per distinct text, too', async () => {
    await using db = await open();
    await db.query('CREATE TABLE t (s VARCHAR)');
    await db.query("INSERT INTO t SELECT 'text ' || (i % 3) FROM range(5000) AS r(i)");
    const sql =
      "SELECT count(DISTINCT concat(s, CAST(random() AS VARCHAR))) AS n, count(DISTINCT list_transform(['a'], e -> s || random())[1]) AS m FROM t";
    expect(await db.query(sql)).toEqual([{ n: 5000, m: 5000 }]);
  });
});
