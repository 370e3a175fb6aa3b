import { describe, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';
import { openOn } from '../../database/open-on.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { MemoryFileSystem } from '../../storage/index.ts';

/** Engines seen from outside: FINAL tells the same truth whatever merges, flushes and large inserts do meanwhile. */
const clickhouse = { dialect: 'clickhouse', int64: 'bigint' } as const;
const KEYS = 40;

/** What is to be stored of each key; a simple model of the engine. */
type Row = { readonly k: number; readonly v: number; readonly a: number; readonly x: string };
type Model = Map<string, Row>;

const ENGINES: Record<
  string,
  { readonly columns: string; readonly engine: string; readonly add: (old: Row, next: Row) => Row | null }
> = {
  'the last inserted': {
    columns: 'k Int64, v Int32, a Int64, x String',
    engine: 'ReplacingMergeTree ORDER BY (x, k)',
    add: (_, next) => next,
  },
  'the largest version': {
    columns: 'k Int64, v Int32, a Int64, x String',
    engine: 'ReplacingMergeTree(v) ORDER BY (k, x)',
    add: (old, next) => (next.v >= old.v ? next : old),
  },
  sums: {
    columns: 'k Int64, v SimpleAggregateFunction(max, Int32), a Int64, x String',
    engine: 'SummingMergeTree ORDER BY (k, x)',
    add: (old, next) => ({ ...old, v: Math.max(old.v, next.v), a: old.a + next.a }),
  },
  'each column by its function': {
    columns:
      'k Int64, v SimpleAggregateFunction(min, Int32), a SimpleAggregateFunction(sum, Int64), x String',
    engine: 'AggregatingMergeTree ORDER BY (x, k)',
    add: (old, next) => ({ ...old, v: Math.min(old.v, next.v), a: old.a + next.a }),
  },
};

const rowsOf = async (db: Database, table: string): Promise<string[]> =>
  (await db.query(`SELECT k, v, a, x FROM ${table} ORDER BY k, x, v, a`, clickhouse)).map((row) =>
    [row['k'], row['v'], row['a'], row['x']].join('|'),
  );

const expected = (model: Model): string[] =>
  [...model.values()]
    .sort((a, b) => a.k - b.k || (a.x < b.x ? -1 : 1))
    .map(({ k, v, a, x }) => [k, v, a, x].join('|'));

function drawRows(random: SeededRandom, count: number): Row[] {
  return Array.from({ length: count }, () => {
    const k = random.uint32() % KEYS;
    // Always positive: a sum that comes to nothing is the golden files' business.
    return { k, v: random.uint32() % 6, a: 1 + (random.uint32() % 9), x: `word ${k % 3}` };
  });
}

describe.each(Object.entries(ENGINES))('FINAL of %s', (_, { columns, engine, add }) => {
  it.each([1, 2, 3])('does not change while merges run, seed %i', async (seed) => {
    const random = new SeededRandom(seed);
    const settings = { flushRows: 60, merge: { fanIn: 2, maxInputs: 4, maxRows: 1e6, maxBytes: 1e9 } };
    const db = await openOn(new MemoryFileSystem(), '/engines', {}, { settings });
    await db.query(`CREATE TABLE t (${columns}) ENGINE = ${engine}`, clickhouse);
    const model: Model = new Map();
    const merges: Promise<unknown>[] = [];
    for (let step = 0; step < 40; step++) {
      const rows = drawRows(random, 1 + (random.uint32() % 50));
      for (const row of rows) {
        const key = `${row.k}|${row.x}`;
        const old = model.get(key);
        const next = old === undefined ? row : add(old, row);
        if (next === null) model.delete(key);
        else model.set(key, next);
      }
      const values = rows.map(({ k, v, a, x }) => `(${k}, ${v}, ${a}, '${x}')`).join(', ');
      await db.query(`INSERT INTO t VALUES ${values}`, clickhouse);
      if (random.uint32() % 3 === 0) merges.push(db.query('OPTIMIZE TABLE t', clickhouse));
      if (random.uint32() % 3 === 0) expect(await rowsOf(db, 't FINAL')).toEqual(expected(model));
    }
    await Promise.all(merges);
    expect(await rowsOf(db, 't FINAL')).toEqual(expected(model));
    await db.query('OPTIMIZE TABLE t FINAL', clickhouse);
    expect(await rowsOf(db, 't')).toEqual(expected(model));
    expect(await rowsOf(db, 't FINAL')).toEqual(expected(model));
    await db.close();
  });
});

describe('engines', () => {
  it('hold for large inserts, which go straight into segments behind what is in memory', async () => {
    await using db = await open();
    await db.query('CREATE TABLE t (k Int64, v String) ENGINE = ReplacingMergeTree ORDER BY k', clickhouse);
    const insert = (from: number, count: number, word: string): Promise<unknown> =>
      db.query(
        `INSERT INTO t SELECT number + ${from}, concat('${word} ', toString(number)) FROM numbers(${count})`,
        clickhouse,
      );
    await insert(0, 10, 'small');
    await insert(0, 400_000, 'large');
    await insert(5, 10, 'late');
    await insert(100_000, 400_000, 'larger');
    const counts = `SELECT count() AS n, uniqExact(k) AS keys, countIf(v LIKE 'small %') AS small,
      countIf(v LIKE 'large %') AS large, countIf(v LIKE 'late %') AS late, countIf(v LIKE 'larger %') AS larger FROM t`;
    const truth = [{ n: 500_000n, keys: 500_000n, small: 0n, large: 99_990n, late: 10n, larger: 400_000n }];
    expect(await db.query(`${counts} FINAL`, clickhouse)).toEqual(truth);
    await db.query('OPTIMIZE TABLE t FINAL', clickhouse);
    expect(await db.query(counts, clickhouse)).toEqual(truth);
  });

  it('are shown by SHOW CREATE TABLE as they were written', async () => {
    await using db = await open();
    const create = (name: string): string =>
      `CREATE TABLE ${name}\n(\n  k Int32,\n  v UInt8,\n  m SimpleAggregateFunction(max, Int8)\n)\nENGINE = ReplacingMergeTree(v)\nORDER BY (k)`;
    await db.query(create('t'), clickhouse);
    expect(await db.query('SHOW CREATE TABLE t', clickhouse)).toEqual([{ statement: create('t') }]);
    expect(await db.query('DESCRIBE TABLE t', clickhouse)).toMatchObject([
      { name: 'k', type: 'Int32' },
      { name: 'v', type: 'UInt8' },
      { name: 'm', type: 'SimpleAggregateFunction(max, Int8)' },
    ]);
  });

  it('read with FINAL fail with a limit error when what they hide does not fit', async () => {
    await using db = await open();
    await db.query('CREATE TABLE t (k Int64, a Int64) ENGINE = SummingMergeTree ORDER BY k', clickhouse);
    for (const a of [1, 2])
      await db.query(`INSERT INTO t SELECT number, ${a} FROM numbers(600000)`, clickhouse);
    const settings = { max_memory_usage: 4 << 20 };
    await expect(
      db.query('SELECT sum(a) AS a FROM t FINAL', { ...clickhouse, settings }),
    ).rejects.toMatchObject({ errorName: 'MEMORY_LIMIT_EXCEEDED' });
    expect(await db.query('SELECT sum(a) AS a, count() AS n FROM t FINAL', clickhouse)).toEqual([
      { a: 1_800_000n, n: 600_000n },
    ]);
  });
});

describe("Druid's rollup", () => {
  const ingest = (db: Database, dimensions: string[], lines: object[]): Promise<unknown> =>
    db.ingest({
      type: 'index_parallel',
      spec: {
        dataSchema: {
          dataSource: 'events',
          timestampSpec: { column: 'ts', format: 'auto' },
          dimensionsSpec: { dimensions },
          metricsSpec: [
            { type: 'count', name: 'n' },
            { type: 'longSum', name: 'ms', fieldName: 'ms' },
            { type: 'doubleMax', name: 'most', fieldName: 'ms' },
          ],
          granularitySpec: { segmentGranularity: 'day', queryGranularity: 'hour', rollup: true },
        },
        ioConfig: {
          inputSource: { type: 'inline', data: lines.map((line) => `${JSON.stringify(line)}\n`).join('') },
          inputFormat: { type: 'json' },
          appendToExisting: true,
        },
      },
    });
  const rows = (db: Database): Promise<unknown> =>
    db.query('SELECT COUNT(*) AS stored, SUM(n) AS n, SUM(ms) AS ms, MAX(most) AS most FROM events');

  it('goes on across batches as they are merged, new dimensions apart', async () => {
    await using db = await open();
    const batch = [
      { ts: '2026-01-01T01:10:00Z', page: '/', ms: 5 },
      { ts: '2026-01-01T01:50:00Z', page: '/', ms: 7 },
      { ts: '2026-01-01T02:00:00Z', page: null, ms: 1 },
    ];
    await ingest(db, ['page'], batch);
    await ingest(db, ['page'], batch);
    expect(await rows(db)).toEqual([{ stored: 4, n: 6, ms: 26, most: 7 }]);
    await db.query('OPTIMIZE TABLE events FINAL', { dialect: 'clickhouse' });
    expect(await rows(db)).toEqual([{ stored: 2, n: 6, ms: 26, most: 7 }]);
    await ingest(
      db,
      ['page', 'user'],
      [
        { ts: '2026-01-01T01:10:00Z', page: '/', user: 'a', ms: 2 },
        { ts: '2026-01-01T01:20:00Z', page: '/', user: 'b', ms: 3 },
        { ts: '2026-01-01T01:30:00Z', page: '/', ms: 4 },
      ],
    );
    await db.query('OPTIMIZE TABLE events FINAL', { dialect: 'clickhouse' });
    expect(await rows(db)).toEqual([{ stored: 4, n: 9, ms: 35, most: 7 }]);
  });
});
