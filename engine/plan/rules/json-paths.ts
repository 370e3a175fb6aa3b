/**
 * What is read at a constant path of a JSON column becomes a column of the scan, which segments may keep apart (plan/path-read.ts). So filters on
 * it prune, and documents are not read for it.
 *
 * A call sinks through what passes its column on: projections, filters, sorts and limits. Joins, unions and aggregates it stays above.
 * The rows in which a document is read may be others than before: only documents that were checked when they came in are read so.
 */

import { keysOf } from '../../json/path.ts';
import { type CallExpr, column, columnsOf, type Expr, rewrite } from '../expr.ts';
import type { AggregatePlan, Plan, ScanPlan, SortPlan } from '../node.ts';
import { isPathFunction, type PathRead, pathId } from '../path-read.ts';
import { isShortSort } from '../short-sort.ts';
import { mapInputs } from './map-inputs.ts';

/** Of a table with a thousand paths in one query the rest stays calls. */
const MOST_PATHS = 256;

export const jsonPaths = (plan: Plan): Plan => exactly(plan);

/** The plan with the very columns it had. */
function exactly(plan: Plan): Plan {
  const changed = widened(plan);
  const width = plan.schema.length;
  if (changed.schema.length === width) return changed;
  const exprs = plan.schema.map(({ type }, i) => column(i, type));
  return { kind: 'project', input: changed, exprs, schema: plan.schema };
}

/** The plan, maybe with more columns behind those it had. */
function widened(plan: Plan): Plan {
  switch (plan.kind) {
    case 'scan':
      return plan.filter === null || plan.final === true ? plan : overScan(plan, plan.filter);
    case 'filter': {
      const source = new Source(widened(plan.input));
      const predicate = source.rewrite(plan.predicate);
      return { ...plan, input: source.plan, predicate, schema: source.plan.schema };
    }
    case 'project': {
      const source = new Source(widened(plan.input));
      const exprs = plan.exprs.map((expr) => source.rewrite(expr));
      return { ...plan, input: source.plan, exprs };
    }
    case 'aggregate':
      return aggregate(plan);
    case 'sort': {
      const source = new Source(isShortSort(plan) ? shortInput(plan) : widened(plan.input));
      const keys = plan.keys.map((key) => ({ ...key, expr: source.rewrite(key.expr) }));
      return { ...plan, input: source.plan, keys, schema: source.plan.schema };
    }
    default:
      return mapInputs(plan, exactly);
  }
}

/** What a short sort only shows is fetched for the rows that come out: their documents cost less than all rows' paths. */
function shortInput({ input, keys }: SortPlan): Plan {
  if (input.kind !== 'project') return widened(input);
  const sorted = columnsOf(...keys.map(({ expr }) => expr));
  const source = new Source(widened(input.input));
  const exprs = input.exprs.map((expr, i) => (sorted.includes(i) ? source.rewrite(expr) : expr));
  return { ...input, input: source.plan, exprs };
}

function overScan(scan: ScanPlan, filter: Expr): Plan {
  const source = new Source({ ...scan, filter: null });
  const condition = source.rewrite(filter);
  return { ...(source.plan as ScanPlan), filter: condition };
}

function aggregate(plan: AggregatePlan): Plan {
  const source = new Source(widened(plan.input));
  const keys = plan.keys.map((key) => source.rewrite(key));
  const aggregates = plan.aggregates.map((call) => ({
    ...call,
    args: call.args.map((arg) => source.rewrite(arg)),
    filter: call.filter === null ? null : source.rewrite(call.filter),
  }));
  return { ...plan, input: source.plan, keys, aggregates };
}

/** An input that calls sink into. */
class Source {
  plan: Plan;

  constructor(plan: Plan) {
    this.plan = plan;
  }

  rewrite(expr: Expr): Expr {
    return rewrite(expr, (node) => {
      if (node.kind !== 'call' || !isPathCall(node)) return node;
      const found = sunk(this.plan, node.args[0].index, node);
      if (found === null) return node;
      this.plan = found.plan;
      return column(found.index, node.type);
    });
  }
}

type PathCall = CallExpr & {
  readonly args: readonly [Extract<Expr, { kind: 'column' }>, Extract<Expr, { kind: 'literal' }>];
};

function isPathCall(node: CallExpr): node is PathCall {
  const [document, path] = node.args;
  return (
    isPathFunction(node.fn) &&
    document.kind === 'column' &&
    document.type.id === 'json' &&
    path.kind === 'literal' &&
    keysOf(path.value as string) !== undefined
  );
}

/** The plan with a column that is the call over its column `index`, and where that stands; null: it cannot give one. */
function sunk(plan: Plan, index: number, call: PathCall): { plan: Plan; index: number } | null {
  switch (plan.kind) {
    case 'scan':
      return scanned(plan, index, call);
    case 'filter':
    case 'sort':
    case 'limit': {
      if (plan.kind === 'sort' && isShortSort(plan)) return null;
      const below = sunk(plan.input, index, call);
      if (below === null) return null;
      return { plan: { ...plan, input: below.plan, schema: below.plan.schema }, index: below.index };
    }
    case 'project': {
      const from = plan.exprs[index];
      const below = from.kind === 'column' ? sunk(plan.input, from.index, call) : null;
      if (below === null) return null;
      const known = plan.exprs.findIndex((expr) => expr.kind === 'column' && expr.index === below.index);
      if (known >= 0) return { plan, index: known };
      const exprs = [...plan.exprs, column(below.index, call.type)];
      const schema = [...plan.schema, below.plan.schema[below.index]];
      return { plan: { ...plan, input: below.plan, exprs, schema }, index: exprs.length - 1 };
    }
    default:
      return null;
  }
}

function scanned(scan: ScanPlan, index: number, { fn, args, type }: PathCall): ReturnType<typeof sunk> {
  const [document, { value: path }] = args;
  const columnId = scan.columnIds[index];
  const paths = scan.paths ?? [];
  if (columnId < 0 || scan.final === true) return null;
  const known = paths.find((read) => read.columnId === columnId && read.fn === fn && read.path === path);
  if (known !== undefined) return { plan: scan, index: scan.columnIds.indexOf(known.id) };
  if (paths.length >= MOST_PATHS) return null;
  const id = pathId(paths.length);
  const read: PathRead = { id, columnId, documentType: document.type, path: path as string, fn, type };
  const name = `${scan.schema[index].name}${path as string}`;
  const plan = {
    ...scan,
    columnIds: [...scan.columnIds, id],
    paths: [...paths, read],
    schema: [...scan.schema, { name, type }],
  };
  return { plan, index: plan.columnIds.length - 1 };
}
