/** A stored table as the statement that would make it again, in ClickHouse's words; also the parts system tables show. */

import { defaultText, textLiteral } from '../../engine/function/default-text.ts';
import {
  DESCENDING,
  listedIds,
  type VirtualColumn,
  type Written,
  writtenText,
} from '../../engine/plan/computed.ts';
import type { Projection } from '../../engine/plan/projection.ts';
import type { SkipIndex } from '../../engine/plan/skip-index.ts';
import { dialectTypeName } from '../../engine/type/dialect-name.ts';
import type { Dialect, DictionaryInfo, SqlFunction, ViewInfo } from '../../sql/index.ts';
import type { ColumnDefinition, TableDefinition } from '../../storage/index.ts';
import { engineOf, type TableOptions } from '../catalog/catalog.ts';
import {
  defaultOf,
  isTemporary,
  keysOf,
  MAIN_SCHEMA,
  namedColumns,
  optionsOf,
  projectionsOf,
} from '../catalog/table-options.ts';
import { ttlRules } from '../retention/ttl-rule.ts';

/** Engine with its arguments: `ReplacingMergeTree(version)`. */
export function engineText(table: TableDefinition): string {
  const { engineArguments: rest } = table.options as TableOptions;
  const engineArguments = [...throughWords(table), ...(rest === '' ? [] : [rest])].join(', ');
  const name = engineOf(table);
  const shown = name === 'Null' ? '`Null`' : name;
  return engineArguments === '' ? shown : `${shown}(${engineArguments})`;
}

/** Of what a table stands for, as it is called now. */
function throughWords(table: TableDefinition): readonly string[] {
  const { through } = optionsOf(table);
  if (through === undefined || through.kind === 'random') return [];
  if (through.kind === 'own file') return [textLiteral(through.format)];
  if (through.kind === 'file') {
    const { isRemote, path, format } = through;
    return (isRemote ? [path, ...(format === null ? [] : [format])] : [format ?? 'auto', path]).map(
      textLiteral,
    );
  }
  const schema = through.schema === MAIN_SCHEMA ? 'default' : through.schema;
  const cluster = engineOf(table) === 'Distributed' ? ['default'] : [];
  return [...cluster, schema, through.kind === 'alike' ? through.pattern : through.name].map(textLiteral);
}

/** Engine, arguments and key: system.tables.engine_full. */
export const engineFullText = (table: TableDefinition): string => engineClauses(table).join(' ');

const engineClauses = (table: TableDefinition): readonly string[] =>
  isSorted(table)
    ? [
        engineText(table),
        ...partitionText(table),
        ...(optionsOf(table).primaryKey === undefined
          ? []
          : [`PRIMARY KEY ${tupleText(primaryKeyText(table))}`]),
        `ORDER BY ${tupleText(orderText(table))}`,
        ...(samplingKeyText(table) === '' ? [] : [`SAMPLE BY ${samplingKeyText(table)}`]),
        ...ttlText(table),
        ...settingsText(table),
      ]
    : [engineText(table)];

/** @param inner the table of a materialized view that has one of its own. */
export function createText(table: TableDefinition, inner?: TableDefinition): string {
  const { view } = optionsOf(table);
  if (view === undefined) return createTableText(table);
  return view.dictionary === undefined
    ? createViewText(table, view, inner)
    : createDictionaryText(table, view.dictionary);
}

function createDictionaryText(
  { columns, options }: TableDefinition,
  { attributes, clauses }: DictionaryInfo,
): string {
  const { comment } = options as TableOptions;
  const list = columns.map((c, i) => {
    const { defaultText: given, expressionText, isHierarchical, isInjective } = attributes[i];
    return [
      quoted(c.name),
      dialectTypeName(c.type, 'clickhouse'),
      ...(given === '' ? [] : [`DEFAULT ${given}`]),
      ...(expressionText === '' ? [] : [`EXPRESSION ${expressionText}`]),
      ...(isHierarchical ? ['HIERARCHICAL'] : []),
      ...(isInjective ? ['INJECTIVE'] : []),
    ];
  });
  const said = comment === null || comment === '' ? [] : [`COMMENT ${textLiteral(comment)}`];
  const head = `CREATE DICTIONARY ${placedName(options as TableOptions, 'clickhouse')}`;
  return [head, '(', lines(list), ')', ...clauses, ...said].join('\n');
}

