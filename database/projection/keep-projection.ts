/**
 * Makes what a projection keeps of segments, a segment at a time, and lets go of what was kept of segments that are gone.
 *
 * Nothing has to happen in time: a segment of which nothing is kept is read itself. Replacing what is kept of it in one record makes it
 * harmless to do so twice at once.
 */

import { column, type Expr, literal, overColumns } from '../../engine/plan/expr.ts';
import type { AggregatePlan, Plan, ProjectPlan, ScanPlan } from '../../engine/plan/node.ts';
import { keptParts, type Projection, projectedColumns } from '../../engine/plan/projection.ts';
import type { Snapshot } from '../../engine/plan/source.ts';
import { INT64 } from '../../engine/type/type.ts';
import { columnOf, type SegmentChoice, type TableDefinition } from '../../storage/index.ts';
import { projectionsOf } from '../catalog/table-options.ts';
import { NO_FILES } from '../file/statement-files.ts';
import { Settings } from '../setting/setting.ts';
import type { Environment } from '../statement/environment.ts';
import type { PlanContext } from '../statement/query.ts';
import { StatementTally } from '../statement/tally.ts';
import { buildPlan } from '../statement/write.ts';
import { damagedIn, keptOf, madeSide, sideOf } from './side-table.ts';

/** Segments of fewer rows are read about as fast as what could be kept of them. */
const LEAST_ROWS = 65_536;

export const hasProjections = (table: TableDefinition): boolean => projectionsOf(table).length > 0;

/** In the background: all large segments of a table, and what is left of others. */
export async function keepProjections(
  environment: Environment,
  table: TableDefinition,
  signal: AbortSignal,
): Promise<void> {
  await environment.catalog.dropOrphans();
  for (const projection of projectionsOf(table)) {
    await forgetGone(environment, table, projection);
    await materialize(environment, table, projection, ({ rows }) => rows >= LEAST_ROWS, signal);
  }
}

/** Makes what is not kept yet of the chosen segments that have no hidden rows. */
export async function materialize(
  environment: Environment,
  table: TableDefinition,
  projection: Projection,
  chosen: SegmentChoice,
  signal: AbortSignal,
): Promise<void> {
  const { store } = environment;
  const known = sideOf(store, table.id, projection);
  const kept = known === undefined ? null : keptOf(store, known);
  const missing = store
    .tableInfo(table.id)
    .segments.filter((meta) => meta.overlay === undefined && kept?.has(meta.id) !== true && chosen(meta));
  if (missing.length === 0) return;
  const side = known ?? (await madeSide(store, table, projection));
  for (const { id } of missing) {
    signal.throwIfAborted();
    await keepSegment(environment, table, projection, side, id, signal);
  }
}

async function keepSegment(
  environment: Environment,
  table: TableDefinition,
  projection: Projection,
  side: TableDefinition,
  segment: number,
  signal: AbortSignal,
): Promise<void> {
  const { store } = environment;
  const whole = store.snapshot(table.id);
  try {
    const parts = whole.parts.filter((part) => part.segment === segment && part.hidden === undefined);
    if (parts.length === 0) return;
    const snapshot: Snapshot = { parts, rows: parts[0].rows, release: () => {} };
    const settings = Settings.of({});
    const context: PlanContext = {
      environment,
      settings,
      signal,
      tally: new StatementTally(),
      files: NO_FILES,
    };
    const ids = side.columns.map(({ id }) => id);
    const plan = keptPlan(table, projection, segment);
    const built = await buildPlan(side, ids, plan, context, new Map([[table.id, snapshot]]));
    await store.publish(side.id, built, { replaces: ({ partition }) => Number(partition[0]) === segment });
  } finally {
    whole.release();
  }
}

/** The segment's number, then what is kept. */
function keptPlan(table: TableDefinition, projection: Projection, segment: number): Plan {
  const { columns, aggregates } = projection;
  const ids = projectedColumns(projection);
  const fields = ids.map((id) => columnOf(table, id));
  const scan: ScanPlan = {
    kind: 'scan',
    tableId: table.id,
    tableName: table.name,
    columnIds: ids,
    filter: null,
    schema: fields.map(({ name, type }) => ({ name, type })),
  };
  const over = (expr: Expr): Expr => overColumns(expr, (id) => ids.indexOf(id));
  const keys = columns.map(over);
  if (aggregates === null) return numbered(scan, keys, segment);
  const calls = aggregates
    .flatMap((c) => keptParts(c)?.inner ?? [])
    .map((c) => ({
      ...c,
      args: c.args.map(over),
      filter: c.filter === null ? null : over(c.filter),
    }));
  const schema = [...keys, ...calls].map(({ type }, i) => ({ name: `c${i}`, type }));
  const groups: AggregatePlan = { kind: 'aggregate', input: scan, keys, aggregates: calls, schema };
  return numbered(
    groups,
    schema.map(({ type }, i) => column(i, type)),
    segment,
  );
}

function numbered(input: Plan, exprs: ProjectPlan['exprs'], segment: number): ProjectPlan {
  const all = [literal(BigInt(segment), INT64), ...exprs];
  return {
    kind: 'project',
    input,
    exprs: all,
    schema: all.map(({ type }, i) => ({ name: `c${i}`, type })),
  };
}

/** What was kept of segments that are gone goes, and so does what is damaged: it is made again. */
async function forgetGone(
  { store }: Environment,
  table: TableDefinition,
  projection: Projection,
): Promise<void> {
  const side = sideOf(store, table.id, projection);
  if (side === undefined) return;
  const live = new Set(store.tableInfo(table.id).segments.map(({ id }) => id));
  const damaged = damagedIn(store, side);
  const gone = new Set([...keptOf(store, side).keys()].filter((id) => !live.has(id) || damaged.has(id)));
  if (gone.size === 0) return;
  await store.publish(side.id, [], { replaces: ({ partition }) => gone.has(Number(partition[0])) });
}

/** Lets go of what is kept of the chosen segments. */
export async function clearProjection(
  { store }: Environment,
  table: TableDefinition,
  projection: Projection,
  chosen: SegmentChoice,
): Promise<void> {
  const side = sideOf(store, table.id, projection);
  if (side === undefined) return;
  const ids = new Set(
    store
      .tableInfo(table.id)
      .segments.filter(chosen)
      .map(({ id }) => id),
  );
  await store.publish(side.id, [], { replaces: ({ partition }) => ids.has(Number(partition[0])) });
}
