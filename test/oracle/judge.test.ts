import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Witness, wrongAnswers } from '../../bench/compare/judge.ts';
import type { Answer, Cell, EngineName, Ties } from '../../bench/compare/suite.ts';
import { tiesOf } from '../../bench/compare/ties.ts';

/** The benchmark's judge over answers with ties: right ones are accepted, each kind of wrong one refused. */

let connection: DuckDBConnection;
const duckdb: Witness = {
  name: 'duckdb',
  run: async (sql) => {
    await connection.run(sql);
    return { ms: 0 };
  },
  query: async (sql) => ({ ms: 0, answer: (await connection.runAndReadAll(sql)).getRows() as Answer }),
};

beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  await connection.run('CREATE TABLE t (k BIGINT, name VARCHAR, x DOUBLE)');
  // Key 3 once; key 2 three times, two rows of them equal; key 1 twice, one without a name.
  await connection.run(`INSERT INTO t VALUES
    (3, 'c', 0.5), (2, 'it''s', 0.25), (2, 'b', 1e10), (2, 'b', 1e10), (1, 'a', 1), (1, NULL, 2)`);
});
afterAll(() => connection.closeSync());

const C: Cell[] = [3n, 'c', 0.5];
const ITS: Cell[] = [2n, "it's", 0.25];
const B: Cell[] = [2n, 'b', 1e10];
const A: Cell[] = [1n, 'a', 1];
const NONE: Cell[] = [1n, null, 2];

/** Is the answer accepted, when DuckDB itself has given another one? */
async function accepted(ties: Ties, answer: Answer, theirs: Answer = [[0n, 'other', 0]]): Promise<boolean> {
  const answers = new Map<EngineName, Answer>([
    ['basalt', answer],
    ['duckdb', theirs],
  ]);
  return (await wrongAnswers([duckdb], { ties }, answers)).length === 0;
}

describe('ORDER BY with a LIMIT that cuts through ties', () => {
  const ties = tiesOf('SELECT k, name, x FROM t ORDER BY k DESC LIMIT 3');
  const right: Record<string, Answer> = {
    'any of the tied rows': [C, ITS, B],
    'in any order': [C, B, ITS],
    'equal rows as often as there are': [C, B, B],
    'floats within a billionth': [C, ITS, [2n, 'b', 1e10 + 0.5]],
    'integers of another client': [[3, 'c', 0.5], [2, "it's", 0.25], B],
  };
  test.each(Object.entries(right))('accepts %s', async (_name, answer) => {
    expect(await accepted(ties, answer)).toBe(true);
  });
  const wrong: Record<string, Answer> = {
    'a row that is not there': [C, ITS, [2n, 'd', 1]],
    'a row with another cell': [C, ITS, [2n, 'b', 2e10]],
    'a float off by more than a billionth': [C, ITS, [2n, 'b', 1e10 + 10.5]],
    'NULL for a text': [C, ITS, [2n, null, 1e10]],
    'a row more often than it is there': [C, ITS, ITS],
    'keys in another order': [ITS, C, B],
    'a row whose key does not belong to its place': [C, ITS, A],
    'too few rows': [C, ITS],
    'too many rows': [C, ITS, B, B],
    'no rows': [],
    'columns cut off': [
      [3n, 'c'],
      [2n, 'b'],
      [2n, 'b'],
    ],
    'columns too many': [
      [...C, 1],
      [...B, 1],
      [...B, 1],
    ],
    'no columns': [[], [], []],
  };
  test.each(Object.entries(wrong))('refuses %s', async (_name, answer) => {
    expect(await accepted(ties, answer)).toBe(false);
  });
});

describe('ORDER BY without a LIMIT', () => {
  const ties = tiesOf('SELECT k, name, x FROM t ORDER BY k');
  test('accepts tied rows in any order', async () => {
    expect(await accepted(ties, [NONE, A, B, ITS, B, C])).toBe(true);
    expect(await accepted(ties, [A, NONE, ITS, B, B, C])).toBe(true);
  });
  test('refuses a row twice in place of another, and a lost one', async () => {
    expect(await accepted(ties, [A, A, B, ITS, B, C])).toBe(false);
    expect(await accepted(ties, [A, NONE, B, B, B, C])).toBe(false);
    expect(await accepted(ties, [NONE, A, B, ITS, C])).toBe(false);
  });
});

describe('LIMIT without an order', () => {
  const ties = tiesOf('SELECT k, name, x FROM t LIMIT 2');
  test('accepts any rows, as often as they are there', async () => {
    expect(await accepted(ties, [B, B])).toBe(true);
    expect(await accepted(ties, [NONE, C])).toBe(true);
    expect(await accepted(ties, [C, C])).toBe(false);
    expect(await accepted(ties, [C])).toBe(false);
  });
});

test('an offset counts', async () => {
  const ties = tiesOf('SELECT k, name, x FROM t ORDER BY k DESC LIMIT 1 OFFSET 1');
  expect(await accepted(ties, [B])).toBe(true);
  expect(await accepted(ties, [C])).toBe(false);
});

test('a key that is no column of the result is held to, too', async () => {
  const ties: Ties = { from: 'SELECT name, k AS judged_key FROM t', orderBy: 'judged_key DESC', limit: '2' };
  expect(await accepted(ties, [['c'], ['b']], [['other']])).toBe(true);
  expect(await accepted(ties, [['c'], ['a']], [['other']])).toBe(false);
  expect(await accepted(ties, [['b'], ['c']], [['other']])).toBe(false);
});

test('an empty result has no rows', async () => {
  const ties = tiesOf('SELECT k, name, x FROM t WHERE k > 9 ORDER BY k LIMIT 3');
  expect(await accepted(ties, [])).toBe(true);
  expect(await accepted(ties, [C])).toBe(false);
});

test('where DuckDB has failed, every answer is judged', async () => {
  const ties = tiesOf('SELECT k, name, x FROM t ORDER BY k DESC LIMIT 1');
  const answers = new Map<EngineName, Answer>([
    ['basalt', [B]],
    ['chdb', [C]],
  ]);
  expect(await wrongAnswers([duckdb], { ties }, answers)).toEqual(['basalt']);
});
