/**
 * Queries: WITH, set operations, VALUES, and ORDER BY / LIMIT over them. SELECT itself is in select.ts.
 */

import { evaluateConstant } from '../../engine/function/evaluate.ts';
import { column } from '../../engine/plan/expr.ts';
import type { Plan, SortKey } from '../../engine/plan/node.ts';
import { readsAnyOuter } from '../../engine/plan/unnest/index.ts';
import type { Value } from '../../engine/type/type.ts';
import type { Expression, SortItem, Span } from '../ast/expression.ts';
import type { Query, QueryBody, Values, WithItem } from '../ast/query.ts';
import { implicitCast } from './call.ts';
import { rowsPlan } from './drawn-rows.ts';
import { ExpressionBinder } from './expression.ts';
import { type Bounds, inOrder, someOfEach } from './limit.ts';
import { ONE_ROW } from './plan.ts';
import type { BoundQuery, ScopeColumn, WithScope } from './scope.ts';
import { bindSelect } from './select.ts';
import type { Session } from './session.ts';
import { bindSetOperation, commonOfColumn } from './set-operation.ts';
import { nullsFirst, ordinalOf } from './sort.ts';
import { NO_TAIL, type Tail } from './tail.ts';
import { totalsOfFirst } from './totals.ts';

export function bindQuery(query: Query, outer: WithScope, session: Session): BoundQuery {
  session.spend(query);
  const withScope = extendWith(query.with, query.recursive, outer);
  const tail: Tail = {
    orderBy: query.orderBy,
    interpolate: query.interpolate,
    limit: query.limitIsPercent
      ? percentOf(query.limit, withScope, session)
      : countOf(query.limit, 'LIMIT', withScope, session),
    limitIsPercent: query.limitIsPercent,
    offset: countOf(query.offset, 'OFFSET', withScope, session) ?? 0,
    withTies: query.withTies,
    limitBy:
      query.limitBy === null
        ? null
        : {
            by: query.limitBy.by,
            limit: countOf(query.limitBy.limit, 'LIMIT', withScope, session),
            offset: countOf(query.limitBy.offset, 'OFFSET', withScope, session) ?? 0,
          },
  };
  checkBounds(tail, query.limit ?? query.offset, false, session);
  if (tail.limitBy !== null) checkBounds(tail.limitBy, query.limitBy!.limit, true, session);
  return bindBody(query.body, tail, withScope, session);
}

function extendWith(items: readonly WithItem[], recursive: boolean, outer: WithScope): WithScope {
  let scope = outer;
  for (const item of items) {
    scope =
      item.kind === 'query'
        ? {
            ...scope,
            queries: new Map([
              ...scope.queries,
              [item.name.text, { kind: 'query', query: item.query, columns: item.columns, scope, recursive }],
            ]),
          }
        : { ...scope, expressions: new Map([...scope.expressions, [item.name.text, item.value]]) };
  }
  return scope;
}

/** LIMIT and OFFSET are constants: whole and not negative, in ClickHouse also as `Bounds` has them. NULL means none. */
function countOf(
  node: Expression | null,
  what: string,
  withScope: WithScope,
  session: Session,
): number | null {
  if (node === null) return null;
  const value = constantOf(node, what, withScope, session);
  if (value === null) return null;
  const count = Number(value);
  const isNumber = typeof value !== 'string' && typeof value !== 'boolean';
  if (isNumber && Number.isSafeInteger(count) && count >= 0) return count;
  if (session.dialect !== 'clickhouse')
    throw session.error('BAD_ARGUMENTS', node, `${what} takes a whole number that is not negative`);
  if (isNumber && (Number.isSafeInteger(count) || (count > 0 && count < 1))) return count;
  throw session.error(
    'INVALID_LIMIT_EXPRESSION',
    node,
    `${what} takes a whole number, or a share of the rows between 0 and 1`,
  );
}

