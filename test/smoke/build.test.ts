/**
 * What is published works where it will be used: the npm package in somebody's project, the executable on a machine
 * without Node.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkNode } from '../../database/node.ts';
import { ServerProcess } from '../cli/process.ts';
import { blocksOf } from './markdown.ts';
import { installedProject, type Project, ROOT, run } from './package.ts';

let project: Project;
beforeAll(async () => {
  project = await installedProject([], ['@types/node']);
}, 240_000);
afterAll(() => project?.[Symbol.dispose]());

const write = (name: string, text: string): string => {
  const path = join(project.folder, name);
  writeFileSync(path, text);
  return path;
};

/** The README's library example; its last line is a comment with what it prints. */
function readmeExample(): { readonly text: string; readonly prints: string } {
  const block = blocksOf(readFileSync(join(ROOT, 'README.md'), 'utf8')).find((b) => b.language === 'ts');
  const text = block?.text ?? '';
  const prints = /\n\/\/ (.*)\n$/.exec(text)?.[1] ?? '';
  return { text, prints };
}

describe('the npm package', () => {
  it("runs the README's library example", async () => {
    const { text, prints } = readmeExample();
    expect(prints).toMatch(/^\[/);
    expect(await run(process.execPath, [write('readme.ts', text)])).toBe(`${prints}\n`);
  });

  it('has types that compile in a strict project', async () => {
    write('package.json', '{ "type": "module" }');
    write(
      'consumer.ts',
      `import { BasaltError, type Database, open, type Row } from 'basaltdb';

export async function rows(): Promise<Row[]> {
  await using db: Database = await open({ path: undefined, threads: 1 });
  const { columns, rows, statistics } = await db.execute('SELECT 1', { dialect: 'druid', params: [1] });
  const names: string[] = columns.map((c) => c.name);
  const took: number = statistics.elapsedMs + rows.length + names.length;
  await db.insert('t', [{ took }]);
  const prepared = await db.prepare('SELECT ?');
  return prepared.query([took]);
}

export const isLimit = (error: unknown): boolean => error instanceof BasaltError && error.row.class === 'limit';

// @ts-expect-error The dialect is one of three: types that are any would not mind.
export const wrong = (db: Database) => db.query('SELECT 1', { dialect: 'oracle' });
`,
    );
    const options = {
      strict: true,
      noEmit: true,
      exactOptionalPropertyTypes: false,
      module: 'nodenext',
      moduleResolution: 'nodenext',
      target: 'es2024',
      lib: ['es2024', 'esnext.disposable'],
      types: ['node'],
    };
    write('tsconfig.json', JSON.stringify({ compilerOptions: options, files: ['consumer.ts'] }));
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const failed = (error: { stdout?: string }) => error.stdout ?? String(error);
    expect(await run(process.execPath, [tsc, '-p', project.folder]).catch(failed)).toBe('');
  });

  it('starts its workers', async () => {
    const file = write(
      'workers.ts',
      `import { open } from 'basaltdb';
await using db = await open({ threads: 2 });
await db.query('CREATE TABLE t (a BIGINT, b VARCHAR)');
await db.query("INSERT INTO t SELECT number, toString(number % 1000) FROM numbers(500000)", { dialect: 'clickhouse' });
const [row] = await db.query('SELECT count(DISTINCT b) AS groups, sum(a) AS total FROM t');
console.log(JSON.stringify(row));
// Regular expressions are loaded apart, by threads of their own accord.
console.log(JSON.stringify(await db.query("SELECT count(*) AS n FROM t WHERE regexp_matches(b, '^[12]+$')")));
`,
    );
    expect(await run(process.execPath, [file])).toBe('{"groups":1000,"total":124999750000}\n[{"n":7000}]\n');
  });

  it('names nothing in an import that an older Node lacks, so that it can say which Node it needs', () => {
    const bundles = readdirSync(project.dist).filter((name) => name.endsWith('.js'));
    const text = bundles.map((name) => readFileSync(join(project.dist, name), 'utf8')).join('\n');
    expect(text).toMatch(/from\s*"node:zlib"/);
    expect(text).not.toMatch(/\{[^{}]*zstd[^{}]*\}\s*from\s*"node:zlib"/i);
    expect(() => checkNode('20.20.2')).toThrow('Basalt needs Node 24 or newer, this is Node 20.20.2');
    expect(() => checkNode()).not.toThrow();
  });

  it('has the basalt command', async () => {
    const data = join(project.folder, 'package-data');
    const args = [
      join(project.dist, 'cli.js'),
      'query',
      'SELECT 6 * 7 AS n',
      '--format',
      'csv',
      '--data',
      data,
    ];
    expect(await run(process.execPath, args)).toBe('n\n42\n');
  });
});

describe('the executable, without Node in reach', () => {
  const env = { PATH: '/nonexistent' };

  it('answers a query', async () => {
    const args = ['query', 'SELECT 6 * 7 AS n', '--format', 'csv', '--data', join(project.folder, 'data')];
    expect(await run(join(project.dist, 'basalt'), args, { env })).toBe('n\n42\n');
  });

  it('serves, with workers inside of it, and stops', async () => {
    const command = ['/usr/bin/env', '-i', 'PATH=/nonexistent', join(project.dist, 'basalt')] as const;
    await using server = await ServerProcess.start(join(project.folder, 'served'), [], {
      command: [...command],
    });
    const send = async (sql: string): Promise<string> =>
      (await fetch(server.clickhouse, { method: 'POST', body: sql })).text();
    await send('CREATE TABLE t (a Int64, b String) ENGINE = MergeTree ORDER BY a');
    await send('INSERT INTO t SELECT number, toString(number % 1000) FROM numbers(500000)');
    expect(await send('SELECT count() FROM numbers(100000)')).toBe('100000\n');
    expect(
      await send('SELECT b, count(), sum(sqrt(a)) > 0 FROM t GROUP BY b ORDER BY count() DESC, b LIMIT 2'),
    ).toBe('0\t500\t1\n1\t500\t1\n');
    expect(await send("SELECT count() FROM t WHERE match(b, '^[12]+$')")).toBe('7000\n');
    const druid = await fetch(`${server.druid}/druid/v2/sql`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ query: 'SELECT COUNT(DISTINCT b) AS n FROM t' }),
    });
    expect(await druid.json()).toEqual([{ n: 1000 }]);
    expect(await server.stop()).toMatchObject({ code: 0, stderr: '' });
  });
});
