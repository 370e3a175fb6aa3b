import { describe, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';
import { openOn } from '../../database/open-on.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { FaultFileSystem } from '../../storage/fs/fault.ts';
import { MemoryFileSystem } from '../../storage/index.ts';
import { FIXTURES } from '../sketch/datasketches.ts';
import { newProcess } from '../storage/support/store.ts';

/** Druid's aggregators in a metricsSpec. Expected values are computed from the rows here, or were computed by Apache DataSketches. */
type Row = {
  t: number;
  c: string;
  u?: string | null;
  n?: number | null;
  x?: number | string | null;
  s?: number;
};

const START = Date.UTC(2024, 4, 6);
const random = new SeededRandom(7);
const ROWS: readonly Row[] = Array.from({ length: 4000 }, (_, i) => ({
  t: START + ((i * 7919) % 4000) * 3600,
  c: `c${i % 3}`,
  u: i % 11 === 0 ? null : `user ${random.below(150)} ünïcödé`,
  n: i % 13 === 0 ? null : random.below(1000) - 500,
  x: random.below(4000) / 8,
  s: (i * 31) % 4001,
}));

const METRICS = [
  { type: 'count', name: 'rows' },
  { type: 'HLLSketchBuild', name: 'hll', fieldName: 'u', round: true },
  { type: 'thetaSketch', name: 'theta', fieldName: 'u' },
  { type: 'thetaSketch', name: 'small', fieldName: 'n', size: 16 },
  { type: 'quantilesDoublesSketch', name: 'quant', fieldName: 'x', k: 4096 },
  { type: 'hyperUnique', name: 'hyper', fieldName: 'u' },
  { type: 'cardinality', name: 'card', fields: ['c'] },
  { type: 'longSum', name: 'sum_n', fieldName: 'n' },
  { type: 'longFirst', name: 'first_n', fieldName: 'n' },
  { type: 'longLast', name: 'last_n', fieldName: 'n' },
  { type: 'doubleFirst', name: 'first_x', fieldName: 'x', timeColumn: 's' },
  { type: 'floatLast', name: 'last_x', fieldName: 'x' },
  { type: 'stringFirst', name: 'first_u', fieldName: 'u' },
  { type: 'stringLast', name: 'last_u', fieldName: 'u', maxStringBytes: 9 },
  { type: 'stringAny', name: 'any_u', fieldName: 'u', maxStringBytes: 5 },
  { type: 'longAny', name: 'any_n', fieldName: 'n' },
];

const spec = (
  dataSource: string,
  data: readonly object[],
  more: {
    rollup?: boolean;
    append?: boolean;
    metrics?: readonly object[];
    dimensions?: readonly unknown[];
  } = {},
) => ({
  type: 'index_parallel',
  spec: {
    dataSchema: {
      dataSource,
      timestampSpec: { column: 't', format: 'millis' },
      dimensionsSpec: { dimensions: more.dimensions ?? ['c'] },
      metricsSpec: more.metrics ?? METRICS,
      granularitySpec: { segmentGranularity: 'day', queryGranularity: 'hour', rollup: more.rollup ?? true },
    },
    ioConfig: {
      inputSource: { type: 'inline', data: data.map((row) => JSON.stringify(row)).join('\n') },
      inputFormat: { type: 'json' },
      appendToExisting: more.append ?? false,
    },
    tuningConfig: {},
  },
});

const druid = async (db: Database, sql: string): Promise<unknown[][]> =>
  (await db.query(sql, { dialect: 'druid' })).map((row) => Object.values(row));

const ANSWER = `SELECT c, SUM("rows"), APPROX_COUNT_DISTINCT_DS_HLL(hll), APPROX_COUNT_DISTINCT_DS_THETA(theta),
  APPROX_COUNT_DISTINCT_DS_HLL(hyper), APPROX_COUNT_DISTINCT_DS_HLL(card),
  APPROX_QUANTILE_DS(quant, 0.5), APPROX_QUANTILE_DS(quant, 0.9), SUM(sum_n),
  EARLIEST(first_n), LATEST(last_n), EARLIEST(first_x), LATEST(last_x), EARLIEST(first_u), LATEST(last_u) FROM`;

/** The row with the smallest, or largest, order of those with a value; of equal orders the first. */
function at<K extends 'n' | 'x' | 'u'>(
  rows: readonly Row[],
  field: K,
  order: 't' | 's',
  sign: 1 | -1,
): Row[K] {
  const present = rows.filter((row) => (row[field] ?? null) !== null);
  return present.reduce((best, row) => (sign * (row[order]! - best[order]!) > 0 ? row : best))[field];
}

function expected(rows: readonly Row[]): unknown[][] {
  return [...new Set(rows.map(({ c }) => c))].sort().map((c) => {
    const group = rows.filter((row) => row.c === c);
    const users = new Set(group.flatMap(({ u }) => u ?? [])).size;
    const sorted = group.map(({ x }) => x as number).sort((a, b) => a - b);
    const level = (q: number): number => sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1];
    const lastUser = at(group, 'u', 't', 1) as string;
    return [
      c,
      group.length,
      // Sketches of so few values are exact: coupons of HLL, hashes of theta, a buffer of quantiles.
      ...[users, users, users, 1],
      ...[level(0.5), level(0.9)],
      group.reduce((sum, { n }) => sum + (n ?? 0), 0),
      at(group, 'n', 't', -1),
      at(group, 'n', 't', 1),
      at(group, 'x', 's', -1),
      Math.fround(at(group, 'x', 't', 1) as number),
      at(group, 'u', 't', -1),
      // Nine bytes: "user 12 " and a letter of two, of which there is one byte only, or "user 7 ü".
      new TextDecoder().decode(new TextEncoder().encode(lastUser).subarray(0, 9)).replace('\ufffd', ''),
    ];
  });
}

