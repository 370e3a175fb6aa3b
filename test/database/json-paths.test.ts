/**
 * Paths of JSON columns from outside: a query answers the same whether a part keeps its paths or not, reads less where one does, and what is
 * kept survives what happens to tables.
 */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Database, inspectFile, open } from '../../database/index.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { documents } from './json-documents.ts';

const ROWS = 22_000;
const path = mkdtempSync(join(tmpdir(), 'basalt-json-'));
const texts = documents(new SeededRandom(7), ROWS);

type Rows = readonly (readonly unknown[])[];
const run = async (db: Database, sql: string, settings = {}): Promise<Rows> =>
  (await db.execute(sql, { dialect: 'clickhouse', int64: 'string', settings })).rows;

async function filled(db: Database, type: string, name = 't'): Promise<void> {
  await run(db, `CREATE TABLE ${name} (id Int64, j ${type}) ENGINE = MergeTree ORDER BY id`);
  await db.insert(
    name,
    texts.map((j, id) => ({ id, j })),
  );
}

/** Every function that a stored path may answer, at paths of each kind. */
const READS = [
  (p: string) => `JSONExtractString(j, ${p})`,
  (p: string) => `JSONExtractInt(j, ${p})`,
  (p: string) => `JSONExtractUInt(j, ${p})`,
  (p: string) => `JSONExtractFloat(j, ${p})`,
  (p: string) => `JSONExtractBool(j, ${p})`,
  (p: string) => `JSONExtractRaw(j, ${p})`,
  (p: string) => `JSON_VALUE(j, '$.${p.replaceAll("', '", '.').replaceAll("'", '')}')`,
  (p: string) => `j.${p.replaceAll("', '", '.').replaceAll("'", '')}`,
  (p: string) => `j.${p.replaceAll("', '", '.').replaceAll("'", '')}.:Int64`,
  (p: string) => `j.${p.replaceAll("', '", '.').replaceAll("'", '')}.:Float64`,
  (p: string) => `j.${p.replaceAll("', '", '.').replaceAll("'", '')}.:Bool`,
  (p: string) => `j.${p.replaceAll("', '", '.').replaceAll("'", '')}.:String`,
];
const PATHS = [
  "'user', 'id'",
  "'user', 'name'",
  "'user'",
  "'price'",
  "'ratio'",
  "'whole'",
  "'ok'",
  "'nothing'",
  "'mixed'",
  "'late'",
  "'text'",
  "'twice'",
  "'twice', 'a'",
  "'rare'",
  "'wide'",
  "'none'",
];

/** Of a few rows every function, of all rows one after the other, and filters. */
const queries = PATHS.flatMap((p, i) => [
  `SELECT id, ${READS.map((read) => read(p)).join(', ')} FROM t WHERE id % 97 = 0 ORDER BY id`,
  `SELECT ${READS[i % READS.length](p)} AS v, count(), sum(id) FROM t GROUP BY v ORDER BY v LIMIT 20`,
  i % 2 === 0
    ? `SELECT count(), sum(id) FROM t WHERE ${READS[0](p)} = 'name 5' OR ${READS[1](p)} BETWEEN 70 AND 90`
    : `SELECT id, ${READS[0](p)} FROM t WHERE ${READS[3](p)} > 0.5 ORDER BY ${READS[3](p)} DESC, id LIMIT 7`,
]);

/** Answers of the documents alone. */
const plain = (async () => {
  const db = await open();
  await filled(db, 'JSON(max_dynamic_paths=0)');
  const settings = { query_plan_enable_optimizations: 0 };
  const answers = new Map<string, Rows>();
  for (const sql of queries) answers.set(sql, await run(db, sql, settings));
  await db.close();
  return answers;
})();

async function same(db: Database): Promise<void> {
  const expected = await plain;
  for (const sql of queries) expect(await run(db, sql), sql).toEqual(expected.get(sql));
}

const segments = (): string[] =>
  readdirSync(join(path, 'segment'))
    .filter((name) => name.endsWith('.seg'))
    .map((name) => join(path, 'segment', name));

const keptPaths = (): (readonly [name: string | null, type: string | null, unfit: number])[] =>
  segments()
    .flatMap((file) => inspectFile(file).columns)
    .flatMap(({ name, type, path: of }) => (of === null ? [] : [[name, type, of.unfitPages] as const]));

