/**
 * Sources of dictionaries, a row for each: what arguments they take, and the query that gives their rows, in the order of the
 * dictionary's columns. Files and addresses are read by the table functions for them, under the same rules.
 */

import { textLiteral } from '../../engine/function/default-text.ts';
import type { DictionaryArgument, DictionaryAttribute, DictionaryPart } from '../ast/dictionary.ts';
import type { Session } from '../bind/session.ts';

export type BoundSource = {
  /** A query of ClickHouse's dialect; empty: there are no rows. */
  readonly text: string;
  /** As system.dictionaries has it. */
  readonly name: string;
};

type Arguments = ReadonlyMap<string, DictionaryArgument>;

type SourceRow = {
  readonly takes: readonly string[];
  readonly bind: (args: Arguments, written: Written) => BoundSource;
};

type Written = {
  readonly part: DictionaryPart;
  readonly attributes: readonly DictionaryAttribute[];
  readonly session: Session;
};

const SOURCES: Readonly<Record<string, SourceRow>> = {
  CLICKHOUSE: {
    takes: ['TABLE', 'DB', 'WHERE', 'QUERY', 'HOST', 'PORT', 'USER', 'PASSWORD', 'SECURE', 'NAME'],
    bind: ofTable,
  },
  FILE: {
    takes: ['PATH', 'FORMAT'],
    bind: (args, written) => ofFunction('file', 'PATH', 'File', args, written),
  },
  HTTP: {
    takes: ['URL', 'FORMAT'],
    bind: (args, written) => ofFunction('url', 'URL', 'HTTP', args, written),
  },
  NULL: { takes: [], bind: () => ({ text: '', name: 'Null' }) },
};

const ELSEWHERE =
  /^(MYSQL|POSTGRESQL|MONGODB|REDIS|CASSANDRA|ODBC|JDBC|EXECUTABLE|EXECUTABLE_POOL|YTSAURUS)$/;
const LOCAL = /^(localhost|127\.0\.0\.1|::1)$/;

export function bindSource(
  part: DictionaryPart,
  attributes: readonly DictionaryAttribute[],
  session: Session,
): BoundSource {
  const name = part.name.text.toUpperCase();
  const row = SOURCES[name];
  if (row === undefined && ELSEWHERE.test(name))
    throw session.refuse(part, `A dictionary with the source ${name}`, 'Known: CLICKHOUSE, FILE, HTTP, NULL');
  if (row === undefined)
    throw session.error(
      'UNKNOWN_ELEMENT_IN_CONFIG',
      part,
      `unknown dictionary source type: ${name.toLowerCase()}`,
      'Known: CLICKHOUSE, FILE, HTTP, NULL',
    );
  const unknown = part.args.find((arg) => !row.takes.includes(arg.name) || arg.value === null);
  if (unknown !== undefined)
    throw session.refuse(
      unknown,
      `${unknown.name} of the source ${name}`,
      row.takes.length === 0 ? 'It takes nothing' : `It takes ${row.takes.join(', ')}`,
    );
  return row.bind(new Map(part.args.map((arg) => [arg.name, arg])), { part, attributes, session });
}

/** The source as it was written, without a password. */
export const sourceText = ({ name, args }: DictionaryPart, session: Session): string =>
  `SOURCE(${name.text.toUpperCase()}(${args
    .map((arg) =>
      arg.name === 'PASSWORD' ? "PASSWORD '[HIDDEN]'" : session.text.slice(arg.at, arg.end).trim(),
    )
    .join(' ')}))`;

function ofTable(args: Arguments, { part, attributes, session }: Written): BoundSource {
  const given = (name: string): string => args.get(name)?.value ?? '';
  const host = args.get('HOST');
  if (host !== undefined && !LOCAL.test(given('HOST')))
    throw session.refuse(
      host,
      'A dictionary of another server',
      'Leave HOST out: tables are those of this database',
    );
  const [table, query] = [given('TABLE'), given('QUERY')];
  if ((table === '') === (query === ''))
    throw session.error(
      'BAD_ARGUMENTS',
      part,
      table === '' ? 'The source names neither a table nor a query' : 'The source names a table and a query',
      "Write CLICKHOUSE(TABLE 't'), or CLICKHOUSE(QUERY 'SELECT ...')",
    );
  const schema = given('DB');
  const shown = `ClickHouse: ${schema === '' ? session.context.schema : schema}.${table}`;
  if (query !== '') return { text: query, name: shown };
  const columns = attributes.map(({ name, expression }) =>
    expression === null
      ? quoted(name.text)
      : `(${session.text.slice(expression.text.at, expression.text.end).trim()}) AS ${quoted(name.text)}`,
  );
  const condition = given('WHERE');
  const from = `${schema === '' ? '' : `${quoted(schema)}.`}${quoted(table)}`;
  return {
    text: `SELECT ${columns.join(', ')} FROM ${from}${condition === '' ? '' : ` WHERE (${condition})`}`,
    name: `${shown}${condition === '' ? '' : `, where: ${condition}`}`,
  };
}

function ofFunction(
  name: 'file' | 'url',
  place: string,
  shown: string,
  args: Arguments,
  { part, attributes, session }: Written,
): BoundSource {
  const [path, format] = [place, 'FORMAT'].map((key) => args.get(key)?.value ?? '');
  if (path === '' || format === '')
    throw session.error(
      'BAD_ARGUMENTS',
      part,
      `The source names no ${path === '' ? place.toLowerCase() : 'format'}`,
      `Write ${part.name.text.toUpperCase()}(${place} '...' FORMAT 'CSV')`,
    );
  const computed = attributes.find(({ expression }) => expression !== null);
  if (computed !== undefined)
    throw session.refuse(computed, 'EXPRESSION over a file', 'Read a table, or CLICKHOUSE(QUERY ...)');
  const structure = attributes
    .map((a) => `${quoted(a.name.text)} ${session.text.slice(a.type.at, a.type.end).trim()}`)
    .join(', ');
  const literals = [path, format, structure].map(textLiteral).join(', ');
  return { text: `SELECT * FROM ${name}(${literals})`, name: `${shown}: ${path} ${format}` };
}

export const quoted = (name: string): string =>
  /^[A-Za-z_]\w*$/.test(name) ? name : `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
