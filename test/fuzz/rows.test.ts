/**
 * Damaged rows of CSV, TSV and NDJSON, inserted over the ClickHouse door: stored, or refused with a typed error, and a
 * refused insert leaves nothing behind.
 */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { SeededRandom } from '../../engine/base/random.ts';
import { realServer, type TestServer } from '../clients/real-server.ts';
import { effort } from '../effort.ts';
import { mutate, tokensOf, type Words } from './mutate.ts';
import { type Failure, judge, report, verdictOfClickHouse } from './verdict.ts';

const FIRST_SEED = Number(process.env['BASALT_FUZZ_SEED'] ?? 0);
const MUTATIONS = Number(process.env['BASALT_FUZZ_RUNS'] ?? effort(1250, 400));

const COLUMNS =
  'i Int64, u UInt8, f Float64, s String, n Nullable(String), b Bool, d Nullable(Date), t Nullable(DateTime64(3))';

/** `format` is what follows the table's name. */
const INPUTS: readonly { readonly format: string; readonly rows: string }[] = [
  {
    format: 'FORMAT JSONEachRow',
    rows: '{"i":1,"u":2,"f":1.5,"s":"a","n":null,"b":true,"d":"2015-09-12","t":"2015-09-12 00:46:58.771"}\n{"i":"-9","u":255,"f":-1e300,"s":"\\u00e9\\ud83e\\udd80\\n","b":0,"x":{"y":[1,"]"]}}\n',
  },
  {
    format: 'FORMAT JSONCompactEachRow',
    rows: '[1,2,1.5,"a",null,true,"2015-09-12","2015-09-12 00:46:58"]\n[3,4,-0.0,"","b",false,null,null]\n',
  },
  {
    format: 'FORMAT CSV',
    rows: '1,2,1.5,"a ""q"" b",\\N,true,2015-09-12,2015-09-12 00:46:58.771\r\n-3,4,1e3,"line\nend",x,0,\\N,\n',
  },
  {
    format: 'FORMAT CSVWithNames',
    rows: '"i","u","f","s","n","b","d","t"\n1,2,1.5,"a",b,true,2015-09-12,2015-09-12T00:46:58Z\n5,6,nan,é,,1,2015-09-13,1442018818.771\n',
  },
  {
    format: 'FORMAT TabSeparated',
    rows: '1\t2\t1.5\ta\\tb\t\\N\ttrue\t2015-09-12\t2015-09-12 00:46:58\n3\t4\t-inf\t\tx\tfalse\t\\N\t\\N\n',
  },
  {
    format: 'VALUES',
    rows: "(1, 2, 1.5, 'a', NULL, true, '2015-09-12', '2015-09-12 00:46:58'), (3, 4, 0, '', 'b', 0, NULL, NULL)",
  },
];

const WORDS: Words = {
  any: INPUTS.flatMap(({ rows }) => tokensOf(rows)).concat(
    '\t',
    '\n',
    '\r',
    ',',
    '\\',
    '\\u',
    '\\ud800',
    '"',
  ),
  columns: ['i', 'u', 'f', 's', 'n', 'b', 'd', 't', 'true', 'null'],
  functions: ['lower'],
};

let server: TestServer;
const send = async (
  sql: string,
  data: string | Uint8Array<ArrayBuffer>,
): Promise<{ status: number; body: string }> => {
  const response = await fetch(`${server.clickhouse}/?query=${encodeURIComponent(sql)}`, {
    method: 'POST',
    body: data,
  });
  return { status: response.status, body: await response.text() };
};
const count = async (): Promise<number> => Number((await send('SELECT count() FROM rows', '')).body);

beforeAll(async () => {
  server = await realServer();
  await server.db.query(`CREATE TABLE rows (${COLUMNS}) ENGINE = MergeTree ORDER BY i`, {
    dialect: 'clickhouse',
  });
});
afterAll(() => server[Symbol.asyncDispose]());

test.each(INPUTS)('$format: undamaged rows are stored', async ({ format, rows }) => {
  const before = await count();
  expect(await send(`INSERT INTO rows ${format}`, rows)).toMatchObject({ status: 200 });
  expect(await count()).toBe(before + 2);
});

test(`${MUTATIONS} damaged inserts`, async () => {
  const failures: Failure[] = [];
  let stored = await count();
  for (let seed = FIRST_SEED; seed < FIRST_SEED + MUTATIONS; seed++) {
    const random = new SeededRandom(seed);
    const { format, rows } = INPUTS[random.below(INPUTS.length)];
    const text = mutate(rows, random, WORDS);
    const bytes = new TextEncoder().encode(text);
    // Bytes that are no UTF-8, and ends inside of a character.
    if (bytes.length > 0 && random.below(4) === 0) bytes[random.below(bytes.length)] = random.below(256);
    const verdict = await judge(async () => {
      const { status, body } = await send(`INSERT INTO rows ${format}`, bytes);
      const now = await count();
      const leftovers =
        status !== 200 && now !== stored ? `refused, but ${now - stored} rows were stored` : null;
      stored = now;
      return verdictOfClickHouse(status, body) ?? leftovers;
    });
    if (verdict !== null)
      failures.push({ seed, text: `${format}: ${JSON.stringify(new TextDecoder().decode(bytes))}`, verdict });
  }
  expect(report(failures)).toBe('');
}, 120_000);

test('what was stored can be read', async () => {
  const { status } = await send('SELECT * FROM rows ORDER BY i, s FORMAT JSON', '');
  expect(status).toBe(200);
});
