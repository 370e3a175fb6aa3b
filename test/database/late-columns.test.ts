import { describe, expect, it } from 'vitest';
import { open } from '../../database/index.ts';
import { SeededRandom } from '../../engine/base/random.ts';

/**
 * ORDER BY ... LIMIT fetches columns for the rows that came out first. Expected rows are sorted here, from the rows as they were
 * inserted: in several batches, with strings that repeat and strings that do not, NULLs, floats and truth values.
 */
type Row = { k: number; id: number; often: string | null; rare: string; x: number | null; flag: boolean };

const random = new SeededRandom(3);
const rows: Row[] = Array.from({ length: 30_000 }, (_, id) => ({
  k: random.below(1_000_000),
  id,
  often: random.below(5) === 0 ? null : `often ${random.below(9)}`,
  rare: `row ${id} ${random.uint32().toString(36)}`,
  x: random.below(4) === 0 ? null : random.below(1000) / 8,
  flag: random.below(2) === 1,
}));
const sorted = rows.toSorted((a, b) => a.k - b.k || a.id - b.id);

async function filled() {
  const db = await open();
  await db.query(
    'CREATE TABLE t (k INTEGER NOT NULL, id INTEGER NOT NULL, often VARCHAR, rare VARCHAR NOT NULL, x DOUBLE, flag BOOLEAN)',
  );
  for (let from = 0; from < rows.length; from += 12_000)
    await db.insert('t', rows.slice(from, from + 12_000));
  return db;
}

describe('columns that only the first rows need', () => {
  it('are those of these rows, whatever they are stored as', async () => {
    await using db = await filled();
    expect(await db.query('SELECT * FROM t ORDER BY k, id LIMIT 40 OFFSET 7')).toEqual(sorted.slice(7, 47));
  });

  it('go with filters and with expressions above', async () => {
    await using db = await filled();
    const expected = sorted
      .filter((r) => r.flag && r.often !== null)
      .slice(0, 25)
      .map((r) => ({ text: `${r.often}/${r.rare}`, x: r.x }));
    expect(
      await db.query(
        "SELECT often || '/' || rare AS text, x FROM t WHERE flag AND often IS NOT NULL ORDER BY k, id LIMIT 25",
      ),
    ).toEqual(expected);
  });

  it('outlive the sort in what is computed of them', async () => {
    await using db = await filled();
    const first = sorted.slice(0, 300);
    const byOften = Map.groupBy(first, (r) => r.often);
    const expected = [...byOften].map(([often, group]) => ({
      often,
      n: group.length,
      least: group.map((r) => r.rare).sort()[0],
    }));
    const got = await db.query(
      'SELECT often, count(*) AS n, min(rare) AS least FROM (SELECT * FROM t ORDER BY k, id LIMIT 300) AS q GROUP BY often',
    );
    expect(got).toHaveLength(expected.length);
    expect(got).toEqual(expect.arrayContaining(expected));
  });

  it('are told in the profile', async () => {
    await using db = await filled();
    const lines = await db.query('EXPLAIN ANALYZE SELECT * FROM t ORDER BY k, id LIMIT 3');
    expect(lines.map((line) => Object.values(line)[0]).join('\n')).toMatch(
      /fetch t \(often, rare, x, flag\) \[3 -> 3 rows/,
    );
  });
});
