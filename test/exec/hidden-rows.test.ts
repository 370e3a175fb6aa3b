/** Scans see only the rows that are not hidden, whatever they filter, skip and fetch later. */

import { describe, expect, it } from 'vitest';
import { Executor } from '../../engine/exec/executor.ts';
import { Region } from '../../engine/memory/region.ts';
import { call, column, type Expr, literal } from '../../engine/plan/expr.ts';
import type { Plan, ScanPlan } from '../../engine/plan/node.ts';
import type { Snapshot } from '../../engine/plan/source.ts';
import { BOOL, INT64 } from '../../engine/type/type.ts';
import { HiddenRowsBuilder } from '../../engine/vector/hidden-rows.ts';
import { BLOCK_ROWS, chunk, intVector } from '../../engine/vector/vector.ts';
import { blocksOf, MEMORY_KIND, memorySnapshot, openMemoryBlocks } from './memory-table.ts';
import { EngineWorld } from './world.ts';

const ROWS = 3 * BLOCK_ROWS + 20_001;
const world = new EngineWorld();
const { arena } = world.task;
const engine = { ...world.engine, openers: new Map([[MEMORY_KIND, openMemoryBlocks]]) };
const region = new Region(arena, arena.openOwner());

/** Column 1 is the row's number. */
function snapshotWithout(isHidden: (row: number) => boolean): Snapshot {
  const blocks = blocksOf(ROWS, (from, rows) => {
    const data = region.alloc(rows * 8);
    for (let i = 0; i < rows; i++) arena.i64[data / 8 + i] = BigInt(from + i);
    return { 1: chunk(intVector(rows, data, 8, 0n, 0)) };
  });
  const snapshot = memorySnapshot(blocks);
  const builder = new HiddenRowsBuilder(region, blocks.length);
  for (let row = 0; row < ROWS; row++)
    if (isHidden(row)) builder.hide(Math.floor(row / BLOCK_ROWS), row % BLOCK_ROWS);
  const hidden = builder.finish();
  if (hidden === null) return snapshot;
  const [part] = snapshot.parts;
  return { ...snapshot, parts: [{ ...part, hidden }], rows: ROWS - hidden.rows };
}

const scan = (filter: Expr | null): ScanPlan => ({
  kind: 'scan',
  tableId: 1,
  tableName: 't',
  columnIds: [1],
  filter,
  schema: [{ name: 'id', type: INT64 }],
});
const ID = column(0, INT64);

async function run(plan: Plan, snapshot: Snapshot): Promise<number[]> {
  const rows: number[] = [];
  for await (const batch of new Executor(engine, () => null).run(plan, new Map([[1, snapshot]])).batches) {
    const [values] = batch.columns;
    if (values.lane === 'i64') for (const value of values.values) rows.push(Number(value));
  }
  return rows;
}

const PATTERNS: Readonly<Record<string, (row: number) => boolean>> = {
  'one of all': (row) => row === 70_000,
  'every third': (row) => row % 3 === 0,
  'all of a block and the end of another': (row) => row >= BLOCK_ROWS - 10 && row < 2 * BLOCK_ROWS,
  'all but the last': (row) => row < ROWS - 1,
  all: () => true,
};

describe('a scan', () => {
  for (const [name, isHidden] of Object.entries(PATTERNS)) {
    const left = Array.from({ length: ROWS }, (_, i) => i).filter((row) => !isHidden(row));

    it(`leaves out ${name}`, async () => {
      const snapshot = snapshotWithout(isHidden);
      expect((await run(scan(null), snapshot)).sort((a, b) => a - b)).toEqual(left);
      const above = call('gt_i64', [ID, literal(50_000n, INT64)], BOOL);
      expect((await run(scan(above), snapshot)).sort((a, b) => a - b)).toEqual(
        left.filter((row) => row > 50_000),
      );
    });

    it(`counts without ${name}`, async () => {
      const total: Plan = {
        kind: 'aggregate',
        input: scan(null),
        keys: [],
        aggregates: [{ fn: 'count_star', args: [], filter: null, distinct: false, type: INT64 }],
        schema: [{ name: 'n', type: INT64 }],
      } as Plan;
      expect(await run(total, snapshotWithout(isHidden))).toEqual([left.length]);
    });
  }

  it('evaluates nothing that can fail for a hidden row', async () => {
    const snapshot = snapshotWithout((row) => row === 12_345);
    const divided = call(
      'div_checked_i64',
      [literal(1n, INT64), call('sub_wrap_i64', [ID, literal(12_345n, INT64)], INT64)],
      INT64,
    );
    const filter = call('ge_i64', [divided, literal(-5n, INT64)], BOOL);
    expect(await run(scan(filter), snapshot)).toHaveLength(ROWS - 1);
  });
});
