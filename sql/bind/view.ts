/**
 * Views: the query that was written, bound where it is read, in the dialect and schema it was written in. Nothing of it is left in the
 * plan, so that filters and projections go through it as through a subquery.
 *
 * A view has the columns it had when it was made: the query's columns of these names, in these types. Others that came since are not seen.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { cast } from '../../engine/function/cast.ts';
import { column } from '../../engine/plan/expr.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { sameType } from '../../engine/type/type.ts';
import type { Expression, Span } from '../ast/expression.ts';
import { parse } from '../parse/parser.ts';
import type { Parameter, TableInfo, ViewInfo } from './context.ts';
import { project } from './plan.ts';
import { type BoundQuery, NO_WITH } from './scope.ts';
import type { Session } from './session.ts';
import { shownColumn } from './shown-column.ts';

export type View = TableInfo & { readonly view: ViewInfo };

export const isDictionary = (table: TableInfo): boolean => table.view?.dictionary !== undefined;

export const isView = (table: TableInfo): table is View => table.view !== undefined;

/** The table that a materialized view's rows are in; undefined of others, and where it is gone. */
export function targetOf({ view }: TableInfo, { context }: Session): TableInfo | undefined {
  const target = view?.materialized?.target;
  return target && context.catalog.table(target.schema, target.name);
}

/** Views within views. */
const MAX_DEPTH = 64;

/** @param args of a view with parameters: `name = value` each, evaluated by `parameterOf`. */
export function bindView(
  table: View,
  args: readonly Expression[],
  parameterOf: (node: Expression) => Parameter,
  where: Span,
  session: Session,
): BoundQuery {
  const { view } = table;
  if (session.views.includes(table.id) || session.views.length === MAX_DEPTH)
    throw session.error(
      'TOO_DEEP',
      where,
      session.views.includes(table.id)
        ? `The view ${table.name} reads itself`
        : `More than ${MAX_DEPTH} views lie within each other`,
      'Create the view again with another query',
    );
  const parameters = parametersOf(table, args, parameterOf, where, session);
  const inView = <T>(bind: () => T): T => {
    try {
      return bind();
    } catch (error) {
      throw ofView(error, table, where, session);
    }
  };
  return inView(() => {
    const inner = session.inside(view.text, [...session.views, table.id], {
      dialect: view.dialect,
      schema: view.schema,
      parameters,
      rows: undefined,
      ...(table.isTemporary === true ? {} : { temporary: [] }),
    });
    const { body } = parse(view.text, view.dialect);
    if (body.kind !== 'query') throw inner.error('LOGICAL_ERROR', where, 'A view is a query');
    const { plan, totals } = inner.bindQuery(body.query, NO_WITH);
    const asShown = (rows: Plan): Plan => frozen(table, rows, inner, session);
    const totalsShown = (): Plan | null => {
      const row = totals?.() ?? null;
      return row === null ? null : asShown(row);
    };
    return { plan: asShown(plan), totals: () => inView(totalsShown) };
  });
}

/** What went wrong in the view's own text, said at the place that names the view. */
function ofView(error: unknown, { name }: TableInfo, where: Span, session: Session): unknown {
  if (!(error instanceof BasaltError)) return error;
  const message = error.errorName === 'TOO_DEEP' ? error.message : `View ${name}: ${error.message}`;
  return session.error(error.errorName, where, message, error.hint);
}

/** The query's columns as the view's. */
function frozen({ view, columns }: View, plan: Plan, inner: Session, reader: Session): Plan {
  const found = columns.map((c, i) => {
    const wanted = view.outputs[i];
    const at = plan.schema[i]?.name === wanted ? i : plan.schema.findIndex((f) => f.name === wanted);
    if (at === -1)
      throw inner.error(
        'UNKNOWN_IDENTIFIER',
        { at: 0, end: 0 },
        `Its query has no column ${wanted} any more`,
        'Create the view again',
      );
    const { type } = plan.schema[at];
    const expr = column(at, type);
    return sameType(type, c.type) ? expr : cast(expr, c.type, inner.strictCast());
  });
  const whole = columns.length === 0 ? plan.schema.map(({ type }, i) => column(i, type)) : found;
  const names = columns.length === 0 ? plan.schema.map((f) => f.name) : columns.map((c) => c.name);
  const exprs = whole.map((expr) => shownColumn(expr, reader));
  const same =
    exprs.length === plan.schema.length &&
    exprs.every((e, i) => e.kind === 'column' && e.index === i && plan.schema[i].name === names[i]);
  return same ? plan : project(plan, exprs, names);
}

/** Values by the names of parameters. */
function parametersOf(
  { name, view }: View,
  args: readonly Expression[],
  parameterOf: (node: Expression) => Parameter,
  where: Span,
  session: Session,
): Readonly<Record<string, Parameter>> {
  const given: Record<string, Parameter> = Object.create(null) as Record<string, Parameter>;
  for (const arg of args) {
    const key = arg.kind === 'binary' && arg.op === '=' && arg.left.kind === 'name' ? arg.left.parts : [];
    if (arg.kind !== 'binary' || key.length !== 1 || !view.parameters.includes(key[0].text))
      throw session.error(
        'BAD_ARGUMENTS',
        arg,
        `This is no parameter of the view ${name}`,
        `Write ${name}(${view.parameters.map((p) => `${p} = ...`).join(', ')})`,
      );
    given[key[0].text] = parameterOf(arg.right);
  }
  const missing = view.parameters.find((p) => !Object.hasOwn(given, p));
  if (missing !== undefined)
    throw session.error(
      'UNKNOWN_QUERY_PARAMETER',
      where,
      `The view ${name} was given no value for its parameter ${missing}`,
      `Write ${name}(${view.parameters.map((p) => `${p} = ...`).join(', ')})`,
    );
  return given;
}
