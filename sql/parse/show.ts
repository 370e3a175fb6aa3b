/** SHOW in its forms. What other databases list besides is refused by name. */

import type { ListName, Pattern, StatementBody } from '../ast/statement.ts';
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

/** ClickHouse: lists by their words, and whether they take a pattern. */
const LISTS: Readonly<Record<string, { readonly list: ListName; readonly takesPattern: boolean }>> = {
  settings: { list: 'settings', takesPattern: true },
  'changed settings': { list: 'changed settings', takesPattern: true },
  functions: { list: 'functions', takesPattern: true },
  merges: { list: 'merges', takesPattern: true },
  clusters: { list: 'clusters', takesPattern: true },
  processlist: { list: 'processlist', takesPattern: false },
  engines: { list: 'engines', takesPattern: false },
  users: { list: 'users', takesPattern: false },
  roles: { list: 'roles', takesPattern: false },
  grants: { list: 'grants', takesPattern: false },
};

export function buildShow(context: ShowContext, source: Source): StatementBody {
  const like = patternOf(context);
  const table = context.qualifiedName();
  if (context.ALL() !== null) return { kind: 'show all tables', where: span(context) };
  if (context.TABLES() !== null || context.DICTIONARIES() !== null) {
    const name = context.identifier(0);
    return {
      kind: context.TABLES() === null ? 'show dictionaries' : 'show tables',
      schema: name === null ? null : identifierOf(name),
      onlyTemporary: context.temporary() !== null,
      like,
    };
  }
  if (context.DATABASES() !== null || context.SCHEMAS() !== null) return { kind: 'show databases', like };
  if (table !== null && context.CREATE() !== null)
    return { kind: 'show create table', table: tableName(table, source, context.temporary() !== null) };
  const database = context._database;
  if (database !== undefined) return { kind: 'show create database', name: identifierOf(database) };
  const known = table === null ? listOf(context, like, source) : ofTable(context, table, like, source);
  if (known !== null) return known;
  const where = span(context);
  throw source.refuse(
    where,
    source.text.slice(where.at, where.end),
    source.dialect === 'clickhouse'
      ? `Known: SHOW TABLES, DATABASES, CREATE TABLE, COLUMNS FROM t, INDEXES FROM t, SETTING name, ${Object.keys(LISTS).join(', ').toUpperCase()}`
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
  const schema = context.identifier(0);
  if (kind === undefined || (word !== '' && word !== 'extended')) return null;
  const written = tableName(name, source);
  const table = schema === null ? written : { ...written, schema: identifierOf(schema) };
  if (source.dialect === 'clickhouse') return { kind, table, full, like };
  const isPlain = kind === 'show columns' && word === '' && !full && schema === null && like === null;
  return isPlain ? { kind: 'describe', table, query: null } : null;
}

function listOf(context: ShowContext, like: Pattern | null, source: Source): StatementBody | null {
  if (source.dialect !== 'clickhouse') return null;
  const [name, user] = context.identifier();
  if (context._one !== undefined)
    return {
      kind: 'show list',
      list: 'setting',
      like: { text: identifierOf(name).text, negated: false, caseless: false },
    };
  const words = [
    wordOf(context._word),
    name === undefined ? wordOf(context._list) : identifierOf(name).text.toLowerCase(),
  ];
  const known = LISTS[words.join(' ').trim()];
  if (known === undefined || (like !== null && !known.takesPattern)) return null;
  if (user !== undefined && (known.list !== 'grants' || identifierOf(user).text !== 'default')) return null;
  return { kind: 'show list', list: known.list, like };
}

const wordOf = (token: { readonly text?: string } | null | undefined): string =>
  token?.text?.toLowerCase() ?? '';
