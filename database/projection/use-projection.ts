/**
 * Reads what projections keep in the place of rows, where that is less: of the segments that something is kept of, as they are in a
 * query's snapshot, and of all others the rows themselves.
 *
 * Groups are put together from parts: those that are kept, and those that are made of the other rows (engine/plan/projection.ts). Rows
 * in another order are a union of both scans. Which of a table's projections it is says what zones leave to be read.
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { Parts } from '../../engine/plan/aggregate-parts.ts';
import { type AggregateCall, column, type Expr } from '../../engine/plan/expr.ts';
import { fromMetadata } from '../../engine/plan/from-metadata.ts';
import type { AggregatePlan, Field, Plan, ProjectPlan, ScanPlan } from '../../engine/plan/node.ts';
import {
  type Groups,
  groupsOf,
  keptAggregates,
  keptParts,
  overProjection,
  type Projection,
  rowsOf,
} from '../../engine/plan/projection.ts';
import { mapInputs } from '../../engine/plan/rules/map-inputs.ts';
import { mergeProjects } from '../../engine/plan/rules/merge-projects.ts';
import { pruneColumns } from '../../engine/plan/rules/prune-columns.ts';
import type { Part, Snapshot } from '../../engine/plan/source.ts';
import { statisticsOf } from '../../engine/plan/statistics.ts';
import { liveRows } from '../../engine/vector/hidden-rows.ts';
import type { TableDefinition } from '../../storage/index.ts';
import { projectionsOf } from '../catalog/table-options.ts';
import type { Settings } from '../setting/setting.ts';
import type { Environment } from '../statement/environment.ts';
import { nameOfRest } from '../statement/final-scan.ts';
import { damagedIn, FIRST, keptTypes, sideOf } from './side-table.ts';

type Surroundings = {
  readonly environment: Environment;
  readonly settings: Settings;
  /** Of the query: what is read besides is added. */
  readonly snapshots: Map<number, Snapshot>;
};

/** What is kept of a table's segments, and of which. */
type Kept = {
  readonly table: TableDefinition;
  readonly projection: Projection;
  /** Id of the table that it is in. */
  readonly side: number;
  readonly parts: readonly Part[];
  /** Parts of the table that it stands for, and the others. */
  readonly covered: readonly Part[];
  readonly rest: readonly Part[];
};

/** A way to read less. */
type Way = { readonly kept: Kept; readonly plan: () => Plan };

/**
 * The plan over what projections keep. Called when all snapshots are taken, and before anything else happens.
 * @throws PROJECTION_NOT_USED where the settings ask for one and no projection of its tables says what the query wants.
 */
export function withProjections(plan: Plan, surroundings: Surroundings): Plan {
  const { environment, settings, snapshots } = surroundings;
  if (!settings.boolean('optimize_use_projections')) return plan;
  const tables = [...snapshots.keys()].flatMap((id) => {
    const table = environment.store.tables().find((t) => t.id === id);
    return table === undefined || projectionsOf(table).length === 0 ? [] : [table];
  });
  if (tables.length === 0) return plan;
  const reader = new ProjectionReader(surroundings, tables);
  const changed = reader.change(plan);
  if (settings.boolean('force_optimize_projection') && !reader.matched)
    throw new BasaltError(
      'PROJECTION_NOT_USED',
      'No projection is used when optimize_use_projections = 1 and force_optimize_projection = 1',
      { hint: `No projection of ${tables.map(({ name }) => name).join(', ')} has what the query reads` },
    );
  return mergeProjects(changed);
}

class ProjectionReader {
  readonly #surroundings: Surroundings;
  readonly #tables: ReadonlyMap<number, TableDefinition>;
  /** Snapshots of side tables, by their ids. */
  readonly #sides = new Map<number, Snapshot>();
  /** Some projection has what a part of the query wants, whether it was worth it or not. */
  matched = false;

  constructor(surroundings: Surroundings, tables: readonly TableDefinition[]) {
    this.#surroundings = surroundings;
    this.#tables = new Map(tables.map((table) => [table.id, table]));
  }

  change(plan: Plan): Plan {
    const groups = plan.kind === 'aggregate' ? this.#groups(plan) : null;
    if (groups !== null) return groups;
    if (plan.kind === 'scan') return this.#rows(plan) ?? plan;
    return mapInputs(plan, (input) => this.change(input));
  }

