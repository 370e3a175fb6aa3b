/** What merges and inserts do to rows of equal key: every policy against a simple model. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decidingColumns, type RowPolicy } from '../../engine/plan/row-policy.ts';
import {
  FLOAT64,
  INT64,
  type LogicalType,
  nullable,
  STRING,
  type,
  type Value,
} from '../../engine/type/type.ts';
import { MemoryFileSystem } from '../../storage/fs/memory.ts';
import type { BatchValue } from '../../storage/table/batch-builder.ts';
import type { TableDefinition } from '../../storage/table/definition.ts';
import { effort } from '../effort.ts';
import { Bench, orderOf } from './support/bench.ts';
import { arena, column, table } from './support/ground.ts';
import { modelOf, packCount, type Row } from './support/policy-model.ts';
import { insertRows, openStore, readRows, simpleTable } from './support/store.ts';

const COUNT_STATE: LogicalType = {
  id: 'state',
  nullable: false,
  state: { name: 'count', parameters: [], args: [], fn: 'count', params: [], result: INT64 },
};
const COLUMNS = [
  column(1, 'number', nullable(INT64)),
  column(2, 'word', nullable(STRING)),
  column(3, 'version', INT64),
  column(4, 'sign', type('int8')),
  column(5, 'flag', type('uint8')),
  column(6, 'text', nullable(STRING)),
  column(7, 'amount', nullable(INT64)),
  column(8, 'measure', FLOAT64),
  column(9, 'total', INT64),
  column(10, 'counted', COUNT_STATE),
];

const SMALLEST = -(1n << 63n);

/** Rows as drawn; `key` chooses both key columns. */
type Drawn = {
  readonly key: number;
  readonly version: number;
  readonly sign: number;
  readonly flag: number;
  readonly text: number | null;
  readonly amount: number | null;
};
const drawnRow: fc.Arbitrary<Drawn> = fc.record({
  key: fc.integer({ min: 0, max: 11 }),
  version: fc.integer({ min: -2, max: 2 }),
  sign: fc.constantFrom(1, -1),
  flag: fc.integer({ min: 0, max: 1 }),
  text: fc.option(fc.integer({ min: 0, max: 30 }), { freq: 4 }),
  amount: fc.option(fc.integer({ min: -2, max: 2 }), { freq: 4 }),
});
const NUMBERS = [null, SMALLEST, 0n, 5n];
const WORDS = [null, '', 'a rather long word that repeats'];

const valuesOf = ({ key, version, sign, flag, text, amount }: Drawn): Row => [
  NUMBERS[key % 4],
  WORDS[key % 3],
  BigInt(version),
  BigInt(sign),
  BigInt(flag),
  text === null ? null : `text ${text}`,
  amount === null ? null : BigInt(amount),
  version * 0.5,
  BigInt(version + sign),
  packCount(BigInt(version + 3)),
];

const POLICIES: Record<string, { readonly policy: RowPolicy; readonly sortKey: readonly number[] }> = {
  'replacing by age': {
    policy: { kind: 'replacing', version: null, isDeleted: null },
    sortKey: [1, 2],
  },
  'replacing by version': {
    policy: { kind: 'replacing', version: 3, isDeleted: 5 },
    sortKey: [2, 1],
  },
  collapsing: { policy: { kind: 'collapsing', sign: 4 }, sortKey: [1, 2] },
  'versioned collapsing': {
    policy: { kind: 'versionedCollapsing', sign: 4, version: 3 },
    sortKey: [1, 2, 3],
  },
  aggregating: {
    policy: {
      kind: 'aggregating',
      rules: [
        [3, 'min'],
        [5, 'or'],
        [6, 'max'],
        [7, 'sum'],
        [8, 'sum'],
        [9, 'anyLast'],
        [10, 'states'],
      ],
      dropZeros: [],
    },
    sortKey: [1, 2],
  },
  'aggregating others': {
    policy: {
      kind: 'aggregating',
      rules: [
        [3, 'max'],
        [4, 'and'],
        [5, 'xor'],
        [6, 'any'],
        [7, 'anyLast'],
        [8, 'max'],
      ],
      dropZeros: [],
    },
    sortKey: [2],
  },
  summing: {
    policy: {
      kind: 'aggregating',
      rules: [
        [8, 'sum'],
        [9, 'sum'],
      ],
      dropZeros: [8, 9],
    },
    sortKey: [1, 2],
  },
  'without a key': { policy: { kind: 'replacing', version: 3, isDeleted: null }, sortKey: [] },
};

const inOrder = (rows: readonly Row[], keyIds: readonly number[]): Row[] =>
  [...rows].sort((a, b) => {
    for (const id of keyIds) {
      const order = orderOf(a[id - 1], b[id - 1]);
      if (order !== 0) return order;
    }
    return 0;
  });

