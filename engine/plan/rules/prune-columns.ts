/**
 * Nobody computes or reads a column that is not used: walks down with the set of columns needed, comes back with
 * the narrowed plan and where each column went. `count(*)` scans no column at all.
 */

import { column, columnsOf, type Expr } from '../expr.ts';
import type { Plan } from '../node.ts';
import { mapWindowCall, windowExprs } from '../window.ts';
import { renumber } from './substitute.ts';

/** Old index to new index; holds every needed column, maybe more. */
type Kept = { readonly plan: Plan; readonly map: ReadonlyMap<number, number> };

export const pruneColumns = (plan: Plan): Plan =>
  exactly(
    plan,
    plan.schema.map((_, i) => i),
  );

/** The plan giving exactly these columns in this order. */
function exactly(plan: Plan, wanted: readonly number[]): Plan {
  const kept = prune(plan, new Set(wanted));
  const places = wanted.map((i) => kept.map.get(i)!);
  if (places.length === kept.plan.schema.length && places.every((p, i) => p === i)) return kept.plan;
  const exprs = places.map((p) => column(p, kept.plan.schema[p].type));
  return { kind: 'project', input: kept.plan, exprs, schema: wanted.map((i) => plan.schema[i]) };
}

/** Nothing but the needed columns: where rows are copied or kept (joins, sorts), extra ones cost. */
function tight(plan: Plan, needed: ReadonlySet<number>): Kept {
  const kept = ascending(needed);
  return { plan: exactly(plan, kept), map: indexMap(kept) };
}

const ascending = (set: ReadonlySet<number>): number[] => [...set].sort((a, b) => a - b);
const indexMap = (kept: readonly number[]): Map<number, number> => new Map(kept.map((old, i) => [old, i]));
const withColumns = (needed: ReadonlySet<number>, ...exprs: readonly Expr[]): Set<number> =>
  new Set([...needed, ...columnsOf(...exprs)]);

function prune(plan: Plan, needed: ReadonlySet<number>): Kept {
  switch (plan.kind) {
    case 'scan': {
      const kept = ascending(plan.filter === null ? needed : withColumns(needed, plan.filter));
      const map = indexMap(kept);
      const columnIds = kept.map((i) => plan.columnIds[i]);
      const paths = plan.paths?.filter(({ id }) => columnIds.includes(id)) ?? [];
      const { paths: _, ...scan } = plan;
      return {
        plan: {
          ...scan,
          ...(paths.length === 0 ? {} : { paths }),
          columnIds,
          filter: plan.filter === null ? null : renumber(plan.filter, map),
          schema: kept.map((i) => plan.schema[i]),
        },
        map,
      };
    }
    case 'values': {
      const kept = ascending(needed);
      return {
        plan: {
          ...plan,
          rows: plan.rows.map((r) => kept.map((i) => r[i])),
          schema: kept.map((i) => plan.schema[i]),
        },
        map: indexMap(kept),
      };
    }
    case 'range':
      return { plan, map: new Map([[0, 0]]) };
    case 'recursive': {
      // The next step may read what nobody else does.
      const all = plan.schema.map((_, i) => i);
      return {
        plan: { ...plan, start: exactly(plan.start, all), step: exactly(plan.step, all) },
        map: indexMap(all),
      };
    }
    case 'filter': {
      const input = prune(plan.input, withColumns(needed, plan.predicate));
      return {
        plan: {
          ...plan,
          input: input.plan,
          predicate: renumber(plan.predicate, input.map),
          schema: input.plan.schema,
        },
        map: input.map,
      };
    }
    case 'project': {
      const kept = ascending(needed);
      const exprs = kept.map((i) => plan.exprs[i]);
      const input = prune(plan.input, new Set(columnsOf(...exprs)));
      return {
        plan: {
          ...plan,
          input: input.plan,
          exprs: exprs.map((e) => renumber(e, input.map)),
          schema: kept.map((i) => plan.schema[i]),
        },
        map: indexMap(kept),
      };
    }
    case 'expand': {
      const width = plan.input.schema.length;
      const ofInput = new Set(ascending(needed).filter((i) => i < width));
      const input = prune(plan.input, withColumns(ofInput, ...plan.arrays));
      const newWidth = input.plan.schema.length;
      const elements = plan.arrays.map((_, a) => [width + a, newWidth + a] as const);
      return {
        plan: {
          ...plan,
          input: input.plan,
          arrays: plan.arrays.map((array) => renumber(array, input.map)),
          schema: [...input.plan.schema, ...plan.schema.slice(width)],
        },
        map: new Map([...input.map, ...elements]),
      };
    }
    case 'sort': {
      const input = tight(plan.input, withColumns(needed, ...plan.keys.map((k) => k.expr)));
      const keys = plan.keys.map((k) => ({ ...k, expr: renumber(k.expr, input.map) }));
      return { plan: { ...plan, input: input.plan, keys, schema: input.plan.schema }, map: input.map };
    }
    case 'window': {
      const width = plan.input.schema.length;
      const kept = plan.calls.map((_, i) => i).filter((i) => needed.has(width + i));
      const calls = kept.map((i) => plan.calls[i]);
      const ofInput = new Set(ascending(needed).filter((i) => i < width));
      if (kept.length === 0) return prune(plan.input, ofInput);
      const input = prune(plan.input, withColumns(ofInput, ...windowExprs({ ...plan, calls })));
      const changed = (e: Expr): Expr => renumber(e, input.map);
      const newWidth = input.plan.schema.length;
      return {
        plan: {
          ...plan,
          input: input.plan,
          partition: plan.partition.map(changed),
          order: plan.order.map((key) => ({ ...key, expr: changed(key.expr) })),
          calls: calls.map((call) => mapWindowCall(call, changed)),
          schema: [...input.plan.schema, ...kept.map((i) => plan.schema[width + i])],
        },
        map: new Map([...input.map, ...kept.map((i, n) => [width + i, newWidth + n] as const)]),
      };
    }
    case 'fill': {
      // A made row has all columns, and they are those of the row before.
      const all = plan.schema.map((_, i) => i);
      return { plan: { ...plan, input: exactly(plan.input, all) }, map: indexMap(all) };
    }
    case 'limit': {
      const input = prune(plan.input, needed);
      return { plan: { ...plan, input: input.plan, schema: input.plan.schema }, map: input.map };
    }
    case 'union': {
      const kept = ascending(needed);
      return {
        plan: {
          ...plan,
          inputs: plan.inputs.map((p) => exactly(p, kept)),
          schema: kept.map((i) => plan.schema[i]),
        },
        map: indexMap(kept),
      };
    }
    case 'aggregate':
      return pruneAggregate(plan, needed);
    case 'join':
      return pruneJoin(plan, needed);
  }
}

