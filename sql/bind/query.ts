/**
 * Queries: WITH, set operations, VALUES, and ORDER BY / LIMIT over them. SELECT itself is in select.ts.
 */

import { commonType } from '../../engine/function/cast.ts';
import { evaluateConstant } from '../../engine/function/evaluate.ts';
import { column } from '../../engine/plan/expr.ts';
import type { Plan, SortKey } from '../../engine/plan/node.ts';
import { type LogicalType, nullable } from '../../engine/type/type.ts';
import type { Expression, SortItem, Span } from '../ast/expression.ts';
import type { Query, QueryBody, SetOperation, Values, WithItem } from '../ast/query.ts';
import { implicitCast } from './call.ts';
import { ExpressionBinder } from './expression.ts';
import { distinct, project, sortAndLimit } from './plan.ts';
import type { ScopeColumn, WithScope } from './scope.ts';
import { bindSelect } from './select.ts';
import type { Session } from './session.ts';
import { nullsFirst, ordinalOf } from './sort.ts';

export type BoundQuery = { readonly plan: Plan };

/** What stands over a body: the select list's names must stay in reach of ORDER BY. */
export type Tail = {
  readonly orderBy: readonly SortItem[] | 'all';
  readonly limit: number | null;
  readonly offset: number;
};

export function bindQuery(query: Query, outer: WithScope, session: Session): BoundQuery {
  session.spend(query);
  if (query.recursive && query.with.some((w) => w.kind === 'query' && mentions(w))) {
    throw session.refuse(query, 'WITH RECURSIVE', 'Use generate_series or numbers for sequences');
  }
  const withScope = extendWith(query.with, outer);
  const tail: Tail = {
    orderBy: query.orderBy,
    limit: countOf(query.limit, 'LIMIT', withScope, session),
    offset: countOf(query.offset, 'OFFSET', withScope, session) ?? 0,
  };
  return { plan: bindBody(query.body, tail, withScope, session) };
}

/** RECURSIVE is harmless for queries that do not name themselves. */
const mentions = (item: Extract<WithItem, { kind: 'query' }>): boolean =>
  JSON.stringify(item.query).includes(`"text":${JSON.stringify(item.name.text)}`);

function extendWith(items: readonly WithItem[], outer: WithScope): WithScope {
  let scope = outer;
  for (const item of items) {
    scope =
      item.kind === 'query'
        ? {
            ...scope,
            queries: new Map([
              ...scope.queries,
              [item.name.text, { query: item.query, columns: item.columns, scope }],
            ]),
          }
        : { ...scope, expressions: new Map([...scope.expressions, [item.name.text, item.value]]) };
  }
  return scope;
}

/** LIMIT and OFFSET are constants: whole and not negative. NULL means none. */
function countOf(
  node: Expression | null,
  what: string,
  withScope: WithScope,
  session: Session,
): number | null {
  if (node === null) return null;
  const binder = new ExpressionBinder(
    session,
    { columns: [], aliases: new Map(), with: { ...withScope, around: null } },
    null,
    what,
  );
  const value = evaluateConstant(binder.bind(node));
  if (value === null) return null;
  const count = Number(value);
  if (typeof value === 'string' || typeof value === 'boolean' || !Number.isSafeInteger(count) || count < 0) {
    throw session.error('BAD_ARGUMENTS', node, `${what} takes a whole number that is not negative`);
  }
  return count;
}

const NO_TAIL: Tail = { orderBy: [], limit: null, offset: 0 };

function bindBody(body: QueryBody, tail: Tail, withScope: WithScope, session: Session): Plan {
  switch (body.kind) {
    case 'select':
      return bindSelect(body, tail, withScope, session);
    case 'values':
      return overOutput(bindValues(body, withScope, session), tail, withScope, session);
    case 'set':
      return overOutput(bindSet(body, withScope, session), tail, withScope, session);
    case 'nested':
      return overOutput(bindQuery(body.query, withScope, session).plan, tail, withScope, session);
  }
}

/** ORDER BY over a finished output: its columns by name or position, and expressions of them. */
function overOutput(plan: Plan, tail: Tail, withScope: WithScope, session: Session): Plan {
  const columns = plan.schema.map(
    (f, i): ScopeColumn => ({
      name: f.name,
      table: null,
      schema: null,
      expr: column(i, f.type),
      hidden: false,
    }),
  );
  const binder = new ExpressionBinder(
    session,
    { columns, aliases: new Map(), with: withScope },
    null,
    'ORDER BY',
  );
  const items: readonly SortItem[] =
    tail.orderBy === 'all' ? columns.map((_, i) => ordinalItem(i)) : tail.orderBy;
  const keys = items.map((item): SortKey => {
    const position = ordinalOf(item.value, plan.schema.length, 'ORDER BY', session);
    const expr = position === undefined ? binder.bind(item.value) : columns[position].expr;
    return { expr, descending: item.descending, nullsFirst: nullsFirst(item, session.dialect) };
  });
  return sortAndLimit(plan, keys, tail.limit, tail.offset);
}

