/**
 * SYSTEM: what ClickHouse's administrators tell a server. A row per command, with what it takes and does; what asks for something
 * that is always so here (logs are complete, there is nobody to wait for) does nothing.
 */

import type { Identifier } from '../ast/expression.ts';
import type { RefreshAction } from '../ast/refresh.ts';
import type { StatementBody, SystemCommand, TableName } from '../ast/statement.ts';
import type { SystemContext } from '../grammar/generated/Sql.js';
import { identifierOf } from './name.ts';
import type { Source } from './source.ts';
import { span } from './span.ts';

/** What is done: by a statement of its own kind where more than one place knows of it. */
type Action =
  | SystemCommand
  | { readonly kind: 'reload dictionary' }
  | { readonly kind: 'refresh view'; readonly action: RefreshAction };

type CommandRow = {
  readonly does: Action;
  /** What may stand behind the words. */
  readonly takes: 'nothing' | 'table' | 'table or nothing' | 'names';
};

const row = (takes: CommandRow['takes'], does: Action): CommandRow => ({ takes, does });
const nothing = (takes: CommandRow['takes']): CommandRow => row(takes, { kind: 'nothing' });
const dropped = row('nothing', { kind: 'drop caches' });
const refresh = (action: RefreshAction, takes: CommandRow['takes'] = 'table'): CommandRow =>
  row(takes, { kind: 'refresh view', action });
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
  'RELOAD DICTIONARY': row('table', { kind: 'reload dictionary' }),
  'RELOAD DICTIONARIES': row('nothing', { kind: 'reload dictionary' }),
  'REFRESH VIEW': refresh('refresh'),
  'WAIT VIEW': refresh('wait'),
  'CANCEL VIEW': refresh('cancel'),
  'STOP VIEW': refresh('stop'),
  'START VIEW': refresh('start'),
  'STOP VIEWS': refresh('stop', 'nothing'),
  'START VIEWS': refresh('start', 'nothing'),
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
  const words = context.identifier().map((word) => identifierOf(word));
  const name = wordsOf(words);
  const known = [...words.keys()]
    .map((i) => words.length - i)
    .find((n) => textOf(words.slice(0, n)) in COMMANDS);
  if (known === undefined)
    throw source.refuse(
      where,
      `SYSTEM ${name}`,
      `Known: ${Object.keys(COMMANDS).slice(0, 18).join(', ')}, DROP ... CACHE`,
    );
  const { takes, does } = COMMANDS[textOf(words.slice(0, known))];
  const rest = words.slice(known);
  const others = context.qualifiedName();
  if (takes === 'names') return { kind: 'system', command: { kind: 'nothing' }, table: null };
  const most = takes === 'nothing' ? 0 : context.Dot() === null ? 1 : 2;
  const least = takes === 'table' ? 1 : 0;
  if (rest.length > most || rest.length < least || others.length > 0)
    throw source.error(where, `SYSTEM ${textOf(words.slice(0, known))} takes ${TAKES[takes]}`);
  const table = tableOf(rest);
  switch (does.kind) {
    case 'reload dictionary':
      return { kind: 'reload dictionary', dictionary: table };
    case 'refresh view':
      return { kind: 'refresh view', action: does.action, view: table, ...where };
    default:
      return { kind: 'system', command: does, table };
  }
}

const TAKES: Readonly<Record<CommandRow['takes'], string>> = {
  nothing: 'nothing behind it',
  table: 'a name',
  'table or nothing': 'a name, or nothing for all tables',
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