/** Keys say what the groups are and stay; aggregates nobody reads go. */
function pruneAggregate(plan: Extract<Plan, { kind: 'aggregate' }>, needed: ReadonlySet<number>): Kept {
  const width = plan.keys.length;
  const wanted = plan.aggregates.map((_, i) => i).filter((i) => needed.has(width + i));
  // Without keys the one row must still come from somewhere.
  const kept = wanted.length === 0 && width === 0 ? plan.aggregates.slice(0, 1).map((_, i) => i) : wanted;
  const calls = kept.map((i) => plan.aggregates[i]);
  const read = [...plan.keys, ...calls.flatMap((c) => (c.filter === null ? c.args : [...c.args, c.filter]))];
  const input = prune(plan.input, new Set(columnsOf(...read)));
  const all = [...plan.keys.map((_, i) => i), ...kept.map((i) => width + i)];
  return {
    plan: {
      ...plan,
      input: input.plan,
      keys: plan.keys.map((k) => renumber(k, input.map)),
      aggregates: calls.map((c) => ({
        ...c,
        args: c.args.map((a) => renumber(a, input.map)),
        filter: c.filter === null ? null : renumber(c.filter, input.map),
      })),
      schema: all.map((i) => plan.schema[i]),
    },
    map: indexMap(all),
  };
}

function pruneJoin(plan: Extract<Plan, { kind: 'join' }>, needed: ReadonlySet<number>): Kept {
  const width = plan.left.schema.length;
  const used = plan.residual === null ? needed : withColumns(needed, plan.residual);
  const { pick } = plan;
  const nearest = pick?.kind === 'nearest' ? pick : null;
  const ofLeft = new Set(ascending(used).filter((i) => i < width));
  // One partner at most, which nobody reads, changes no row of a left join.
  if (plan.join === 'left' && pick !== undefined && ascending(needed).every((i) => i < width))
    return prune(plan.left, new Set(needed));
  // One partner of those that are there, which nobody reads, is no more than that there is one.
  if (plan.join === 'inner' && pick?.kind === 'any' && ascending(used).every((i) => i < width)) {
    const { pick: _, ...rest } = plan;
    return pruneJoin({ ...rest, join: 'semi', schema: plan.left.schema }, needed);
  }
  const leftNeeded = withColumns(ofLeft, ...plan.leftKeys, ...(nearest === null ? [] : [nearest.left]));
  const rightNeeded = withColumns(
    new Set(
      ascending(used)
        .filter((i) => i >= width)
        .map((i) => i - width),
    ),
    ...plan.rightKeys,
    ...(nearest === null ? [] : [nearest.right]),
  );
  const left = tight(plan.left, leftNeeded);
  const right = tight(plan.right, rightNeeded);
  const newWidth = left.plan.schema.length;
  const map = new Map([
    ...left.map,
    ...[...right.map].map(([old, now]) => [width + old, newWidth + now] as const),
  ]);
  const half = plan.join === 'semi' || plan.join === 'anti';
  // The join's own schema knows which columns may be missing: take types from there.
  const schema = [...map]
    .sort((a, b) => a[1] - b[1])
    .filter(([, now]) => !half || now < newWidth)
    .map(([old]) => plan.schema[old]);
  return {
    plan: {
      ...plan,
      left: left.plan,
      right: right.plan,
      leftKeys: plan.leftKeys.map((k) => renumber(k, left.map)),
      rightKeys: plan.rightKeys.map((k) => renumber(k, right.map)),
      residual: plan.residual === null ? null : renumber(plan.residual, map),
      ...(nearest === null
        ? {}
        : {
            pick: {
              ...nearest,
              left: renumber(nearest.left, left.map),
              right: renumber(nearest.right, right.map),
            },
          }),
      schema,
    },
    map: half ? left.map : map,
  };
}
