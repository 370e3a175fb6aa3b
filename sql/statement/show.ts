/** SHOW, DESCRIBE and EXISTS as queries over rows made from the catalog. Columns are named as each system does. */

import { defaultText, textLiteral } from '../../engine/function/default-text.ts';
import { evaluateValues } from '../../engine/function/implementation.ts';
import { implementation } from '../../engine/function/index.ts';
import { type ListedColumn, listedColumns } from '../../engine/function/listed-columns.ts';
import type { Field, Plan } from '../../engine/plan/node.ts';
import { dialectTypeName } from '../../engine/type/dialect-name.ts';
import { isPacked, type LogicalType, nullable, STRING, type, type Value } from '../../engine/type/type.ts';
import type { Identifier } from '../ast/expression.ts';
import type { Pattern, StatementBody, TableKind, TableName } from '../ast/statement.ts';
import { tablePath } from '../ast/table-path.ts';
import { schemaOf, shownSchema, type TableInfo } from '../bind/context.ts';
import { NO_WITH } from '../bind/scope.ts';
import type { Session } from '../bind/session.ts';
import { isDictionary, isView } from '../bind/view.ts';
import { knownSchema } from './known-schema.ts';
import { foundTable } from './table-ref.ts';

export const rowsOf = (
  names: readonly string[],
  rows: readonly (readonly Value[])[],
  types?: readonly LogicalType[],
): Plan => ({
  kind: 'values',
  rows,
  schema: names.map((name, i): Field => ({ name, type: types?.[i] ?? STRING })),
});

export function matches(name: string, pattern: Pattern | null): boolean {
  if (pattern === null) return true;
  const found =
    evaluateValues(implementation(pattern.caseless ? 'ilike' : 'like'), [name, pattern.text, '']) === true;
  return found !== pattern.negated;
}

/**
 * The session's own are among those without a schema, except in ClickHouse.
 *
 * @param listed all that are tables to queries, or dictionaries alone
 */
export function showTables(
  { schema, onlyTemporary, like }: Extract<StatementBody, { kind: 'show tables' | 'show dictionaries' }>,
  session: Session,
  listed: (table: TableInfo) => boolean = () => true,
): Plan {
  const wanted = schema === null ? session.context.schema : knownSchema(schema, session);
  const { catalog, temporary = [] } = session.context;
  const own = onlyTemporary || (schema === null && session.dialect !== 'clickhouse') ? temporary : [];
  const others = onlyTemporary ? [] : catalog.tables().filter((t) => session.same(wanted, t.schema));
  const names = [...new Set([...own, ...others].filter(listed).map((t) => t.name))]
    .filter((name) => matches(name, like))
    .sort();
  return rowsOf(
    ['name'],
    names.map((n) => [n]),
  );
}

export function showDatabases(like: Pattern | null, session: Session): Plan {
  const names = session.context.catalog
    .schemas()
    .map((s) => shownSchema(session.dialect, s))
    .filter((s) => matches(s, like))
    .sort();
  return rowsOf(
    [session.dialect === 'clickhouse' ? 'name' : 'database_name'],
    names.map((n) => [n]),
  );
}

export function showCreateDatabase(name: Identifier, session: Session): Plan {
  const schema = knownSchema(name, session);
  const comment = session.context.catalog.schemaComment(schema);
  const text = `CREATE DATABASE ${shownSchema(session.dialect, schema)}\nENGINE = Atomic`;
  return rowsOf(['statement'], [[comment === '' ? text : `${text}\nCOMMENT ${textLiteral(comment)}`]]);
}

export function describe(body: Extract<StatementBody, { kind: 'describe' }>, session: Session): Plan {
  const columns: readonly ListedColumn[] =
    body.table !== null
      ? listedColumns(session.table(tablePath(body.table), body.table))
      : session
          .bindQuery(body.query!, NO_WITH)
          .plan.schema.map((f, id) => ({ id, ...f, defaultValue: null, kind: '', expression: '' }));
  const shown = (c: ListedColumn): string => dialectTypeName(c.type, session.dialect);
  const text = (v: Value, of: LogicalType): string => {
    if (isPacked(of)) return defaultText(v, of);
    return typeof v === 'string' ? `'${v.replaceAll("'", "''")}'` : String(v);
  };
  if (session.dialect === 'clickhouse') {
    return rowsOf(
      ['name', 'type', 'default_type', 'default_expression', 'comment', 'codec_expression', 'ttl_expression'],
      columns.map((c) => [c.name, shown(c), c.kind, c.expression, c.comment ?? '', c.codec?.text ?? '', '']),
    );
  }
  const optional = nullable(STRING);
  return rowsOf(
    ['column_name', 'column_type', 'null', 'key', 'default', 'extra'],
    columns.map((c) => [
      c.name,
      shown(c),
      c.type.nullable ? 'YES' : 'NO',
      null,
      c.defaultValue !== null ? text(c.defaultValue, c.type) : c.expression === '' ? null : c.expression,
      null,
    ]),
    [STRING, STRING, STRING, optional, optional, optional],
  );
}

const answer = (yes: boolean): Plan => rowsOf(['result'], [[yes ? 1n : 0n]], [type('uint8')]);

/** @param wanted null: whatever has the name */
export function existsTable(name: TableName, wanted: TableKind | null, session: Session): Plan {
  const found = foundTable(name, session);
  if (found === undefined || wanted === null) return answer(found !== undefined);
  return answer(isView(found) && isDictionary(found) === (wanted === 'dictionary'));
}

export const existsDatabase = (name: Identifier, session: Session): Plan =>
  answer(
    session.context.catalog.schemas().some((s) => session.same(schemaOf(session.dialect, name.text), s)),
  );
