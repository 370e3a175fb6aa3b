/**
 * SYSTEM: what ClickHouse's administrators tell a server. A row per command, with what it takes and does; what asks for something
 * that is always so here (logs are complete, there is nobody to wait for) does nothing.
 */

import type { Identifier } from '../ast/expression.ts';
import type { StatementBody, SystemCommand, TableName } from '../ast/statement.ts';
import type { SystemContext } from '../grammar/generated/Sql.js';
import { identifierOf } from './name.ts';
import type { Source } from './source.ts';
import { span } from './span.ts';
import { refuseCluster } from './statement.ts';

type CommandRow = {
  readonly does: SystemCommand;
  /** What may stand behind the words. */
  readonly takes: 'nothing' | 'table' | 'table or nothing' | 'names';
};

const row = (takes: CommandRow['takes'], does: SystemCommand): CommandRow => ({ takes, does });
const nothing = (takes: CommandRow['takes']): CommandRow => row(takes, { kind: 'nothing' });
const dropped = row('nothing', { kind: 'drop caches' });
/** There is none, so nothing is in it. */
const empty = nothing('nothing');

/** Caches by what stands between DROP, or CLEAR, and CACHE: data of files are kept in memory, and plans. */
const CACHES: Readonly<Record<string, CommandRow>> = {
  MARK: dropped,
  UNCOMPRESSED: dropped,
  'INDEX MARK': dropped,
  'INDEX UNCOMPRESSED': dropped,
  'PRIMARY INDEX': dropped,
  PAGE: dropped,
  MMAP: dropped,
  FILESYSTEM: dropped,
  'COMPILED EXPRESSION': dropped,
  QUERY: empty,
  'QUERY CONDITION': empty,
  SCHEMA: empty,
  'FORMAT SCHEMA': empty,
  DNS: empty,
  CONNECTIONS: empty,
};

const COMMANDS: Readonly<Record<string, CommandRow>> = {
  'FLUSH LOGS': nothing('names'),
  'FLUSH ASYNC INSERT QUEUE': nothing('names'),
  'FLUSH DISTRIBUTED': nothing('table'),
  'SYNC REPLICA': nothing('table'),
  'RESTART REPLICA': nothing('table'),
  'RESTART REPLICAS': nothing('nothing'),
  'WAIT LOADING PARTS': nothing('table'),
  'STOP MERGES': row('table or nothing', { kind: 'merges', run: false }),
  'START MERGES': row('table or nothing', { kind: 'merges', run: true }),
  ...Object.fromEntries(
    Object.entries(CACHES).flatMap(([name, command]) => [
      [`DROP ${name} CACHE`, command],
      [`CLEAR ${name} CACHE`, command],
    ]),
  ),
};

export function buildSystem(context: SystemContext, source: Source): StatementBody {
  const where = span(context);
  if (source.dialect !== 'clickhouse') throw source.refuse(where, 'SYSTEM', 'It is there in ClickHouse SQL');
  refuseCluster(context.onCluster(), source);
  const words = context.identifier().map((word) => identifierOf(word));
  const name = wordsOf(words);
  const known = [...words.keys()]
    .map((i) => words.length - i)
    .find((n) => textOf(words.slice(0, n)) in COMMANDS);
  if (known === undefined)
    throw source.refuse(
      where,
      `SYSTEM ${name}`,
      `Known: ${Object.keys(COMMANDS).slice(0, 9).join(', ')}, DROP ... CACHE`,
    );
  const { takes, does } = COMMANDS[textOf(words.slice(0, known))];
  const rest = words.slice(known);
  const others = context.qualifiedName();
  if (takes === 'names') return { kind: 'system', command: does, table: null };
  const most = takes === 'nothing' ? 0 : context.Dot() === null ? 1 : 2;
  const least = takes === 'table' ? 1 : 0;
  if (rest.length > most || rest.length < least || others.length > 0)
    throw source.error(where, `SYSTEM ${textOf(words.slice(0, known))} takes ${TAKES[takes]}`);
  return { kind: 'system', command: does, table: tableOf(rest) };
}

const TAKES: Readonly<Record<CommandRow['takes'], string>> = {
  nothing: 'nothing behind it',
  table: 'the name of a table',
  'table or nothing': 'the name of a table, or nothing for all tables',
  names: 'names',
};

const textOf = (words: readonly Identifier[]): string =>
  words.map(({ text }) => text.toUpperCase()).join(' ');

const wordsOf = (words: readonly Identifier[]): string => textOf(words.slice(0, 3));

function tableOf(words: readonly Identifier[]): TableName | null {
  const name = words.at(-1);
  if (name === undefined) return null;
  const [first] = words;
  return { schema: words.length === 2 ? first : null, name, isTemporary: false, at: first.at, end: name.end };
}
