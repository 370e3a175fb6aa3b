/**
 * Table functions of the standard dialect that are written in SQL, as DuckDB's table macros are: what they give is a query, with the arguments
 * in the place of the parameters. Also query and query_table, whose argument names what is read.
 */

import type { Expression } from '../ast/expression.ts';
import type { Query, TableExpression } from '../ast/query.ts';
import { parse } from '../parse/parser.ts';
import type { SqlFunction } from './context.ts';
import type { Session } from './session.ts';

type FunctionTable = Extract<TableExpression, { kind: 'function' }>;

/** name, parameters, query. Names that are made up begin with a dollar sign: no column of an argument does. */
const TABLES: readonly (readonly [name: string, parameters: string, text: string])[] = [
  ['repeat', 'value, count', 'SELECT value AS "repeat" FROM range(count)'],
  ...(['json_each', 'json_tree'] as const).map(
    (name) =>
      [
        name,
        "json, path := '$'",
        `SELECT "$row".key, "$row".value, "$row".type, "$row".atom, "$row".id, "$row".parent, "$row".fullkey, "$row".path
         FROM (SELECT unnest(json_entries(json, path, ${name === 'json_tree'})) AS "$row")`,
      ] as const,
  ),
  ['duckdb_settings', '', `SELECT name, value, description, type AS input_type FROM system.settings`],
  ['pragma_version', '', "SELECT version() AS library_version, '' AS source_id, '' AS codename"],
];

const parametersOf = (list: string): SqlFunction['parameters'] =>
  list === ''
    ? []
    : list.split(', ').map((parameter) => {
        const [name, defaultText = null] = parameter.split(' := ');
        return { name, defaultText };
      });

const byName = new Map(
  TABLES.map(([name, parameters, text]): [string, SqlFunction] => [
    name,
    { name, dialect: 'standard', parameters: parametersOf(parameters), text, givesRows: true },
  ]),
);

export const WRITTEN_TABLES: readonly string[] = [...byName.keys(), 'query', 'query_table'];

export const writtenTable = (name: string, { dialect }: Session): SqlFunction | undefined =>
  dialect === 'standard' ? byName.get(name) : undefined;

/** query('SELECT ...') and query_table('t' or ['t', 'u']): the query that they read. @param constant of an argument */
export function namedQuery(
  item: FunctionTable,
  constant: (node: Expression) => unknown,
  session: Session,
): Query | undefined {
  const name = item.name.toLowerCase();
  if (session.dialect !== 'standard' || (name !== 'query' && name !== 'query_table')) return undefined;
  const [arg, ...more] = item.args;
  const names = arg?.kind === 'array' ? arg.items : [arg];
  const texts = names.map((node) => (node === undefined ? undefined : constant(node)));
  if (more.length > 0 || texts.length === 0 || texts.some((text) => typeof text !== 'string'))
    throw session.error(
      'BAD_ARGUMENTS',
      item,
      `${name} takes ${name === 'query' ? 'the text of a query' : 'the name of a table, or a list of names'}`,
      "Write query('SELECT 1') or query_table('t')",
    );
  const quoted = (text: unknown): string =>
    String(text)
      .split('.')
      .map((part) => `"${part.replaceAll('"', '""')}"`)
      .join('.');
  const text =
    name === 'query'
      ? String(texts[0])
      : texts.map((table) => `SELECT * FROM ${quoted(table)}`).join(' UNION ALL ');
  const { body } = parse(text, session.dialect);
  if (body.kind === 'query') return body.query;
  throw session.error('BAD_ARGUMENTS', item, 'The text of query is a SELECT');
}
