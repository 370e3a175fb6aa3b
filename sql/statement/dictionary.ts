/**
 * CREATE, DROP and SYSTEM RELOAD DICTIONARY as ClickHouse has them. A dictionary is a view whose rows are those of its query at the moment it
 * was loaded (database/dictionary): layouts say how keys look and which of a key's rows counts, and not where the rows lie.
 */

import { evaluateConstant } from '../../engine/function/evaluate.ts';
import { integerRange, isInteger, type LogicalType, laneOf } from '../../engine/type/type.ts';
import { zeroOf } from '../../engine/type/zero.ts';
import type { CreateDictionary, DictionaryAttribute, DictionaryPart } from '../ast/dictionary.ts';
import type { Identifier, Span } from '../ast/expression.ts';
import type { TableName } from '../ast/statement.ts';
import { tablePath } from '../ast/table-path.ts';
import type { DictionaryInfo } from '../bind/context.ts';
import type { Session } from '../bind/session.ts';
import type { Bare, TableRef } from './bound.ts';
import { assigned } from './column.ts';
import { constantBinder } from './constant.ts';
import { bindSource, quoted, sourceText } from './dictionary-source.ts';
import { newName, tableRef } from './table-ref.ts';
import { checkedKind } from './view.ts';

type LayoutRow = Pick<DictionaryInfo, 'type'> & {
  readonly keepsLast?: true;
  readonly isDirect?: true;
  readonly isRanged?: true;
  readonly isPrefix?: true;
  readonly onlyIntegers?: true;
};

const LAYOUTS: Readonly<Record<string, LayoutRow>> = {
  FLAT: { type: 'Flat', keepsLast: true, onlyIntegers: true },
  HASHED: { type: 'Hashed' },
  SPARSE_HASHED: { type: 'SparseHashed' },
  HASHED_ARRAY: { type: 'HashedArray' },
  COMPLEX_KEY_HASHED: { type: 'ComplexKeyHashed' },
  COMPLEX_KEY_SPARSE_HASHED: { type: 'ComplexKeySparseHashed' },
  COMPLEX_KEY_HASHED_ARRAY: { type: 'ComplexHashedArray' },
  CACHE: { type: 'Cache', keepsLast: true },
  COMPLEX_KEY_CACHE: { type: 'ComplexKeyCache', keepsLast: true },
  DIRECT: { type: 'Direct', keepsLast: true, isDirect: true },
  COMPLEX_KEY_DIRECT: { type: 'ComplexKeyDirect', keepsLast: true, isDirect: true },
  RANGE_HASHED: { type: 'RangeHashed', isRanged: true },
  COMPLEX_KEY_RANGE_HASHED: { type: 'ComplexKeyRangeHashed', isRanged: true },
  IP_TRIE: { type: 'Trie', isPrefix: true },
};
const OTHER_LAYOUTS = /^((COMPLEX_KEY_)?SSD_CACHE|POLYGON\w*|REGEXP_TREE)$/;

/** What says how a structure of ClickHouse's is laid out, or how much of it is kept, which is nothing to keep to here. */
const SIZES: ReadonlySet<string> = new Set([
  'INITIAL_ARRAY_SIZE',
  'MAX_ARRAY_SIZE',
  'PREALLOCATE',
  'SHARDS',
  'SHARD_LOAD_QUEUE_BACKLOG',
  'MAX_LOAD_FACTOR',
  'SIZE_IN_CELLS',
  'ALLOW_READ_EXPIRED_KEYS',
  'STRICT_MAX_LIFETIME_SECONDS',
  'MAX_UPDATE_QUEUE_SIZE',
  'UPDATE_QUEUE_PUSH_TIMEOUT_MILLISECONDS',
  'QUERY_WAIT_TIMEOUT_MILLISECONDS',
  'MAX_THREADS_FOR_UPDATES',
  'ACCESS_TO_KEY_FROM_ATTRIBUTES',
  'CONVERT_NULL_RANGE_BOUND_TO_OPEN',
]);

