/**
 * The examples DuckDB's own table of functions carries (duckdb_functions()), run on both sides, and those of duckdb-written.ts
 * where it has none or one that it cannot answer itself. Answers are compared as values; columns' types are not.
 */

import type { DuckDBConnection } from '@duckdb/node-api';
import type { Database } from '../../database/index.ts';
import { answerText, cellText } from './compare.ts';
import { duckdbCell } from './duckdb-cell.ts';
import { INSTEAD, SETUP, WRITTEN } from './duckdb-written.ts';
import type { Judged, Verdict } from './examples.ts';
import { isSame } from './typed-answer.ts';

type Kind = 'scalar' | 'aggregate' | 'macro' | 'table' | 'catalog';
type Example = { readonly name: string; readonly kind: Kind; readonly statements: readonly string[] };
type Answer = { readonly text: string; readonly failed: boolean };
type Side = (sql: string) => Promise<Answer>;

/** Of its own machinery, of collations of one language each, of geometry, and what changes a session. */
const LEFT_OUT = '^(__internal_.*|icu_collate_.*|st_.*|&&)$';
/** PostgreSQL's catalog and who may do what in it. */
const CATALOG =
  /^(pg_(?!typeof|size|sleep)|has_\w+_privilege$|\w+_description$|inet_|map_to_pg_oid|format_(pg_)?type$)/;

/** What the aggregates' examples read. */
const ROWS =
  '(VALUES (1, 3, 1.5::DOUBLE, 2.0::DOUBLE), (2, 1, 2.5, 1.0), (2, NULL, 4.0, 8.0), (NULL, 2, 7.25, 3.0)) AS t(A, B, x, y)';

async function functionExamples(duckdb: DuckDBConnection): Promise<Example[]> {
  const found = await duckdb.runAndReadAll(`
    SELECT function_name, function_type, any_value(alias_of), to_json(list_sort(list_distinct(flatten(list(examples)))))::VARCHAR
    FROM duckdb_functions()
    WHERE function_type NOT LIKE 'pragma' AND NOT regexp_matches(function_name, '${LEFT_OUT}')
    GROUP BY ALL ORDER BY ALL`);
  return found.getRows().map((row) => {
    const [name, type, aliased, json] = row as [string, string, string | null, string];
    const kind: Kind = CATALOG.test(name) ? 'catalog' : type === 'table_macro' ? 'table' : (type as Kind);
    const given = (JSON.parse(json) as string[]).map((example) =>
      // An alias shows the example of what it is an alias of.
      aliased !== null && example.startsWith(`${aliased}(`) ? name + example.slice(aliased.length) : example,
    );
    const written = WRITTEN[`${name} ${kind}`] ?? WRITTEN[name] ?? [];
    const examples = INSTEAD[name] ?? [...given, ...written];
    return { name, kind, statements: examples.map((example) => statement(example, kind)) };
  });
}

function statement(example: string, kind: Kind): string {
  const text = example.replace(/;\s*$/, '');
  if (/^(SELECT|FROM|WITH)\b/.test(text)) return text;
  if (kind === 'table') return `SELECT * FROM ${text}`;
  return kind === 'aggregate' ? `SELECT ${text} FROM ${ROWS}` : `SELECT ${text}`;
}

async function judge({ name, kind, statements }: Example, ours: Side, theirs: Side): Promise<Judged> {
  const verdict = (verdict: Verdict, sql = '', our = '', their = '') => ({
    name,
    category: kind,
    verdict,
    sql,
    ours: our,
    theirs: their,
  });
  let judged = 0;
  for (const sql of statements) {
    const [expected, again] = [await theirs(sql), await theirs(sql)];
    if (expected.failed || expected.text !== again.text) continue;
    judged++;
    const got = await ours(sql);
    if (got.failed) return verdict('refused', sql, got.text, expected.text);
    if (!isSame(got.text, expected.text)) return verdict('differs', sql, got.text, expected.text);
  }
  return verdict(judged === 0 ? 'unjudged' : 'matched', statements.join(';\n'));
}

/** What is nested as text of one form: DuckDB's client has classes for it, ours what JavaScript has. */
export function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  const text = (inner: unknown): string => {
    const made = plain(inner);
    return made === inner || typeof made !== 'string' ? cellText(made) : made;
  };
  const pairs = (entries: Iterable<readonly [unknown, unknown]>): string =>
    `{${Array.from(entries, ([key, inner]) => `${text(key)}: ${text(inner)}`).join(', ')}}`;
  if (Array.isArray(value)) return `[${value.map(text).join(', ')}]`;
  if (value instanceof Map) return pairs(value);
  if (value.constructor === Object) return pairs(Object.entries(value));
  if ('items' in value) return plain(value.items);
  if ('entries' in value)
    return Array.isArray(value.entries)
      ? pairs((value.entries as { key: unknown; value: unknown }[]).map((e) => [e.key, e.value]))
      : plain(value.entries);
  return duckdbCell(value);
}

const asAnswer = async (rows: Promise<readonly (readonly unknown[])[]>): Promise<Answer> =>
  rows.then(
    (found) => ({
      text: answerText(
        found.map((row) => row.map(plain)),
        false,
      ),
      failed: false,
    }),
    (error: Error) => ({ text: error.message, failed: true }),
  );

/** Every function that `wanted` names. */
export async function judgeDuckdb(
  duckdb: DuckDBConnection,
  db: Database,
  wanted: (name: string, kind: string) => boolean,
): Promise<Judged[]> {
  await duckdb.run("SET TimeZone = 'UTC'");
  const theirs: Side = (sql) => asAnswer(duckdb.runAndReadAll(sql).then((found) => found.getRows()));
  const ours: Side = (sql) => asAnswer(db.execute(sql, { int64: 'bigint' }).then(({ rows }) => rows));
  for (const sql of SETUP) for (const side of [theirs, ours]) await side(sql);
  const judged: Judged[] = [];
  for (const example of await functionExamples(duckdb))
    if (wanted(example.name, example.kind)) judged.push(await judge(example, ours, theirs));
  return judged;
}
