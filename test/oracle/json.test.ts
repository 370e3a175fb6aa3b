/**
 * Functions of JSON over seeded documents, against ClickHouse and DuckDB: the peers read texts, we read a JSON column whose paths are columns of
 * its segment, and the same documents as texts.
 */

import { DuckDBInstance } from '@duckdb/node-api';
import { Session } from 'chdb';
import { describe, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { documents } from '../database/json-documents.ts';
import { answerText } from './compare.ts';
import { SEED } from './run.ts';

const ROWS = 5000;
const texts = documents(new SeededRandom(SEED), ROWS);

const PATHS: readonly (readonly string[])[] = [
  ['user', 'id'],
  ['user', 'name'],
  ['user'],
  ['price'],
  ['ratio'],
  ['whole'],
  ['ok'],
  ['nothing'],
  ['mixed'],
  ['late'],
  ['text'],
  ['twice', 'a'],
  ['twice'],
  ['rare'],
  ['wide'],
  ['none'],
];

const CLICKHOUSE = [
  ...['String', 'Int', 'UInt', 'Float', 'Bool', 'Raw', 'Keys', 'ArrayRaw', 'KeysAndValuesRaw'].map(
    (name) => (path: string) => `toString(JSONExtract${name}(j, ${path}))`,
  ),
  ...['JSONHas', 'JSONLength', 'JSONType'].map((name) => (path: string) => `toString(${name}(j, ${path}))`),
  ...['Int32', 'Nullable(Float64)', 'String', 'Array(Nullable(Int8))', 'Tuple(a Int8, b String)'].map(
    (type) => (path: string) => `toString(JSONExtract(j, ${path}, '${type}'))`,
  ),
  (path: string) => `JSONExtractString(j, ${path}, 1)`,
  (path: string) => `JSONKey(j, ${path}, -1)`,
  ...['JSON_VALUE', 'JSON_QUERY', 'JSON_EXISTS'].map(
    (name) => (path: string) =>
      `toString(${name}(j, '$.${path.replaceAll("', '", '.').replaceAll("'", '')}'))`,
  ),
  (path: string) => `toString(simpleJSONHas(j, ${path.split(', ').at(-1)}))`,
];

const STANDARD = [
  (path: string) => `CAST(j -> ${path} AS VARCHAR)`,
  (path: string) => `(j ->> ${path})`,
  (path: string) => `json_type(j, ${path})`,
  (path: string) => `CAST(json_array_length(j, ${path}) AS BIGINT)`,
  (path: string) => `CAST(json_keys(j, ${path}) AS VARCHAR)`,
  (path: string) => `json_exists(j, ${path})`,
  (path: string) => `CAST(json_value(j, ${path}) AS VARCHAR)`,
];

const literal = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

async function ours(type: string): Promise<Database> {
  const db = await open();
  await db.execute(`CREATE TABLE t (id Int64, j ${type}) ENGINE = MergeTree ORDER BY id`, {
    dialect: 'clickhouse',
  });
  await db.insert(
    't',
    texts.map((j, id) => ({ id, j })),
  );
  await db.execute('OPTIMIZE TABLE t FINAL', { dialect: 'clickhouse' });
  return db;
}

describe('functions of JSON', () => {
  it('answer as ClickHouse does', async () => {
    const session = new Session();
    session.query('CREATE TABLE t (id Int64, j String) ENGINE = MergeTree ORDER BY id');
    for (let from = 0; from < ROWS; from += 1000)
      session.query(
        `INSERT INTO t VALUES ${texts
          .slice(from, from + 1000)
          .map((text, i) => `(${from + i}, ${literal(text)})`)
          .join()}`,
      );
    const [asJson, asText] = [await ours('JSON'), await ours('String')];
    for (const keys of PATHS)
      for (const call of CLICKHOUSE) {
        const sql = `SELECT id, ${call(keys.map((key) => `'${key}'`).join(', '))} FROM t ORDER BY id`;
        const theirs = String(session.query(sql, 'JSONCompactEachRow'))
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => (JSON.parse(line) as unknown[]).map(String));
        for (const db of [asText, asJson]) {
          const { rows } = await db.execute(sql, { dialect: 'clickhouse', int64: 'string' });
          const got = rows.map((row) => row.map(String));
          expect(got.filter((row, i) => String(row) !== String(theirs[i])).slice(0, 3), sql).toEqual(
            theirs.filter((row, i) => String(row) !== String(got[i])).slice(0, 3),
          );
        }
      }
    await asJson.close();
    await asText.close();
    session.cleanup();
  });

  it('answer as DuckDB does', async () => {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run('CREATE TABLE t (id BIGINT, j VARCHAR)');
    for (let from = 0; from < ROWS; from += 1000)
      await connection.run(
        `INSERT INTO t VALUES ${texts
          .slice(from, from + 1000)
          .map((text, i) => `(${from + i}, '${text.replaceAll("'", "''")}')`)
          .join()}`,
      );
    const [asJson, asText] = [await ours('JSON'), await ours('String')];
    for (const keys of PATHS)
      for (const call of STANDARD) {
        const sql = `SELECT id, ${call(`'$.${keys.join('.')}'`)} FROM t ORDER BY id`;
        const theirs = answerText((await connection.runAndReadAll(sql)).getRows() as unknown[][], true);
        for (const db of [asText, asJson])
          expect(answerText((await db.execute(sql, { int64: 'bigint' })).rows, true), sql).toBe(theirs);
      }
    await asJson.close();
    await asText.close();
    connection.closeSync();
  });
});
