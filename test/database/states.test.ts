import { describe, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';
import { openOn } from '../../database/open-on.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { FaultFileSystem } from '../../storage/fs/fault.ts';
import { MemoryFileSystem } from '../../storage/index.ts';
import { newProcess } from '../storage/support/store.ts';

/** Aggregate states in queries: the same answers by way of states, however rows are split, spilled and merged. */
const clickhouse = { dialect: 'clickhouse', int64: 'bigint' } as const;
const query = async (db: Database, sql: string, settings = {}): Promise<unknown[][]> =>
  (await db.query(sql, { ...clickhouse, settings })).map((row) => Object.values(row));

const ROWS = 60_000;
const NUMBERS = `(SELECT number AS x, number % 37 AS g, intHash AS h, toString(number % 1009) AS s FROM (SELECT number, (number * 2654435761) % 1000003 AS intHash FROM numbers(${ROWS})))`;
const SPILL = { max_bytes_before_external_group_by: 300_000 };

/** Closed forms, or the same question without states. */
const EXACT: Record<string, string> = {
  count: 'x',
  sum: 'x',
  avg: 'h',
  min: 's',
  max: 's',
  uniqExact: 's',
  quantileExact: 'h',
  argMax: 's, h',
  varPop: 'h % 100',
};

describe('aggregates by way of states', () => {
  it.each(Object.entries(EXACT))('%s is what it is without', async (name, args) => {
    const db = await open();
    const direct = await query(db, `SELECT g, ${name}(${args}) FROM ${NUMBERS} GROUP BY g ORDER BY g`);
    const parts = `SELECT g, x % 11 AS part, ${name}State(${args}) AS s FROM ${NUMBERS} GROUP BY g, part`;
    const merged = `SELECT g, ${name}Merge(s) FROM (${parts}) GROUP BY g ORDER BY g`;
    const again = `SELECT g, finalizeAggregation(${name}MergeState(s)) FROM (${parts}) GROUP BY g ORDER BY g`;
    const rounded = (rows: unknown[][]): unknown[][] =>
      rows.map((row) => row.map((v) => (typeof v === 'number' ? Number(v.toPrecision(12)) : v)));
    for (const sql of [merged, again]) {
      expect(rounded(await query(db, sql))).toEqual(rounded(direct));
      expect(rounded(await query(db, sql, SPILL))).toEqual(rounded(direct));
      expect(rounded(await query(db, sql, { max_threads: 1 }))).toEqual(rounded(direct));
    }
    await db.close();
  });

  it.each(['uniq', 'uniqTheta', 'uniqHLL12', 'uniqCombined'])(
    '%s does not depend on how rows are split, spilled or shared among threads',
    async (name) => {
      const db = await open();
      const whole = `SELECT g, finalizeAggregation(${name}State(h)) FROM ${NUMBERS} GROUP BY g ORDER BY g`;
      const parts = `SELECT g, x % 5 AS part, ${name}State(h) AS s FROM ${NUMBERS} GROUP BY g, part`;
      const first = await query(db, whole, { max_threads: 1 });
      expect(await query(db, whole)).toEqual(first);
      expect(await query(db, whole, SPILL)).toEqual(first);
      const merged = `SELECT g, ${name}Merge(s) FROM (${parts}) GROUP BY g ORDER BY g`;
      expect(await query(db, merged)).toEqual(first);
      expect(await query(db, merged, SPILL)).toEqual(first);
      // Five standard errors of the smallest of these sketches, on about 1,600 values.
      const exact = await query(db, `SELECT g, uniqExact(h) FROM ${NUMBERS} GROUP BY g ORDER BY g`);
      for (const [i, [, count]] of exact.entries())
        expect(Math.abs(Number(first[i][1]) / Number(count) - 1)).toBeLessThan(5 * 0.0165);
      const total = `SELECT finalizeAggregation(${name}State(h)) FROM ${NUMBERS}`;
      expect(await query(db, total)).toEqual(await query(db, total, { max_threads: 1 }));
      await db.close();
    },
  );

  it('quantiles are within their error however states are split', async () => {
    const db = await open();
    const sql = (spill: object) =>
      query(
        db,
        `SELECT quantilesMerge(0, 0.01, 0.25, 0.5, 0.99, 1)(q) FROM (SELECT x % 7 AS p, quantilesState(0.5)(h) AS q FROM ${NUMBERS} GROUP BY p)`,
        spill,
      );
    const sorted = (await query(db, `SELECT h FROM ${NUMBERS} ORDER BY h`)).map(([h]) => Number(h));
    for (const settings of [{}, SPILL]) {
      const [[values]] = await sql(settings);
      for (const [i, level] of [0, 0.01, 0.25, 0.5, 0.99, 1].entries()) {
        const value = (values as number[])[i];
        const rank = sorted.filter((h) => h < value).length / ROWS;
        // Ten times the usual error of a rank for k = 4096; the ends are exact.
        expect(Math.abs(rank - level)).toBeLessThan(level === 0 || level === 1 ? 2 / ROWS : 0.005);
      }
    }
    await db.close();
  });

  it('end with a limit error when they do not fit', async () => {
    const db = await open();
    const sql = `SELECT g, length(toString(uniqExactState(x))) FROM (SELECT number AS x, number % 3 AS g FROM numbers(3000000)) GROUP BY g`;
    await expect(query(db, sql, { max_memory_usage: 20_000_000 })).rejects.toMatchObject({
      errorName: 'MEMORY_LIMIT_EXCEEDED',
    });
    expect(await query(db, 'SELECT 1')).toEqual([[1]]);
    await db.close();
  });

  it('are refused as text that is none', async () => {
    const db = await open();
    await db.query('CREATE TABLE t (k Int8, s AggregateFunction(uniq, String)) ORDER BY k', clickhouse);
    for (const text of ['AAAA', '!', 'AgMDAAAazJM='])
      await expect(db.query(`INSERT INTO t VALUES (1, '${text}')`, clickhouse)).rejects.toThrow(
        'Cannot read',
      );
    await db.query("INSERT INTO t VALUES (1, '')", clickhouse);
    expect(await query(db, 'SELECT uniqMerge(s) FROM t')).toEqual([[0n]]);
    await db.close();
  });
});

const DIR = '/data';
const newDisk = (): MemoryFileSystem => {
  const disk = new MemoryFileSystem();
  disk.makeDirectory(DIR);
  return disk;
};
const INSERT = (from: number): string =>
  `INSERT INTO t SELECT number % 3 AS k, countState(), sumState(number), maxState(toString(number)), uniqHLL12State(number), quantileState(0.5)(number) FROM numbers(${from}, 30) GROUP BY k`;
const SCRIPT = [
  'CREATE TABLE t (k UInt8, c AggregateFunction(count), a AggregateFunction(sum, UInt64), m AggregateFunction(max, String), u AggregateFunction(uniqHLL12, UInt64), q AggregateFunction(quantile(0.5), UInt64)) ENGINE = AggregatingMergeTree ORDER BY k',
  INSERT(0),
  'OPTIMIZE TABLE t',
  INSERT(30),
  'OPTIMIZE TABLE t FINAL',
  INSERT(60),
  'OPTIMIZE TABLE t FINAL',
];

describe('power cuts while states are merged', () => {
  const perform = async (fs: FaultFileSystem): Promise<void> => {
    const db = await openOn(fs, DIR, {}, { processes: newProcess() });
    try {
      for (const statement of SCRIPT) await db.query(statement, clickhouse);
    } finally {
      await db.close().catch(() => {});
    }
  };

  it('leave all of an insert or nothing, in one state or in several', async () => {
    const probe = new FaultFileSystem({ random: new SeededRandom(0) }, newDisk());
    await perform(probe);
    const steps = probe.calls;
    expect(steps).toBeGreaterThan(30);
    for (let crashAt = 1; crashAt <= steps; crashAt++) {
      const fs = new FaultFileSystem({ random: new SeededRandom(crashAt), crashAt }, newDisk());
      await perform(fs).catch(() => {});
      const db = await openOn(fs.afterCrash(), DIR, {}, { processes: newProcess() });
      const tables = await query(db, "SELECT count() FROM system.tables WHERE name = 't'");
      if (tables[0][0] === 1n) {
        const [[count, sum, largest, different, middle]] = await query(
          db,
          'SELECT countMerge(c), sumMerge(a), maxMerge(m), uniqHLL12Merge(u), quantileMerge(0.5)(q) FROM t',
        );
        const n = Number(count);
        expect(n % 30, `cut at ${fs.trace.at(-1)}`).toBe(0);
        expect(sum).toBe(BigInt((n * (n - 1)) / 2));
        expect(different).toBe(BigInt(n));
        if (n > 0) expect([largest, middle]).toEqual(['9', (n - 1) / 2]);
      }
      await db.close();
    }
  }, 60_000);
});
