/** DuckDB's table functions about the catalog (duckdb_tables(), pragma_table_info('t') ...): a row of columns each, and how their rows are made. */

import { defaultText, textLiteral } from '../../engine/function/default-text.ts';
import { FUNCTIONS } from '../../engine/function/index.ts';
import { type ListedColumn, listedColumns } from '../../engine/function/listed-columns.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { dialectTypeName } from '../../engine/type/dialect-name.ts';
import { BOOL, INT64, type LogicalType, nullable, STRING, type Value } from '../../engine/type/type.ts';
import type { Expression } from '../ast/expression.ts';
import type { TableExpression } from '../ast/query.ts';
import { KEYWORDS } from '../parse/scanner.ts';
import { shownSchema, type TableInfo } from './context.ts';
import type { Session } from './session.ts';
import { isView } from './view.ts';

type FunctionTable = Extract<TableExpression, { kind: 'function' }>;
type Row = readonly Value[];
type Listing = {
  readonly columns: readonly (readonly [name: string, type: LogicalType])[];
  /** `table`: the one that the argument names. */
  readonly rows: (session: Session, table: TableInfo | undefined) => readonly Row[];
  readonly ofTable?: true;
};

const OPTIONAL = nullable(STRING);
const COUNT = nullable(INT64);
/** What current_database() answers: there is one database. */
const DATABASE = 'main';

const typeText = (c: ListedColumn): string => dialectTypeName(c.type, 'standard');
const defaultOf = ({ defaultValue, expression, type }: ListedColumn): Value => {
  if (defaultValue !== null)
    return type.id === 'string' ? textLiteral(String(defaultValue)) : defaultText(defaultValue, type);
  return expression === '' ? null : expression;
};

const tablesOf = ({ context }: Session, views: boolean): readonly TableInfo[] =>
  context.catalog.tables().filter((table) => isView(table) === views && !HIDDEN.has(table.schema));
/** Schemas of what is about the database. */
const HIDDEN = new Set(['system', 'INFORMATION_SCHEMA', 'information_schema', 'sys', 'lookup']);

const schemaText = ({ schema }: TableInfo, { dialect }: Session): string => shownSchema(dialect, schema);

const kindOf = (kind: string): string => (kind === 'window' ? 'aggregate' : kind);