  #groups(plan: AggregatePlan): Plan | null {
    const groups = groupsOf(plan);
    const table = groups === null ? undefined : this.#tables.get(groups.scan.tableId);
    if (groups === null || table === undefined) return null;
    const statistics = statisticsOf(this.#surroundings.snapshots);
    if (fromMetadata(plan, statistics) !== plan && plan.keys.length === 0) return null;
    return this.#best(table, groups.scan, (kept) => {
      const { projection } = kept;
      if (projection.aggregates === null) return null;
      const places = keptAggregates(groups.aggregates, projection);
      const keys = groups.keys.map((key) => overProjection(key, projection));
      const filter = groups.filter === null ? null : overProjection(groups.filter, projection);
      if (places === null || keys.includes(null) || (groups.filter !== null && filter === null)) return null;
      const scan = sideScan(kept, filter);
      return {
        scan,
        plan: () => this.#fromGroups(plan, groups, kept, scan, keys as readonly Expr[], places),
      };
    });
  }

  #fromGroups(
    plan: AggregatePlan,
    groups: Groups,
    kept: Kept,
    scan: ScanPlan,
    keys: readonly Expr[],
    places: readonly number[],
  ): Plan {
    const parts = plan.aggregates.map((call) => keptParts(call)!);
    const inner = parts.flatMap((part) => part.inner);
    const fields: readonly Field[] = [
      ...plan.schema.slice(0, keys.length),
      ...inner.map(({ type }, i) => ({ name: `part${i}`, type })),
    ];
    const widths = (kept.projection.aggregates ?? []).map((call) => keptParts(call)!.inner.length);
    const firstPart = kept.projection.columns.length;
    const columns = places.flatMap((place, i) => {
      const before = widths.slice(0, place).reduce((sum, width) => sum + width, firstPart);
      return parts[i].inner.map(({ type }, k) => column(before + k, type));
    });
    const ready: ProjectPlan = { kind: 'project', input: scan, exprs: [...keys, ...columns], schema: fields };
    const made: AggregatePlan = {
      ...plan,
      input: this.#overRest(plan.input, groups.scan, kept),
      aggregates: inner,
      schema: fields,
    };
    const both: Plan =
      kept.rest.length === 0 ? ready : { kind: 'union', inputs: [ready, made], schema: fields };
    return together(plan, parts, both);
  }

  #rows(scan: ScanPlan): Plan | null {
    const table = this.#tables.get(scan.tableId);
    const read = rowsOf(scan);
    if (table === undefined || read === null || scan.filter === null) return null;
    return this.#best(table, scan, (kept) => {
      const { projection } = kept;
      if (projection.aggregates !== null) return null;
      const columns = read.columns.map((expr) => overProjection(expr, projection));
      const filter = read.filter === null ? null : overProjection(read.filter, projection);
      if (columns.includes(null) || filter === null) return null;
      const side = sideScan(kept, filter);
      const plan = (): Plan => {
        const ready: ProjectPlan = {
          kind: 'project',
          input: side,
          exprs: columns as readonly Expr[],
          schema: scan.schema,
        };
        const rest = this.#overRest(scan, scan, kept);
        return kept.rest.length === 0 ? ready : { kind: 'union', inputs: [ready, rest], schema: scan.schema };
      };
      return { scan: side, plan };
    });
  }

  /** The way that reads least, if that is less than the rows. */
  #best(
    table: TableDefinition,
    scan: ScanPlan,
    wayOf: (kept: Kept) => { readonly scan: ScanPlan; readonly plan: () => Plan } | null,
  ): Plan | null {
    const { executor } = this.#surroundings.environment;
    let best: Way | null = null;
    let saved = 0;
    for (const projection of projectionsOf(table)) {
      const kept = this.#keptOf(table, projection);
      const way = wayOf(kept);
      if (way === null) continue;
      this.matched = true;
      if (kept.covered.length === 0) continue;
      const { rows } = executor.estimate(way.scan, kept.parts);
      const less = executor.estimate(scan, kept.covered).rows - rows;
      if (less <= saved) continue;
      saved = less;
      best = { kept, plan: way.plan };
    }
    if (best === null) return null;
    const { kept, plan } = best;
    const whole = this.#sides.get(kept.side)!;
    this.#surroundings.snapshots.set(kept.side, { ...whole, parts: kept.parts, rows: rowsIn(kept.parts) });
    // Of what is kept, the plan reads some columns.
    return pruneColumns(plan());
  }

  #keptOf(table: TableDefinition, projection: Projection): Kept {
    const { parts } = this.#surroundings.snapshots.get(table.id)!;
    const side = this.#sideOf(table, projection);
    const kept = new Map<number, Part[]>();
    for (const part of side?.snapshot.parts ?? []) {
      const segment = Number(part.partition);
      kept.set(segment, [...(kept.get(segment) ?? []), part]);
    }
    const isCovered = ({ segment, hidden }: Part): boolean =>
      segment !== undefined && hidden === undefined && kept.has(segment);
    const covered = parts.filter(isCovered);
    return {
      table,
      projection,
      side: side?.id ?? NO_TABLE,
      parts: covered.flatMap(({ segment = NO_TABLE }) => kept.get(segment) ?? []),
      covered,
      rest: parts.filter((part) => !isCovered(part)),
    };
  }

  /** What is kept at all, pinned for as long as the query's other snapshots. */
  #sideOf(
    table: TableDefinition,
    projection: Projection,
  ): { readonly id: number; readonly snapshot: Snapshot } | null {
    const { environment, snapshots } = this.#surroundings;
    const side = sideOf(environment.store, table.id, projection);
    if (side === undefined) return null;
    const known = this.#sides.get(side.id);
    if (known !== undefined) return { id: side.id, snapshot: known };
    const whole = environment.store.snapshot(side.id);
    const damaged = damagedIn(environment.store, side);
    const parts = whole.parts.filter(({ partition }) => !damaged.has(Number(partition)));
    const snapshot = { ...whole, parts };
    this.#sides.set(side.id, snapshot);
    snapshots.set(side.id, snapshot);
    return { id: side.id, snapshot };
  }

  /** The same plan over what nothing is kept of. */
  #overRest(plan: Plan, scan: ScanPlan, { rest, projection, table }: Kept): Plan {
    const tableId = nameOfRest(table.id, projectionsOf(table).indexOf(projection));
    this.#surroundings.snapshots.set(tableId, { parts: rest, rows: rowsIn(rest), release: () => {} });
    const renamed = (node: Plan): Plan => (node === scan ? { ...scan, tableId } : mapInputs(node, renamed));
    return renamed(plan);
  }
}

