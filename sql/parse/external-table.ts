/**
 * BigQuery's external tables, which are views over files: CREATE EXTERNAL TABLE t [(columns)] [WITH PARTITION COLUMNS] OPTIONS (format, uris, ...)
 * means SELECT * FROM read_parquet, read_csv or read_json with the options of these. A row per option, with what it becomes.
 */

import type { Expression, Identifier, Span } from '../ast/expression.ts';
import type { TableExpression } from '../ast/query.ts';
import type { ColumnDefinition, CreateView, StatementBody } from '../ast/statement.ts';
import type {
  CreateExternalTableContext,
  DropExternalTableContext,
  ExternalOptionContext,
} from '../grammar/generated/Sql.js';
import { columnOf } from './column.ts';
import { identifierOf } from './name.ts';
import { selectFrom } from './select-from.ts';
import type { Source } from './source.ts';
import { span } from './span.ts';
import { tableName } from './statement.ts';

/** Functions by format, and whether files have columns by place alone. */
const FORMATS: Readonly<Record<string, { readonly reader: string; readonly byPlace: boolean }>> = {
  PARQUET: { reader: 'read_parquet', byPlace: false },
  CSV: { reader: 'read_csv', byPlace: true },
  JSON: { reader: 'read_json', byPlace: false },
  JSONL: { reader: 'read_json', byPlace: false },
  NEWLINE_DELIMITED_JSON: { reader: 'read_json', byPlace: false },
};

type OptionValue = string | number | boolean | readonly string[];
type Given = ReadonlyMap<string, { readonly value: OptionValue; readonly where: Span }>;
/** An option of the function that reads. */
type ReaderOption = readonly [name: string, value: string | boolean];

/** undefined: the value does not fit. */
type OptionRow = {
  readonly takes: string;
  readonly become: (value: OptionValue) => readonly ReaderOption[] | undefined;
};

const only = (wanted: OptionValue, takes: string): OptionRow => ({
  takes,
  become: (value) => (value === wanted ? [] : undefined),
});

const OPTIONS: Readonly<Record<string, OptionRow>> = {
  format: {
    takes: Object.keys(FORMATS).join(', '),
    become: (value) => (typeof value === 'string' && value.toUpperCase() in FORMATS ? [] : undefined),
  },
  uris: {
    takes: "paths or addresses: ['a.parquet', 'b/*.parquet']",
    become: (value) => (Array.isArray(value) && value.length > 0 ? [] : undefined),
  },
  description: { takes: 'a text', become: (value) => (typeof value === 'string' ? [] : undefined) },
  skip_leading_rows: {
    takes: '0 or 1: the line of names',
    become: (value) => (value === 0 || value === 1 ? [['header', value === 1]] : undefined),
  },
  field_delimiter: {
    takes: 'a text of one character',
    become: (value) => (typeof value === 'string' && value.length === 1 ? [['delim', value]] : undefined),
  },
  hive_partition_uri_prefix: {
    takes: 'a text',
    become: (value) => (typeof value === 'string' ? [['hive_partitioning', true]] : undefined),
  },
  require_hive_partition_filter: only(false, 'false alone: no query is refused for what it reads'),
  max_bad_records: only(0, '0 alone: a row that does not fit is an error'),
  ignore_unknown_values: only(true, 'true alone: what is not among the columns is not read'),
};

export function buildCreateExternalTable(context: CreateExternalTableContext, source: Source): CreateView {
  const where = span(context);
  checkWord(context._word?.text, 'EXTERNAL', where, source);
  checkWord(context._options?.text, 'OPTIONS', where, source);
  if (source.dialect !== 'standard')
    throw source.refuse(where, 'CREATE EXTERNAL TABLE', 'Use the standard dialect, or a view over file(...)');
  const given = givenOptions(context.externalOption(), source);
  const format = FORMATS[String(required(given, 'format', where, source)).toUpperCase()];
  const columns = (context._columns?.columnDefinition() ?? []).map((c) => columnOf(c, source));
  const folders = (context._folders?.columnDefinition() ?? []).map((c) => columnOf(c, source));
  const isFoldered = context.PARTITION() !== null || given.has('hive_partition_uri_prefix');
  if (isFoldered && columns.length > 0 && folders.length === 0)
    throw source.error(
      where,
      'Columns are named, but not those of the folders',
      'Write WITH PARTITION COLUMNS (year INTEGER), or leave the columns out',
    );
  const options = [
    ...[...given].flatMap(([name, { value }]) => OPTIONS[name].become(value) ?? []),
    ...(context.PARTITION() !== null && !given.has('hive_partition_uri_prefix')
      ? [['hive_partitioning', true] as const]
      : []),
  ];
  const uris = required(given, 'uris', where, source) as readonly string[];
  const names = format.byPlace ? columns.map(({ name }) => name) : [];
  const table = readerOf(format.reader, uris, options, names, where);
  const description = given.get('description')?.value;
  return {
    kind: 'create view',
    view: tableName(context.qualifiedName(), source),
    ifNotExists: context.EXISTS() !== null,
    orReplace: context.REPLACE() !== null,
    columns: columns.length === 0 ? [] : [...columns, ...folders].map(viewColumn),
    query: selectFrom(table),
    text: textOf(format.reader, uris, options, names),
    comment: typeof description === 'string' ? description : null,
    security: null,
  };
}

