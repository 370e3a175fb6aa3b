/**
 * Table engines: a row for each, with what its arguments name and the policy it is (engine/plan/row-policy.ts). All of
 * them are the same segments; what differs is what becomes of rows of equal sort key.
 *
 * Columns are positions in the table's columns, which are their ids. Messages and error numbers are ClickHouse's.
 */

import { nearest } from '../../engine/function/nearest.ts';
import {
  APPEND,
  type CombineRule,
  type RowPolicy,
  sumRuleOf,
  typeRuleOf,
} from '../../engine/plan/row-policy.ts';
import { dialectTypeName } from '../../engine/type/dialect-name.ts';
import { isInteger, isTemporal } from '../../engine/type/type.ts';
import type { Expression, Span } from '../ast/expression.ts';
import type { CreateTable } from '../ast/statement.ts';
import type { Session } from '../bind/session.ts';
import type { ColumnSpec } from './bound.ts';
import { THROUGH_ENGINES } from './through-engine.ts';

export type BoundEngine = {
  /** As written; null when the dialect needs none. */
  readonly name: string | null;
  /** Arguments as written, without those that name a replica. */
  readonly args: string;
  readonly policy: RowPolicy;
  /** The table's, and perhaps a column the engine adds. */
  readonly sortKey: readonly number[];
};

type Written = {
  readonly name: string;
  readonly where: Span;
  readonly args: readonly Expression[];
  readonly columns: readonly ColumnSpec[];
  /** What rows have in common that become one: the sort key, and what its expressions read. */
  readonly keyed: readonly number[];
  readonly settings: CreateTable['tableSettings'];
  readonly session: Session;
};

type EngineRow = {
  /** Arguments for the message that asks for others. */
  readonly takes: string;
  readonly least: number;
  readonly most: number;
  readonly policy: (written: Written) => RowPolicy;
  /** Absent: what ORDER BY says. */
  readonly sortKey?: (written: Written) => readonly number[];
};

const plain: EngineRow = { takes: 'no arguments', least: 0, most: 0, policy: () => APPEND };

const ENGINES: Readonly<Record<string, EngineRow>> = {
  MergeTree: plain,
  ReplacingMergeTree: {
    takes: '[version [, is_deleted]]',
    least: 0,
    most: 2,
    policy: (written) => ({
      kind: 'replacing',
      version: written.args.length > 0 ? versionOf(written, 0) : null,
      isDeleted: written.args.length > 1 ? typedColumn(written, 1, 'is_deleted', 'uint8') : null,
    }),
  },
  CollapsingMergeTree: {
    takes: 'sign',
    least: 1,
    most: 1,
    policy: (written) => ({ kind: 'collapsing', sign: typedColumn(written, 0, 'Sign', 'int8') }),
  },
  VersionedCollapsingMergeTree: {
    takes: 'sign, version',
    least: 2,
    most: 2,
    policy: (written) => ({
      kind: 'versionedCollapsing',
      sign: typedColumn(written, 0, 'Sign', 'int8'),
      version: versionOf(written, 1),
    }),
  },
  SummingMergeTree: { takes: '[(columns to sum)]', least: 0, most: 1, policy: summing },
  AggregatingMergeTree: { takes: 'no arguments', least: 0, most: 0, policy: aggregating },
  Memory: plain,
  Log: plain,
  TinyLog: plain,
  StripeLog: plain,
  Null: plain,
  Set: plain,
  Join: {
    takes: 'ANY | ALL | SEMI | ANTI, LEFT | INNER | RIGHT | FULL, key [, key ...]',
    least: 3,
    most: Number.POSITIVE_INFINITY,
    // The first row of a key stays as it is.
    policy: (written) =>
      joinWords(written).strictness === 'ALL' ? APPEND : { kind: 'aggregating', rules: [], dropZeros: [] },
    sortKey: (written) => written.args.slice(2).map((node) => namedColumn(written, node, 'Key')),
  },
};

const OTHER_ENGINES: readonly string[] = [
  'GraphiteMergeTree',
  'CoalescingMergeTree',
  'S3',
  'Dictionary',
  'View',
  'MaterializedView',
  'Kafka',
];

/** Engines of the MergeTree family exist for several replicas, of which there is one here. */
const REPLICATED = /^(Replicated|Shared)(?=\w*MergeTree$)/;

