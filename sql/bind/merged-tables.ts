/**
 * Rows of other tables: `merge('db', 'regexp')` and tables of ClickHouse's engines Merge, Buffer and Distributed. Which tables they are is found
 * out where they are read, so those that came since are among them.
 *
 * Columns go by name; where a table lacks one, rows have the default of its type. `_database` and `_table` say where a row comes from.
 */

import { apply } from '../../engine/function/call.ts';
import { cast } from '../../engine/function/cast.ts';
import { evaluateConstant } from '../../engine/function/evaluate.ts';
import { literal } from '../../engine/plan/expr.ts';
import type { Field, Plan } from '../../engine/plan/node.ts';
import { BOOL, STRING } from '../../engine/type/type.ts';
import { zeroOf } from '../../engine/type/zero.ts';
import type { Identifier, Span } from '../ast/expression.ts';
import type { TableExpression } from '../ast/query.ts';
import { shownSchema, type TableInfo } from './context.ts';
import { project } from './plan.ts';
import type { Relation, ScopeColumn } from './scope.ts';
import type { Session } from './session.ts';
import { commonOfColumn } from './set-operation.ts';

/** Binds a table that is named; from.ts is it. */
export type TableBinder = (item: TableExpression) => Relation;

/** How the tables are read. */
export type Reading = Pick<Extract<TableExpression, { kind: 'table' }>, 'final' | 'sample'>;

/** A call as it would be written. */
export const tableFunctionOf = (
  name: string,
  texts: readonly string[],
  { at, end }: Span,
): Extract<TableExpression, { kind: 'function' }> => ({
  kind: 'function',
  name,
  path: [{ text: name, quoted: false, at, end }],
  args: texts.map((value) => ({ kind: 'string', value, at, end })),
  alias: null,
  at,
  end,
});

/** Columns behind those of the tables. */
export const ORIGINS = ['_database', '_table'] as const;

/** Tables of a schema whose names the RE2 pattern is found in, in the order of their names. */
export const tablesAlike = (schema: string, pattern: string, session: Session): readonly TableInfo[] =>
  session.context.catalog
    .tables()
    .filter((table) => table.schema === schema && isAlike(table.name, pattern))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

const isAlike = (name: string, pattern: string): boolean =>
  evaluateConstant(
    apply('regex_match', [literal(name, STRING), literal(pattern, STRING), literal('s', STRING)], BOOL),
  ) === true;

/**
 * All rows, with the origin of each in two more columns.
 * @param columns null: those of all tables, in the types that they have together
 */
export function mergedTables(
  tables: readonly TableInfo[],
  columns: readonly Field[] | null,
  reading: Reading,
  bindTable: TableBinder,
  where: Span,
  session: Session,
): Plan {
  const sources = tables.map((table) => ({
    table,
    ...namedColumns(table, reading, bindTable, where, session),
  }));
  const wanted = columns ?? commonColumns(sources, where, session);
  const schema = [...wanted, ...ORIGINS.map((name) => ({ name, type: STRING }))];
  const inputs = sources.map(({ table, plan, columns: own }) => {
    const values = wanted.map(({ name, type }) => {
      const expr = own.get(name)?.expr;
      return expr === undefined ? literal(zeroOf(type), type) : cast(expr, type, session.castOptions(false));
    });
    const origins = [shownSchema(session.dialect, table.schema), table.name];
    return project(
      plan,
      [...values, ...origins.map((text) => literal(text, STRING))],
      schema.map(({ name }) => name),
    );
  });
  if (inputs.length === 0) return { kind: 'values', rows: [], schema };
  return inputs.length === 1 ? inputs[0] : { kind: 'union', inputs, schema };
}

type Source = { readonly plan: Plan; readonly columns: ReadonlyMap<string, ScopeColumn> };

/** What `*` has of the table, by name. */
function namedColumns(
  table: TableInfo,
  { final, sample }: Reading,
  bindTable: TableBinder,
  where: Span,
  session: Session,
): Source {
  const part = (text: string): Identifier => ({ text, quoted: true, at: where.at, end: where.end });
  const hasPolicy = table.policy !== undefined && table.policy.kind !== 'append';
  const { plan, columns } = bindTable({
    kind: 'table',
    name: [part(shownSchema(session.dialect, table.schema)), part(table.name)],
    alias: null,
    // Where rows of equal key stay, there is nothing to be final.
    final: final && hasPolicy,
    ...(sample === undefined ? {} : { sample }),
    at: where.at,
    end: where.end,
  });
  const listed = columns.filter((c) => !c.hidden && c.unlisted !== true);
  return { plan, columns: new Map(listed.map((c) => [c.name, c])) };
}

function commonColumns(sources: readonly Source[], where: Span, session: Session): readonly Field[] {
  const names = [...new Set(sources.flatMap(({ columns }) => [...columns.keys()]))];
  return names.map((name, i) => {
    const types = sources.flatMap(({ columns }) => columns.get(name)?.expr.type ?? []);
    return { name, type: commonOfColumn(types, where, i, session) };
  });
}
