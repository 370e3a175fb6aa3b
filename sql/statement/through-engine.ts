/**
 * ClickHouse's engines whose tables have no rows of their own: Merge reads those of tables whose names are alike, Buffer and Distributed those of
 * one table, into which they also write, File and URL those of a file, and GenerateRandom makes them up. A row of `ENGINES` each.
 *
 * What is read is found out where it is read (bind/through.ts); here only arguments are.
 */

import { formatByName } from '../../engine/format/registry.ts';
import { evaluateConstant } from '../../engine/function/evaluate.ts';
import { APPEND } from '../../engine/plan/row-policy.ts';
import type { Expression, Identifier, Span } from '../ast/expression.ts';
import type { CreateTable, TableName } from '../ast/statement.ts';
import { checkCluster } from '../bind/cluster.ts';
import { schemaOf, shownSchema, type Through } from '../bind/context.ts';
import { tableFunctionOf } from '../bind/merged-tables.ts';
import type { Session } from '../bind/session.ts';
import { selectFrom } from '../parse/select-from.ts';
import { columnBinder } from './constant.ts';
import type { BoundEngine } from './engine.ts';

type Arguments = {
  /** A name, or a text. */
  readonly word: (at: number, fallback?: string) => string;
  readonly whole: (at: number, fallback: bigint | null) => bigint | null;
};

type EngineRow = {
  readonly takes: string;
  readonly least: number;
  readonly most: number;
  /** So many of the arguments say what is read; others are kept as they are written. */
  readonly words: number;
  readonly through: (args: Arguments, session: Session, where: Span) => Through;
};

