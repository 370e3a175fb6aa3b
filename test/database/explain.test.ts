import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';

/** ClickHouse's EXPLAIN AST, QUERY TREE and PIPELINE: each is what it says of the statement, by what the other forms and the statement itself tell. */
let db: Database;
const lines = async (sql: string): Promise<string[]> => {
  const found: string[] = [];
  for await (const row of await db.query(sql, { dialect: 'clickhouse' })) found.push(String(row['explain']));
  return found;
};

beforeAll(async () => {
  db = await open({ threads: 2 });
  const run = (sql: string): Promise<unknown> => db.execute(sql, { dialect: 'clickhouse' });
  await run('CREATE TABLE t (a UInt64, x String) ENGINE = MergeTree ORDER BY a');
  await run('INSERT INTO t SELECT number, toString(number) FROM numbers(200000)');
});
afterAll(() => db.close());

describe('EXPLAIN AST', () => {
  it('is the statement as it was parsed: a node a line, below what it is a part of', async () => {
    expect(await lines("EXPLAIN AST SELECT a + 1 AS b FROM nowhere WHERE x = 'y' LIMIT 3")).toEqual([
      'query',
      ' query:',
      '  body: select',
      '   items:',
      "    value: binary op='+'",
      '     left: name',
      "      parts: text='a'",
      "     right: number text='1'",
      "    alias: text='b'",
      '   from: table',
      "    name: text='nowhere'",
      "   where: binary op='='",
      '    left: name',
      "     parts: text='x'",
      "    right: string value='y'",
      "  limit: number text='3'",
    ]);
  });

  it('is there of every statement', async () => {
    for (const [sql, first] of [
      ['DROP TABLE nowhere', 'drop table'],
      ["INSERT INTO nowhere VALUES (1, 'x')", 'insert'],
      ['CREATE TABLE u (a UInt8) ENGINE = Memory', 'create table'],
    ])
      expect((await lines(`EXPLAIN AST ${sql}`))[0]).toMatch(first);
    expect(await lines("SELECT name AS explain FROM system.tables WHERE name = 'u'")).toEqual([]);
  });
});

describe('EXPLAIN QUERY TREE', () => {
  const query = "SELECT a + 1 AS b, count() FROM t WHERE x = 'y' GROUP BY b";

  it('is the query before the rules, which put the condition into the scan, and its columns', async () => {
    const [tree, plan] = [await lines(`EXPLAIN QUERY TREE ${query}`), await lines(`EXPLAIN ${query}`)];
    expect(tree.filter((line) => /^ *filter /.test(line))).toHaveLength(1);
    expect(plan.filter((line) => /^ *filter /.test(line))).toEqual([]);
    expect(tree.at(-1)).toBe('columns b UInt64, count() UInt64');
  });

  it('fails as the query does, and is of queries', async () => {
    await expect(lines('EXPLAIN QUERY TREE SELECT nothing FROM t')).rejects.toThrow('nothing');
    await expect(lines('EXPLAIN QUERY TREE DROP TABLE t')).rejects.toThrow('is not supported');
  });
});

describe('EXPLAIN PIPELINE', () => {
  const stagesOf = (pipeline: readonly string[]): string[] => pipeline.filter((line) => /^stage /.test(line));

  it.each([
    "SELECT count() FROM t WHERE x != 'y'",
    'SELECT x, count() FROM t GROUP BY x ORDER BY x LIMIT 3',
    'SELECT count() FROM t JOIN t AS u ON t.a = u.a + 1',
    'SELECT a FROM t UNION ALL SELECT a + 1 FROM t',
    'SELECT sum(a) OVER (ORDER BY a) FROM t',
  ])('has the stages that EXPLAIN ANALYZE counts: %s', async (query) => {
    const stages = stagesOf(await lines(`EXPLAIN PIPELINE ${query}`));
    const [ran] = await lines(`EXPLAIN ANALYZE ${query}`);
    expect(ran).toMatch(new RegExp(`\\b${stages.length} stages?$`));
    for (const [id, line] of stages.entries()) {
      expect(line).toMatch(new RegExp(`^stage ${id}\\b`));
      // Whatever it waits for is before it.
      for (const earlier of /after ([\d, ]+):/.exec(line)?.[1].split(', ') ?? [])
        expect(Number(earlier)).toBeLessThan(id);
    }
  });

  it('says how many threads share a stage', async () => {
    const threadsOf = async (sql: string): Promise<string> =>
      stagesOf(await lines(`EXPLAIN PIPELINE ${sql}`))[0].split(': ')[1];
    expect(await threadsOf("SELECT count() FROM t WHERE x != 'y'")).toBe('up to 2 threads');
    expect(await threadsOf("SELECT count() FROM t WHERE x != 'y' SETTINGS max_threads = 1")).toBe('1 thread');
    expect(await threadsOf('SELECT 1')).toBe('the calling thread');
  });

  it('is not there of what is planned while it runs', async () => {
    const recursive = 'WITH RECURSIVE r AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM r WHERE x < 3)';
    await expect(lines(`EXPLAIN PIPELINE ${recursive} SELECT x FROM r`)).rejects.toThrow('WITH RECURSIVE');
    await expect(lines("EXPLAIN PIPELINE INSERT INTO t SELECT 1, 'x'")).rejects.toThrow('EXPLAIN PIPELINE');
  });
});

describe('SETTINGS behind a statement that is explained', () => {
  it('are those of the EXPLAIN', async () => {
    const plain = await lines(
      "EXPLAIN SELECT count() FROM t WHERE x != 'y' SETTINGS query_plan_enable_optimizations = 0",
    );
    expect(plain.some((line) => /^ *filter /.test(line))).toBe(true);
  });
});
