import { Session } from 'chdb';
import { expect, it } from 'vitest';
import { open } from '../../database/index.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { SEED } from './run.ts';

/**
 * Druid's multi-value strings beside chdb's arrays: random conditions, mapped functions, groups and counts of values, where chdb is
 * told by arrayExists, arrayMap and arrayJoin what Druid means. A list of nothing counts as one NULL.
 */

const ROWS = 400;
const QUERIES = 150;
const WORDS = ['', 'a', 'b', 'ab', 'B', 'ä', 'a_b', '%', '10', '9', 'zz', '["a"]', "o'k"];
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

class Draw {
  readonly #random = new SeededRandom(SEED);

  below(n: number): number {
    return this.#random.uint32() % n;
  }

  of<T>(all: readonly T[]): T {
    return all[this.below(all.length)];
  }

  word(): string {
    return quoted(this.of(WORDS));
  }

  list(): unknown {
    const list = Array.from({ length: this.below(5) }, () => (this.below(12) === 0 ? null : this.of(WORDS)));
    return list.length === 1 && this.below(2) === 0 ? list[0] : list;
  }

  /** Of one value `x`. */
  value(depth = 0): (x: string, druid: boolean) => string {
    if (depth > 1 || this.below(2) === 0) return (x) => x;
    const inner = this.value(depth + 1);
    const word = this.word();
    return this.of([
      (x: string, druid: boolean) => `${druid ? 'UPPER' : 'upperUTF8'}(${inner(x, druid)})`,
      (x: string, druid: boolean) => `concat(${inner(x, druid)}, ${word})`,
      (x: string, druid: boolean) => `concat(${x}, ${inner(x, druid)})`,
      (x: string, druid: boolean) =>
        druid ? `REVERSE(${inner(x, druid)})` : `reverseUTF8(${inner(x, druid)})`,
    ]);
  }

  test(): (x: string, druid: boolean) => string {
    const value = this.value();
    const [a, b] = [this.word(), this.word()];
    const pattern = quoted(this.of(['a%', '%b', '%a%', '_']));
    const op = this.of(['=', '<', '<=', '>', '>=']);
    return this.of([
      (x: string, druid: boolean) => `${value(x, druid)} ${op} ${a}`,
      (x: string, druid: boolean) => `${value(x, druid)} IN (${a}, ${b})`,
      (x: string, druid: boolean) => `${value(x, druid)} BETWEEN ${a} AND ${b}`,
      (x: string, druid: boolean) => `${value(x, druid)} LIKE ${pattern}`,
      (x: string, druid: boolean) => `${value(x, druid)} IS NULL`,
    ]);
  }

  /** For Druid, and for chdb: a truth value that may be NULL. */
  condition(depth = 0): readonly [druid: string, chdb: string] {
    if (depth < 2 && this.below(3) === 0) {
      const parts = [this.condition(depth + 1), this.condition(depth + 1)];
      const join = this.of([' AND ', ' OR ']);
      return [`(${parts.map(([d]) => d).join(join)})`, `(${parts.map(([, c]) => c).join(join)})`];
    }
    if (depth < 2 && this.below(4) === 0) {
      const [druid, chdb] = this.condition(depth + 1);
      return [`NOT (${druid})`, `NOT (${chdb})`];
    }
    const test = this.test();
    const any = `arrayExists(x -> ifNull(${test('x', false)}, 0), v)`;
    const unknown = `arrayExists(x -> isNull(${test('x', false)}), v)`;
    return [test('tags', true), `multiIf(${any}, 1, ${unknown}, NULL, 0)`];
  }
}

it('multi-value strings answer as arrays do', async () => {
  const draw = new Draw();
  const data = Array.from({ length: ROWS }, (_, id) => ({ t: '2020-01-01', id, tags: draw.list() }));
  const db = await open();
  const chdb = new Session();
  try {
    await db.ingest({
      type: 'index_parallel',
      spec: {
        dataSchema: {
          dataSource: 't',
          timestampSpec: { column: 't', format: 'auto' },
          dimensionsSpec: {
            dimensions: [
              { type: 'long', name: 'id' },
              { name: 'tags', multiValueHandling: 'ARRAY' },
            ],
          },
          granularitySpec: { segmentGranularity: 'all', rollup: false },
        },
        ioConfig: {
          type: 'index_parallel',
          inputSource: { type: 'inline', data: data.map((row) => JSON.stringify(row)).join('\n') },
          inputFormat: { type: 'json' },
        },
      },
    });
    chdb.query('CREATE TABLE t (id Int64, v Array(Nullable(String))) ENGINE = Memory', 'CSV');
    const literal = (tags: unknown): string => {
      const list = Array.isArray(tags) ? tags : [tags];
      const items = (list.length === 0 ? [null] : list).map((word) =>
        word === null ? 'NULL' : quoted(word),
      );
      return `[${items.join(', ')}]`;
    };
    chdb.query(
      `INSERT INTO t VALUES ${data.map(({ id, tags }) => `(${id}, ${literal(tags)})`).join(', ')}`,
      'CSV',
    );
    const theirs = (sql: string): unknown[] =>
      chdb
        .query(sql, 'JSONCompactEachRow')
        .trim()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) =>
          (JSON.parse(line) as unknown[]).map((value) =>
            /^\d+$/.test(String(value)) ? String(value) : value,
          ),
        );
    const ours = async (sql: string): Promise<unknown[]> =>
      (await db.query(sql, { dialect: 'druid' })).map((row) =>
        Object.values(row).map((value) => (/^\d+$/.test(String(value)) ? String(value) : value)),
      );
    const sorted = (rows: readonly unknown[]): string[] => rows.map((row) => JSON.stringify(row)).sort();
    for (let i = 0; i < QUERIES; i++) {
      const [druid, chdbs] = draw.condition();
      const value = draw.value();
      const ids = await ours(`SELECT id FROM t WHERE ${druid}`);
      expect(sorted(ids), druid).toEqual(sorted(theirs(`SELECT id FROM t WHERE ${chdbs}`)));
      const groups = `SELECT ${value('tags', true)}, COUNT(*), COUNT(DISTINCT id), SUM(id) FROM t WHERE ${druid} GROUP BY 1`;
      const groupsThere = `SELECT ${value('x', false)} AS k, count(), count(DISTINCT id), sum(id) FROM (SELECT id, arrayJoin(v) AS x FROM t WHERE ${chdbs}) GROUP BY k`;
      expect(sorted(await ours(groups)), groups).toEqual(sorted(theirs(groupsThere)));
      const totals = `SELECT COUNT(*), SUM(id), COUNT(DISTINCT ${value('tags', true)}) FROM t WHERE ${druid}`;
      const totalsThere = `SELECT count(), sum(id), length(arrayDistinct(arrayFlatten(groupArray(arrayMap(x -> ${value('x', false)}, v))))) FROM t WHERE ${chdbs}`;
      const [mine] = await ours(totals);
      const [other] = theirs(totalsThere);
      // A sum of nothing is 0 there.
      expect(
        (mine as unknown[]).map((v) => v ?? '0'),
        totals,
      ).toEqual(other);
    }
  } finally {
    chdb.cleanup();
    await db.close();
  }
});
