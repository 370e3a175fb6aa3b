/** Funnels and sequences of random events, and tests of random samples, beside chdb. */

import { Session } from 'chdb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { written } from './written.ts';

const GROUPS = 400;
const TABLE =
  'CREATE TABLE t (g UInt32, t UInt32, u UInt32, n UInt8, x Float64, y Nullable(Float64)) ENGINE = MergeTree ORDER BY g';

const FUNNELS = [
  '',
  "'strict_order'",
  "'strict_increase'",
  "'strict_deduplication'",
  "'strict_order', 'strict_increase'",
];
const PATTERNS = [
  '(?1)(?2)',
  '(?1).*(?2)',
  '(?1).(?2)',
  '(?1).*(?2).*(?3)',
  '(?1)(?t<=2)(?2)',
  '(?1)(?t>=2)(?2)',
  '(?1)(?t>1)(?3)(?t<3)(?2)',
  '(?1)(?t==1)(?2)',
  '(?2).*(?t>=1)(?3)',
  '.(?3)',
  '(?1)(?1)',
];
const TIMED = PATTERNS.filter((pattern) => pattern.includes('?t'));
const EVENTS = 'n = 1, n = 2, n % 4 = 3';

const queries: readonly string[] = [
  ...FUNNELS.flatMap((modes) =>
    [1, 3, 10].map(
      (window) =>
        `windowFunnel(${[window, modes].filter((part) => part !== '').join(', ')})(t, n = 1, n % 4 = 2, n = 3, n = 4)`,
    ),
  ),
  ...PATTERNS.map((pattern) => `sequenceMatch('${pattern}')(toDateTime(u), ${EVENTS})`),
  ...TIMED.map((pattern) => `sequenceCount('${pattern}')(toDateTime(u), ${EVENTS})`),
  'studentTTest(0.95)(x, n % 2)',
  'welchTTest(0.9)(x, n % 2)',
  'meanZTest(0.7, 1.2, 0.99)(x, n % 2 = 0)',
  'rankCorr(x, n)',
  'rankCorr(x, y)',
  'cramersV(n, t)',
  'theilsU(n, t % 3)',
  'contingency(n % 3, toString(t % 2))',
  'cramersVBiasCorrected(n % 3, t % 2)',
  'largestTriangleThreeBuckets(4)(x, t)',
];

describe('aggregates of events and samples', () => {
  let ours: Database;
  const peer = new Session();

  beforeAll(async () => {
    const random = new SeededRandom(11);
    const rows = Array.from({ length: GROUPS }, (_, g) =>
      Array.from({ length: 1 + random.below(12) }, (_, i) => {
        const y = random.below(5) === 0 ? 'NULL' : random.below(40) / 4;
        // No time comes twice in `u`: what then comes first is not said.
        return `(${g}, ${random.below(12)}, ${(i * 5) % 12}, ${random.below(6)}, ${random.below(1000) / 8}, ${y})`;
      }),
    ).flat();
    ours = await open();
    for (const sql of [TABLE, `INSERT INTO t VALUES ${rows.join(', ')}`]) {
      await ours.execute(sql, { dialect: 'clickhouse' });
      peer.query(sql);
    }
  });
  afterAll(async () => {
    await ours.close();
    peer.cleanup();
  });

  /** Floats to eleven digits, and what is next to nothing as that. */
  const rounded = (_key: string, value: unknown): unknown => {
    if (typeof value !== 'number') return value;
    return Math.abs(value) < 1e-7 ? 0 : Number(value.toPrecision(11));
  };

  it.each(queries)('%s', async (call) => {
    const sql = `SELECT g, ${call} AS r FROM t GROUP BY g HAVING min(n % 2) < max(n % 2) ORDER BY g`;
    const format = 'JSONCompactEachRow';
    const lines = (text: string): unknown[] =>
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line, rounded));
    const theirs = lines(String(peer.query(sql, format)));
    expect(theirs.length).toBeGreaterThan(GROUPS / 2);
    expect(lines(await written(ours, sql, format))).toEqual(theirs);
  });
});