/** An engine, and what its tables have. */
export type ListedEngine = {
  readonly name: string;
  /** Keys, indexes, TTL and settings. */
  readonly isSorted: boolean;
  readonly takesRows: boolean;
};

export function listedEngines(): readonly ListedEngine[] {
  const own = Object.keys(ENGINES).flatMap((name): ListedEngine[] => {
    const isSorted = name.endsWith('MergeTree');
    const engine = { name, isSorted, takesRows: name !== 'Null' };
    return isSorted ? [engine, { ...engine, name: `Replicated${name}` }] : [engine];
  });
  const others = [...THROUGH_ENGINES, 'View', 'MaterializedView'];
  return [...own, ...others.map((name) => ({ name, isSorted: false, takesRows: false }))];
}

/** @param read columns that expressions of the sort key read. */
export function bindEngine(
  body: CreateTable,
  columns: readonly ColumnSpec[],
  sortKey: readonly number[],
  read: readonly number[],
  session: Session,
): BoundEngine {
  if (body.engine === null) return { name: null, args: '', policy: APPEND, sortKey };
  const { name, args: all } = body.engine;
  const row = engineRow(body.engine.name, session);
  const isReplica = REPLICATED.test(name.text);
  const isPlace = (a: Expression | undefined): boolean => a?.kind === 'string';
  const args = isReplica && isPlace(all[0]) && isPlace(all[1]) ? all.slice(2) : all;
  if (args.length < row.least || args.length > row.most)
    throw session.error(
      'NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
      args[0] ?? name,
      row.most === 0
        ? `The engine ${name.text} takes no arguments`
        : `The engine ${name.text} takes ${row.takes}`,
      row.most === 0
        ? 'Write PARTITION BY and ORDER BY as clauses of their own'
        : `Write ENGINE = ${name.text}(${row.takes})`,
    );
  const settings = body.tableSettings;
  const keyed = [...sortKey, ...read];
  const written = { name: name.text, where: name, args, columns, keyed, settings, session };
  if (row.sortKey !== undefined && keyed.length > 0)
    throw session.error(
      'BAD_ARGUMENTS',
      name,
      `Engine ${name.text} doesn't support ORDER BY`,
      'Its arguments name its keys',
    );
  const policy = row.policy(written);
  const ownKey = row.sortKey?.(written) ?? sortKey;
  const first = args[0];
  return {
    name: name.text,
    args: first === undefined ? '' : session.text.slice(first.at, args[args.length - 1].end),
    policy,
    sortKey:
      policy.kind === 'versionedCollapsing' && !ownKey.includes(policy.version)
        ? [...ownKey, policy.version]
        : ownKey,
  };
}

function engineRow(name: NonNullable<CreateTable['engine']>['name'], session: Session): EngineRow {
  const plainName = name.text.replace(REPLICATED, '');
  if (Object.hasOwn(ENGINES, plainName)) return ENGINES[plainName];
  if (OTHER_ENGINES.includes(name.text))
    throw session.refuse(name, `The engine ${name.text}`, 'Use MergeTree');
  const near = nearest(name.text, [...Object.keys(ENGINES), ...THROUGH_ENGINES, ...OTHER_ENGINES]);
  throw session.error(
    'UNKNOWN_STORAGE',
    name,
    `Unknown table engine ${name.text}`,
    near === undefined ? 'Use MergeTree' : `Did you mean ${near}?`,
  );
}

const STRICTNESS = ['ANY', 'ALL', 'SEMI', 'ANTI'];
const JOINS = ['LEFT', 'INNER', 'RIGHT', 'FULL'];

/** What a table of the engine Join is made for; it answers any join. */
function joinWords({ args, session }: Written): { readonly strictness: string } {
  const word = (at: number, known: readonly string[]): string => {
    const node = args[at];
    const text = node.kind === 'name' ? node.parts[node.parts.length - 1].text.toUpperCase() : '';
    if (known.includes(text)) return text;
    throw session.error(
      'BAD_ARGUMENTS',
      node,
      `${at === 0 ? 'First' : 'Second'} parameter of storage Join must be ${known.join(' or ')} (without quotes)`,
    );
  };
  const strictness = word(0, STRICTNESS);
  word(1, JOINS);
  return { strictness };
}