const LISTINGS: Readonly<Record<string, Listing>> = {
  duckdb_tables: {
    columns: [
      ['database_name', STRING],
      ['schema_name', STRING],
      ['table_name', STRING],
      ['comment', OPTIONAL],
      ['internal', BOOL],
      ['temporary', BOOL],
      ['has_primary_key', BOOL],
      ['column_count', INT64],
    ],
    rows: (session) =>
      tablesOf(session, false).map((table) => [
        ...[DATABASE, schemaText(table, session), table.name, table.comment ?? null],
        ...[false, false, false, BigInt(listedColumns(table).length)],
      ]),
  },
  duckdb_views: {
    columns: [
      ['database_name', STRING],
      ['schema_name', STRING],
      ['view_name', STRING],
      ['comment', OPTIONAL],
      ['internal', BOOL],
      ['temporary', BOOL],
      ['column_count', INT64],
    ],
    rows: (session) =>
      tablesOf(session, true).map((table) => [
        ...[DATABASE, schemaText(table, session), table.name, table.comment ?? null],
        ...[false, false, BigInt(listedColumns(table).length)],
      ]),
  },
  duckdb_columns: {
    columns: [
      ['database_name', STRING],
      ['schema_name', STRING],
      ['table_name', STRING],
      ['column_name', STRING],
      ['column_index', INT64],
      ['comment', OPTIONAL],
      ['internal', BOOL],
      ['column_default', OPTIONAL],
      ['is_nullable', BOOL],
      ['data_type', STRING],
    ],
    rows: (session) =>
      [...tablesOf(session, false), ...tablesOf(session, true)].flatMap((table) =>
        listedColumns(table).map((c, i) => [
          ...[DATABASE, schemaText(table, session), table.name, c.name, BigInt(i + 1), c.comment ?? null],
          ...[false, defaultOf(c), c.type.nullable, typeText(c)],
        ]),
      ),
  },
  duckdb_schemas: {
    columns: [
      ['database_name', STRING],
      ['schema_name', STRING],
      ['internal', BOOL],
    ],
    rows: (session) =>
      session.context.catalog
        .schemas()
        .map((schema) => [DATABASE, shownSchema(session.dialect, schema).toLowerCase(), HIDDEN.has(schema)]),
  },
  duckdb_databases: {
    columns: [
      ['database_name', STRING],
      ['internal', BOOL],
      ['readonly', BOOL],
    ],
    rows: () => [[DATABASE, false, false]],
  },
  duckdb_functions: {
    columns: [
      ['schema_name', STRING],
      ['function_name', STRING],
      ['function_type', STRING],
      ['description', STRING],
      ['syntax', STRING],
      ['example', STRING],
    ],
    rows: () =>
      FUNCTIONS.flatMap(({ names, kind, doc, syntax, example }) =>
        (names.standard ?? []).map((name) => ['main', name, kindOf(kind), doc, syntax, example.sql]),
      ),
  },
  duckdb_keywords: {
    columns: [['keyword_name', STRING]],
    rows: () => [...KEYWORDS.keys()].map((word) => [word.toLowerCase()]),
  },
  pragma_table_info: {
    ofTable: true,
    columns: [
      ['cid', INT64],
      ['name', STRING],
      ['type', STRING],
      ['notnull', BOOL],
      ['dflt_value', OPTIONAL],
      ['pk', BOOL],
    ],
    rows: (_, table) =>
      (table === undefined ? [] : listedColumns(table)).map((c, i) => [
        ...[BigInt(i), c.name, typeText(c), !c.type.nullable, defaultOf(c), false],
      ]),
  },
  pragma_show: {
    ofTable: true,
    columns: [
      ['column_name', STRING],
      ['column_type', STRING],
      ['null', STRING],
      ['key', OPTIONAL],
      ['default', OPTIONAL],
      ['extra', OPTIONAL],
    ],
    rows: (_, table) =>
      (table === undefined ? [] : listedColumns(table)).map((c) => [
        ...[c.name, typeText(c), c.type.nullable ? 'YES' : 'NO', null, defaultOf(c), null],
      ]),
  },
  // Nothing of these is here.
  duckdb_constraints: {
    columns: [
      ['table_name', STRING],
      ['constraint_text', STRING],
    ],
    rows: () => [],
  },
  duckdb_indexes: {
    columns: [
      ['table_name', STRING],
      ['index_name', STRING],
      ['expressions', OPTIONAL],
    ],
    rows: (session) =>
      tablesOf(session, false).flatMap((table) =>
        (table.indexes ?? []).map((index) => [table.name, index.name, null]),
      ),
  },
  duckdb_sequences: {
    columns: [
      ['sequence_name', STRING],
      ['start_value', COUNT],
    ],
    rows: () => [],
  },
};

export const CATALOG_TABLES: readonly string[] = Object.keys(LISTINGS);

/** The rows as a plan; undefined: it is no such function. @param constant of an argument */
export function catalogTable(
  item: FunctionTable,
  constant: (node: Expression) => unknown,
  session: Session,
): Plan | undefined {
  const name = item.name.toLowerCase();
  const listing = Object.hasOwn(LISTINGS, name) ? LISTINGS[name] : undefined;
  if (listing === undefined || session.dialect !== 'standard') return undefined;
  const wanted = listing.ofTable === true ? 1 : 0;
  if (item.args.length !== wanted)
    throw session.error(
      'NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
      item,
      `${name} takes ${wanted === 0 ? 'no arguments' : 'the name of a table'}`,
      wanted === 0 ? `Write ${name}()` : `Write ${name}('t')`,
    );
  const [arg] = item.args;
  const given = arg === undefined ? undefined : constant(arg);
  if (arg !== undefined && typeof given !== 'string')
    throw session.error('BAD_ARGUMENTS', arg, `${name} takes the name of a table as text`);
  const table =
    arg === undefined
      ? undefined
      : session.table(
          String(given)
            .split('.')
            .map((text) => ({ text, quoted: true, at: arg.at, end: arg.end })),
          arg,
        );
  return {
    kind: 'values',
    rows: listing.rows(session, table),
    schema: listing.columns.map(([column, type]) => ({ name: column, type })),
  };
}