export function buildDropExternalTable(context: DropExternalTableContext, source: Source): StatementBody {
  checkWord(context._word?.text, 'EXTERNAL', span(context), source);
  return {
    kind: 'drop view',
    views: context.qualifiedName().map((name) => tableName(name, source)),
    ifExists: context.EXISTS() !== null,
  };
}

const viewColumn = ({ name, type, comment, at, end }: ColumnDefinition): CreateView['columns'][number] => ({
  name,
  type,
  comment,
  at,
  end,
});

function checkWord(word: string | undefined, expected: string, where: Span, source: Source): void {
  if (word?.toUpperCase() !== expected)
    throw source.error(where, `Syntax error at \`${word}\``, `Write ${expected}`);
}

function givenOptions(contexts: readonly ExternalOptionContext[], source: Source): Given {
  const given = new Map<string, { readonly value: OptionValue; readonly where: Span }>();
  for (const context of contexts) {
    const where = span(context);
    const name = identifierOf(context.identifier()).text.toLowerCase();
    const row = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
    if (row === undefined)
      throw source.refuse(where, `The option ${name}`, `Known: ${Object.keys(OPTIONS).join(', ')}`);
    const value = givenValue(context);
    if (given.has(name) || row.become(value) === undefined)
      throw source.error(where, `The option ${name} takes ${row.takes}, and once`);
    given.set(name, { value, where });
  }
  return given;
}

function givenValue(context: ExternalOptionContext): OptionValue {
  const texts = context.StringLiteral().map((text) => text.getText());
  if (context.LeftBracket() !== null) return texts;
  if (texts.length === 1) return texts[0];
  const digits = context.IntegerLiteral();
  return digits === null ? context.TRUE() !== null : Number(digits.getText());
}

function required(given: Given, name: string, where: Span, source: Source): OptionValue {
  const found = given.get(name);
  if (found !== undefined) return found.value;
  throw source.error(where, `OPTIONS lack ${name}`, `${name} = ${OPTIONS[name].takes}`);
}

function readerOf(
  reader: string,
  uris: readonly string[],
  options: readonly ReaderOption[],
  names: readonly Identifier[],
  where: Span,
): TableExpression {
  const text = (value: string): Expression => ({ kind: 'string', value, ...where });
  const name = (value: string): Identifier => ({ text: value, quoted: false, ...where });
  const option = ([key, value]: ReaderOption): Expression => ({
    kind: 'binary',
    op: '=',
    left: { kind: 'name', parts: [name(key)], ...where },
    right: typeof value === 'string' ? text(value) : { kind: 'boolean', value, ...where },
    ...where,
  });
  return {
    kind: 'function',
    name: reader,
    path: [name(reader)],
    args: [{ kind: 'array', items: uris.map(text), ...where }, ...options.map(option)],
    alias: names.length === 0 ? null : { name: name('files'), columns: names },
    ...where,
  };
}

/** The query of the view, as it could have been written. */
function textOf(
  reader: string,
  uris: readonly string[],
  options: readonly ReaderOption[],
  names: readonly Identifier[],
): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  const args = [
    `[${uris.map(quoted).join(', ')}]`,
    ...options.map(([key, value]) => `${key} = ${typeof value === 'string' ? quoted(value) : value}`),
  ];
  const columns = names.map(({ text }) => `"${text.replaceAll('"', '""')}"`).join(', ');
  return `SELECT * FROM ${reader}(${args.join(', ')})${columns === '' ? '' : ` AS files (${columns})`}`;
}