const ordinalItem = (i: number): SortItem => ({
  value: { kind: 'number', text: String(i + 1), decimal: false, at: 0, end: 0 },
  descending: false,
  nulls: null,
});

function bindValues(body: Values, withScope: WithScope, session: Session): Plan {
  const binder = new ExpressionBinder(
    session,
    { columns: [], aliases: new Map(), with: { ...withScope, around: null } },
    null,
    'VALUES',
  );
  const width = body.rows[0].length;
  const rows = body.rows.map((row) => {
    if (row.length !== width) {
      throw session.error(
        'BAD_ARGUMENTS',
        row[0] ?? body,
        `A row of VALUES has ${row.length} values, the first one ${width}`,
      );
    }
    return row.map((e) => binder.bind(e));
  });
  const types = Array.from({ length: width }, (_, i) =>
    commonOfColumn(
      rows.map((r) => r[i].type),
      body,
      i,
      session,
    ),
  );
  const values = rows.map((row, r) =>
    row.map((e, i) => evaluateConstant(implicitCast(e, types[i], body.rows[r][i], session))),
  );
  const nameOf = (i: number): string =>
    session.dialect === 'druid' ? `EXPR$${i}` : session.dialect === 'clickhouse' ? `c${i + 1}` : `col${i}`;
  return { kind: 'values', rows: values, schema: types.map((type, i) => ({ name: nameOf(i), type })) };
}

function commonOfColumn(
  types: readonly LogicalType[],
  where: Span,
  index: number,
  session: Session,
): LogicalType {
  let common: LogicalType | undefined = types[0];
  for (const t of types.slice(1)) common = common === undefined ? undefined : commonType(common, t);
  if (common === undefined)
    throw session.error(
      'TYPE_MISMATCH',
      where,
      `Column ${index + 1} has values of types that do not go together`,
      'Cast them to one type',
    );
  return common;
}

/** UNION [ALL]; left to right. */
function bindSet(body: SetOperation, withScope: WithScope, session: Session): Plan {
  for (const { op } of body.operators) {
    if (op !== 'union')
      throw session.refuse(body, op.toUpperCase(), op === 'intersect' ? 'Use SEMI JOIN' : 'Use ANTI JOIN');
  }
  let plan = bindBody(body.inputs[0], NO_TAIL, withScope, session);
  let inputs = [plan];
  body.operators.forEach(({ quantifier }, i) => {
    if (quantifier === null && session.dialect === 'clickhouse') {
      throw session.error(
        'SYNTAX_ERROR',
        body,
        'UNION needs ALL or DISTINCT',
        'Write UNION ALL or UNION DISTINCT',
      );
    }
    inputs.push(bindBody(body.inputs[i + 1], NO_TAIL, withScope, session));
    if (quantifier !== 'all') {
      plan = distinct(unionOf(inputs, body, session));
      inputs = [plan];
    }
  });
  return inputs.length === 1 ? inputs[0] : unionOf(inputs, body, session);
}

function unionOf(inputs: readonly Plan[], where: Span, session: Session): Plan {
  const width = inputs[0].schema.length;
  for (const input of inputs) {
    if (input.schema.length !== width) {
      throw session.error(
        'TYPE_MISMATCH',
        where,
        `The sides of UNION have ${width} and ${input.schema.length} columns`,
      );
    }
  }
  const types = inputs[0].schema.map((_, i) =>
    commonOfColumn(
      inputs.map((p) => p.schema[i].type),
      where,
      i,
      session,
    ),
  );
  const schema = inputs[0].schema.map((f, i) => ({ name: f.name, type: types[i] }));
  return { kind: 'union', inputs: inputs.map((p) => castTo(p, types, where, session)), schema };
}

/** The plan with its columns cast to types. */
export function castTo(plan: Plan, types: readonly LogicalType[], where: Span, session: Session): Plan {
  if (plan.schema.every((f, i) => f.type.id === types[i].id && f.type.precision === types[i].precision))
    return plan;
  const exprs = plan.schema.map((f, i) =>
    implicitCast(column(i, f.type), f.type.nullable ? nullable(types[i]) : types[i], where, session),
  );
  return project(
    plan,
    exprs,
    plan.schema.map((f) => f.name),
  );
}