/** Position of the column that an argument names. */
function namedColumn({ columns, session }: Written, node: Expression, role: string): number {
  if (node.kind !== 'name')
    throw session.error('BAD_ARGUMENTS', node, `The ${role} column must be given by its name`);
  const name = node.parts[node.parts.length - 1].text;
  const index = columns.findIndex((c) => session.same(name, c.name));
  if (index >= 0) return index;
  throw session.error(
    'NO_SUCH_COLUMN_IN_TABLE',
    node,
    `${role} column ${name} does not exist in the table's declaration`,
    session.didYouMean(
      name,
      columns.map((c) => c.name),
    ),
  );
}

function typedColumn(written: Written, argument: number, role: string, id: 'uint8' | 'int8'): number {
  const { args, columns, name, session } = written;
  const index = namedColumn(written, args[argument], role);
  const { type, name: columnName } = columns[index];
  if (type.id === id && !type.nullable) return index;
  throw session.error(
    'BAD_TYPE_OF_FIELD',
    args[argument],
    `${role} column (${columnName}) for ${name} must have type ${dialectTypeName({ id, nullable: false }, 'clickhouse')}, not ${dialectTypeName(type, 'clickhouse')}`,
  );
}

function versionOf(written: Written, argument: number): number {
  const { args, columns, name, session } = written;
  const index = namedColumn(written, args[argument], 'Version');
  const { type, name: columnName } = columns[index];
  if ((isInteger(type) || isTemporal(type)) && !type.nullable) return index;
  throw session.error(
    'BAD_TYPE_OF_FIELD',
    args[argument],
    `The column ${columnName} cannot be used as a version column of ${name} because it is of type ${dialectTypeName(type, 'clickhouse')}`,
    'Use an integer type, Date, DateTime or DateTime64',
  );
}

/** Rules of columns of SimpleAggregateFunction and AggregateFunction, which every aggregating engine follows. */
const ownRules = ({ columns }: Written): [number, CombineRule][] =>
  columns.flatMap(({ type }, i): [number, CombineRule][] => {
    const rule = typeRuleOf(type);
    return rule === null ? [] : [[i, rule]];
  });

function summing(written: Written): RowPolicy {
  const { args, columns, keyed, session } = written;
  const [list] = args;
  const nodes = list === undefined ? [] : list.kind === 'tuple' ? list.items : [list];
  const isSummable = (i: number): boolean => sumRuleOf(columns[i].type) !== null;
  const named = nodes.map((node) => {
    const index = namedColumn(written, node, 'Summed');
    if (keyed.includes(index))
      throw session.error(
        'BAD_ARGUMENTS',
        node,
        `The column ${columns[index].name} is both in the columns to sum and in the sorting key`,
      );
    if (!isSummable(index))
      throw session.error(
        'BAD_TYPE_OF_FIELD',
        node,
        `The column ${columns[index].name} of type ${dialectTypeName(columns[index].type, 'clickhouse')} cannot be summed`,
        'Name numbers only; other columns have the value of the first row',
      );
    return index;
  });
  const isOwn = (i: number): boolean => typeRuleOf(columns[i].type) !== null;
  const free = columns.flatMap((_, i) => (!keyed.includes(i) && !isOwn(i) && isSummable(i) ? [i] : []));
  const summed = nodes.length > 0 ? named.filter((i) => !isOwn(i)) : free;
  const rules = [
    // Named columns are the only ones that are combined.
    ...ownRules(written).filter(([i]) => nodes.length === 0 || named.includes(i)),
    ...summed.map((i): [number, CombineRule] => [i, sumRuleOf(columns[i].type) ?? 'any']),
  ];
  return { kind: 'aggregating', rules, dropZeros: rules.map(([i]) => i) };
}

function aggregating(written: Written): RowPolicy {
  const { columns, name, where, keyed, settings, session } = written;
  const rules = ownRules(written);
  const loose = columns.flatMap((c, i) => (keyed.includes(i) || typeRuleOf(c.type) !== null ? [] : [c.name]));
  const isMeant = [true, 1n, 1].includes(
    settings['allow_dimensions_outside_sorting_key'] as boolean | bigint | number,
  );
  if (loose.length > 0 && !isMeant)
    throw session.error(
      'BAD_ARGUMENTS',
      where,
      `Columns of the ${name} are neither in the sorting key nor SimpleAggregateFunction or AggregateFunction: ${loose.join(', ')}`,
      "Add them to ORDER BY, or set 'allow_dimensions_outside_sorting_key = 1': merges keep the value of the first row",
    );
  return { kind: 'aggregating', rules, dropZeros: [] };
}
