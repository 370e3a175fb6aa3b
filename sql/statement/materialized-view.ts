/**
 * CREATE MATERIALIZED VIEW as ClickHouse has it: each insert into the leftmost table of the query goes through the query, and what
 * comes out is inserted into another table, column by column by name.
 */

import type { Identifier } from '../ast/expression.ts';
import type { Query, TableExpression } from '../ast/query.ts';
import type { ColumnDefinition, CreateMaterializedView, TableName } from '../ast/statement.ts';
import { tablePath } from '../ast/table-path.ts';
import { shownSchema, type TableInfo, type TableKey } from '../bind/context.ts';
import type { Session } from '../bind/session.ts';
import { isView } from '../bind/view.ts';
import type { Bare } from './bound.ts';
import { bindCreateTable } from './create-table.ts';
import { targetColumns } from './insert.ts';
import { bindRefresh } from './refresh.ts';
import { tableOfRows } from './table-ref.ts';
import { bindCreateView } from './view.ts';
import { bindSecurity } from './view-security.ts';

type Modified = Bare<'modifyQuery'>;
type Bound = Bare<'createMaterializedView'>;

export function bindCreateMaterializedView(body: CreateMaterializedView, reader: Session): Bound {
  const session = reader.withoutTemporary();
  const { view, ifNotExists, query, comment } = body;
  const plain = { kind: 'create view', orReplace: false, columns: [], text: null, security: null } as const;
  const { where, spec } = bindCreateView({ ...plain, view, ifNotExists, query, comment }, session);
  if (spec.view.parameters.length > 0)
    throw session.refuse(query, 'A parameter in a materialized view', 'Write its value');
  const refresh =
    body.refresh === null
      ? null
      : bindRefresh(body.refresh, session, body.isEmpty ? (session.context.now?.() ?? 0) : null);
  const source = refresh === null ? sourceOf(query, session) : null;
  const inner = body.to === null ? bindCreateTable(body.inner, session) : null;
  const target = inner === null ? targetOf(body.to!, body.inner.columns, spec.columns, session) : inner.spec;
  if (source !== null && source.schema === target.schema && source.name === target.name)
    throw session.error(
      'BAD_ARGUMENTS',
      body.to ?? view,
      `The view would write to ${target.name}, which it reads`,
      'Name another table',
    );
  const materialized = {
    source,
    target: { schema: target.schema, name: target.name },
    isInner: inner !== null,
    ...(refresh === null ? {} : { refresh }),
  };
  return {
    kind: 'createMaterializedView',
    where,
    spec: {
      ...spec,
      // As the table of its own has them.
      columns: spec.columns.map((c) => inner?.spec.columns.find(({ name }) => name === c.name) ?? c),
      view: {
        ...spec.view,
        materialized,
        ...(body.security === null ? {} : { security: bindSecurity(body.security, true, session) }),
      },
    },
    inner: inner?.spec ?? null,
    populate: inner?.as ?? null,
    ifNotExists,
  };
}

/** ALTER TABLE view MODIFY QUERY: what is there stays as it is. */
export function bindModifyQuery(name: TableName, query: Query, reader: Session): Modified {
  const session = reader.withoutTemporary();
  const found = session.table(tablePath(name), name);
  const materialized = found.view?.materialized;
  if (materialized === undefined)
    throw session.error(
      'BAD_ARGUMENTS',
      name,
      `${found.name} is no materialized view`,
      'CREATE OR REPLACE VIEW changes the query of a view',
    );
  const { schema, name: target } = materialized.target;
  const part = (text: string): Identifier => ({ text, quoted: true, at: name.at, end: name.end });
  const to: TableName = {
    schema: part(shownSchema(session.dialect, schema)),
    name: part(target),
    isTemporary: false,
    at: name.at,
    end: name.end,
  };
  const bound = bindCreateView(
    {
      kind: 'create view',
      view: name,
      ifNotExists: false,
      orReplace: false,
      columns: [],
      query,
      text: null,
      comment: found.comment ?? null,
      security: null,
    },
    session,
  );
  targetOf(to, [], bound.spec.columns, session);
  const source = materialized.refresh === undefined ? sourceOf(query, session) : null;
  const { security } = found.view ?? {};
  const view = {
    ...bound.spec.view,
    materialized: { ...materialized, source },
    ...(security === undefined ? {} : { security }),
  };
  return { kind: 'modifyQuery', tableId: found.id, spec: { ...bound.spec, view } };
}

/** Every column of the query is one of the table's that rows can give. */
function targetOf(
  to: TableName,
  written: readonly ColumnDefinition[],
  outputs: readonly { readonly name: string }[],
  session: Session,
): TableInfo {
  const target = tableOfRows(to, 'INSERT', session);
  const names = targetColumns([], target, session).map((c) => c.name);
  const lost = outputs.find(({ name }) => !names.includes(name));
  if (lost !== undefined)
    throw session.error(
      'THERE_IS_NO_COLUMN',
      to,
      `SELECT query outputs column with name '${lost.name}', which is not found in the target table`,
      session.didYouMean(lost.name, names) ?? `Name it with AS: ${target.name} has ${names.join(', ')}`,
    );
  const wrong = written.find(({ name }) => !outputs.some((c) => c.name === name.text));
  if (wrong === undefined) return target;
  throw session.error(
    'THERE_IS_NO_COLUMN',
    wrong,
    `The query of the view has no column ${wrong.name.text}`,
    'Leave the list of columns out: they are those of the query',
  );
}

/** The leftmost table of the query, through subqueries and sides of a UNION. */
function sourceOf(query: Query, session: Session): TableKey | null {
  let body = query.body;
  for (;;) {
    if (body.kind === 'nested') body = body.query.body;
    else if (body.kind === 'set') [body] = body.inputs;
    else if (body.kind === 'select' && body.from.length > 0) {
      const [first] = body.from;
      const table = leftmost(first);
      if (table.kind === 'subquery') body = table.query.body;
      else return table.kind === 'table' ? keyOf(table, session) : null;
    } else return null;
  }
}

const leftmost = (item: TableExpression): TableExpression =>
  item.kind === 'join' || item.kind === 'array join' ? leftmost(item.left) : item;

function keyOf(table: Extract<TableExpression, { kind: 'table' }>, session: Session): TableKey | null {
  const found = session.findTable(table.name);
  if (found === undefined || found.id < 0 || isView(found)) return null;
  if (table.final)
    throw session.refuse(
      table,
      `FINAL of ${found.name}, whose inserts the view sees`,
      'Leave FINAL out: the view sees rows as they are inserted',
    );
  if (found.through?.kind === 'own file')
    throw session.refuse(
      table,
      `A materialized view of ${found.name}, whose inserts go into a file,`,
      'REFRESH the view, or INSERT into a table of another engine',
    );
  return { schema: found.schema, name: found.name };
}
