/**
 * Projections as ClickHouse takes them. The query is bound like any other, over a table that has nothing but the columns, so that what
 * comes out is what a query that means the same comes out as. Conditions, messages and error numbers are ClickHouse's.
 */

import type { Written } from '../../engine/plan/computed.ts';
import { columnsOf, exprKey } from '../../engine/plan/expr.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { groupsOf, keptParts, type Projection, rowsOf } from '../../engine/plan/projection.ts';
import { isDeterministic } from '../../engine/plan/rules/deterministic.ts';
import type { LogicalType } from '../../engine/type/type.ts';
import type { Expression, Identifier, Span } from '../ast/expression.ts';
import type { Query, Select } from '../ast/query.ts';
import { WITHOUT_TAIL } from '../ast/query.ts';
import type { ProjectionDefinition } from '../ast/statement.ts';
import { NO_WITH } from '../bind/scope.ts';
import type { Session } from '../bind/session.ts';
import { writtenOver } from './written.ts';

/** A column, by what expressions call it. */
export type ProjectedColumn = { readonly id: number; readonly name: string; readonly type: LogicalType };
export type ProjectionSpec = Omit<Projection, 'id'>;

/** Nobody can write it, and no stored table has the id. */
const TABLE = '.projection';
const TABLE_ID = 0;

/** @param known names of the table's other projections */
export function bindProjection(
  { name, query, at, end }: ProjectionDefinition,
  columns: readonly ProjectedColumn[],
  known: readonly string[],
  session: Session,
): ProjectionSpec {
  if (known.includes(name.text))
    throw session.error(
      'ILLEGAL_PROJECTION',
      name,
      `Cannot add projection ${name.text}: projection with this name already exists`,
      'Write ADD PROJECTION IF NOT EXISTS',
    );
  const select = plainSelect(query, session);
  const order = orderOf(query, session);
  const from: Select['from'] = [
    { kind: 'table', name: [part(TABLE, name)], alias: null, final: false, at, end },
  ];
  const items = [...select.items, ...order.map((value) => ({ value, alias: null }))];
  const plan = boundOver(columns, { ...query, ...WITHOUT_TAIL, body: { ...select, from, items } }, session);
  const spec = aggregated(plan) ?? sorted(plan, order.length);
  if (spec === null)
    throw session.refuse(
      query,
      'A projection of anything but rows of the table, or groups of them',
      'Leave window functions, array joins and subqueries out',
    );
  if (spec.aggregates !== null && order.length > 0)
    throw session.error(
      'ILLEGAL_PROJECTION',
      order[0],
      'When aggregation is used in projection, ORDER BY cannot be specified',
    );
  if (spec.aggregates === null && order.length === 0)
    throw session.error(
      'BAD_ARGUMENTS',
      query,
      'ORDER BY cannot be empty',
      'A projection is groups, or rows in another order: write GROUP BY or ORDER BY',
    );
  if (spec.order.some((i) => columnsOf(spec.columns[i]).length === 0))
    throw session.error('ILLEGAL_COLUMN', query, 'Sorting key cannot contain constants');
  if (!spec.columns.every(isDeterministic))
    throw session.error('BAD_ARGUMENTS', query, 'Expression must be deterministic');
  const lost = (spec.aggregates ?? []).find((call) => keptParts(call) === null);
  if (lost !== undefined)
    throw session.refuse(
      query,
      'An aggregate without states in a projection',
      'Those with -State can stand in one; different values are counted by uniq of one column that is no float',
    );
  const written = (node: Expression | Query): Written =>
    writtenOver(node, node, columns, session, ({ id }) => id);
  const keys = spec.aggregates === null ? order : select.groupBy === 'all' ? [] : select.groupBy;
  return {
    name: name.text,
    ...spec,
    text: written(query),
    keyTexts: keys.map((key) => written(aliased(key, select))),
  };
}