const incorrect = (where: Span, message: string, session: Session, hint?: string): Error =>
  session.error('INCORRECT_DICTIONARY_DEFINITION', where, message, hint);

export function bindCreateDictionary(body: CreateDictionary, session: Session): Bare<'createDictionary'> {
  const { dictionary: where, source, layout, comment } = body;
  const { schema, name } = newName(where, session);
  const keys = keysOf(body, session);
  if (source === null) throw incorrect(where, 'Cannot create dictionary with empty source.', session);
  if (layout === null) throw incorrect(where, 'Cannot create dictionary with empty layout.', session);
  const row = layoutRow(layout, session);
  const range = rangeOf(body, layout, row, session);
  const first = [...keys, ...(range === null ? [] : [range.from, range.to])];
  const attributes = [...first, ...body.attributes.filter((a) => !first.includes(a))];
  const columns = attributes.map((a) => ({
    name: a.name.text,
    type: session.typeOf(a.type),
    comment: null,
  }));
  const keyTypes = columns.slice(0, keys.length).map(({ type }) => type);
  const bound = bindSource(source, attributes, session);
  return {
    kind: 'createDictionary',
    where: session.position(where),
    spec: {
      schema,
      name,
      columns,
      comment,
      view: {
        text: bound.text,
        dialect: session.dialect,
        schema: session.context.schema,
        outputs: columns.map((c) => c.name),
        parameters: [],
        dictionary: {
          attributes: attributes.map((a, i) => attributeOf(a, columns[i].type, range, session)),
          keys: keys.length,
          keyKind: keyKind(row, layout, keyTypes, session),
          parent: parentOf(attributes, columns, keyTypes, session),
          type: row.type,
          keepsLast: row.keepsLast === true,
          isDirect: row.isDirect === true,
          lifetime: lifetimeOf(body, row, session),
          range: range && { from: keys.length, to: keys.length + 1, latest: range.latest },
          settings: body.settings,
          clauses: clausesOf(body, source, layout, session),
          sourceName: bound.name,
        },
      },
    },
    ifNotExists: body.ifNotExists,
    orReplace: body.orReplace,
  };
}

function keysOf(body: CreateDictionary, session: Session): readonly DictionaryAttribute[] {
  const { dictionary: where, primaryKey, attributes } = body;
  if (primaryKey === null) throw incorrect(where, 'Cannot create dictionary without primary key.', session);
  attributes.forEach((a, i) => {
    if (attributes.findIndex(({ name }) => name.text === a.name.text) < i)
      throw session.error('DUPLICATE_COLUMN', a, `The attribute ${a.name.text} is named twice`);
  });
  return primaryKey.map((key) => {
    const found = attributes.find((a) => a.name.text === key.text);
    if (found === undefined) throw incorrect(key, `Unknown key attribute '${key.text}'.`, session);
    return found;
  });
}

function layoutRow(layout: DictionaryPart, session: Session): LayoutRow {
  const name = layout.name.text.toUpperCase();
  const row = LAYOUTS[name];
  const known = `Known: ${Object.keys(LAYOUTS).join(', ')}`;
  if (row === undefined && OTHER_LAYOUTS.test(name))
    throw session.refuse(layout, `A dictionary of the layout ${name}`, known);
  if (row === undefined)
    throw session.error(
      'UNKNOWN_ELEMENT_IN_CONFIG',
      layout,
      `Unknown dictionary layout type: ${name.toLowerCase()}`,
      known,
    );
  const unknown = layout.args.find((arg) => !SIZES.has(arg.name) && arg.name !== 'RANGE_LOOKUP_STRATEGY');
  if (unknown !== undefined)
    throw session.error('BAD_ARGUMENTS', unknown, `The layout ${name} has no ${unknown.name}`);
  return row;
}

