/**
 * The table that an ingestion spec writes into: made when it is new, widened when the spec brings columns it does not
 * have, and cut by time as the spec says.
 */

import { BasaltError } from '../engine/base/error.ts';
import { column, type Expr } from '../engine/plan/expr.ts';
import { APPEND, type CombineRule, type RowPolicy } from '../engine/plan/row-policy.ts';
import { MULTI } from '../engine/type/multi.ts';
import { type LogicalType, sameType, typeName } from '../engine/type/type.ts';
import { type ColumnDefinition, nextColumnId, type Store, type TableDefinition } from '../storage/index.ts';
import { bucketOf } from './bucket.ts';
import { type Catalog, defaultOf, MAIN_SCHEMA, NO_KEYS, NO_SETTINGS, newTable } from './catalog/catalog.ts';
import type { IngestPlan, OutputColumn } from './ingest/index.ts';
import { codecOf, TIME_COLUMN, TIME_TYPE } from './ingest/index.ts';

type Output = Pick<OutputColumn, 'name' | 'type' | 'fold'>;

export type IngestTarget = Pick<IngestPlan, 'dataSource' | 'indexSpec' | 'rollup' | 'segmentGranularity'> & {
  /** Outputs that sort rows of equal times in a new table; absent: none. */
  readonly clusteredBy?: readonly number[];
};

/** A text is one value of a multi-value string. */
const takes = (known: LogicalType, given: LogicalType): boolean => {
  if (known.id === 'state') return sameType(known, given);
  return known.id === given.id || (known.id === 'multi' && given.id === 'string');
};

/** The table, with a column for every output of the spec. */
export async function ingestTable(
  store: Store,
  catalog: Catalog,
  plan: IngestTarget,
  outputs: readonly Output[],
): Promise<TableDefinition> {
  const existing = catalog.findForRows(MAIN_SCHEMA, plan.dataSource);
  return existing === undefined
    ? store.createTable(newIngestTable(plan, outputs))
    : widen(store, existing, plan, outputs);
}

/** A table that is not there yet. */
export function newIngestTable(plan: IngestTarget, outputs: readonly Output[]): ReturnType<typeof newTable> {
  const timeAt = outputs.findIndex((c) => c.name === TIME_COLUMN);
  return newTable({
    schema: MAIN_SCHEMA,
    name: plan.dataSource,
    columns: outputs.map(({ name, type }) => ({
      name,
      type,
      defaultValue: null,
      comment: null,
      ...codecOf(plan.indexSpec, type),
    })),
    partitionBy: listOf(bucketOf(plan.segmentGranularity, column(timeAt, TIME_TYPE))),
    partitionText: null,
    ...NO_KEYS,
    orderBy: keyOf(plan, outputs, timeAt),
    timeColumn: TIME_COLUMN,
    engine: null,
    engineArguments: '',
    policy: plan.rollup ? rollupPolicy(outputs) : APPEND,
    ttl: [],
    indexes: [],
    projections: [],
    tableSettings: NO_SETTINGS,
    comment: null,
  });
}

/** The time, what rows are clustered by, then, where rows are rolled up, everything else that is no metric: rows alike in all of it are one. */
function keyOf(
  { rollup, clusteredBy = [] }: IngestTarget,
  outputs: readonly Output[],
  timeAt: number,
): number[] {
  const dimensions = outputs.flatMap(({ fold }, i) => (fold === null ? [i] : []));
  const isKey = (i: number): boolean => !rollup || dimensions.includes(i);
  return [...new Set([timeAt, ...clusteredBy.filter(isKey), ...(rollup ? dimensions : [])])];
}

const rollupPolicy = (outputs: readonly Output[]): RowPolicy => ({
  kind: 'aggregating',
  rules: outputs.flatMap(({ fold }, i): [number, CombineRule][] => (fold === null ? [] : [[i, fold]])),
  dropZeros: [],
});

const listOf = (expr: Expr | null): readonly Expr[] => (expr === null ? [] : [expr]);

export async function widen(
  store: Store,
  table: TableDefinition,
  { indexSpec }: Pick<IngestPlan, 'indexSpec'>,
  outputs: readonly Output[],
): Promise<TableDefinition> {
  const missing: Output[] = [];
  for (const output of outputs) {
    const known = table.columns.find((c) => c.name === output.name);
    if (known === undefined) missing.push(output);
    else if (!takes(known.type, output.type)) {
      throw new BasaltError(
        'INVALID_SPEC',
        `spec.dataSchema: column ${output.name} is ${typeName(known.type)} in table ${table.name}, the spec makes it ${typeName(output.type)}`,
        { hint: 'Use the same type, or another dataSource' },
      );
    }
  }
  if (missing.length === 0) return table;
  return store.alterTable(table.id, {
    define: (before) => {
      const first = nextColumnId(before);
      const outputs = missing.filter(({ name }) => !before.columns.some((c) => c.name === name));
      const added = outputs.map(({ name, type }, i) => ({
        id: first + i,
        name,
        type,
        default: defaultOf(type, null),
        bitmap: 'auto' as const,
        ...codecOf(indexSpec, type),
      }));
      return {
        ...before,
        columns: [...before.columns, ...added],
        ...widenedRollup(before, outputs, added),
      };
    },
  });
}

/**
 * String columns become multi-value ones before the first list is published. One value is written alike in both (type/multi.ts), so
 * nothing of what is there changes, nor do the segments that others are writing.
 */
export async function takeLists(store: Store, tableId: number, ids: ReadonlySet<number>): Promise<void> {
  const isText = ({ id, type }: ColumnDefinition): boolean => ids.has(id) && type.id === 'string';
  if (
    !store
      .tables()
      .find(({ id }) => id === tableId)
      ?.columns.some(isText)
  )
    return;
  await store.alterTable(tableId, {
    define: (before) => ({
      ...before,
      columns: before.columns.map((c) => (isText(c) ? { ...c, type: MULTI } : c)),
    }),
  });
}

/**
 * A rollup's new dimensions become part of its key, new metrics get their rules. Segments that are there have the same
 * value in all rows of a column they were written without, so they are sorted by the longer key, too.
 */
function widenedRollup(
  { policy, sortKey }: TableDefinition,
  outputs: readonly Output[],
  added: readonly { readonly id: number }[],
): Pick<TableDefinition, 'policy' | 'sortKey'> {
  if (policy.kind !== 'aggregating') return { policy, sortKey };
  const ids = added.map(({ id }) => id);
  const rules = outputs.flatMap(({ fold }, i): [number, CombineRule][] =>
    fold === null ? [] : [[ids[i], fold]],
  );
  return {
    policy: { ...policy, rules: [...policy.rules, ...rules] },
    sortKey: [...sortKey, ...ids.filter((_, i) => outputs[i].fold === null)],
  };
}
