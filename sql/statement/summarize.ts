/** SUMMARIZE: a row of figures for each column of a table or a query. PRAGMA: some of DuckDB's, which are table functions by another name. */

import type { Plan } from '../../engine/plan/node.ts';
import { dialectTypeName } from '../../engine/type/dialect-name.ts';
import { isInteger, isNumeric, isTemporal, type LogicalType, notNull } from '../../engine/type/type.ts';
import type { Span } from '../ast/expression.ts';
import type { StatementBody } from '../ast/statement.ts';
import { NO_WITH } from '../bind/scope.ts';
import type { Session } from '../bind/session.ts';
import { parse } from '../parse/parser.ts';

/** A query in the standard dialect's words, in the place of a statement. */
function boundText(text: string, session: Session): Plan {
  const { schema } = session.context;
  const inner = session.inside(text, session.views, { dialect: 'standard', schema });
  const { body } = parse(text, 'standard');
  if (body.kind !== 'query') throw inner.error('LOGICAL_ERROR', { at: 0, end: 0 }, 'A summary is a query');
  return inner.bindQuery(body.query, NO_WITH).plan;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

export function summarize(body: Extract<StatementBody, { kind: 'summarize' }>, session: Session): Plan {
  const { schema } = session.bindQuery(body.query, NO_WITH).plan;
  const from = session.text.slice(body.text.at, body.text.end);
  const source = body.isTable ? from : `(${from})`;
  return boundText(
    schema
      .map(({ name, type }) => `SELECT ${figures(name, type)} FROM ${source} AS "$rows"`)
      .join(' UNION ALL '),
    session,
  );
}

/** Figures of what is no number are NULL. */
function figures(name: string, type: LogicalType): string {
  const column = `"$rows".${quoted(name)}`;
  const shown = dialectTypeName(notNull(type), 'standard');
  const isOrdered = isNumeric(type) || isTemporal(type);
  const asText = (value: string): string => `CAST(${value} AS VARCHAR)`;
  const ofNumbers = (fn: string): string =>
    isNumeric(type) ? asText(`${fn}(CAST(${column} AS DOUBLE))`) : 'CAST(NULL AS VARCHAR)';
  const level = (share: number): string => {
    if (!isOrdered) return 'CAST(NULL AS VARCHAR)';
    if (!isNumeric(type)) return asText(`quantile_disc(${column}, ${share})`);
    const value = `approx_quantile(${column}, ${share})`;
    return asText(isInteger(type) ? `CAST(round(${value}) AS BIGINT)` : value);
  };
  const parts: readonly (readonly [value: string, name: string])[] = [
    [literal(name), 'column_name'],
    [literal(shown), 'column_type'],
    [asText(`min(${column})`), 'min'],
    [asText(`max(${column})`), 'max'],
    [`approx_count_distinct(${column})`, 'approx_unique'],
    [ofNumbers('avg'), 'avg'],
    [ofNumbers('stddev'), 'std'],
    [level(0.25), 'q25'],
    [level(0.5), 'q50'],
    [level(0.75), 'q75'],
    ['count(*)', 'count'],
    [`round(100 * (count(*) - count(${column})) / count(*), 2)`, 'null_percentage'],
  ];
  return parts.map(([value, as]) => `${value} AS ${quoted(as)}`).join(', ');
}

/** What is known: the query that each is. */
const PRAGMAS: Readonly<Record<string, (argument: string) => string>> = {
  table_info: (table) => `SELECT * FROM pragma_table_info(${table})`,
  show: (table) => `SELECT * FROM pragma_show(${table})`,
  show_tables: () => 'SELECT table_name AS name FROM duckdb_tables() ORDER BY name',
  database_list: () => 'SELECT 0 AS seq, database_name AS name, NULL AS file FROM duckdb_databases()',
  version: () => 'SELECT * FROM pragma_version()',
};

export function pragma(body: Extract<StatementBody, { kind: 'pragma' }>, session: Session): Plan {
  const name = body.name.text.toLowerCase();
  const made = Object.hasOwn(PRAGMAS, name) ? PRAGMAS[name] : undefined;
  if (made === undefined || session.dialect !== 'standard')
    throw session.refuse(
      body.name,
      `PRAGMA ${body.name.text}`,
      `Known: ${Object.keys(PRAGMAS).join(', ')}; settings are SET name = value`,
    );
  return boundText(made(literal(body.argument ?? '')), session);
}

export const showAllTables = (where: Span, session: Session): Plan => {
  if (session.dialect !== 'standard') throw session.refuse(where, 'SHOW ALL TABLES', 'Query system.tables');
  return boundText(
    `SELECT database_name AS "database", schema_name AS "schema", table_name AS name, list(column_name ORDER BY column_index) AS column_names,
       list(data_type ORDER BY column_index) AS column_types, false AS temporary
     FROM duckdb_columns() WHERE NOT internal GROUP BY ALL ORDER BY ALL`,
    session,
  );
};
