import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../database/index.ts';
import { openOn } from '../../database/open-on.ts';
import { LOOK_MS } from '../../database/retention/keeper.ts';
import { ManualClock } from '../../engine/base/clock.ts';
import { MemoryFileSystem } from '../../storage/index.ts';

/** Data that ages while a test turns the clock: what leaves when, and what whoever reads sees meanwhile. */
const START_MS = Date.UTC(2024, 0, 1);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let fs: MemoryFileSystem;
let clock: ManualClock;
let db: Database;

const openAgain = (): Promise<Database> => openOn(fs, '/ttl', {}, { clock, timer: clock });
const run = (sql: string) => db.execute(sql, { dialect: 'clickhouse', int64: 'string', timestamp: 'string' });
const rows = async (sql: string): Promise<unknown[][]> => [...(await run(sql)).rows].map((row) => [...row]);
const ids = async (table = 't'): Promise<number[]> =>
  (await rows(`SELECT k FROM ${table} ORDER BY k`)).map(([k]) => Number(k));
const segments = async (table = 't'): Promise<number> =>
  (await rows(`SELECT name FROM system.parts WHERE table = '${table}'`)).length;

/** Lets work that was begun by the clock go on for as long as it makes steps. */
async function settle(): Promise<void> {
  for (let i = 0; i < 30; i++) await new Promise((resolve) => setImmediate(resolve));
}

async function turn(ms: number): Promise<void> {
  clock.advance(ms);
  await settle();
}

async function until(done: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < 400; look++) {
    if (await done()) return;
    await turn(LOOK_MS);
  }
  expect.fail('it never happened');
}

/** An insert that is a segment of its own. */
async function insertSegment(values: string, table = 't'): Promise<void> {
  await run(`INSERT INTO ${table} VALUES ${values}`);
  await db.fork().then((copy) => copy.close());
}

beforeEach(async () => {
  fs = new MemoryFileSystem();
  clock = new ManualClock(START_MS);
  db = await openAgain();
});
afterEach(() => db.close());