/** Where types are ClickHouse's, they stand with the columns; elsewhere names do, where they are the view's own. */
function createViewText(table: TableDefinition, view: ViewInfo, inner: TableDefinition | undefined): string {
  const { columns, options } = table;
  const { comment } = options as TableOptions;
  const { materialized } = view;
  const to =
    materialized === undefined || inner !== undefined
      ? ''
      : ` TO ${placedName(materialized.target, 'clickhouse')}`;
  const refresh = materialized?.refresh === undefined ? '' : `\n${materialized.refresh.text}`;
  const kind = `${temporaryText(table)}${materialized === undefined ? 'VIEW' : 'MATERIALIZED VIEW'}`;
  const head = `CREATE ${kind} ${placedName(options as TableOptions, view.dialect)}${refresh}${to}`;
  const typed = view.dialect === 'clickhouse' && columns.every((c, i) => c.name === view.outputs[i]);
  const list = columns.map((c) => [
    quotedFor(c.name, view.dialect),
    ...(typed ? [dialectTypeName(c.type, 'clickhouse')] : []),
    ...(c.comment === undefined ? [] : [`COMMENT ${textLiteral(c.comment)}`]),
  ]);
  const shown =
    list.length === 0
      ? ''
      : typed
        ? `\n(\n${lines(list)}\n)`
        : ` (${list.map((c) => c.join(' ')).join(', ')})`;
  const said = comment === null || comment === '' ? '' : `\nCOMMENT ${textLiteral(comment)}`;
  const engine = inner === undefined ? '' : `\nENGINE = ${engineClauses(inner).join('\n')}`;
  return `${head}${shown}${engine}${securityText(view)}${said}\nAS ${view.text}`;
}

function securityText({ security }: ViewInfo): string {
  if (security === undefined) return '';
  const definer = security.definer === null ? '' : `DEFINER = ${quoted(security.definer)} `;
  return `\n${definer}SQL SECURITY ${security.kind}`;
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
  const { comment, virtual = [] } = optionsOf(table);
  const columns = listedIds({ columns: namedColumns(table), virtual }).map((id) => {
    const stored = table.columns.find((c) => c.id === id);
    return stored === undefined
      ? virtualText(table, virtual.find((c) => c.id === id)!)
      : columnText(table, stored);
  });
  const indexes = (table.indexes ?? []).map((index) => `  INDEX ${indexText(table, index)}`);
  const projections = projectionsOf(table).map(
    (projection) => `  PROJECTION ${quoted(projection.name)} (${projectionText(table, projection)})`,
  );
  const constraints = (optionsOf(table).constraints ?? []).map(
    ({ name, kind, text }) => `  CONSTRAINT ${quoted(name)} ${kind.toUpperCase()} ${writtenIn(table, text)}`,
  );
  const engine = [
    ...engineClauses(table),
    ...(comment === null || comment === '' ? [] : [`COMMENT ${textLiteral(comment)}`]),
  ];
  return `CREATE ${temporaryText(table)}TABLE ${placedName(optionsOf(table), 'clickhouse')}\n(\n${[...columns, ...indexes, ...projections, ...constraints].join(',\n')}\n)\nENGINE = ${engine.join('\n')}`;
}

function columnText(table: TableDefinition, c: ColumnDefinition): string {
  const { computed } = c;
  const isPlain = computed === undefined && c.default === defaultOf(c.type, null);
  const value =
    computed === undefined
      ? `DEFAULT ${defaultText(c.default, c.type)}`
      : `${computed.kind.toUpperCase()} ${writtenIn(table, computed.text)}`;
  return [
    `  ${quoted(c.name)} ${dialectTypeName(c.type, 'clickhouse')}`,
    ...(isPlain ? [] : [value]),
    ...(c.comment === undefined ? [] : [`COMMENT ${textLiteral(c.comment)}`]),
    ...(c.codec === undefined ? [] : [`CODEC(${c.codec.text})`]),
    ...columnTtlText(table, c.id),
  ].join(' ');
}