const NO_TABLE = 0;

const rowsIn = (parts: readonly Part[]): number => parts.reduce((sum, part) => sum + liveRows(part), 0);

/** All that is kept of the segments, by the places that it has in a projection. */
function sideScan({ table, projection, side }: Kept, filter: Expr | null): ScanPlan {
  const types = keptTypes(projection);
  return {
    kind: 'scan',
    tableId: side,
    tableName: `${table.name}.${projection.name}`,
    columnIds: types.map((_, i) => FIRST + i),
    filter,
    schema: types.map((type, i) => ({ name: `c${FIRST + i}`, type })),
  };
}

/** Groups of parts, and what the aggregates are by them. */
function together(plan: AggregatePlan, parts: readonly Parts[], input: Plan): Plan {
  const keys = plan.keys.map((key, i) => column(i, key.type));
  const places = parts.flatMap(({ outer }) => outer).map((_, i) => keys.length + i);
  const calls = parts
    .flatMap(({ outer }) => outer)
    .map(
      (call, i): AggregateCall => ({
        ...call,
        args: [column(places[i], input.schema[places[i]].type)],
        filter: null,
        distinct: false,
      }),
    );
  const groups: AggregatePlan = {
    kind: 'aggregate',
    input,
    keys,
    aggregates: calls,
    schema: [
      ...input.schema.slice(0, keys.length),
      ...calls.map(({ type }, i) => ({ name: `whole${i}`, type })),
    ],
  };
  let next = keys.length;
  const results = parts.map(({ outer, result }, i) =>
    result(
      outer.map(({ type }) => column(next++, type)),
      plan.aggregates[i].type,
    ),
  );
  return { kind: 'project', input: groups, exprs: [...keys, ...results], schema: plan.schema };
}