/** Whole numbers and texts are keys by themselves. */
function keyKind(
  row: LayoutRow,
  layout: DictionaryPart,
  types: readonly LogicalType[],
  session: Session,
): DictionaryInfo['keyKind'] {
  if (row.isPrefix === true) {
    if (types.length === 1 && types[0].id === 'string') return 'prefix';
    throw session.error(
      'BAD_ARGUMENTS',
      layout,
      'The key of an ip_trie is one String',
      'Its texts are like 10.0.0.0/8',
    );
  }
  const [type] = types;
  if (row.onlyIntegers === true && !(types.length === 1 && isInteger(type) && !type.nullable))
    throw session.error(
      'BAD_ARGUMENTS',
      layout,
      "'key' is not supported for dictionary of layout 'flat'",
      'Its key is one integer: write COMPLEX_KEY_HASHED() for others',
    );
  const isOne = types.length === 1 && !type.nullable;
  return isOne && (laneOf(type) === 'i64' || laneOf(type) === 'str') ? 'value' : 'tuple';
}

type Range = {
  readonly from: DictionaryAttribute;
  readonly to: DictionaryAttribute;
  readonly latest: boolean;
};

function rangeOf(
  { attributes, range }: CreateDictionary,
  layout: DictionaryPart,
  row: LayoutRow,
  session: Session,
): Range | null {
  if ((range !== null) !== (row.isRanged === true))
    throw session.error(
      'BAD_ARGUMENTS',
      layout,
      range === null
        ? `A dictionary of layout '${layout.name.text.toLowerCase()}' needs RANGE(MIN a MAX b)`
        : `A dictionary of layout '${layout.name.text.toLowerCase()}' has no RANGE`,
    );
  if (range === null) return null;
  const found = (name: Identifier): DictionaryAttribute => {
    const attribute = attributes.find((a) => a.name.text === name.text);
    if (attribute === undefined) throw incorrect(name, `Unknown range attribute '${name.text}'.`, session);
    return attribute;
  };
  const strategy = layout.args.find((arg) => arg.name === 'RANGE_LOOKUP_STRATEGY')?.value ?? 'min';
  if (strategy !== 'min' && strategy !== 'max')
    throw session.error(
      'BAD_ARGUMENTS',
      layout,
      `There is no range_lookup_strategy ${strategy}`,
      "'min' or 'max'",
    );
  const [from, to] = [found(range.from), found(range.to)];
  for (const end of [from, to]) {
    const type = session.typeOf(end.type);
    if (endsOf(type) === null || type.nullable)
      throw session.error(
        'BAD_ARGUMENTS',
        end,
        'A range goes over integers, dates or times that are not NULL',
      );
  }
  return { from, to, latest: strategy === 'max' };
}

const MAX_DAY = 65_535n;
const MAX_SECOND = 4_294_967_295n;

/** What NULL at an end of a range means. */
function endsOf(type: LogicalType): readonly [bigint, bigint] | null {
  if (isInteger(type)) return integerRange(type);
  if (type.id === 'date') return [0n, MAX_DAY];
  if (type.id === 'timestamp') return [0n, MAX_SECOND * 10n ** BigInt(type.precision ?? 0)];
  return null;
}

function attributeOf(
  attribute: DictionaryAttribute,
  type: LogicalType,
  range: Range | null,
  session: Session,
): DictionaryInfo['attributes'][number] {
  const { defaultValue: written, expression, isHierarchical, isInjective } = attribute;
  const textOf = ({ at, end }: Span): string => session.text.slice(at, end).trim();
  const ends = attribute === range?.from || attribute === range?.to ? endsOf(type) : null;
  const usual = type.nullable ? null : zeroOf(type);
  return {
    defaultValue:
      written !== null
        ? evaluateConstant(assigned(constantBinder(session).bind(written), type, written, session))
        : (ends?.[attribute === range?.from ? 0 : 1] ?? usual),
    defaultText: written === null ? '' : textOf(written),
    expressionText: expression === null ? '' : textOf(expression.text),
    isHierarchical,
    isInjective,
  };
}