describe('a table with a TTL', () => {
  it('drops segments of which all rows have expired, and keeps others', async () => {
    await run('CREATE TABLE t (k Int32, d DateTime) ENGINE = MergeTree ORDER BY k TTL d + INTERVAL 1 DAY');
    await insertSegment("(1, '2024-01-01 00:00:00'), (2, '2024-01-01 06:00:00')");
    await insertSegment("(3, '2024-01-03 00:00:00')");
    expect(await segments()).toBe(2);
    await turn(DAY_MS);
    await until(async () => (await segments()) < 2 || (await ids()).length < 3);
    expect(await ids()).toEqual([2, 3]);
    await turn(5 * HOUR_MS);
    await until(async () => (await segments()) === 1);
    expect(clock.nowMs()).toBeLessThanOrEqual(START_MS + DAY_MS + 6 * HOUR_MS + 3 * LOOK_MS);
    expect(await ids()).toEqual([3]);
  });

  it('rewrites segments with some expired rows once in merge_with_ttl_timeout', async () => {
    await run(`CREATE TABLE t (k Int32, d DateTime) ENGINE = MergeTree ORDER BY k TTL d
      SETTINGS merge_with_ttl_timeout = 7200`);
    await insertSegment(
      "(1, '2024-01-01 00:30:00'), (2, '2024-01-01 01:00:00'), (3, '2024-01-01 01:30:00'), (4, '2025-01-01 00:00:00')",
    );
    await turn(LOOK_MS);
    expect(await ids()).toEqual([1, 2, 3, 4]);
    await until(async () => (await ids()).length < 4);
    const firstMs = clock.nowMs();
    expect(firstMs - START_MS).toBeLessThanOrEqual(0.5 * HOUR_MS + 2 * LOOK_MS);
    expect(await ids()).toEqual([2, 3, 4]);
    await until(async () => (await ids()).length < 3);
    // Both went together, when the table's time had come again.
    expect(await ids()).toEqual([4]);
    expect(clock.nowMs() - firstMs).toBeGreaterThanOrEqual(2 * HOUR_MS);
    expect(clock.nowMs() - firstMs).toBeLessThanOrEqual(2 * HOUR_MS + 2 * LOOK_MS);
  });

  it('keeps what is at the epoch, and rows that a condition does not name', async () => {
    await run(
      'CREATE TABLE t (k Int32, d DateTime) ENGINE = MergeTree ORDER BY k TTL d + INTERVAL 0 DAY DELETE WHERE k < 3',
    );
    await insertSegment("(1, 0), (2, '2023-01-01 00:00:00'), (3, '2023-01-01 00:00:00')");
    await until(async () => (await ids()).length < 3);
    expect(await ids()).toEqual([1, 3]);
  });

  it('finds expired rows where only reading tells', async () => {
    await run(
      'CREATE TABLE t (k Int32, a Date, b Date) ENGINE = MergeTree ORDER BY k TTL if(k % 2 = 0, a, b)',
    );
    await insertSegment("(1, '2023-01-01', '2030-01-01'), (2, '2023-01-01', '2030-01-01')");
    await until(async () => (await ids()).length < 2);
    expect(await ids()).toEqual([1]);
  });

  it('has its rules after a restart, and shows them', async () => {
    await run(
      'CREATE TABLE t (k Int32, d Date, v Int32 TTL d) ENGINE = MergeTree ORDER BY k TTL d + INTERVAL 1 MONTH',
    );
    await insertSegment("(1, '2024-01-01', 5), (2, '2024-03-01', 6)");
    await db.close();
    db = await openAgain();
    expect(String((await rows('SHOW CREATE TABLE t'))[0][0])).toMatch(
      /v Int32 TTL d\n[\s\S]*TTL d \+ INTERVAL 1 MONTH$/,
    );
    await until(async () => (await rows('SELECT v FROM t WHERE k = 1'))[0]?.[0] === 0);
    expect(await rows('SELECT k, v FROM t ORDER BY k')).toEqual([
      [1, 0],
      [2, 6],
    ]);
    await turn(32 * DAY_MS);
    await until(async () => (await ids()).length === 1);
    expect(await rows('SELECT k, v FROM t')).toEqual([[2, 6]]);
  });

  it('keeps the columns that rules read through ALTER, and its rules for a table made like it', async () => {
    await run(
      'CREATE TABLE t (gone Int32, d Date, k Int32, v Int32 DEFAULT 9 TTL d) ENGINE = MergeTree ORDER BY k TTL d + INTERVAL 1 MONTH',
    );
    await insertSegment("(0, '2023-12-15', 1, 5), (0, '2024-03-01', 2, 6)");
    for (const change of ['DROP COLUMN d', 'RENAME COLUMN d TO e', 'MODIFY COLUMN d DateTime'])
      await expect(run(`ALTER TABLE t ${change}`)).rejects.toThrow('a TTL reads it');
    await run('ALTER TABLE t DROP COLUMN gone, MODIFY COLUMN v String');
    await run('CREATE TABLE u AS t');
    await run('INSERT INTO u SELECT * FROM t');
    for (const table of ['t', 'u']) {
      await run(`OPTIMIZE TABLE ${table} FINAL`);
      expect(await rows(`SELECT k, v FROM ${table} ORDER BY k`)).toEqual([
        [1, '9'],
        [2, '6'],
      ]);
      expect(String((await rows(`SHOW CREATE TABLE ${table}`))[0][0])).toMatch(/TTL d \+ INTERVAL 1 MONTH$/);
    }
    await run('ALTER TABLE t DROP COLUMN v');
    clock.advance(60 * DAY_MS);
    await run('OPTIMIZE TABLE t FINAL');
    expect(await rows('SELECT * FROM t')).toEqual([['2024-03-01', 2]]);
    await run('OPTIMIZE TABLE u FINAL');
    expect(await rows('SELECT k FROM u')).toEqual([[2]]);
  });

  it('never shows a reader half of a step', async () => {
    await run(`CREATE TABLE t (k Int32, d DateTime) ENGINE = MergeTree ORDER BY k TTL d
      SETTINGS merge_with_ttl_timeout = 0`);
    // Each hour has as many rows of either parity: whatever is gone, both halves are equal.
    await run(
      `INSERT INTO t SELECT number, toDateTime('2024-01-01 00:00:00') + INTERVAL (intDiv(number, 200)) HOUR FROM numbers(10000)`,
    );
    await insertSegment("(10000, '2030-01-01 00:00:00'), (10001, '2030-01-01 00:00:00')");
    let isOver = false;
    const seen = new Set<number>();
    const reader = (async () => {
      while (!isOver) {
        await new Promise((resolve) => setImmediate(resolve));
        const [[count, odd, high]] = await rows('SELECT count(), sum(k % 2), max(k) FROM t');
        expect(Number(odd) * 2).toBe(Number(count));
        expect(Number(count) % 200).toBe(2);
        expect(Number(high)).toBe(10001);
        seen.add(Number(count));
      }
    })();
    try {
      for (let hour = 0; hour < 50; hour++) await turn(HOUR_MS);
      await until(async () => (await ids()).length === 2);
    } finally {
      isOver = true;
      await reader;
    }
    expect(seen.size).toBeGreaterThan(3);
  });

  it('leaves tables alone that have none, and does nothing while there is none', async () => {
    await run('CREATE TABLE t (k Int32, d Date) ENGINE = MergeTree ORDER BY k');
    await insertSegment("(1, '2000-01-01')");
    await turn(400 * DAY_MS);
    expect(await ids()).toEqual([1]);
  });
});

