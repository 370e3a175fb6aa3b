/**
 * `basalt query`: the same statement gives the same text from a folder, through the server that has the folder open,
 * and from a URL; what goes wrong is one line and exit code 1.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from './folder.ts';
import { basalt, CLI, CommandProcess, ServerProcess, type StartOptions } from './process.ts';

const folder = temporaryFolder();
const served = join(folder, 'served');
const query = (sql: string, ...more: string[]) => basalt(['query', sql, ...more]);

const SQL =
  "SELECT 1 AS n, 'a,\"b\"' AS s, NULL AS nothing, CAST(9007199254740993 AS BIGINT) AS big, TIMESTAMP '2015-09-12 00:46:58' AS at, true AS yes";

const TABLE = `
┌───┬───────┬─────────┬──────────────────┬────────────────────────────┬──────┐
│ n │ s     │ nothing │ big              │ at                         │ yes  │
├───┼───────┼─────────┼──────────────────┼────────────────────────────┼──────┤
│ 1 │ a,"b" │ NULL    │ 9007199254740993 │ 2015-09-12 00:46:58.000000 │ true │
└───┴───────┴─────────┴──────────────────┴────────────────────────────┴──────┘
1 row
`.trimStart();
const JSON_TEXT =
  '[{"n":1,"s":"a,\\"b\\"","nothing":null,"big":"9007199254740993","at":"2015-09-12 00:46:58.000000","yes":true}]\n';
const CSV = 'n,s,nothing,big,at,yes\n1,"a,""b""",,9007199254740993,2015-09-12 00:46:58.000000,true\n';

let server: ServerProcess;
beforeAll(async () => {
  server = await ServerProcess.start(served);
});
afterAll(() => server.stop());

describe.each([
  ['a folder', () => ['--data', join(folder, 'data')]],
  ['a folder that a server has open', () => ['--data', served]],
  ['a URL', () => ['--url', server.clickhouse]],
])('%s', (name, where) => {
  it.each([
    ['table', TABLE],
    ['json', JSON_TEXT],
    ['csv', CSV],
  ])('as %s', async (format, expected) => {
    expect(await query(SQL, '--format', format, ...where())).toEqual({
      code: 0,
      signal: null,
      stdout: expected,
      stderr: '',
    });
  });

  it('keeps what is written', async () => {
    const run = (sql: string) => query(sql, '--format', 'csv', ...where());
    const table = name.replaceAll(' ', '_');
    expect(await run(`CREATE TABLE ${table} (a INTEGER)`)).toMatchObject({ code: 0, stdout: '' });
    expect(await run(`INSERT INTO ${table} VALUES (1), (2)`)).toMatchObject({ code: 0, stdout: '' });
    expect(await run(`SELECT sum(a) AS s FROM ${table}`)).toMatchObject({ code: 0, stdout: 's\n3\n' });
  });

  it('says where a statement is wrong', async () => {
    const { code, stdout, stderr } = await query('SELECT 1,\n  nope', ...where());
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^basalt: Unknown column nope.*\(line 2, col(umn)? 3\)\n$/);
  });
});

describe('the statement', () => {
  it('says where the syntax is wrong, once', async () => {
    const { code, stdout, stderr } = await query('SELECT 1 FORM x y', '--data', served);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^basalt: Syntax error.*line 1.*\n$/);
    expect(stderr.match(/line 1/g)).toHaveLength(1);
  });

  it('is read from standard input for "-"', async () => {
    expect(
      await basalt(['query', '-', '--data', served, '--format', 'csv'], { input: 'SELECT 1 + 1 AS two' }),
    ).toMatchObject({ code: 0, stdout: 'two\n2\n' });
  });

  it('is in the dialect asked for', async () => {
    const sql = "SELECT TIME_FLOOR(TIMESTAMP '2015-09-12 00:46:58', 'PT1H') AS t";
    expect(await query(sql, '--dialect', 'druid', '--data', served, '--format', 'csv')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^t\n2015-09-12 00:00:00/),
    });
    expect(await query(sql, '--data', served)).toMatchObject({ code: 1 });
  });
});

describe('a folder', () => {
  it('that does not exist is made', async () => {
    const data = join(folder, 'made', 'for', 'it');
    await query('CREATE TABLE t (a INTEGER)', '--data', data);
    expect(await query('SELECT count(*) AS n FROM t', '--data', data, '--format', 'csv')).toMatchObject({
      code: 0,
      stdout: 'n\n0\n',
    });
  });

  it('is BASALT_DATA when none is named', async () => {
    const env = { BASALT_DATA: join(folder, 'from-environment') };
    await basalt(['query', 'CREATE TABLE here (a INTEGER)'], { env });
    expect(await basalt(['query', 'SELECT * FROM here', '--format', 'csv'], { env })).toMatchObject({
      code: 0,
      stdout: 'a\n',
    });
  });
});

describe('one line and exit code 1 for', () => {
  const oneLine = async (args: readonly string[], pattern: RegExp, options?: StartOptions): Promise<void> => {
    const { code, stdout, stderr } = await basalt(args, options);
    expect({ code, stdout, lines: stderr.trimEnd().split('\n') }).toEqual({
      code: 1,
      stdout: '',
      lines: [expect.stringMatching(pattern)],
    });
  };
  const file = join(folder, 'file');
  writeFileSync(file, 'x');

  it.each<[string, readonly string[], RegExp]>([
    ['an unknown output format', ['query', 'SELECT 1', '--format', 'xml'], /xml.*table, json, csv/],
    ['an unknown dialect', ['query', 'SELECT 1', '--dialect', 'mysql'], /mysql.*standard, druid, clickhouse/],
    ['no statement', ['query'], /sql/],
    ['an unknown command', ['frobnicate'], /frobnicate/],
    ['an unknown flag', ['query', 'SELECT 1', '--nope'], /--nope/],
    ['a folder below a file', ['query', 'SELECT 1', '--data', join(file, 'data')], /file/],
    ['something that is no URL', ['query', 'SELECT 1', '--url', 'nonsense'], /nonsense/],
    ['a URL where nobody listens', ['query', 'SELECT 1', '--url', 'http://127.0.0.1:1'], /127\.0\.0\.1:1/],
  ])('%s', (_, args, pattern) => oneLine(args, pattern));

  it("a URL of the other door, or a statement's own FORMAT", async () => {
    await oneLine(['query', 'SELECT 1', '--url', server.druid], /./);
    await oneLine(
      ['query', 'SELECT 1 FORMAT CSV', '--dialect', 'clickhouse', '--url', server.clickhouse],
      /FORMAT/,
    );
  });
});

it('--help names the commands, and each names its flags', async () => {
  const { code, stdout } = await basalt(['--help']);
  expect(code).toBe(0);
  for (const command of ['serve', 'query', 'ingest'])
    expect(stdout).toMatch(new RegExp(`^ +${command} `, 'm'));
  expect(await basalt(['query', '--help'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/--data .*--url .*--format .*--dialect /s),
  });
  expect(await basalt(['--version'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+/),
  });
});

it('ends quietly when its reader has had enough', async () => {
  const sql = 'SELECT number FROM numbers(300000)';
  const shell = `"$0" "$1" query "$2" --dialect clickhouse --format csv --data "$3" | head -n 2`;
  const { stdout, stderr } = await new CommandProcess([process.execPath, CLI, sql, join(folder, 'piped')], {
    command: ['sh', '-c', shell],
  }).ended;
  expect(stdout).toBe('number\n0\n');
  expect(stderr).toBe('');
});