const batchOf = (rows: readonly Row[]): Record<string, readonly BatchValue[]> =>
  Object.fromEntries(COLUMNS.map(({ id, name }) => [name, rows.map((row) => row[id - 1] as BatchValue)]));

/** What is left when each insert is merged by itself, and then all of them. */
function expected({ policy, sortKey }: TableDefinition, inserts: readonly (readonly Row[])[]): Row[] {
  const stored = inserts.flatMap((rows) => inOrder(modelOf(policy, sortKey, rows), sortKey));
  return inOrder(modelOf(policy, sortKey, stored), sortKey);
}

const inserts = fc.array(
  fc.record({
    drawn: fc.array(drawnRow, { minLength: 1, maxLength: 30 }),
    rows: fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 1, max: 40 }) },
      { weight: 1, arbitrary: fc.integer({ min: 8000, max: 20_000 }) },
    ),
    /** Many keys: a block of the output is filled. */
    isWide: fc.boolean(),
  }),
  { minLength: 1, maxLength: 6 },
);

const rowsOf = ({ drawn, rows, isWide }: { drawn: Drawn[]; rows: number; isWide: boolean }): Row[] =>
  Array.from({ length: rows }, (_, i): Row => {
    const values = valuesOf(drawn[(i * 7) % drawn.length]);
    return isWide ? [BigInt((i * 31) % 70_000), `${(i * 17) % 6000}`, ...values.slice(2)] : values;
  });

describe.each(Object.entries(POLICIES))('%s', (_, { policy, sortKey }) => {
  const definition = table(COLUMNS, { sortKey, policy });

  it('leaves of segments what the model does, whichever were merged before', async () => {
    const input = fc.record({ inserts, firstMerged: fc.integer({ min: 0, max: 6 }) });
    await fc.assert(
      fc.asyncProperty(input, async ({ inserts, firstMerged }) => {
        const bench = new Bench();
        const all = inserts.map(rowsOf);
        for (const rows of all) await bench.buildRows(definition, batchOf(rows));
        for (const [i, meta] of bench.metas.entries()) {
          const rows = inOrder(modelOf(policy, sortKey, all[i]), sortKey);
          expect(meta.rows).toBe(rows.length);
          expect(bench.rows(definition, meta)).toEqual(rows);
        }
        // Some of the oldest are merged first. What is over a pair of rows that contradict each other depends on it.
        const isSettled = policy.kind === 'collapsing' || policy.kind === 'versionedCollapsing';
        if (firstMerged > 1 && !isSettled) {
          const older = bench.metas.splice(0, firstMerged);
          const newer = bench.metas.splice(0);
          bench.metas.push(...older.filter(({ rows }) => rows > 0));
          if (bench.metas.length > 0) {
            const { meta } = await bench.merge(definition);
            bench.metas.splice(0);
            bench.metas.push(meta);
          }
          bench.metas.push(...newer);
        }
        bench.metas.splice(0, bench.metas.length, ...bench.metas.filter(({ rows }) => rows > 0));
        if (bench.metas.length > 0) {
          const { meta } = await bench.merge(definition);
          const rows = expected(definition, all);
          const found = bench.rows(definition, meta);
          if (policy.kind !== 'aggregating' || policy.dropZeros.length === 0) expect(found).toEqual(rows);
          else {
            // A key whose sums came to nothing is forgotten: what comes later is its first row again.
            const sums = (some: readonly Row[]): Value[][] =>
              some.map((row) => [row[0], row[1], row[7], row[8]]);
            expect(sums(found)).toEqual(sums(rows));
          }
          for (const { id, type: columnType } of COLUMNS) {
            const values = found.map((row) => row[id - 1]).filter((value) => value !== null);
            const statistics = meta.columns.find((some) => some.id === id);
            if (columnType.id === 'float64' || values.length === 0 || statistics?.min === null) continue;
            const sorted = [...values].sort(orderOf);
            expect([statistics?.min, statistics?.max]).toEqual([sorted[0], sorted.at(-1)]);
          }
        }
        arena.closeOwner(bench.context.scratch.owner);
      }),
      { numRuns: effort(40, 10), seed: 20261120 },
    );
  });
});

describe('a table with a policy', () => {
  it('keeps no segment of which nothing is left', async () => {
    const store = await openStore(new MemoryFileSystem());
    const { id } = await store.createTable(
      simpleTable('t', { columns: COLUMNS, sortKey: [1], policy: { kind: 'collapsing', sign: 4 } }),
    );
    const pair = [1, -1].map((sign) => valuesOf({ key: 3, version: 0, sign, flag: 0, text: 1, amount: 1 }));
    await insertRows(store, id, batchOf(pair));
    await store.flush(id);
    expect(store.tableInfo(id).segments).toEqual([]);
    expect(readRows(store, id, [1])).toEqual([]);
    await store.close();
  });

  it('decides by columns of its own', () => {
    expect(decidingColumns({ kind: 'replacing', version: null, isDeleted: 5 })).toEqual([5]);
  });
});
