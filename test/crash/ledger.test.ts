import { expect, test } from 'vitest';
import { type Found, Ledger } from './ledger.ts';

/** The ledger itself: it must see what the kills are there to provoke. */
const BATCH = { table: 't', id: 7, rows: 3 };
const WHOLE: Found = { rows: 3, sum: 6 };

const ledger = (state: 'sent' | 'acknowledged'): Ledger => {
  const made = new Ledger();
  made.sent(BATCH);
  if (state === 'acknowledged') made.acknowledged(BATCH.id);
  return made;
};
const there = (found: Found): Map<number, Found> => new Map([[BATCH.id, found]]);
const gone = new Map<number, Found>();

test('whole batches are right, and absent ones that were not acknowledged', () => {
  expect(ledger('acknowledged').settle('t', there(WHOLE))).toEqual([]);
  expect(ledger('sent').settle('t', there(WHOLE))).toEqual([]);
  expect(ledger('sent').settle('t', gone)).toEqual([]);
});

test.each([
  ['lost', gone],
  ['halved', there({ rows: 2, sum: 3 })],
  ['doubled', there({ rows: 6, sum: 12 })],
  ['with one row twice and another missing', there({ rows: 3, sum: 5 })],
])('an acknowledged batch %s is wrong', (_, found) => {
  expect(ledger('acknowledged').settle('t', found)).toHaveLength(1);
});

test('half of a batch without an answer is wrong', () => {
  expect(ledger('sent').settle('t', there({ rows: 1, sum: 1 }))).toHaveLength(1);
});

test('what a restart showed once must stay, what it did not show must not come back', () => {
  const kept = ledger('sent');
  kept.settle('t', there(WHOLE));
  expect(kept.settle('t', gone)).toHaveLength(1);
  const lost = ledger('sent');
  lost.settle('t', gone);
  expect(lost.settle('t', there(WHOLE))).toHaveLength(1);
});

test('a batch that nobody sent, or in another table, is wrong', () => {
  expect(new Ledger().settle('t', there(WHOLE))).toHaveLength(1);
  expect(ledger('acknowledged').settle('other', there(WHOLE))).toHaveLength(1);
});

test('tables come and go only as answered', () => {
  const tables = new Ledger();
  for (const state of ['creating', 'there', 'dropping', 'gone'] as const) tables.table(state, state);
  expect(tables.settleTables(new Set(['there']))).toEqual([]);
  expect(tables.settleTables(new Set(['gone', 'unknown']))).toHaveLength(3);
});