describe.each([true, false])('metrics, rolled up: %s', (rollup) => {
  it('are what the rows say: in one batch, by appends, and when merged', async () => {
    const db = await open();
    await db.ingest(spec('d', ROWS.slice(0, 1500), { rollup }));
    expect(await druid(db, `${ANSWER} d GROUP BY c ORDER BY c`)).toEqual(expected(ROWS.slice(0, 1500)));
    for (const from of [1500, 2100, 2700, 3300])
      await db.ingest(spec('d', ROWS.slice(from, Math.min(4000, from + 600)), { rollup, append: true }));
    await db.ingest(spec('d', ROWS.slice(3900), { rollup, append: true }));
    const [stored] = await druid(db, 'SELECT COUNT(*), COUNT(any_u), COUNT(any_n) FROM d');
    expect(await druid(db, `${ANSWER} d GROUP BY c ORDER BY c`)).toEqual(expected(ROWS));
    await db.query('OPTIMIZE TABLE d FINAL', { dialect: 'clickhouse' });
    expect(await druid(db, `${ANSWER} d GROUP BY c ORDER BY c`)).toEqual(expected(ROWS));
    const [merged] = await druid(db, 'SELECT COUNT(*), COUNT(any_u), COUNT(any_n) FROM d');
    if (rollup) {
      const keys = new Set(ROWS.map(({ t, c }) => `${Math.floor(t / 3600000)} ${c}`)).size;
      expect(merged).toEqual([keys, keys, keys]);
      expect(Number(stored[0])).toBeGreaterThan(keys);
    } else {
      const count = (field: 'u' | 'n') => ROWS.filter((row) => (row[field] ?? null) !== null).length;
      expect(merged).toEqual([ROWS.length, count('u'), count('n')]);
    }
    for (const [any] of await druid(db, 'SELECT DISTINCT any_u FROM d WHERE any_u IS NOT NULL'))
      expect(any).toBe('user ');
    await db.close();
  });
});

