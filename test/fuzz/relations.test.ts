/**
 * What must hold between queries whatever the right answer is, over random ones (test/oracle/query-generator.ts), in two
 * dialects: a condition counts as many rows as it is true for when no plan rule sees it (NoREC); the rows for which it is true,
 * false and NULL are all rows, also when they are added up, grouped and made distinct (TLP); and an expression over
 * literals is what it is over columns of these values. BASALT_FUZZ_SEED moves the seed, BASALT_FUZZ_RELATIONS says how many.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, type Dialect, open } from '../../database/index.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { effort } from '../effort.ts';
import { answerText } from '../oracle/compare.ts';
import { COLUMNS, QueryGenerator, randomRows, type Target } from '../oracle/query-generator.ts';

const SEED = Number(process.env['BASALT_FUZZ_SEED'] ?? 1);
const RUNS = Number(process.env['BASALT_FUZZ_RELATIONS'] ?? effort(1000, 100));
const ROWS = 240;
/** So many segments. */
const INSERTS = 4;
const LONG_MS = 240_000;
const UNPLANNED = { query_plan_enable_optimizations: false };

describe.each<Target & Dialect>(['standard', 'clickhouse'])('in the %s dialect', (dialect) => {
  let db: Database;
  const random = new SeededRandom(SEED);
  const generator = new QueryGenerator(random);
  const rows = randomRows(random, ROWS);
  const types = COLUMNS.map((column) => column[dialect]);

  beforeAll(async () => {
    db = await open();
    const columns = COLUMNS.map((c) => `${c.name} ${c[dialect]}`).join(', ');
    const engine = dialect === 'clickhouse' ? ' ENGINE = MergeTree ORDER BY tuple()' : '';
    await db.query(`CREATE TABLE t (${columns})${engine}`, { dialect });
    for (let i = 0; i < INSERTS; i++) {
      const some = rows.slice((i * ROWS) / INSERTS, ((i + 1) * ROWS) / INSERTS);
      const values = some.map((row) => `(${row.map((v, c) => literal(v, COLUMNS[c].standard)).join(', ')})`);
      await db.query(`INSERT INTO t VALUES ${values.join(', ')}`, { dialect });
    }
  });
  afterAll(() => db.close());

  /** Rows as text in no order, or the error. */
  async function answer(sql: string, settings: Readonly<Record<string, boolean>> = {}): Promise<string> {
    try {
      const { rows } = await db.execute(sql, { dialect, int64: 'bigint', settings });
      return answerText(rows, false);
    } catch (error) {
      return `error: ${(error as Error).message}`;
    }
  }

  /** Queries of a seed that differ; those that both fail do not. */
  async function compare(next: () => readonly [a: string, b: string], settings = {}): Promise<void> {
    const differences: string[] = [];
    let compared = 0;
    for (let i = 0; i < RUNS; i++) {
      const [a, b] = next();
      const [left, right] = [await answer(a), await answer(b, settings)];
      if (left.startsWith('error: ') && right.startsWith('error: ')) continue;
      compared++;
      if (left !== right) differences.push(`${a}\n${left.slice(0, 300)}\n${b}\n${right.slice(0, 300)}`);
    }
    expect(differences.slice(0, 5).join('\n\n')).toBe('');
    expect(compared).toBeGreaterThan(RUNS * 0.8);
  }

  it(
    'a condition is true as often as no plan rule says',
    () =>
      compare(() => {
        const { from, condition } = generator.filtered();
        const p = condition[dialect];
        return [
          `SELECT count(*) FROM ${from[dialect]} WHERE ${p}`,
          `SELECT coalesce(sum(CASE WHEN ${p} THEN 1 ELSE 0 END), 0) FROM ${from[dialect]}`,
        ];
      }, UNPLANNED),
    LONG_MS,
  );

  it(
    'true, false and NULL are all',
    () =>
      compare(() => {
        const { from, condition, key, number } = generator.filtered();
        const [source, p, k, n] = [from, condition, key, number].map((text) => text[dialect]);
        const list = `${k} AS group_of, ${n} AS number_of`;
        const thirds = [p, `NOT (${p})`, `(${p}) IS NULL`]
          .map((part) => `SELECT ${list} FROM ${source} WHERE ${part}`)
          .join(' UNION ALL ');
        const all = `SELECT ${list} FROM ${source}`;
        const over = ASKED[random.below(ASKED.length)];
        return [over(all), over(thirds)];
      }),
    LONG_MS,
  );

  it(
    'an expression of literals is what it is of columns',
    () =>
      compare(() => {
        const { value } = generator.value();
        const of = value[dialect];
        const id = random.below(ROWS);
        const folded = of.replace(NAMES[dialect], (whole, name: string | undefined) => {
          const at = COLUMNS.findIndex((column) => column.name === name);
          return at < 0 ? whole : `CAST(${literal(rows[id][at], COLUMNS[at].standard)} AS ${types[at]})`;
        });
        return [`SELECT ${folded}`, `SELECT ${of} FROM t WHERE id = ${id}`];
      }),
    LONG_MS,
  );
});

/** What is asked of all rows, and of the three parts of them. */
const ASKED: readonly ((rows: string) => string)[] = [
  (rows) => rows,
  (rows) =>
    `SELECT count(*), count(group_of), sum(number_of), min(number_of), max(number_of), avg(number_of), min(group_of) FROM (${rows}) AS q`,
  (rows) => `SELECT group_of, count(*), sum(number_of), max(number_of) FROM (${rows}) AS q GROUP BY group_of`,
  (rows) => `SELECT DISTINCT group_of, number_of FROM (${rows}) AS q`,
  (rows) => `SELECT count(DISTINCT group_of), count(DISTINCT number_of) FROM (${rows}) AS q`,
];

/** A text, which is left alone, or a name that is no function. */
const NAMES: Readonly<Record<Target, RegExp>> = {
  standard: /'(?:[^']|'')*'|\b([a-z]\w*)\b(?!\s*\()/g,
  clickhouse: /'(?:[^'\\]|\\.|'')*'|\b([a-z]\w*)\b(?!\s*\()/g,
};

function literal(value: unknown, type: string): string {
  if (value === null) return 'NULL';
  if (value instanceof Date) return `'${value.toISOString().replace('T', ' ').slice(0, 23)}'`;
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  if (type === 'INTERVAL') return `INTERVAL '${String(value)} hour'`;
  return type === 'DOUBLE' ? `CAST(${value} AS ${type})` : String(value);
}
