/**
 * Lets expired rows and values of one table go. A segment of which all rows have expired leaves without being read; of
 * others the expired rows are hidden, which merges make real, and values that became their column's default are written
 * anew. Each of these steps is one record of the manifest: who reads sees all of it or nothing.
 */

import { ROW_NUMBER } from '../../engine/exec/row-number.ts';
import { call, column, columnsOf, type Expr, literal, rewrite } from '../../engine/plan/expr.ts';
import type { Plan, ScanPlan } from '../../engine/plan/node.ts';
import { optimize } from '../../engine/plan/rules/index.ts';
import type { Snapshot } from '../../engine/plan/source.ts';
import type { TtlRule } from '../../engine/plan/ttl.ts';
import { BOOL, INT64, laneOf } from '../../engine/type/type.ts';
import {
  columnOf,
  type Mutation,
  type SegmentChoice,
  type SegmentMeta,
  type TableDefinition,
} from '../../storage/index.ts';
import { NO_FILES } from '../file/statement-files.ts';
import { Settings } from '../setting/setting.ts';
import type { Environment } from '../statement/environment.ts';
import { hideRows } from '../statement/mutation.ts';
import { runPlan } from '../statement/query.ts';
import { StatementTally } from '../statement/tally.ts';
import { addResult, bulkWriter } from '../statement/write.ts';
import { expiredAt, expiredOf, ttlRules } from './ttl-rule.ts';

/** Rules whose rows may be in the segment, by what its bounds say. */
export const dueRules = (table: TableDefinition, segment: SegmentMeta, nowMs: number): readonly TtlRule[] =>
  ttlRules(table).filter((rule) => expiredOf(rule, segment, nowMs) !== 'none');

/** No row of it is to be seen any more, without reading one. */
export const isExpired = (table: TableDefinition, segment: SegmentMeta, nowMs: number): boolean =>
  ttlRules(table).some(
    (rule) => rule.column === null && rule.where === null && expiredOf(rule, segment, nowMs) === 'all',
  );

/** Takes out the segments of which all rows have expired. Answers whether there was one. */
export async function dropExpired(
  { store, clock }: Environment,
  table: TableDefinition,
  among: SegmentChoice,
): Promise<boolean> {
  const nowMs = clock.nowMs();
  const chosen = store
    .tableInfo(table.id)
    .segments.filter((segment) => among(segment) && isExpired(table, segment, nowMs));
  if (chosen.length === 0) return false;
  const ids = new Set(chosen.map(({ id }) => id));
  await store.publish(table.id, [], { replaces: ({ id }) => ids.has(id) });
  return true;
}

/** Reads what may hold expired rows or values, and lets them go. Rows in memory are put into segments before. */
export async function expireRows(
  environment: Environment,
  table: TableDefinition,
  among: SegmentChoice,
  signal: AbortSignal,
): Promise<void> {
  const nowMs = environment.clock.nowMs();
  const rules = ttlRules(table);
  const rows = rules.filter((rule) => rule.column === null);
  const values = rules.filter((rule) => rule.column !== null);
  const step = async (some: readonly TtlRule[], work: Step): Promise<void> => {
    if (some.length === 0) return;
    await environment.store.mutate(
      table.id,
      async (mutation) => {
        // It was bound to the columns that the table had.
        if (environment.catalog.definition(table.id) !== table) return;
        const snapshot = chosenParts(mutation, (segment) => {
          const due = some.some((rule) => expiredOf(rule, segment, nowMs) !== 'none');
          return due && among(segment);
        });
        if (snapshot.parts.length > 0) await work(mutation, snapshot);
      },
      signal,
    );
  };
  const run = (plan: Plan, snapshot: Snapshot) =>
    runPlan(
      optimize(plan),
      { environment, settings: Settings.of({}), signal, tally: new StatementTally(), files: NO_FILES },
      false,
      new Map([[table.id, snapshot]]),
    );
  await step(rows, async (mutation, snapshot) => {
    for await (const batch of run(rowsPlan(table, rows, nowMs), snapshot))
      hideRows(mutation, batch.columns[0]);
    signal.throwIfAborted();
    await mutation.commit();
  });
  await step(values, async (mutation, snapshot) => {
    const writer = bulkWriter(environment, table, { signal, checks: false });
    const ids = table.columns.map(({ id }) => id);
    try {
      for await (const batch of run(valuesPlan(table, values, nowMs), snapshot)) {
        hideRows(mutation, batch.columns[ids.length]);
        await addResult(writer, table, ids, batch, environment);
      }
      const { built } = await writer.finish();
      if (signal.aborted) environment.store.discard(built);
      signal.throwIfAborted();
      await mutation.commit(built);
    } catch (error) {
      await writer.abort();
      throw error;
    }
  });
}

