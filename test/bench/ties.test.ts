import { expect, test } from 'vitest';
import { tiesOf } from '../../bench/compare/ties.ts';

const cases: Record<string, readonly [string, { from: string; orderBy: string; limit: string }]> = {
  'an order and a limit': [
    'SELECT a, b FROM t ORDER BY a DESC, b LIMIT 10;',
    { from: 'SELECT a, b FROM t', orderBy: 'a DESC, b', limit: '10' },
  ],
  'an order without a limit': [
    'select a from t\norder  by a\n',
    { from: 'select a from t', orderBy: 'a', limit: '' },
  ],
  'a limit without an order': [
    'SELECT a FROM t LIMIT 5',
    { from: 'SELECT a FROM t', orderBy: '', limit: '5' },
  ],
  neither: ['SELECT count(*) FROM t', { from: 'SELECT count(*) FROM t', orderBy: '', limit: '' }],
  'an offset stays with the limit': [
    'SELECT a FROM t ORDER BY a LIMIT 10 OFFSET 1000',
    { from: 'SELECT a FROM t', orderBy: 'a', limit: '10 OFFSET 1000' },
  ],
  'orders inside of parentheses belong to the rows': [
    'SELECT a, row_number() OVER (ORDER BY b) FROM (SELECT * FROM t ORDER BY c LIMIT 3) ORDER BY a',
    {
      from: 'SELECT a, row_number() OVER (ORDER BY b) FROM (SELECT * FROM t ORDER BY c LIMIT 3)',
      orderBy: 'a',
      limit: '',
    },
  ],
  'nothing counts in texts, names and comments': [
    `SELECT a AS "x(" FROM t WHERE s LIKE '%(%' /* LIMIT ( */ ORDER BY a -- (\nLIMIT 2`,
    { from: `SELECT a AS "x(" FROM t WHERE s LIKE '%(%' /* LIMIT ( */`, orderBy: 'a -- (', limit: '2' },
  ],
  'an order is found behind the word in a text': [
    "SELECT 'ORDER BY it''s' FROM t LIMIT 2",
    { from: "SELECT 'ORDER BY it''s' FROM t", orderBy: '', limit: '2' },
  ],
};

test.each(Object.entries(cases))('%s', (_name, [sql, ties]) => {
  expect(tiesOf(sql)).toEqual(ties);
});