const ENGINES: Readonly<Record<string, EngineRow>> = {
  Merge: {
    takes: "database, 'regexp'",
    least: 2,
    most: 2,
    words: 2,
    through: ({ word }, session) => ({
      kind: 'alike',
      schema: schemaOf(session.dialect, word(0)),
      pattern: word(1),
    }),
  },
  Buffer: {
    takes: 'database, table, layers, and the least and most seconds, rows and bytes',
    least: 9,
    most: 12,
    words: 2,
    through: ({ word }, session) => ({
      kind: 'table',
      schema: schemaOf(session.dialect, word(0)),
      name: word(1),
    }),
  },
  Distributed: {
    takes: 'cluster, database, table [, key [, policy]]',
    least: 3,
    most: 5,
    words: 3,
    through: ({ word }, session, where) => {
      checkCluster(word(0), where, session);
      return { kind: 'table', schema: schemaOf(session.dialect, word(1)), name: word(2) };
    },
  },
  File: {
    takes: 'format [, path]',
    least: 1,
    most: 2,
    words: 2,
    through: ({ word }, session, where) => {
      const path = word(1, '');
      const format = readable(word(0), session, where);
      if (path !== '') return { kind: 'file', isRemote: false, path, format };
      return { kind: 'own file', format: appendable(format, session, where) };
    },
  },
  URL: {
    takes: 'address [, format]',
    least: 1,
    most: 2,
    words: 2,
    through: ({ word }, session, where) => {
      const path = word(0);
      if (!/^https?:\/\//i.test(path))
        throw session.error(
          'BAD_ARGUMENTS',
          where,
          `URL takes an address, not '${path}'`,
          "Write URL('http://...', CSV)",
        );
      return { kind: 'file', isRemote: true, path, format: readable(word(1, 'auto'), session, where) };
    },
  },
  GenerateRandom: {
    takes: '[seed [, longest text [, longest array]]]',
    least: 0,
    most: 3,
    words: 0,
    through: ({ whole }) => ({
      kind: 'random',
      seed: whole(0, null),
      mostCharacters: whole(1, 10n) ?? 10n,
      mostElements: whole(2, 10n) ?? 10n,
    }),
  },
};

/** null: what the name ends with says. @throws UNKNOWN_FORMAT, NOT_IMPLEMENTED */
function readable(format: string, session: Session, where: Span): string | null {
  if (format === 'auto') return null;
  try {
    const { names, read } = formatByName(format);
    if (read !== null) return names[0];
    throw session.refuse(
      where,
      `Reading the format ${names[0]}`,
      'JSONEachRow, CSV and TabSeparated are read',
    );
  } catch (error) {
    throw session.at(where, error);
  }
}

/** Rows can be put behind others in it. */
function appendable(format: string | null, session: Session, where: Span): string {
  const { read, write } = formatByName(format ?? 'CSV');
  if (format !== null && read?.kind === 'rows' && write !== null) return format;
  throw session.refuse(
    where,
    `The engine File of the format ${format ?? 'auto'}, to which rows cannot be appended,`,
    'Use JSONEachRow, CSV, TabSeparated or their like',
  );
}

export const THROUGH_ENGINES: readonly string[] = Object.keys(ENGINES);

export type ThroughEngine = BoundEngine & { readonly through: Through };

/** null: a table with rows of its own. */
export function bindThrough({ engine, ...body }: CreateTable, session: Session): ThroughEngine | null {
  const name = engine?.name.text ?? '';
  if (engine === null || !Object.hasOwn(ENGINES, name)) return null;
  const row = ENGINES[name];
  const { args } = engine;
  if (args.length < row.least || args.length > row.most)
    throw session.error(
      'NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
      args[0] ?? engine.name,
      `The engine ${name} takes ${row.takes}`,
    );
  if ([body.orderBy, body.partitionBy, body.primaryKey, body.sampleBy].some((key) => key !== null))
    throw session.error(
      'BAD_ARGUMENTS',
      engine.name,
      `Engine ${name} doesn't support keys`,
      'Leave ORDER BY and the like out: the rows are not its own',
    );
  if (body.as !== null && !body.empty)
    throw session.refuse(
      engine.name,
      `CREATE TABLE ... ENGINE = ${name} AS SELECT`,
      'INSERT the rows afterwards',
    );
  const through = row.through(argumentsOf(args, session), session, engine.name);
  const rest = args.slice(row.words);
  const text = rest.length === 0 ? '' : session.text.slice(rest[0].at, rest[rest.length - 1].end);
  return { name, args: text, policy: APPEND, sortKey: [], through };
}

function argumentsOf(args: readonly Expression[], session: Session): Arguments {
  const binder = columnBinder([], session, 'ENGINE');
  return {
    word: (at, fallback) => {
      const node = args[at];
      if (node === undefined && fallback !== undefined) return fallback;
      if (node.kind === 'name' && node.parts.length === 1) return node.parts[0].text;
      const value = evaluateConstant(binder.bind(node));
      if (typeof value === 'string') return value;
      throw session.error('BAD_ARGUMENTS', node, 'A name or a text is expected here');
    },
    whole: (at, fallback) => {
      const node = args[at];
      const value = node === undefined ? fallback : evaluateConstant(binder.bind(node));
      if (value === null || (typeof value === 'bigint' && value >= 0n)) return value;
      throw session.error('BAD_ARGUMENTS', node, 'A whole number from 0 is expected here');
    },
  };
}

/** The statement with the columns of what is read, where it names none. */
export function withColumns(body: CreateTable, { through }: ThroughEngine, session: Session): CreateTable {
  if (body.columns.length > 0 || body.like !== null || body.as !== null || through.kind === 'random')
    return body;
  if (through.kind === 'own file')
    throw session.error(
      'BAD_ARGUMENTS',
      body.table,
      'The table has no columns',
      'Write CREATE TABLE t (a Int64, b String) ENGINE = File(CSV)',
    );
  const { at, end } = body.table;
  if (through.kind === 'file') {
    const { isRemote, path, format } = through;
    const read = tableFunctionOf(isRemote ? 'url' : 'file', [path, format ?? 'auto'], body.table);
    return { ...body, empty: true, as: selectFrom(read) };
  }
  const part = (text: string): Identifier => ({ text, quoted: true, at, end });
  const schema = part(shownSchema(session.dialect, through.schema));
  if (through.kind === 'alike')
    return {
      ...body,
      empty: true,
      as: selectFrom(tableFunctionOf('merge', [schema.text, through.pattern], body.table)),
    };
  const like: TableName = { schema, name: part(through.name), isTemporary: false, at, end };
  return { ...body, like };
}