type Step = (mutation: Mutation, snapshot: Snapshot) => Promise<void>;

/** The mutation's snapshot without the segments that are not chosen; parts keep their numbers. */
const chosenParts = ({ snapshot, segments }: Mutation, chosen: SegmentChoice): Snapshot => ({
  ...snapshot,
  parts: snapshot.parts.filter((_, part) => chosen(segments[part])),
});

/** The numbers of the rows that go. */
function rowsPlan(table: TableDefinition, rules: readonly TtlRule[], nowMs: number): Plan {
  const conditions = rules.map((rule) => expiredAt(rule, nowMs));
  const scan = scanOf(table, columnsOf(...conditions));
  return project(filter(scan, anyOf(conditions.map((e) => over(scan, e)))), [], table);
}

/** Rows with values that expired and are no default yet: as they will be, and their numbers. */
function valuesPlan(table: TableDefinition, rules: readonly TtlRule[], nowMs: number): Plan {
  const scan = scanOf(
    table,
    table.columns.map(({ id }) => id),
  );
  const changes = new Map(
    rules.map((rule) => {
      const { id, type, default: value } = columnOf(table, rule.column ?? -1);
      const isOther = call(`is_distinct_${laneOf(type)}`, [column(id, type), literal(value, type)], BOOL);
      return [
        id,
        { when: call('and', [expiredAt(rule, nowMs), isOther], BOOL), value: literal(value, type) },
      ];
    }),
  );
  const exprs = table.columns.map(({ id, type }): Expr => {
    const change = changes.get(id);
    if (change === undefined) return column(id, type);
    return { kind: 'case', branches: [change], otherwise: column(id, type), type };
  });
  const changed = anyOf([...changes.values()].map(({ when }) => over(scan, when)));
  return project(
    filter(scan, changed),
    exprs.map((e) => over(scan, e)),
    table,
  );
}

const anyOf = (conditions: readonly Expr[]): Expr =>
  conditions.length === 1 ? conditions[0] : call('or', conditions, BOOL);

/** Columns of these ids, then the number of each row. */
function scanOf(table: TableDefinition, ids: readonly number[]): ScanPlan {
  const fields = ids.map((id) => columnOf(table, id)).map(({ name, type }) => ({ name, type }));
  return {
    kind: 'scan',
    tableId: table.id,
    tableName: table.name,
    columnIds: [...ids, ROW_NUMBER],
    filter: null,
    schema: [...fields, { name: 'row number', type: INT64 }],
  };
}

/** An expression over ids as one over the scan's columns. */
const over = ({ columnIds }: ScanPlan, expr: Expr): Expr =>
  rewrite(expr, (node) =>
    node.kind === 'column' ? { ...node, index: columnIds.indexOf(node.index) } : node,
  );

const filter = (input: Plan, predicate: Expr): Plan => ({
  kind: 'filter',
  input,
  predicate,
  schema: input.schema,
});

/** @param exprs of the table's columns, or none. The row's number, which comes last, is added. */
function project(input: Plan, exprs: readonly Expr[], table: TableDefinition): Plan {
  const last = input.schema.length - 1;
  const names = exprs.map((e, i) => ({ name: table.columns[i].name, type: e.type }));
  return {
    kind: 'project',
    input,
    exprs: [...exprs, column(last, INT64)],
    schema: [...names, input.schema[last]],
  };
}