/** Engines whose rows of equal key become one: by default ClickHouse has none of them. */
export function checkProjected(
  engine: string,
  mode: string | undefined,
  what: string,
  where: Span,
  session: Session,
): void {
  if (!engine.endsWith('MergeTree'))
    throw session.error(
      'BAD_ARGUMENTS',
      where,
      `Engine ${engine} doesn't support projections`,
      'Use an engine of the MergeTree family',
    );
  if (/^(Replicated|Shared)?MergeTree$/.test(engine) || mode === 'drop' || mode === 'rebuild') return;
  throw session.error(
    'SUPPORT_IS_DISABLED',
    where,
    `${what} in ${engine} with deduplicate_merge_projection_mode = throw`,
    "Make the table with SETTINGS deduplicate_merge_projection_mode = 'rebuild'",
  );
}

function plainSelect(query: Query, session: Session): Select {
  const { body } = query;
  const unexpected = (where: Span, what: string): Error =>
    session.error(
      'SYNTAX_ERROR',
      where,
      `${what} cannot stand in a projection`,
      'A projection is SELECT with GROUP BY, or with ORDER BY, of all rows of its table',
    );
  if (body.kind !== 'select') throw unexpected(body, 'This');
  const clauses: readonly (readonly [string, Span | null | undefined])[] = [
    ['DISTINCT', body.distinct || body.distinctOn.length > 0 ? body : null],
    ['FROM', body.from[0]],
    ['PREWHERE', body.prewhere],
    ['WHERE', body.where],
    ['HAVING', body.having],
    ['WINDOW', body.windows[0]?.name],
    ['QUALIFY', body.qualify],
    ['SAMPLE', body.sample],
    [
      'WITH TOTALS, ROLLUP, CUBE and GROUPING SETS',
      body.withTotals || body.groupingSets !== null ? body : null,
    ],
    ['LIMIT', query.limit ?? query.offset ?? query.limitBy],
  ];
  for (const [what, where] of clauses) if (where != null) throw unexpected(where, what);
  return body;
}

function orderOf({ orderBy }: Query, session: Session): readonly Expression[] {
  if (orderBy === 'all') return [];
  const turned = orderBy.find(({ descending, nulls, fill }) => descending || nulls !== null || fill !== null);
  if (turned !== undefined)
    throw session.error(
      'SYNTAX_ERROR',
      turned.value,
      'Rows of a projection ascend: DESC, NULLS and WITH FILL cannot stand there',
    );
  return orderBy.flatMap(({ value }) => (value.kind === 'tuple' ? value.items : [value]));
}

/** What an alias of the select list stands for. */
function aliased(key: Expression, { items }: Select): Expression {
  if (key.kind !== 'name' || key.parts.length > 1) return key;
  return items.find(({ alias }) => alias?.text === key.parts[0].text)?.value ?? key;
}

const part = (text: string, where: Span): Identifier => ({
  text,
  quoted: true,
  at: where.at,
  end: where.end,
});

function boundOver(columns: readonly ProjectedColumn[], query: Query, session: Session): Plan {
  const { schema } = session.context;
  const info = {
    id: TABLE_ID,
    schema,
    name: TABLE,
    columns: columns.map((c) => ({ ...c, defaultValue: null })),
    timeColumn: null,
  };
  const inner = session.inside(session.text, session.views, { temporary: [info] });
  return inner.optimized(inner.bindQuery(query, NO_WITH).plan);
}

type Bound = Pick<Projection, 'columns' | 'order' | 'aggregates'>;

function aggregated(plan: Plan): Bound | null {
  if (plan.kind === 'project') return aggregated(plan.input);
  if (plan.kind !== 'aggregate') return null;
  const groups = groupsOf(plan);
  if (groups === null) return null;
  const { keys, aggregates } = groups;
  return { columns: keys, order: keys.map((_, i) => i), aggregates };
}

/** The last columns are what it is sorted by. */
function sorted(plan: Plan, ordered: number): Bound | null {
  const read = rowsOf(plan);
  if (read === null) return null;
  const all = new Map(read.columns.map((expr) => [exprKey(expr), expr]));
  const keys = [...all.keys()];
  const order = ordered === 0 ? [] : read.columns.slice(-ordered).map((expr) => keys.indexOf(exprKey(expr)));
  return { columns: [...all.values()], order: [...new Set(order)], aggregates: null };
}