const virtualText = (table: TableDefinition, { name, type, kind, text, comment }: VirtualColumn): string =>
  [
    `  ${quoted(name)} ${dialectTypeName(type, 'clickhouse')} ${kind.toUpperCase()}`,
    ...(text.length === 0 ? [] : [writtenIn(table, text)]),
    ...(comment === undefined ? [] : [`COMMENT ${textLiteral(comment)}`]),
  ].join(' ');

/** An expression as it was written, with the names that columns have now. */
function writtenIn(table: TableDefinition, text: Written): string {
  const named = [...table.columns, ...(optionsOf(table).virtual ?? [])];
  return writtenText(text, (id) => quoted(named.find((c) => c.id === id)?.name ?? ''));
}

const indexText = (table: TableDefinition, index: SkipIndex): string =>
  `${quoted(index.name)} ${indexExpressionText(table, index)} TYPE ${index.typeText} GRANULARITY ${index.granularity}`;

/** The index's expression as it was written, with the names that columns have now. */
export const indexExpressionText = (table: TableDefinition, { text }: SkipIndex): string =>
  writtenIn(table, text);

/** The query of a projection as it was written, with the names that columns have now. */
export const projectionText = (table: TableDefinition, { text }: Projection): string =>
  writtenIn(table, text);

export const projectionKeyTexts = (table: TableDefinition, { keyTexts }: Projection): readonly string[] =>
  keyTexts.map((text) => writtenIn(table, text));

/** Only engines of the MergeTree family say how they are sorted. */
const isSorted = (table: TableDefinition): boolean => engineOf(table).endsWith('MergeTree');

const tupleText = (text: string): string => (text === '' ? 'tuple()' : `(${text})`);

const orderText = (table: TableDefinition): string => keyTexts(table, table.sortKey).join(', ');

/** The sort key, as system.tables lists it. */
export const sortingKeyText = (table: TableDefinition): string =>
  isSorted(table) ? keysText(table, table.sortKey) : '';

/** The part of it that was written as PRIMARY KEY; all of it where none was. */
export const primaryKeyText = (table: TableDefinition): string =>
  isSorted(table) ? keysText(table, table.sortKey.slice(0, optionsOf(table).primaryKey)) : '';

export const samplingKeyText = (table: TableDefinition): string => {
  const { sampleBy } = optionsOf(table);
  return sampleBy === undefined ? '' : keysText(table, [sampleBy]);
};

/** Without saying which of them descend. */
const keysText = (table: TableDefinition, ids: readonly number[]): string =>
  keyTexts(table, ids)
    .map((text) => (text.endsWith(DESCENDING) ? text.slice(0, -DESCENDING.length) : text))
    .join(', ');

const keyTexts = (table: TableDefinition, ids: readonly number[]): readonly string[] =>
  ids.map((id) => writtenIn(table, keysOf(table).find((key) => key.id === id)?.text ?? [id]));

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

function settingsText(table: TableDefinition): string[] {
  const settings = Object.entries(optionsOf(table).settings ?? {}).map(
    ([name, value]) => `${name} = ${value}`,
  );
  return settings.length === 0 ? [] : [`SETTINGS ${settings.join(', ')}`];
}

const columnTtlText = (table: TableDefinition, id: number): string[] =>
  ttlRules(table)
    .filter(({ column }) => column === id)
    .map(({ text }) => `TTL ${text}`);

const temporaryText = (table: TableDefinition): string => (isTemporary(table) ? 'TEMPORARY ' : '');

/** A table's name, with its schema before it where that is not the default one, nor a session's. */
const placedName = (
  { schema, name, temporary }: Pick<TableOptions, 'schema' | 'name' | 'temporary'>,
  dialect: Dialect,
): string =>
  `${schema === MAIN_SCHEMA || temporary === true ? '' : `${quotedFor(schema, dialect)}.`}${quotedFor(name, dialect)}`;

/** A name in the words of a dialect. */
const quotedFor = (name: string, dialect: Dialect): string =>
  dialect === 'clickhouse'
    ? quoted(name)
    : /^[A-Za-z_]\w*$/.test(name)
      ? name
      : `"${name.replaceAll('"', '""')}"`;

const quoted = (name: string): string =>
  /^[A-Za-z_]\w*$/.test(name) ? name : `\`${name.replaceAll('`', '\\`')}\``;