describe('sketches of rolled up rows', () => {
  it('are those of all rows, byte by byte', async () => {
    const db = await open();
    await db.ingest(spec('rolled', ROWS.slice(0, 2000)));
    await db.ingest(spec('rolled', ROWS.slice(2000), { append: true }));
    await db.ingest(
      spec('raw', ROWS, { rollup: false, dimensions: ['c', 'u', { type: 'long', name: 'n' }] }),
    );
    const ofRaw = 'SELECT DS_HLL(u), DS_THETA(u), DS_THETA(n, 16), DS_HLL(u, 11) FROM raw';
    const ofStates = 'SELECT DS_HLL(hll), DS_THETA(theta), DS_THETA(small, 16), DS_HLL(hyper, 11) FROM';
    const [raw] = await druid(db, ofRaw);
    expect(await druid(db, `${ofStates} raw`)).toEqual([raw]);
    // The rolled table reads n as the number that it sums.
    expect(await druid(db, `${ofStates} rolled`)).toEqual([raw]);
    await db.close();
  });

  it('have the names that Druid gives their types', async () => {
    const db = await open();
    await db.ingest(spec('d', ROWS.slice(0, 10)));
    const types = await druid(
      db,
      "SELECT COLUMN_NAME, DATA_TYPE FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'd'",
    );
    expect(Object.fromEntries(types as [string, string][])).toMatchObject({
      hll: 'COMPLEX<HLLSketch>',
      theta: 'COMPLEX<thetaSketch>',
      quant: 'COMPLEX<quantilesDoublesSketch>',
      first_n: 'COMPLEX<serializablePairLongLong>',
      last_x: 'COMPLEX<serializablePairLongDouble>',
      last_u: 'COMPLEX<serializablePairLongString>',
      any_u: 'VARCHAR',
    });
    await db.close();
  });

  it('survive a restart, and columns that a later spec brings', async () => {
    const fs = new MemoryFileSystem();
    fs.makeDirectory('/data');
    const processes = () => ({ processes: newProcess() });
    let db = await openOn(fs, '/data', {}, processes());
    await db.ingest(spec('d', ROWS.slice(0, 1000), { metrics: METRICS.slice(0, 2) }));
    await db.close();
    db = await openOn(fs, '/data', {}, processes());
    await db.ingest(spec('d', ROWS.slice(1000), { append: true }));
    await db.query('OPTIMIZE TABLE d FINAL', { dialect: 'clickhouse' });
    await db.close();
    db = await openOn(fs, '/data', {}, processes());
    const users = (rows: readonly Row[]): number => new Set(rows.flatMap(({ u }) => u ?? [])).size;
    expect(
      await druid(
        db,
        'SELECT APPROX_COUNT_DISTINCT_DS_HLL(hll), APPROX_COUNT_DISTINCT_DS_THETA(theta), LATEST(last_n) FROM d',
      ),
    ).toEqual([[users(ROWS), users(ROWS.slice(1000)), at(ROWS.slice(1000), 'n', 't', 1)]]);
    expect(await db.query('CHECK TABLE d', { dialect: 'clickhouse' })).toMatchObject([{ is_passed: 1 }]);
    await db.close();
  });

  it('of another size do not go into the same column', async () => {
    const db = await open();
    const metrics = (lgK: number) => [{ type: 'HLLSketchBuild', name: 'h', fieldName: 'u', lgK }];
    await db.ingest(spec('d', ROWS.slice(0, 10), { metrics: metrics(12) }));
    await expect(
      db.ingest(spec('d', ROWS.slice(0, 10), { metrics: metrics(14), append: true })),
    ).rejects.toMatchObject({ errorName: 'INVALID_SPEC', message: expect.stringContaining('column h is') });
    await db.close();
  });
});

describe('sketches in the input', () => {
  const fixtures = (kind: string) => FIXTURES.filter((f) => f.kind === kind && f.bytes !== '');
  const row = (more: object): object => ({ t: START, c: 'a', ...more });
  const one = async (metric: object, rows: readonly object[], sql: string): Promise<unknown> => {
    const db = await open();
    const report = await db.ingest(spec('d', rows, { metrics: [{ name: 'm', fieldName: 'f', ...metric }] }));
    const [[value]] = await druid(db, sql);
    await db.close();
    return { value, misfits: report.rowStats.processedWithError };
  };

  it.each(fixtures('hll').map((f) => [`${f.form} ${f.size} of ${f.n}`, f] as const))(
    'HLL %s',
    async (_, f) => {
      // Its estimate by the registers is within five standard errors of what DataSketches says of them.
      const { value, misfits } = (await one(
        { type: 'HLLSketchMerge', lgK: 14 },
        [row({ f: f.bytes }), row({ f: f.bytes }), row({ f: null })],
        'SELECT HLL_SKETCH_ESTIMATE(DS_HLL(m, 14)) FROM d',
      )) as { value: number; misfits: number };
      expect(misfits).toBe(0);
      const error = f.n <= 20 ? 1e-6 : (5 * 1.04) / Math.sqrt(2 ** f.size);
      expect(Math.abs(value - (f.estimate as number))).toBeLessThanOrEqual(error * (f.estimate as number));
    },
  );

  it.each(fixtures('theta').map((f) => [`${f.form} ${f.size} of ${f.n}`, f] as const))(
    'theta %s',
    async (_, f) => {
      const { value } = (await one(
        { type: 'thetaSketch', isInputThetaSketch: true },
        [row({ f: f.bytes }), row({ f: 'AQMDAAAezJM=' }), row({ f: f.bytes })],
        'SELECT THETA_SKETCH_ESTIMATE(m) FROM d',
      )) as { value: number };
      expect(value).toBeCloseTo(f.estimate as number, 6);
    },
  );

  it('quantiles: numbers, texts of numbers and sketches together', async () => {
    const fixture = fixtures('quantiles').find(({ n }) => n > 0 && n < 50)!;
    const { value } = (await one(
      { type: 'quantilesDoublesSketch' },
      [row({ f: fixture.bytes }), row({ f: 1e6 }), row({ f: '-7.5' }), row({})],
      "SELECT CONCAT(DS_GET_QUANTILE(m, 0), ' ', DS_GET_QUANTILE(m, 1)) FROM d",
    )) as { value: string };
    expect(value.split(' ').map(Number)).toEqual([-7.5, 1e6]);
  });

  it('that are none are counted, and left out', async () => {
    for (const metric of [
      { type: 'HLLSketchMerge' },
      { type: 'thetaSketch', isInputThetaSketch: true },
      { type: 'quantilesDoublesSketch' },
    ])
      expect(
        await one(
          metric,
          [row({ f: 'nonsense!' }), row({ f: 'AAAAAAAAAAA=' }), row({ f: 'AgEH' })],
          'SELECT COUNT(*) FROM d',
        ),
      ).toEqual({ value: 1, misfits: 3 });
  });

  it('of more registers than the column has are folded', async () => {
    const fixture = fixtures('hll').find(({ size, n }) => size === 12 && n === 300)!;
    const { value } = (await one(
      { type: 'HLLSketchMerge', lgK: 4 },
      [row({ f: fixture.bytes })],
      'SELECT HLL_SKETCH_ESTIMATE(m) FROM d',
    )) as { value: number };
    // Five standard errors of 16 registers; 300 coupons would say 300 to a millionth.
    expect(value).not.toBeCloseTo(300, 0);
    expect(Math.abs(value / 300 - 1)).toBeLessThan((5 * 1.04) / 4);
  });
});

