/** What PIVOT and UNPIVOT have in common: the query over a table that each stands for. */

import type { Plan } from '../../engine/plan/node.ts';
import type { Expression, Identifier, Span } from '../ast/expression.ts';
import {
  type Query,
  type Select,
  type SelectItem,
  type TableExpression,
  WITHOUT_TAIL,
} from '../ast/query.ts';
import { findColumn, NO_WITH, type Relation, type ScopeColumn, type WithScope } from './scope.ts';
import type { Session } from './session.ts';
import { nameOf } from './star.ts';

/** What the rows are called in that query. */
const SOURCE = '$source';

/** The columns that none of these name, as `*` has them. */
export function othersThan(
  nodes: readonly Expression[],
  source: Relation,
  where: Span,
  session: Session,
): readonly Expression[] {
  const named = columnsIn(nodes, source, session);
  const { at, end } = where;
  return source.columns
    .filter((c) => !c.hidden && !named.includes(c))
    .map((c) => nameOf(c, source.columns, { at, end }));
}

/** The columns that expressions name outside of subqueries; of `s.field` that of the struct. */
export function columnsIn(
  nodes: readonly Expression[],
  source: Relation,
  session: Session,
): readonly ScopeColumn[] {
  const scope = { columns: source.columns, aliases: new Map(), with: NO_WITH };
  const found: ScopeColumn[] = [];
  for (const root of nodes)
    walk(root, (node) => {
      if (node.kind !== 'name') return true;
      const prefixes = node.parts.map((_, i) => node.parts.slice(0, node.parts.length - i));
      for (const parts of prefixes) {
        const column = findColumn(parts, scope, session);
        if (column === undefined) continue;
        found.push(column);
        break;
      }
      return false;
    });
  return found;
}

/** Every expression within one, itself first; subqueries are left out. @param visit false: not what is in it */
export function walk(node: Expression, visit: (node: Expression) => boolean): void {
  if (node.kind === 'subquery' || node.kind === 'exists' || !visit(node)) return;
  mapped(node, (child) => {
    walk(child, visit);
    return child;
  });
}

/** The node with the expressions right below it changed. */
export function mapped(node: Expression, change: (child: Expression) => Expression): Expression {
  const inner = (value: unknown): unknown => {
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) return value.map(inner);
    if ('kind' in value && 'at' in value) return change(value as Expression);
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, inner(child)]));
  };
  return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, inner(child)])) as Expression;
}

export function selectOf(values: readonly Expression[], groupBy: readonly Expression[], where: Span): Query {
  const { at, end } = where;
  const name: Identifier = { text: SOURCE, quoted: true, at, end };
  const from: TableExpression = { kind: 'table', name: [name], alias: null, final: false, at, end };
  const items = values.map((value): SelectItem => ({ value, alias: null }));
  const body: Select = {
    kind: 'select',
    distinct: false,
    distinctOn: [],
    items,
    from: [from],
    prewhere: null,
    where: null,
    groupBy,
    groupingSets: null,
    grouped: groupBy.length > 0,
    withTotals: false,
    having: null,
    windows: [],
    qualify: null,
    sample: null,
    at,
    end,
  };
  return { with: [], recursive: false, body, ...WITHOUT_TAIL, at, end };
}

export function overSource(query: Query, relation: Relation, withScope: WithScope, session: Session): Plan {
  const queries = new Map([...withScope.queries, [SOURCE, { kind: 'bound', relation } as const]]);
  return session.bindQuery(query, { ...withScope, queries }).plan;
}

/** The plan with these names of its columns. Those that are taken already go on with a number. */
export function renamed(plan: Plan, names: readonly string[], session: Session): Plan {
  const taken: string[] = [];
  for (const name of names) {
    let free = name;
    for (let n = 1; taken.some((t) => session.same(t, free)); n++) free = `${name}_${n}`;
    taken.push(free);
  }
  return { ...plan, schema: plan.schema.map((f, i) => ({ ...f, name: taken[i] })) };
}