/** What ClickHouse does not say the meaning of either. */
function checkBounds(
  { limit, offset }: Bounds,
  node: Expression | null,
  isEach: boolean,
  session: Session,
): void {
  if (node === null) return;
  const counts = [limit ?? 0, offset];
  const hasShare = counts.some((n) => !Number.isInteger(n));
  if (hasShare && isEach)
    throw session.refuse(node, 'A share of the rows of each value', 'Give LIMIT BY whole numbers');
  if (hasShare && counts.some((n) => n < 0))
    throw session.refuse(node, 'A share of the rows beside a count from the end', 'Order the other way');
}

function constantOf(node: Expression | null, what: string, withScope: WithScope, session: Session): Value {
  if (node === null) return null;
  const scope = { columns: [], aliases: new Map(), with: { ...withScope, around: null } };
  return evaluateConstant(new ExpressionBinder(session, scope, null, what).bind(node));
}

/** Of LIMIT 10%; NULL means none. */
function percentOf(node: Expression | null, withScope: WithScope, session: Session): number | null {
  const value = constantOf(node, 'LIMIT', withScope, session);
  if (value === null) return null;
  const percent = typeof value === 'bigint' || typeof value === 'number' ? Number(value) : Number.NaN;
  if (percent >= 0 && percent <= 100) return percent;
  throw session.error('BAD_ARGUMENTS', node!, 'LIMIT takes 0 to 100 percent', 'Write LIMIT 10%');
}

function bindBody(body: QueryBody, tail: Tail, withScope: WithScope, session: Session): BoundQuery {
  const ordered = (plan: Plan): Plan => overOutput(plan, tail, body, withScope, session);
  switch (body.kind) {
    case 'select':
      return bindSelect(body, tail, withScope, session);
    case 'values':
      return { plan: ordered(bindValues(body, withScope, session)) };
    case 'set': {
      const inputs = body.inputs.map((input) => bindBody(input, NO_TAIL, withScope, session));
      const plan = bindSetOperation(body, inputs, session);
      return { plan: ordered(plan), totals: () => totalsOfFirst(inputs, plan.schema, body, session) };
    }
    case 'nested': {
      const { plan, totals } = bindQuery(body.query, withScope, session);
      return { plan: ordered(plan), totals };
    }
  }
}

/** ORDER BY over a finished output: its columns by name or position, and expressions of them. */
function overOutput(plan: Plan, tail: Tail, where: Span, withScope: WithScope, session: Session): Plan {
  refuseFill(tail, session);
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
  const { limitBy } = tail;
  const some =
    limitBy === null
      ? plan
      : someOfEach(
          plan,
          limitBy.by.map((e) => binder.bind(e)),
          keys,
          limitBy,
        );
  return inOrder(some, keys, tail, where, session);
}

/** Where rows have no select list of their own. */
function refuseFill({ orderBy }: Tail, session: Session): void {
  const filled = orderBy === 'all' ? undefined : orderBy.find(({ fill }) => fill !== null);
  if (filled !== undefined)
    throw session.refuse(
      filled.value,
      'WITH FILL behind a UNION, VALUES or brackets',
      'Select from it as a subquery, ordered there',
    );
}

const ordinalItem = (i: number): SortItem => ({
  value: { kind: 'number', text: String(i + 1), decimal: false, at: 0, end: 0 },
  descending: false,
  nulls: null,
  fill: null,
});

function bindValues(body: Values, withScope: WithScope, session: Session): Plan {
  const binder = new ExpressionBinder(
    session,
    { columns: [], aliases: new Map(), with: withScope },
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
  const cells = rows.map((row, r) => row.map((e, i) => implicitCast(e, types[i], body.rows[r][i], session)));
  const nameOf = (i: number): string =>
    session.dialect === 'druid' ? `EXPR$${i}` : session.dialect === 'clickhouse' ? `c${i + 1}` : `col${i}`;
  const schema = types.map((type, i) => ({ name: nameOf(i), type }));
  // Rows of what a query around them has are computed where that is known.
  if (cells.flat().some(readsAnyOuter)) {
    const inputs = cells.map((exprs): Plan => ({ kind: 'project', input: ONE_ROW, exprs, schema }));
    return { kind: 'union', inputs, schema };
  }
  return rowsPlan(cells, schema);
}
