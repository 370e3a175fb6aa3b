/**
 * `basalt query`: one statement against a data folder or a running server, printed as a table, JSON or CSV.
 *
 * A folder that a server has open is read through that server: it leaves its address in the folder.
 */

import type { Command } from 'commander';
import { BasaltError, type Dialect, ERRORS, type ErrorName, open } from '../../database/index.ts';
import { readServerAddress } from './address.ts';
import { textTable } from './table.ts';

type Options = { data?: string; url?: string; format: string; dialect: string; password?: string };
type Result = {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: unknown[][];
};

const FORMATS: Readonly<Record<string, (result: Result) => string>> = {
  table: (result) =>
    `${textTable(result as Parameters<typeof textTable>[0])}\n${result.rows.length} row${result.rows.length === 1 ? '' : 's'}`,
  json: ({ columns, rows }) =>
    JSON.stringify(rows.map((row) => Object.fromEntries(columns.map((c, i) => [c.name, row[i]])))),
  csv: ({ columns, rows }) =>
    [columns.map((c) => c.name), ...rows].map((row) => row.map(csvCell).join(',')).join('\n'),
};

const DIALECTS: readonly string[] = ['standard', 'druid', 'clickhouse'];

export function addQuery(program: Command): void {
  program
    .command('query')
    .description('run one SQL statement')
    .argument('<sql>', 'the statement; "-" reads it from standard input')
    .option('--data <folder>', 'data folder', process.env['BASALT_DATA'] ?? './data')
    .option('--url <url>', 'a running server (its ClickHouse port) instead of a folder')
    .option('--format <format>', `output: ${Object.keys(FORMATS).join(', ')}`, 'table')
    .option('--dialect <dialect>', `SQL dialect: ${DIALECTS.join(', ')}`, 'standard')
    .option('--password <password>', 'password of the server', process.env['BASALT_PASSWORD'])
    .action(runQuery);
}

async function runQuery(sql: string, options: Options): Promise<void> {
  const print = FORMATS[options.format];
  if (print === undefined) {
    throw new BasaltError('UNKNOWN_FORMAT', `No output format ${options.format}`, {
      hint: `Use ${Object.keys(FORMATS).join(', ')}`,
    });
  }
  if (!DIALECTS.includes(options.dialect)) {
    throw new BasaltError('BAD_ARGUMENTS', `No dialect ${options.dialect}`, {
      hint: `Use ${DIALECTS.join(', ')}`,
    });
  }
  const text = sql === '-' ? await readAll(process.stdin) : sql;
  const result = await runSomewhere(text, options);
  if (result.columns.length > 0) process.stdout.write(`${print(result)}\n`);
}

async function runSomewhere(sql: string, options: Options): Promise<Result> {
  if (options.url !== undefined) return runOverHttp(options.url, sql, options);
  try {
    return await runOnFolder(sql, options);
  } catch (error) {
    if (!(error instanceof BasaltError) || error.errorName !== 'FOLDER_LOCKED') throw error;
    const url = readServerAddress(options.data ?? './data');
    if (url === null) throw error;
    return runOverHttp(url, sql, options);
  }
}

async function runOnFolder(sql: string, options: Options): Promise<Result> {
  await using db = await open({ path: options.data ?? './data' });
  const { columns, rows } = await db.execute(sql, {
    dialect: options.dialect as Dialect,
    int64: 'string',
    timestamp: 'string',
  });
  return { columns, rows };
}

/** Through the ClickHouse interface, in the asked dialect. */
async function runOverHttp(base: string, sql: string, options: Options): Promise<Result> {
  if (!URL.canParse(base)) throw new BasaltError('BAD_ARGUMENTS', `${base} is no URL`);
  const url = new URL(base);
  url.searchParams.set('default_format', 'JSONCompact');
  url.searchParams.set('dialect', options.dialect);
  url.searchParams.set('output_format_json_quote_64bit_integers', '1');
  const headers: Record<string, string> =
    options.password === undefined
      ? {}
      : { 'X-ClickHouse-User': 'default', 'X-ClickHouse-Key': options.password };
  let response: Response;
  try {
    response = await fetch(url, { method: 'POST', body: sql, headers });
  } catch (error) {
    throw new BasaltError('CANNOT_READ', `No server answers at ${base}`, { cause: error });
  }
  const body = await response.text();
  if (!response.ok) throw serverError(body.trim());
  if (body.trim() === '') return { columns: [], rows: [] };
  const { meta, data } = parseAnswer(body, base);
  return { columns: meta, rows: data };
}

type Answer = { meta: { name: string; type: string }[]; data: unknown[][] };

function parseAnswer(body: string, base: string): Answer {
  const answer = parseJson(body) as Partial<Answer> | null;
  if (Array.isArray(answer?.meta) && Array.isArray(answer.data)) return answer as Answer;
  throw new BasaltError('CANNOT_READ', `${base} did not answer as asked`, {
    hint: 'Leave FORMAT out of the statement, and name the ClickHouse port in --url',
  });
}

/** Null for what is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The server's words without ClickHouse's envelope; whatever else answered there speaks for itself. */
function serverError(body: string): BasaltError {
  const [, text = body, name = ''] =
    /^Code: \d+\. DB::Exception: (.*?)\.? \(([A-Z_]+)\) \(version .*\)$/s.exec(body) ?? [];
  return new BasaltError(name in ERRORS ? (name as ErrorName) : 'CANNOT_READ', text);
}

function csvCell(value: unknown): string {
  if (value === null) return '';
  const text = String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

async function readAll(stream: NodeJS.ReadStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