describe('paths of JSON columns', () => {
  const dbs: Database[] = [];
  const opened = async (options = {}): Promise<Database> => {
    const db = await open(options);
    dbs.push(db);
    return db;
  };
  afterAll(async () => {
    for (const db of dbs) await db.close();
    rmSync(path, { recursive: true, force: true });
  });

  it('answer as the documents do: rows in memory and small segments', { timeout: 120_000 }, async () => {
    const db = await opened();
    await run(db, 'CREATE TABLE t (id Int64, j JSON) ENGINE = MergeTree ORDER BY id');
    for (let from = 0; from < ROWS; from += 9000)
      await db.insert(
        't',
        texts.slice(from, from + 9000).map((j, i) => ({ id: from + i, j })),
      );
    await same(db);
  });

  it('answer as the documents do: one merged segment, on disk, after a restart', {
    timeout: 120_000,
  }, async () => {
    let db = await opened({ path });
    await filled(db, 'JSON');
    await run(db, 'OPTIMIZE TABLE t FINAL');
    await same(db);
    await dbs.pop()?.close();
    db = await opened({ path });
    await same(db);
    expect(await run(db, 'CHECK TABLE t')).toMatchObject([[expect.any(String), 1, '']]);
    const kept = keptPaths();
    const kinds = Object.fromEntries(kept.map(([name, type]) => [name, type]));
    expect(kinds).toMatchObject({
      'j.user.id': 'int',
      'j.user.name': 'string',
      'j.price': 'float',
      'j.ratio': 'float',
      'j.whole': 'double',
      'j.ok': 'bool',
      'j.text': 'string',
      'j.wide': 'int',
    });
    // Too few rows have it; no value of it fits one kind on any page; it is never there.
    for (const name of ['j.rare', 'j.mixed', 'j.none', 'j.user']) expect(kinds).not.toHaveProperty([name]);
    // Only some pages have another type there.
    const late = kept.find(([name]) => name === 'j.late');
    expect(late?.[1]).toBe('int');
    expect(late?.[2]).toBe(1);
  });

  it('make filters prune', async () => {
    const db = dbs[dbs.length - 1];
    const profile = async (sql: string) =>
      (await db.execute(sql, { dialect: 'clickhouse', settings: { log_profile: true } })).profile;
    // `serial` counts the rows: one page has the value.
    const one = await profile("SELECT id FROM t WHERE JSONExtractInt(j, 'serial') = 12345");
    expect(one?.rowsRead).toBeLessThanOrEqual(8192);
    const none = await profile("SELECT id FROM t WHERE JSONExtractString(j, 'user', 'name') = 'nobody'");
    expect(none?.rowsRead).toBeLessThanOrEqual(ROWS);
    const outside = await profile("SELECT id FROM t WHERE JSONExtractInt(j, 'user', 'id') = 1000000");
    expect(outside?.rowsRead).toBe(0);
    // What the default satisfies is in rows without the path, too.
    expect(await run(db, "SELECT count() FROM t WHERE JSONExtractInt(j, 'rare') = 0")).toEqual(
      await run(db, "SELECT count() FROM t WHERE NOT (JSONExtractInt(j, 'rare') <> 0)"),
    );
  });

  it('survive DELETE, renaming, moving, and merges after it', async () => {
    const db = dbs[dbs.length - 1];
    await run(db, 'ALTER TABLE t RENAME COLUMN j TO d');
    await run(db, 'DELETE FROM t WHERE id % 3 = 0');
    const expected = texts.filter((text, id) => id % 3 !== 0 && JSON.parse(text)?.user?.id === 77).length;
    const count = async (): Promise<unknown> =>
      (await run(db, "SELECT count() FROM t WHERE JSONExtractInt(d, 'user', 'id') = 77"))[0][0];
    expect(Number(await count())).toBe(expected);
    expect(keptPaths().some(([name]) => name === 'd.user.id')).toBe(true);
    // There the column has another id.
    await run(db, 'CREATE TABLE m (x Int8, y Int8, id Int64, d JSON) ENGINE = MergeTree ORDER BY id');
    await run(db, 'ALTER TABLE m DROP COLUMN x');
    await run(db, 'ALTER TABLE m DROP COLUMN y');
    await run(db, 'ALTER TABLE t MOVE PARTITION tuple() TO TABLE m');
    expect(
      Number((await run(db, "SELECT count() FROM m WHERE JSONExtractInt(d, 'user', 'id') = 77"))[0][0]),
    ).toBe(expected);
    await run(db, 'ALTER TABLE m MOVE PARTITION tuple() TO TABLE t');
    await run(db, 'ALTER TABLE t DETACH PARTITION tuple()');
    expect(Number(await count())).toBe(0);
    await run(db, 'ALTER TABLE t ATTACH PARTITION tuple()');
    expect(Number(await count())).toBe(expected);
    await run(db, 'OPTIMIZE TABLE t FINAL');
    expect(Number(await count())).toBe(expected);
    expect(keptPaths().some(([name]) => name === 'd.user.id')).toBe(true);
    await run(db, 'ALTER TABLE t MODIFY COLUMN d String');
    expect(Number(await count())).toBe(expected);
    await run(db, 'ALTER TABLE t MODIFY COLUMN d JSON(max_dynamic_paths=2)');
    expect(Number(await count())).toBe(expected);
    await run(db, 'ALTER TABLE t DROP COLUMN d');
    expect(Number((await run(db, 'SELECT count() FROM t'))[0][0])).toBe(ROWS - Math.ceil(ROWS / 3));
  });

  it('are as many as the type says', async () => {
    const db = await opened();
    await filled(db, 'JSON(max_dynamic_paths=2)', 'few');
    expect((await run(db, 'SHOW CREATE TABLE few'))[0][0]).toContain('JSON(max_dynamic_paths=2)');
    const settings = { query_plan_enable_optimizations: 0 };
    const sql = "SELECT sum(JSONExtractInt(j, 'user', 'id')), sum(JSONExtractFloat(j, 'price')) FROM few";
    expect(await run(db, sql)).toEqual(await run(db, sql, settings));
  });
});