describe("Druid's rules", () => {
  beforeEach(async () => {
    await run(
      'CREATE TABLE t (__time DateTime64(3), k Int32) ENGINE = MergeTree PARTITION BY toDate(__time) ORDER BY __time',
    );
    await run(
      "INSERT INTO t VALUES ('2023-12-29 10:00:00', 1), ('2023-12-30 10:00:00', 2), ('2023-12-31 10:00:00', 3)",
    );
    await db.fork().then((copy) => copy.close());
  });

  it('drop segments that no load rule before them keeps', async () => {
    await db.rules.set('t', [{ type: 'loadByPeriod', period: 'P2D' }, { type: 'dropForever' }], {});
    expect(await ids()).toEqual([1, 2, 3]);
    await turn(LOOK_MS);
    await until(async () => (await ids()).length < 3);
    expect(await ids()).toEqual([2, 3]);
    await turn(DAY_MS);
    await until(async () => (await ids()).length < 2);
    expect(await ids()).toEqual([3]);
  });

  it('drop by interval and before a period only whole segments', async () => {
    await db.rules.set(
      't',
      [{ type: 'dropByInterval', interval: '2023-12-29T12:00:00Z/2023-12-31T00:00:00Z' }],
      {},
    );
    await turn(LOOK_MS);
    await until(async () => (await ids()).length < 3);
    expect(await ids()).toEqual([1, 3]);
    await db.rules.set('t', [{ type: 'dropBeforeByPeriod', period: 'P1D' }], {});
    await turn(LOOK_MS);
    await until(async () => (await ids()).length < 2);
    expect(await ids()).toEqual([3]);
  });

  it('of _default apply to what no rule of the table decides, also after a restart', async () => {
    await run('CREATE TABLE plain (k Int32, d DateTime64(3)) ENGINE = MergeTree ORDER BY k');
    await insertSegment("(1, '2000-01-01 00:00:00')", 'plain');
    await db.rules.set('_default', [{ type: 'dropForever' }], { author: 'me', comment: 'why' });
    await db.rules.set('t', [{ type: 'loadByInterval', interval: '2023-12-31/2024-01-01' }], {});
    await db.close();
    db = await openAgain();
    await turn(LOOK_MS);
    await until(async () => (await ids()).length < 3);
    expect(await ids()).toEqual([3]);
    expect(await ids('plain')).toEqual([1]);
    expect(db.rules.rulesOf('t', true).map(({ type }) => type)).toEqual(['loadByInterval', 'dropForever']);
    expect(db.rules.history('_default', 5)).toMatchObject([
      { key: '_default', auditInfo: { author: 'me', comment: 'why' }, payload: '[{"type":"dropForever"}]' },
    ]);
  });

  it.each([
    ['no list', {}],
    ['an unknown type', [{ type: 'loadSometimes' }]],
    ['a period that is none', [{ type: 'dropByPeriod', period: '3 days' }]],
    ['no interval', [{ type: 'loadByInterval' }]],
  ])('are refused with %s, and nothing changes', async (_, given) => {
    await expect(db.rules.set('t', given, {})).rejects.toMatchObject({ errorName: 'INVALID_SPEC' });
    expect(db.rules.rulesOf('t', false)).toEqual([]);
  });
});
