/**
 * Names in reach of an expression: the columns FROM gives, aliases of the select list, WITH queries.
 *
 * A column's expression is over the columns of the plan below; most are plain columns, USING of a full join
 * is a coalesce.
 */

import type { Expr } from '../../engine/plan/expr.ts';
import type { Plan } from '../../engine/plan/node.ts';
import type { Expression, Identifier } from '../ast/expression.ts';
import type { Query } from '../ast/query.ts';
import type { Around } from './around.ts';
import type { Expansions } from './expand.ts';
import type { Session } from './session.ts';
import type { Subqueries } from './subquery.ts';
import type { Windows } from './window.ts';

export type ScopeColumn = {
  readonly name: string;
  /** Alias or name of its table; null for columns of no table. */
  readonly table: string | null;
  readonly schema: string | null;
  readonly expr: Expr;
  /** Left out of `*`: the other half of a USING column. */
  readonly hidden: boolean;
  /** Left out of `*`, though not hidden: ClickHouse lists neither what it computes of others nor what it materializes. */
  readonly unlisted?: boolean;
  /** A name alone means another column of that name, if there is one. */
  readonly yields?: boolean;
};

/** Rows, and the row of WITH TOTALS beside them, which is bound when it is asked for: at most one row in the same columns; null: there is none. */
export type BoundQuery = { readonly plan: Plan; readonly totals?: () => Plan | null };

/** A plan and the names of its columns. */
export type Relation = BoundQuery & { readonly columns: readonly ScopeColumn[] };

/** A query of WITH, in the scope it was written in. */
export type WithQuery =
  | {
      readonly kind: 'query';
      readonly query: Query;
      readonly columns: readonly Identifier[];
      readonly scope: WithScope;
      /** It may name itself. */
      readonly recursive: boolean;
    }
  /** Rows that are bound already. */
  | { readonly kind: 'bound'; readonly relation: Relation }
  /** The rows that a recursive query gave last; null where it must not be named. */
  | { readonly kind: 'self'; readonly of: WithQuery; readonly plan: Plan | null };

/** What a query block takes over from around it: WITH queries and expressions, inner ones hiding outer ones, and outer columns. */
export type WithScope = {
  readonly queries: ReadonlyMap<string, WithQuery>;
  readonly expressions: ReadonlyMap<string, Expression>;
  /** The block that a subquery stands in; null where there is none, or where its columns are out of reach. */
  readonly around: Around | null;
};

export const NO_WITH: WithScope = { queries: new Map(), expressions: new Map(), around: null };

export type Scope = {
  readonly columns: readonly ScopeColumn[];
  /** Aliases of the select list, unbound. */
  readonly aliases: ReadonlyMap<string, Expression>;
  readonly with: WithScope;
  /** Of the lambdas around, by name; they hide aliases and columns. */
  readonly parameters?: ReadonlyMap<string, Expr>;
  /** Takes the arrays that rows are to be made of; absent where that cannot be. */
  readonly expansions?: Expansions;
  /** Takes the subqueries of expressions; absent where none can stand. */
  readonly subqueries?: Subqueries;
  /** Takes window functions, where aggregates can stand, too. */
  readonly windows?: Windows;
};

/** The column a dotted name means; undefined when there is none. */
export function findColumn(
  parts: readonly Identifier[],
  scope: Scope,
  session: Session,
): ScopeColumn | undefined {
  const plain = columnsNamed(parts, parts.length - 1, scope, session);
  if (plain !== undefined || session.dialect !== 'clickhouse') return plain;
  // A column of a Nested has dots in its name.
  for (let at = parts.length - 2; at >= 0; at--) {
    const nested = columnsNamed(parts, at, scope, session);
    if (nested !== undefined) return nested;
  }
  return undefined;
}

/** The column whose name begins with part `at`; parts before it are qualifiers. */
function columnsNamed(
  parts: readonly Identifier[],
  at: number,
  scope: Pick<Scope, 'columns'>,
  session: Session,
): ScopeColumn | undefined {
  const name = dotted(parts.slice(at));
  const qualifiers = parts.slice(0, at);
  const fits = (c: ScopeColumn): boolean =>
    session.same(name.text, c.name) && qualifies(qualifiers, c, session);
  const found = scope.columns.filter((c) => fits(c) && !(qualifiers.length === 0 && c.hidden));
  if (found.length > 1) {
    // An exact spelling wins over one that only fits without regard to case.
    const exact = found.filter((c) => c.name === name.text);
    if (exact.length === 1) return exact[0];
    const first = found.filter((c) => c.yields !== true);
    if (qualifiers.length === 0 && first.length === 1) return first[0];
    const where = { at: parts[0].at, end: name.end };
    const tables = found.map((c) => `${c.table ?? '?'}.${c.name}`).join(', ');
    throw session.error(
      'AMBIGUOUS_IDENTIFIER',
      where,
      `The column ${name.text} is ambiguous`,
      `Write one of ${tables}`,
    );
  }
  return found[0];
}

const dotted = (parts: readonly Identifier[]): { readonly text: string; readonly end: number } => ({
  text: parts.map(({ text }) => text).join('.'),
  end: parts[parts.length - 1].end,
});

/** ClickHouse: the columns of the Nested that a name means; none: there is no such. */
export function nestedColumns(
  parts: readonly Identifier[],
  { columns }: Pick<Scope, 'columns'>,
  session: Session,
): readonly ScopeColumn[] {
  if (session.dialect !== 'clickhouse') return [];
  for (let at = parts.length - 1; at >= 0; at--) {
    const prefix = `${dotted(parts.slice(at)).text}.`;
    const found = columns.filter(
      (c) =>
        c.name.startsWith(prefix) &&
        !c.name.slice(prefix.length).includes('.') &&
        c.expr.type.id === 'array' &&
        !(at === 0 && c.hidden) &&
        qualifies(parts.slice(0, at), c, session),
    );
    if (found.length > 0) return found;
  }
  return [];
}

/** What a column of a Nested is called in it. */
export const nestedPart = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

function qualifies(qualifiers: readonly Identifier[], column: ScopeColumn, session: Session): boolean {
  if (qualifiers.length === 0) return true;
  if (column.table === null || !session.same(qualifiers[qualifiers.length - 1].text, column.table))
    return false;
  return (
    qualifiers.length === 1 ||
    (column.schema !== null && session.same(qualifiers[qualifiers.length - 2].text, column.schema))
  );
}

export function findAlias(
  name: string,
  aliases: ReadonlyMap<string, Expression>,
  session: Session,
): Expression | undefined {
  const exact = aliases.get(name);
  if (exact !== undefined || session.dialect !== 'standard') return exact;
  for (const [alias, value] of aliases) if (session.same(name, alias)) return value;
  return undefined;
}
