/**
 * Recursive queries, before the plan that reads them runs: each becomes a table in memory, once, whoever reads it.
 *
 * Its rows are copies in the arena, up to the statement's memory limit; what a step gave last is there twice while the next one reads it.
 * With `distinct` a step's rows are joined against all that came before, so rows already there are left out.
 */

import { BasaltError, cancelReason } from '../../engine/base/error.ts';
import { column } from '../../engine/plan/expr.ts';
import { inputsOf, type Plan, type RecursivePlan, type ScanPlan } from '../../engine/plan/node.ts';
import { mapInputs } from '../../engine/plan/rules/map-inputs.ts';
import type { Part, Snapshot } from '../../engine/plan/source.ts';
import type { ResultBatch } from '../../engine/vector/batch.ts';
import type { Runtime } from '../runtime.ts';
import { RowStore } from '../write/row-store.ts';

type Snapshots = ReadonlyMap<number, Snapshot>;

export type RecursionContext = {
  readonly runtime: Runtime;
  readonly memoryLimitBytes: number;
  readonly signal: AbortSignal;
  /** Runs a plan in which no recursive query is left. */
  readonly run: (plan: Plan, snapshots: Snapshots) => AsyncIterable<ResultBatch>;
};

/** The recursive queries that the plan reads as tables, by their ids: the caller's to release. */
export const recursiveTables = (
  plan: Plan,
  snapshots: Snapshots,
  context: RecursionContext,
): Promise<Snapshots> => tablesOf(recursionsOf(plan), snapshots, context);

async function tablesOf(
  recursions: readonly RecursivePlan[],
  snapshots: Snapshots,
  context: RecursionContext,
): Promise<Snapshots> {
  const tables = new Map<number, Snapshot>();
  try {
    for (const recursion of recursions) {
      if (tables.has(recursion.id) || snapshots.has(recursion.id)) continue;
      tables.set(recursion.id, await rowsOf(recursion, snapshots, context));
    }
    return tables;
  } catch (error) {
    releaseAll(tables);
    throw error;
  }
}

/** Those that stand in no other. */
const recursionsOf = (plan: Plan): readonly RecursivePlan[] =>
  plan.kind === 'recursive' ? [plan] : inputsOf(plan).flatMap(recursionsOf);

const reads = (plan: Plan, tableId: number): boolean =>
  plan.kind === 'scan' ? plan.tableId === tableId : inputsOf(plan).some((input) => reads(input, tableId));

/** The plan with scans of such tables. */
export const withScans = (plan: Plan): Plan =>
  plan.kind === 'recursive' ? scanOf(plan) : mapInputs(plan, withScans);

const scanOf = ({ id, name, schema }: RecursivePlan): ScanPlan => ({
  kind: 'scan',
  tableId: id,
  tableName: name,
  columnIds: schema.map((_, i) => i),
  filter: null,
  schema,
});

const releaseAll = (tables: Snapshots): void => {
  for (const table of tables.values()) table.release();
};

async function rowsOf(
  recursion: RecursivePlan,
  snapshots: Snapshots,
  context: RecursionContext,
): Promise<Snapshot> {
  const { arena } = context.runtime.engine;
  const owner = arena.openOwner(context.memoryLimitBytes);
  try {
    const parts = await iterate(recursion, snapshots, new RowStore(arena, owner), context, owner);
    return snapshotOf(parts, () => arena.closeOwner(owner));
  } catch (error) {
    arena.closeOwner(owner);
    throw error;
  }
}

const snapshotOf = (parts: readonly Part[], release: () => void = () => {}): Snapshot => ({
  parts,
  rows: parts.reduce((sum, part) => sum + part.rows, 0),
  release,
});

/** All rows, in `all`. */
async function iterate(
  recursion: RecursivePlan,
  snapshots: Snapshots,
  all: RowStore,
  context: RecursionContext,
  owner: number,
): Promise<readonly Part[]> {
  const { id, workingId, name, start, step, distinct, maxDepth } = recursion;
  const { signal, runtime } = context;
  const known = new Map(snapshots);
  // Recursive queries in it that do not read its own rows are the same at every depth.
  const constant = recursionsOf(step).filter((inner) => !reads(inner, workingId));
  const inner = await tablesOf([...recursionsOf(start), ...constant], snapshots, context);
  try {
    for (const [table, rows] of inner) known.set(table, rows);
    let plan = distinct ? differentRows(start) : start;
    let last: RowStore | null = null;
    for (let depth = 0; ; depth++) {
      const rows = new RowStore(runtime.engine.arena, owner);
      let count = 0;
      for await (const batch of runInner(plan, known, context)) {
        count += batch.rows;
        rows.add(batch);
        all.add(batch);
      }
      last?.free();
      if (count === 0) return all.parts();
      if (maxDepth > 0 && depth >= maxDepth)
        throw new BasaltError('TOO_DEEP', `The recursive query ${name} goes deeper than ${maxDepth}`, {
          hint: 'Let it end by a condition, or raise max_recursive_cte_evaluation_depth',
        });
      known.set(workingId, snapshotOf(rows.parts()));
      if (distinct) known.set(id, snapshotOf(all.parts()));
      plan = distinct ? unseenRows(differentRows(step), recursion) : step;
      last = rows;
      // Small steps wait for nothing by themselves: timers and sockets have their turn.
      await new Promise((resolve) => setImmediate(resolve));
      if (signal.aborted) throw cancelReason(signal);
    }
  } finally {
    releaseAll(inner);
  }
}

/** The plan's rows; recursive queries in it are computed for it alone. */
async function* runInner(
  plan: Plan,
  snapshots: Snapshots,
  context: RecursionContext,
): AsyncGenerator<ResultBatch> {
  const tables = await recursiveTables(plan, snapshots, context);
  try {
    yield* context.run(withScans(plan), new Map([...snapshots, ...tables]));
  } finally {
    releaseAll(tables);
  }
}

const differentRows = (plan: Plan): Plan => ({
  kind: 'aggregate',
  input: plan,
  keys: plan.schema.map((f, i) => column(i, f.type)),
  aggregates: [],
  schema: plan.schema,
});

/** Those that are not yet in the table of all. */
function unseenRows(plan: Plan, recursion: RecursivePlan): Plan {
  const all = scanOf(recursion);
  return {
    kind: 'join',
    join: 'anti',
    left: plan,
    right: all,
    leftKeys: plan.schema.map((f, i) => column(i, f.type)),
    rightKeys: all.schema.map((f, i) => column(i, f.type)),
    residual: null,
    nullSafe: true,
    defaultIfUnmatched: false,
    schema: plan.schema,
  };
}
