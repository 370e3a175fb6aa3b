import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { open } from '../../database/index.ts';

const extern = (source: unknown, format: unknown, columns: string): string =>
  `TABLE(EXTERN('${JSON.stringify(source).replaceAll("'", "''")}', '${JSON.stringify(format)}')) EXTEND (${columns})`;
const inline = (data: string): unknown => ({ type: 'inline', data });
const JSON_FORMAT = { type: 'json' };

const failure = async (sql: string, files: readonly string[] = []) => {
  await using db = await open({ files });
  return await db.query(sql, { dialect: 'druid' }).then(
    () => null,
    (error: { errorName: string; message: string }) => `${error.errorName}: ${error.message}`,
  );
};

describe('EXTERN', () => {
  it('reads JSON, CSV with a header and TSV inline', async () => {
    await using db = await open();
    const rows = (sql: string) => db.query(sql, { dialect: 'druid' });
    expect(
      await rows(
        `SELECT * FROM ${extern(inline('{"a":"x","b":7,"c":[1,2],"l":["p","q"]}\n{"b":2.5}'), JSON_FORMAT, 'a VARCHAR, b DOUBLE, c VARCHAR, l VARCHAR ARRAY')} AS t`,
      ),
    ).toEqual([
      { a: 'x', b: 7, c: '[1,2]', l: ['p', 'q'] },
      { a: null, b: 2.5, c: null, l: null },
    ]);
    const csv = { type: 'csv', findColumnsFromHeader: true, skipHeaderRows: 1 };
    expect(
      await rows(
        `SELECT b, a FROM ${extern(inline('junk\na,b\n"x,y",1\n,zz\n'), csv, 'a VARCHAR, b BIGINT')}`,
      ),
    ).toEqual([
      { b: 1, a: 'x,y' },
      { b: null, a: null },
    ]);
    const tsv = { type: 'tsv', columns: ['a', 'b'], delimiter: '|' };
    expect(
      await rows(`SELECT SUM(b) AS s FROM ${extern(inline('x|1\ny|2'), tsv, 'a VARCHAR, b BIGINT')}`),
    ).toEqual([{ s: 3 }]);
  });

  it('takes its arguments by name and its columns as a signature', async () => {
    await using db = await open();
    const sql = `SELECT x.n + 1 AS n, x.s FROM TABLE(EXTERN(inputFormat => '{"type":"json"}',
      inputSource => '{"type":"inline","data":"{\\"n\\":1,\\"s\\":\\"é\\"}"}',
      signature => '[{"name":"n","type":"long"},{"name":"s","type":"STRING"}]')) AS x`;
    expect(await db.query(sql, { dialect: 'druid' })).toEqual([{ n: 2, s: 'é' }]);
  });

  it('reads local files, compressed ones too, below folders that may be read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'basalt-extern-'));
    writeFileSync(join(folder, 'a.json'), '{"n":1}\n{"n":2}\n');
    writeFileSync(join(folder, 'b.json.gz'), gzipSync('{"n":40}\n'));
    const sql = `SELECT SUM(n) AS n, COUNT(*) AS c FROM ${extern({ type: 'local', baseDir: folder, filter: '*.json*' }, JSON_FORMAT, 'n BIGINT')}`;
    await using db = await open({ files: [folder] });
    expect(await db.query(sql, { dialect: 'druid' })).toEqual([{ n: 43, c: 3 }]);
    expect(await failure(sql)).toMatch(/^PATH_ACCESS_DENIED: /);
    expect(await failure(sql.replaceAll(folder, '/etc'), [folder])).toMatch(/^PATH_ACCESS_DENIED: /);
  });

  it('reads over HTTP from hosts that are allowed', async () => {
    const server = createServer((_, response) => response.end('{"n":5}\n{"n":6}\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const sql = `SELECT SUM(n) AS n FROM ${extern({ type: 'http', uris: [`http://${host}/x.json`] }, JSON_FORMAT, 'n BIGINT')}`;
    try {
      await using db = await open({ allowHosts: [host] });
      expect(await db.query(sql, { dialect: 'druid' })).toEqual([{ n: 11 }]);
      expect(await failure(sql)).toMatch(/^PATH_ACCESS_DENIED: Host /);
    } finally {
      server.close();
    }
  });

  it('says what is wrong', async () => {
    const one = inline('{"n":1}');
    const cases: readonly (readonly [string, RegExp])[] = [
      [
        `SELECT * FROM TABLE(EXTERN('{', '{}')) (a VARCHAR)`,
        /^BAD_ARGUMENTS: inputSource of EXTERN is not JSON/,
      ],
      [`SELECT * FROM TABLE(EXTERN('{}')) (a VARCHAR)`, /^BAD_ARGUMENTS: EXTERN lacks its inputFormat/],
      [`SELECT * FROM TABLE(EXTERN('{}', '{}'))`, /^BAD_ARGUMENTS: EXTERN does not say its columns/],
      [`SELECT * FROM TABLE(EXTERN('{}', '{}', '[]'))`, /^BAD_ARGUMENTS: The signature of EXTERN/],
      [
        `SELECT * FROM TABLE(EXTERN('{}', '{}', '[{"name":"a","type":"uuid"}]'))`,
        /^UNKNOWN_TYPE: EXTERN reads no values of type uuid/,
      ],
      [`SELECT * FROM TABLE(EXTERN('{}', '{}', '[{"name":"a","type":"long"}]')) (a BIGINT)`, /columns twice/],
      [`SELECT * FROM TABLE(EXTERN('{}', '{}', foo => '')) (a BIGINT)`, /^BAD_ARGUMENTS: EXTERN takes/],
      [`SELECT * FROM TABLE(OTHER('{}'))`, /^UNKNOWN_FUNCTION: TABLE\(\.\.\.\) takes a call of EXTERN/],
      [
        `SELECT * FROM ${extern({ type: 's3' }, JSON_FORMAT, 'a VARCHAR')}`,
        /^INVALID_SPEC: inputSource.type: 's3'/,
      ],
      [
        `SELECT * FROM ${extern(one, { type: 'orc' }, 'a VARCHAR')}`,
        /^INVALID_SPEC: inputFormat.type: 'orc'/,
      ],
      [`SELECT * FROM ${extern(one, JSON_FORMAT, 'a VARCHAR, a BIGINT')}`, /^DUPLICATE_COLUMN: /],
      [
        `SELECT * FROM ${extern(inline('{"n":1}\n{"n'), JSON_FORMAT, 'n BIGINT')}`,
        /^CANNOT_PARSE_INPUT: inline: .*line 2/,
      ],
    ];
    for (const [sql, message] of cases) expect(await failure(sql), sql).toMatch(message);
    await using db = await open();
    await expect(db.query(`SELECT * FROM ${extern(one, JSON_FORMAT, 'n BIGINT')}`)).rejects.toThrow(
      /TABLE\(\.\.\.\)/,
    );
  });
});