function parentOf(
  attributes: readonly DictionaryAttribute[],
  columns: readonly { readonly type: LogicalType }[],
  keys: readonly LogicalType[],
  session: Session,
): number | null {
  const found = attributes.flatMap((a, i) => (a.isHierarchical ? [i] : []));
  if (found.length === 0) return null;
  const [at, second] = found;
  if (second !== undefined)
    throw session.error('BAD_ARGUMENTS', attributes[second], 'Only one hierarchical attribute supported');
  if (keys.length !== 1 || !isInteger(keys[0]) || !isInteger(columns[at].type))
    throw session.error('BAD_ARGUMENTS', attributes[at], 'A hierarchy is of keys that are one integer');
  return at;
}

function lifetimeOf(
  { lifetime, dictionary: where }: CreateDictionary,
  row: LayoutRow,
  session: Session,
): DictionaryInfo['lifetime'] {
  if (row.isDirect === true) {
    if (lifetime === null) return { minSeconds: 0, maxSeconds: 0 };
    throw session.error(
      'BAD_ARGUMENTS',
      where,
      "'lifetime' parameter is redundant for the dictionary' of layout 'direct'",
    );
  }
  if (lifetime === null) throw incorrect(where, 'Cannot create dictionary with empty lifetime.', session);
  if (lifetime.minSeconds > lifetime.maxSeconds)
    throw session.error('BAD_ARGUMENTS', where, 'The least lifetime is above the greatest');
  return lifetime;
}

/** As ClickHouse's SHOW CREATE DICTIONARY orders them. */
function clausesOf(
  { lifetime, range, settings, primaryKey }: CreateDictionary,
  source: DictionaryPart,
  layout: DictionaryPart,
  session: Session,
): readonly string[] {
  const args = layout.args.map((arg) => {
    const text = session.text.slice(arg.at, arg.end).trim();
    return `${arg.name}${text.slice(arg.name.length)}`;
  });
  return [
    `PRIMARY KEY ${(primaryKey ?? []).map(({ text }) => quoted(text)).join(', ')}`,
    sourceText(source, session),
    ...(lifetime === null ? [] : [`LIFETIME(MIN ${lifetime.minSeconds} MAX ${lifetime.maxSeconds})`]),
    `LAYOUT(${layout.name.text.toUpperCase()}(${args.join(' ')}))`,
    ...(range === null ? [] : [`RANGE(MIN ${quoted(range.from.text)} MAX ${quoted(range.to.text)})`]),
    ...(Object.keys(settings).length === 0
      ? []
      : [
          `SETTINGS(${Object.entries(settings)
            .map(([name, value]) => `${name} = ${typeof value === 'string' ? `'${value}'` : value}`)
            .join(', ')})`,
        ]),
  ];
}

export const droppedDictionary = (name: TableName, ifExists: boolean, session: Session): TableRef =>
  checkedKind(tableRef(name, ifExists, session), 'dictionary', name, session);

export function bindReload(name: TableName | null, session: Session): Bare<'reloadDictionaries'> {
  const { catalog } = session.context;
  if (name === null) {
    const all = catalog.tables().filter((t) => t.view?.dictionary !== undefined);
    return { kind: 'reloadDictionaries', tableIds: all.map(({ id }) => id), onlyLoaded: true };
  }
  const parts = tablePath(name);
  const found = session.findTable(parts);
  if (found?.view?.dictionary === undefined)
    throw session.error(
      'BAD_ARGUMENTS',
      name,
      `Dictionary (\`${parts.map(({ text }) => text).join('.')}\`) not found`,
    );
  return { kind: 'reloadDictionaries', tableIds: [found.id], onlyLoaded: false };
}
