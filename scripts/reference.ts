/**
 * Writes the pages of docs that repeat tables of the code: functions, settings, errors, bounds of the server.
 *
 *   node scripts/reference.ts
 *
 * A test fails when a page is not what this would write.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SETTINGS, type SettingRow } from '../database/setting/setting.ts';
import { ERRORS, type ErrorClass, type ErrorRow } from '../engine/base/error.ts';
import { type Dialect, TOPICS } from '../engine/function/index.ts';
import { DEFAULT_OPTIONS, type ServerOptions } from '../server/options.ts';

const ROOT = new URL('..', import.meta.url);

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const code = (text: string | number | boolean): string => (text === '' ? 'empty' : `\`${text}\``);

const range = ({ kind, min, max }: SettingRow): string =>
  kind !== 'number' || min === undefined
    ? kind
    : max === Number.MAX_SAFE_INTEGER
      ? `number from ${min}`
      : `number, ${min} to ${max}`;

function settings(): string {
  const rows = (ignored: boolean): string[][] =>
    SETTINGS.filter((s) => (s.ignored ?? false) === ignored).map((s) => [
      code(s.name),
      range(s),
      code(s.value),
      s.doc,
    ]);
  return `# Settings

What a query may change: \`SETTINGS name = value\` behind a statement, \`SET\`, URL parameters of ClickHouse's door, \`settings\` of
the library. \`SELECT * FROM system.settings\` lists them too. An unknown name is an error.

${table(['setting', 'kind', 'default', 'meaning'], rows(false))}

## Accepted without effect

Clients of ClickHouse send these; they change nothing, for the reason given.

${table(['setting', 'kind', 'default', 'why'], rows(true))}

## Bounds of the server

Beyond them a request is refused, not queued for ever.

${table(
  ['bound', 'value', 'meaning'],
  BOUNDS.map(([name, meaning]) => [code(name), String(bound(name)), meaning]),
)}
`;
}

const BOUNDS: readonly (readonly [keyof ServerOptions, string])[] = [
  ['maxRunning', 'Queries at once.'],
  ['maxWaiting', 'Queries that wait for a place; one more is told to come back (Druid 429, ClickHouse 503).'],
  ['maxWaitMs', 'Milliseconds a query waits for a place.'],
  ['queryTimeoutMs', 'Milliseconds a query runs, unless it asks for less.'],
  ['maxConnections', 'Open connections of each door.'],
  ['maxQueryBytes', 'Bytes of a request with a query, inserted rows apart.'],
  ['maxSpecBytes', 'Bytes of an ingestion spec.'],
  ['maxRunningTasks', 'Ingestion tasks at once.'],
  ['maxPendingTasks', 'Ingestion tasks that wait.'],
  ['maxFinishedTasks', 'Finished tasks whose state and report can be asked for.'],
  ['drainMs', 'Milliseconds that running requests get when the server stops.'],
];

/** The machine decides one of them. */
const bound = (name: keyof ServerOptions): ServerOptions[keyof ServerOptions] =>
  name === 'maxRunning' ? 'twice the cores' : DEFAULT_OPTIONS[name];

const CLASSES: Readonly<Record<ErrorClass, string>> = {
  query: 'The author of the query',
  access: 'Who may give access',
  limit: 'Whoever asks for less, or allows more',
  data: 'The owner of the data',
  storage: 'The owner of the machine',
  internal: 'The authors of Basalt',
};

function errors(): string {
  const rows = Object.entries<ErrorRow>(ERRORS);
  const part = ([name, who]: [string, string]): string => `## ${who} has to act

${table(
  ['error', 'code', 'status', "Druid's category", 'meaning'],
  rows
    .filter(([, row]) => row.class === name)
    .map(([error, row]) => [code(error), String(row.code), String(row.status), row.druid, row.doc]),
)}
`;
  return `# Errors

Every failure is one of these, in the library (\`BasaltError.errorName\`), at both doors and on the command line. Code and status are
those of ClickHouse's interface; Druid's door answers with the category and its own status. Messages say what was wrong, where (line and
column, file, offset), and what to do.

${Object.entries(CLASSES).map(part).join('\n')}`;
}

const DIALECTS: readonly Dialect[] = ['standard', 'druid', 'clickhouse'];

/** A cell of a table: no line may end, no column begin. */
const cell = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('\n', ' ');

function functions(): string {
  const part = ([title, rows]: (typeof TOPICS)[number]): string => `## ${title}

${table(
  ['function', 'meaning', ...DIALECTS.map((dialect) => TITLES[dialect]), 'example', 'gives'],
  rows.map(({ syntax, doc, names, example }) => [
    `\`${cell(syntax)}\``,
    cell(doc),
    ...DIALECTS.map((dialect) => (names[dialect] ?? []).map((name) => `\`${cell(name)}\``).join(' ')),
    `\`${cell(example.sql)}\``,
    cell(example.result),
  ]),
)}
`;
  return `# Functions

Each row is a function with its names in the three dialects; names in one cell are the same function. Names are found in any case, but for
those of ClickHouse that have capital letters. The examples are in the first dialect that has the function, and run in a test.
\`system.functions\` and \`INFORMATION_SCHEMA.ROUTINES\` are made of the same table.

In the ClickHouse dialect aggregates have more names, by combinators behind them: \`-If\` (a condition as the last argument), \`-Array\` (of the
elements of arrays), \`-Distinct\`, \`-OrNull\`, \`-OrDefault\`, \`-SimpleState\`, and \`-State\`, \`-Merge\` and \`-MergeState\` for states.

${TOPICS.map(part).join('\n')}`;
}

const TITLES: Readonly<Record<Dialect, string>> = {
  standard: 'standard',
  druid: 'Druid',
  clickhouse: 'ClickHouse',
};

export const PAGES: Readonly<Record<string, () => string>> = {
  'docs/reference/functions.md': functions,
  'docs/operate/settings.md': settings,
  'docs/operate/errors.md': errors,
};

export const written = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, make] of Object.entries(PAGES)) writeFileSync(new URL(path, ROOT), make());
}