describe('first and last', () => {
  it('of SQL go by __time, or by an expression', async () => {
    const db = await open();
    await db.ingest(
      spec('d', ROWS, { rollup: false, dimensions: ['c', { type: 'long', name: 'n' }], metrics: [] }),
    );
    // Times within an hour are one: the answers are among the values of the first and the last hour.
    const hour = (row: Row): number => Math.floor(row.t / 3600000);
    const [first, last] = [Math.min(...ROWS.map(hour)), Math.max(...ROWS.map(hour))];
    const [[earliest, latest, by]] = await druid(
      db,
      'SELECT EARLIEST(n), LATEST(n, 100), LATEST_BY(c, MILLIS_TO_TIMESTAMP(n), 1024) FROM d',
    );
    const values = (h: number) => ROWS.filter((row) => hour(row) === h && row.n !== null).map(({ n }) => n);
    expect(values(first)).toContain(earliest);
    expect(values(last)).toContain(latest);
    expect(by).toBe(
      at(
        ROWS.map((r) => ({ ...r, s: r.n ?? -1e9, u: r.c })),
        'u',
        's',
        1,
      ),
    );
    await expect(db.query('SELECT EARLIEST(x) FROM (SELECT 1 AS x)', { dialect: 'druid' })).rejects.toThrow(
      '__time',
    );
    await db.close();
  });
});

describe('power cuts while a spec with sketches runs', () => {
  it('leave all of a task or nothing', async () => {
    const perform = async (fs: FaultFileSystem): Promise<void> => {
      const db = await openOn(fs, '/data', {}, { processes: newProcess() });
      try {
        await db.ingest(spec('d', ROWS.slice(0, 40)));
        await db.ingest(spec('d', ROWS.slice(40, 80), { append: true }));
        await db.query('OPTIMIZE TABLE d FINAL', { dialect: 'clickhouse' });
      } finally {
        await db.close().catch(() => {});
      }
    };
    const newDisk = () => {
      const disk = new MemoryFileSystem();
      disk.makeDirectory('/data');
      return disk;
    };
    const probe = new FaultFileSystem({ random: new SeededRandom(0) }, newDisk());
    await perform(probe);
    expect(probe.calls).toBeGreaterThan(10);
    for (let crashAt = 1; crashAt <= probe.calls; crashAt++) {
      const fs = new FaultFileSystem({ random: new SeededRandom(crashAt), crashAt }, newDisk());
      await perform(fs).catch(() => {});
      const db = await openOn(fs.afterCrash(), '/data', {}, { processes: newProcess() });
      const [[there]] = await druid(
        db,
        "SELECT COUNT(*) FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_NAME = 'd'",
      );
      if (there === 1) {
        const [[count]] = await druid(db, 'SELECT SUM("rows") FROM d');
        const n = Number(count ?? 0);
        expect([0, 40, 80], `cut at ${fs.trace.at(-1)}`).toContain(n);
        if (n > 0)
          expect(await druid(db, `${ANSWER} d GROUP BY c ORDER BY c`)).toEqual(expected(ROWS.slice(0, n)));
      }
      await db.close();
    }
  }, 60_000);
});
