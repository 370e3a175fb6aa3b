/**
 * Statements other databases have and this one refuses, each with what to do instead. Never accepted silently.
 */

import type { ParserRuleContext } from 'antlr4ng';
import { BasaltError } from '../../engine/base/error.ts';
import { positionAt } from './position.ts';
import type { Source } from './source.ts';
import { span, tokenOf } from './span.ts';

const HINTS: Readonly<Record<string, string>> = {
  BEGIN: 'Every statement is its own transaction',
  START: 'Every statement is its own transaction',
  COMMIT: 'Every statement is its own transaction',
  ROLLBACK: 'Every statement is its own transaction: nothing is left to roll back',
  ALTER: 'Only tables can be altered, and views renamed',
  RENAME: 'Only tables, dictionaries and databases can be renamed',
  EXCHANGE: 'Only tables can be exchanged',
  ATTACH:
    'Known in ClickHouse SQL: ATTACH TABLE | DICTIONARY | DATABASE name of what was detached, views as tables; ALTER TABLE ... ATTACH PARTITION',
  DETACH:
    'Known in ClickHouse SQL: DETACH TABLE | VIEW | DICTIONARY name [PERMANENTLY], DETACH DATABASE name; ALTER TABLE ... DETACH PARTITION',
  SYSTEM:
    'Known: SYSTEM RELOAD DICTIONARY d, SYSTEM RELOAD DICTIONARIES, SYSTEM REFRESH | WAIT | STOP | START | CANCEL VIEW v',
  UNDROP: 'Known in ClickHouse SQL: UNDROP TABLE name',
  KILL: 'Known: KILL QUERY WHERE condition; it ends changes of rows, too, which are complete when their statement returns',
  GRANT: 'There is one user',
  REVOKE: 'There is one user',
  'CREATE MATERIALIZED':
    'Known: CREATE MATERIALIZED VIEW [IF NOT EXISTS] v [REFRESH EVERY | AFTER n unit] [TO table | ENGINE = ... ORDER BY ... [POPULATE]] AS SELECT ...',
  'CREATE TEMPORARY': 'Only tables and views can be temporary',
  'CREATE TEMP': 'Only tables and views can be temporary',
  CREATE: 'Only databases, tables, views, dictionaries, functions and indexes can be created',
  DROP: 'Only databases, tables, views, dictionaries, functions and indexes can be dropped',
};

/** What others create; any other word is a mistake. */
const ELSEWHERE =
  /^(TEMP|TEMPORARY|MATERIALIZED|SEQUENCE|TYPE|SECRET|TRIGGER|USER|ROLE|QUOTA|SETTINGS|NAMED|RESOURCE|WORKLOAD)$/;

export function refuseStatement(context: ParserRuleContext, source: Source): BasaltError {
  const where = span(context);
  const first = tokenOf(context).value.toUpperCase();
  const words = source.text.slice(where.at, where.end).trim().split(/\s+/);
  const named = words.filter((word) => !/^(or|replace)$/i.test(word)).slice(0, 2);
  const [, object] = named;
  if (first === 'CREATE' && !ELSEWHERE.test(object.toUpperCase()))
    return source.error(where, `Syntax error at \`${object}\``, HINTS['CREATE']);
  const what = /^(CREATE|DROP|KILL)$/.test(first) ? named.join(' ').toUpperCase() : first;
  const hint = HINTS[what] ?? HINTS[first];
  return source.refuse(where, what, hint ?? 'See the list of statements in the documentation');
}

/** Statements whose first words are no keywords here. */
const UNKNOWN: readonly (readonly [RegExp, string])[] = [
  [/^MERGE INTO\b/i, 'Write UPDATE ... FROM for rows that match, and INSERT ... SELECT for the others'],
  [
    /^(BACKUP|RESTORE)\b/i,
    'Copy the data folder of a server that is stopped, or COPY tables to Parquet files',
  ],
  [/^PARALLEL WITH\b/i, 'Send the statements one by one'],
  [/^(CREATE|ALTER|DROP) (ROW POLICY|POLICY|SETTINGS PROFILE|MASKING POLICY)\b/i, 'There is one user'],
  [/^SET VARIABLE\b/i, 'Give values as parameters: $1 or :name'],
  [/^(VACUUM|CHECKPOINT|ANALYZE)\b/i, 'It is done unasked, in the background'],
  [/^(PREPARE|EXECUTE|DEALLOCATE)\b/i, 'Plans of statements are kept unasked; give values as parameters'],
  [/^(SAVEPOINT|RELEASE|ABORT)\b/i, 'Every statement is its own transaction'],
  [/^(INSTALL|LOAD)\b/i, 'There are no extensions'],
  [/^(EXPORT|IMPORT) DATABASE\b/i, 'COPY tables to Parquet files, one by one'],
];

/** Of a text that is no statement: the refusal of one that other databases have; undefined: it is none of them either. */
export function refusedText(text: string, first: number): BasaltError | undefined {
  const words = text.slice(first, first + 100).replace(/\s+/g, ' ');
  const found = UNKNOWN.find(([pattern]) => pattern.test(words));
  const what = found?.[0].exec(words)?.[0] ?? '';
  if (found === undefined) return undefined;
  return new BasaltError('NOT_IMPLEMENTED', `${what.toUpperCase()} is not supported`, {
    position: positionAt(text, first, first + what.length),
    hint: found[1],
  });
}
