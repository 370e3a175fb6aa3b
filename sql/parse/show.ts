/** SHOW in its forms. What other databases list besides is refused by name. */

import type { Pattern, StatementBody } from '../ast/statement.ts';
import type { QualifiedNameContext, ShowContext } from '../grammar/generated/Sql.js';
import { identifierOf } from './name.ts';
import type { Source } from './source.ts';
import { span } from './span.ts';
import { tableName } from './statement.ts';

/** ClickHouse: what is shown of a table, by the words for it. */
const OF_TABLE: Readonly<Record<string, 'show columns' | 'show indexes'>> = {
  columns: 'show columns',
  fields: 'show columns',
  index: 'show indexes',
  indexes: 'show indexes',
  indices: 'show indexes',
  keys: 'show indexes',
};

const LISTS: Readonly<Record<string, 'show settings' | 'show functions'>> = {
  settings: 'show settings',
  functions: 'show functions',
};

export function buildShow(context: ShowContext, source: Source): StatementBody {
  const like = patternOf(context);
  const table = context.qualifiedName();
  if (context.ALL() !== null) return { kind: 'show all tables', where: span(context) };
  if (context.TABLES() !== null) {
    const name = context.identifier();
    return { kind: 'show tables', schema: name === null ? null : identifierOf(name), like };
  }
  if (context.DATABASES() !== null || context.SCHEMAS() !== null) return { kind: 'show databases', like };
  if (table !== null && context.CREATE() !== null)
    return { kind: 'show create table', table: tableName(table, source) };
  const database = context._database;
  if (database !== undefined) return { kind: 'show create database', name: identifierOf(database) };
  const known = table === null ? listOf(context, like, source) : ofTable(context, table, like, source);
  if (known !== null) return known;
  const where = span(context);
  throw source.refuse(
    where,
    source.text.slice(where.at, where.end),
    source.dialect === 'clickhouse'
      ? "Known: SHOW TABLES, DATABASES, CREATE TABLE, COLUMNS FROM t, INDEXES FROM t, SETTINGS LIKE '...', FUNCTIONS"
      : 'Known: SHOW TABLES, DATABASES, COLUMNS FROM t, CREATE TABLE',
  );
}

export function patternOf(context: Pick<ShowContext, 'StringLiteral' | 'NOT' | 'ILIKE'>): Pattern | null {
  const like = context.StringLiteral();
  if (like === null) return null;
  return { text: like.getText(), negated: context.NOT() !== null, caseless: context.ILIKE() !== null };
}

function ofTable(
  context: ShowContext,
  name: QualifiedNameContext,
  like: Pattern | null,
  source: Source,
): StatementBody | null {
  const word = wordOf(context._word);
  const kind = OF_TABLE[wordOf(context._ofTable)];
  const full = context.FULL() !== null;
  const schema = context.identifier();
  if (kind === undefined || (word !== '' && word !== 'extended')) return null;
  const written = tableName(name, source);
  const table = schema === null ? written : { ...written, schema: identifierOf(schema) };
  if (source.dialect === 'clickhouse') return { kind, table, full, like };
  const isPlain = kind === 'show columns' && word === '' && !full && schema === null && like === null;
  return isPlain ? { kind: 'describe', table, query: null } : null;
}

function listOf(context: ShowContext, like: Pattern | null, source: Source): StatementBody | null {
  const plain = context.identifier();
  const word = wordOf(context._word);
  const kind = LISTS[plain === null ? wordOf(context._list) : identifierOf(plain).text.toLowerCase()];
  if (source.dialect !== 'clickhouse' || kind === undefined) return null;
  if (word !== '' && (word !== 'changed' || kind !== 'show settings')) return null;
  return { kind, changed: word === 'changed', like };
}

const wordOf = (token: { readonly text?: string } | null | undefined): string =>
  token?.text?.toLowerCase() ?? '';
