/** CREATE VIEW: the query bound once, for its columns and its mistakes; what is kept is its text. */

import { nullable } from '../../engine/type/type.ts';
import type { Expression, Span } from '../ast/expression.ts';
import type { CreateView, TableKind, TableName } from '../ast/statement.ts';
import { NO_WITH } from '../bind/scope.ts';
import type { Session } from '../bind/session.ts';
import type { Bare, TableRef, ViewSpec } from './bound.ts';
import { newName, tableRef } from './table-ref.ts';
import { bindSecurity } from './view-security.ts';

export function bindCreateView(body: CreateView, session: Session): Bare<'createView'> {
  const { schema, name } = newName(body.view, session);
  const { isTemporary } = body.view;
  const parameters = parametersOf(body, session);
  const isOpen = parameters.length > 0;
  if (isOpen && body.columns.length > 0)
    throw session.refuse(body.columns[0], 'Columns of a view with parameters', 'Leave them out');
  // Its columns are the same at every time.
  const lasting = session.inside(session.text, session.views, {
    rows: undefined,
    ...(isTemporary ? {} : { temporary: [] }),
  });
  const columns = isOpen ? [] : columnsOf(body, lasting);
  return {
    kind: 'createView',
    where: session.position(body.view),
    spec: {
      schema,
      name,
      isTemporary,
      columns: columns.map(({ output: _, ...column }) => column),
      view: {
        text: body.text ?? session.text.slice(body.query.at, body.query.end),
        dialect: session.dialect,
        schema: session.context.schema,
        outputs: columns.map(({ output }) => output),
        parameters,
        ...(body.security === null ? {} : { security: bindSecurity(body.security, false, session) }),
      },
      comment: body.comment,
    },
    ifNotExists: body.ifNotExists,
    orReplace: body.orReplace,
  };
}

type Column = ViewSpec['columns'][number] & { readonly output: string };

function columnsOf(body: CreateView, session: Session): readonly Column[] {
  const { schema: outputs } = session.bindQuery(body.query, NO_WITH).plan;
  const typed = body.columns.some(({ type }) => type !== null);
  if (body.columns.length > outputs.length)
    throw session.error(
      'BAD_ARGUMENTS',
      body.columns[outputs.length],
      `The view names ${body.columns.length} columns, its query gives ${outputs.length}`,
    );
  const known = outputs.map((f) => f.name);
  const written = body.columns.map(({ name, type, comment, ...where }, i) => {
    const at = typed ? known.indexOf(name.text) : i;
    if (at === -1)
      throw session.error(
        'UNKNOWN_IDENTIFIER',
        where,
        `The query of the view has no column ${name.text}`,
        session.didYouMean(name.text, known) ?? 'Name it there with AS',
      );
    return {
      name: name.text,
      output: known[at],
      type: type === null ? outputs[at].type : session.typeOf(type),
      comment,
      where: where as Span,
    };
  });
  // Names without types stand for the first columns; with types they are all there are.
  const rest = typed ? [] : outputs.slice(written.length);
  const columns = [
    ...written,
    ...rest.map(({ name, type }) => ({ name, output: name, type, comment: null, where: body.query as Span })),
  ];
  const seen = new Set<string>();
  return columns.map(({ where, type, ...column }) => {
    const key = session.dialect === 'standard' ? column.name.toLowerCase() : column.name;
    if (seen.has(key))
      throw session.error(
        'DUPLICATE_COLUMN',
        where,
        `The column ${column.name} is named twice`,
        'Give each column of the query its own name with AS',
      );
    seen.add(key);
    // NULL alone has no type that a catalog could show.
    return { ...column, type: type.id === 'null' ? nullable({ id: 'int32', nullable: true }) : type };
  });
}

/** Names of the parameters in the query: a view has them where ClickHouse's have, and nowhere else. */
function parametersOf({ query }: CreateView, session: Session): readonly string[] {
  const names = new Set<string>();
  const visit = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return;
    if ('kind' in node && node.kind === 'parameter') {
      const { name, type, ...where } = node as Extract<Expression, { kind: 'parameter' }>;
      if (session.dialect !== 'clickhouse' || name === null || type === null)
        throw session.refuse(where, 'A parameter in a view', 'Write its value');
      names.add(name);
    }
    for (const child of Object.values(node)) visit(child);
  };
  visit(query);
  return [...names];
}

/** DROP VIEW is for views, and DROP TABLE for tables except in ClickHouse, where it is for both, but not for dictionaries. */
export const droppedView = (name: TableName, ifExists: boolean, session: Session): TableRef =>
  checkedKind(tableRef(name, ifExists, session), 'view', name, session);

export function droppedTable(name: TableName, ifExists: boolean, session: Session): TableRef {
  const found = tableRef(name, ifExists, session);
  if (found.isDictionary)
    throw session.error(
      'CANNOT_DETACH_DICTIONARY_AS_TABLE',
      name,
      `Cannot drop/detach dictionary ${found.name} as table`,
      'Write DROP DICTIONARY, or DETACH DICTIONARY',
    );
  return session.dialect === 'clickhouse' ? found : checkedKind(found, 'table', name, session);
}

const kindOf = (found: TableRef): TableKind =>
  found.isDictionary ? 'dictionary' : found.isView ? 'view' : 'table';

export function checkedKind(found: TableRef, wanted: TableKind, where: Span, session: Session): TableRef {
  const kind = kindOf(found);
  if (found.id === null || kind === wanted) return found;
  throw wanted === 'table'
    ? session.error(
        'INCORRECT_QUERY',
        where,
        `${found.name} is a ${kind}`,
        `Write ${kind.toUpperCase()} instead of TABLE`,
      )
    : session.error('INCORRECT_QUERY', where, `${found.name} is not a ${wanted}`, `It is a ${kind}`);
}
