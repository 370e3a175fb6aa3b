import { expect, test } from 'vitest';
import { type Witness, wrongAnswers } from '../../bench/compare/judge.ts';
import type { Answer, EngineName } from '../../bench/compare/suite.ts';

/** Judgements that need no DuckDB to be asked; test/oracle/judge.test.ts has the others. */

const answers = (of: Partial<Record<EngineName, Answer>>): ReadonlyMap<EngineName, Answer> =>
  new Map(Object.entries(of) as [EngineName, Answer][]);
const ONE: Answer = [[1]];
const TWO: Answer = [[2]];
const ties = { from: 'SELECT a FROM t', orderBy: 'a', limit: '1' };

test('where an order is total, whoever differs from DuckDB is wrong', async () => {
  expect(await wrongAnswers([], {}, answers({ basalt: ONE, duckdb: ONE, chdb: ONE }))).toEqual([]);
  expect(await wrongAnswers([], {}, answers({ basalt: TWO, duckdb: ONE, chdb: ONE }))).toEqual(['basalt']);
  expect(await wrongAnswers([], {}, answers({ basalt: TWO, duckdb: ONE, chdb: TWO }))).toEqual([
    'basalt',
    'chdb',
  ]);
});

test('without DuckDB, whoever differs from the first', async () => {
  expect(await wrongAnswers([], {}, answers({ basalt: ONE, chdb: TWO }))).toEqual(['chdb']);
});

test('equal answers are right without asking anybody', async () => {
  expect(await wrongAnswers([], { ties }, answers({ basalt: ONE, duckdb: ONE }))).toEqual([]);
});

test('different answers with ties and no DuckDB are not judged, and say so', async () => {
  const basalt = { name: 'basalt' } as Witness;
  await expect(wrongAnswers([basalt], { ties }, answers({ basalt: ONE, chdb: TWO }))).rejects.toThrow(
    'DuckDB',
  );
});
