/** A stored table as the statement that would make it again, in ClickHouse's words; also the parts system tables show. */

import { defaultText, textLiteral } from '../../engine/function/default-text.ts';
import type { SkipIndex } from '../../engine/plan/skip-index.ts';
import { columnTypeName } from '../../engine/type/dialect-name.ts';
import type { Dialect, SqlFunction, ViewInfo } from '../../sql/index.ts';
import type { TableDefinition } from '../../storage/index.ts';
import { engineOf, type TableOptions } from '../catalog/catalog.ts';
import { defaultOf, optionsOf } from '../catalog/table-options.ts';
import { ttlRules } from '../retention/ttl-rule.ts';

/** Engine with its arguments: `ReplacingMergeTree(version)`. */
export function engineText(table: TableDefinition): string {
  const { engineArguments } = table.options as TableOptions;
  const name = engineOf(table);
  const shown = name === 'Null' ? '`Null`' : name;
  return engineArguments === '' ? shown : `${shown}(${engineArguments})`;
}

/** Engine, arguments and key: system.tables.engine_full. */
export const engineFullText = (table: TableDefinition): string => engineClauses(table).join(' ');

const engineClauses = (table: TableDefinition): readonly string[] =>
  isSorted(table)
    ? [
        engineText(table),
        ...partitionText(table),
        `ORDER BY ${keyText(table)}`,
        ...ttlText(table),
        ...settingsText(table),
      ]
    : [engineText(table)];

export const createText = (table: TableDefinition): string =>
  optionsOf(table).view === undefined
    ? createTableText(table)
    : createViewText(table, optionsOf(table).view!);

/** Where types are ClickHouse's, they stand with the columns; elsewhere names do, where they are the view's own. */
function createViewText({ name, columns, options }: TableDefinition, view: ViewInfo): string {
  const { comment } = options as TableOptions;
  const head = `CREATE VIEW ${quotedFor(name, view.dialect)}`;
  const typed = view.dialect === 'clickhouse' && columns.every((c, i) => c.name === view.outputs[i]);
  const list = columns.map((c) => [
    quotedFor(c.name, view.dialect),
    ...(typed ? [columnTypeName(c, 'clickhouse')] : []),
    ...(c.comment === undefined ? [] : [`COMMENT ${textLiteral(c.comment)}`]),
  ]);
  const shown =
    list.length === 0
      ? ''
      : typed
        ? `\n(\n${lines(list)}\n)`
        : ` (${list.map((c) => c.join(' ')).join(', ')})`;
  const said = comment === null || comment === '' ? '' : `\nCOMMENT ${textLiteral(comment)}`;
  return `${head}${shown}${said}\nAS ${view.text}`;
}

/** The statement that makes the function again, in its own dialect. */
export function createFunctionText({ name, dialect, parameters, text, givesRows }: SqlFunction): string {
  const list = parameters
    .map((p) => `${quotedFor(p.name, dialect)}${p.defaultText === null ? '' : ` := ${p.defaultText}`}`)
    .join(', ');
  const head = `CREATE FUNCTION ${quotedFor(name, dialect)}`;
  return dialect === 'clickhouse'
    ? `${head} AS (${list}) -> ${text}`
    : `${head}(${list}) AS ${givesRows ? 'TABLE ' : ''}${text}`;
}

const lines = (list: readonly (readonly string[])[]): string =>
  list.map((c) => `  ${c.join(' ')}`).join(',\n');

function createTableText(table: TableDefinition): string {
  const columns = table.columns.map((c) =>
    [
      `  ${quoted(c.name)} ${columnTypeName(c, 'clickhouse')}`,
      ...(c.default === defaultOf(c.type, null) ? [] : [`DEFAULT ${defaultText(c.default, c.type)}`]),
      ...(c.comment === undefined ? [] : [`COMMENT ${textLiteral(c.comment)}`]),
      ...(c.codec === undefined ? [] : [`CODEC(${c.codec.text})`]),
      ...columnTtlText(table, c.id),
    ].join(' '),
  );
  const indexes = (table.indexes ?? []).map((index) => `  INDEX ${indexText(table, index)}`);
  const { comment } = table.options as TableOptions;
  const engine = [
    ...engineClauses(table),
    ...(comment === null || comment === '' ? [] : [`COMMENT ${textLiteral(comment)}`]),
  ];
  return `CREATE TABLE ${quoted(table.name)}\n(\n${[...columns, ...indexes].join(',\n')}\n)\nENGINE = ${engine.join('\n')}`;
}

const indexText = (table: TableDefinition, index: SkipIndex): string =>
  `${quoted(index.name)} ${indexExpressionText(table, index)} TYPE ${index.typeText} GRANULARITY ${index.granularity}`;

/** The index's expression as it was written, with the names that columns have now. */
export const indexExpressionText = ({ columns }: TableDefinition, { text }: SkipIndex): string =>
  text
    .map((piece) =>
      typeof piece === 'string' ? piece : quoted(columns.find(({ id }) => id === piece)?.name ?? ''),
    )
    .join('');

/** Only engines of the MergeTree family say how they are sorted. */
const isSorted = (table: TableDefinition): boolean => engineOf(table).endsWith('MergeTree');

const keyText = (table: TableDefinition): string =>
  table.sortKey.length === 0 ? 'tuple()' : `(${sortingKeyText(table)})`;

/** The columns of the sort key, as system.tables lists them. */
export const sortingKeyText = (table: TableDefinition): string =>
  isSorted(table)
    ? table.sortKey.map((id) => quoted(table.columns.find((c) => c.id === id)?.name ?? '')).join(', ')
    : '';

/** The partition key as it was written; without one, nothing. */
export const partitionKeyText = ({ partitionBy, options }: TableDefinition): string =>
  partitionBy === null ? '' : ((options as TableOptions).partitionText ?? '');

const partitionText = ({ options }: TableDefinition): string[] => {
  const { partitionText: text } = options as TableOptions;
  return text === undefined ? [] : [`PARTITION BY ${text}`];
};

/** The table's TTL clause, if there is one. */
function ttlText(table: TableDefinition): string[] {
  const rules = ttlRules(table).filter(({ column }) => column === null);
  return rules.length === 0 ? [] : [`TTL ${rules.map(({ text }) => text).join(', ')}`];
}

/** Settings that change what is stored. */
const settingsText = ({ codec }: TableDefinition): string[] =>
  codec === undefined ? [] : [`SETTINGS default_compression_codec = '${codec.text}'`];

const columnTtlText = (table: TableDefinition, id: number): string[] =>
  ttlRules(table)
    .filter(({ column }) => column === id)
    .map(({ text }) => `TTL ${text}`);

/** A name in the words of a dialect; a table's may have its schema before it. */
const quotedFor = (name: string, dialect: Dialect): string =>
  dialect === 'clickhouse'
    ? quoted(name)
    : /^[A-Za-z_]\w*$/.test(name)
      ? name
      : `"${name.replaceAll('"', '""')}"`;

const quoted = (name: string): string =>
  /^[A-Za-z_]\w*$/.test(name) ? name : `\`${name.replaceAll('`', '\\`')}\``;
