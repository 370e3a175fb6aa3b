import { afterAll, describe, expect, test } from 'vitest';
import { type Database, open } from '../../database/index.ts';
import { formatByName } from '../../engine/format/index.ts';

/**
 * Arrays, maps, tuples, decimals, wide integers and their like through the text formats: what ClickHouse (chdb 3.4.0) writes is read, and written
 * again byte by byte.
 */

const TABLE = `CREATE TABLE v (a Array(Nullable(String)), m Map(String, Array(Int16)),
  t Tuple(x Float64, y DateTime('UTC')), tt Tuple(UInt8, String), d Decimal(18, 4), w Decimal(38, 2), u UUID, i4 IPv4, i6 IPv6,
  n Int128, v UInt256,
  e Enum8('a b' = 1), aa Array(Array(UInt8)), at Array(Tuple(UInt8, String))) ENGINE = MergeTree ORDER BY tuple()`;

/** Of one row: \`['a\\'b', NULL, 'c"d\\n'], {'k': [1, -5], 'l': []}, ...\` */
const WRITTEN: Readonly<Record<string, string>> = {
  JSONEachRow: String.raw`{"a":["a'b",null,"c\"d\n"],"m":{"k":[1,-5],"l":[]},"t":{"x":1.5,"y":"2024-05-06 07:08:09"},"tt":[7,"x,y"],"d":-1.5,"w":12345678901234567890.1,"u":"61f0c404-5cb3-11e7-907b-a6006ad3dba0","i4":"1.2.3.4","i6":"2001:db8::1","n":-170141183460469231731687303715884105728,"v":115792089237316195423570985008687907853269984665640564039457584007913129639935,"e":"a b","aa":[[1],[]],"at":[[1,"z"]]}`,
  JSONCompactEachRow: String.raw`[["a'b",null,"c\"d\n"], {"k":[1,-5],"l":[]}, {"x":1.5,"y":"2024-05-06 07:08:09"}, [7,"x,y"], -1.5, 12345678901234567890.1, "61f0c404-5cb3-11e7-907b-a6006ad3dba0", "1.2.3.4", "2001:db8::1", -170141183460469231731687303715884105728, 115792089237316195423570985008687907853269984665640564039457584007913129639935, "a b", [[1],[]], [[1,"z"]]]`,
  TabSeparated: [
    String.raw`['a\'b',NULL,'c"d\n']`,
    "{'k':[1,-5],'l':[]}",
    "(1.5,'2024-05-06 07:08:09')",
    "(7,'x,y')",
    '-1.5',
    '12345678901234567890.1',
    '61f0c404-5cb3-11e7-907b-a6006ad3dba0',
    '1.2.3.4',
    '2001:db8::1',
    '-170141183460469231731687303715884105728',
    '115792089237316195423570985008687907853269984665640564039457584007913129639935',
    'a b',
    '[[1],[]]',
    "[(1,'z')]",
  ].join('\t'),
};

const IN_DOCUMENT = `			"a": ["a'b",null,"c\\"d\\n"],
			"m": {
				"k": [1,-5],
				"l": []
			},
			"t": {
				"x": 1.5,
				"y": "2024-05-06 07:08:09"
			},
			"tt": [
				7,
				"x,y"
			],`;

describe('nested values and their like in text formats', () => {
  let db: Database;
  afterAll(() => db?.close());

  async function written(format: string): Promise<string> {
    const writer = formatByName(format).write;
    const { schema, batches } = await db.run('SELECT * FROM v', { dialect: 'clickhouse' });
    const make = writer?.(schema, { zone: 'UTC' });
    const decoder = new TextDecoder();
    let text = '';
    for await (const batch of batches) text += decoder.decode(make?.batch(batch));
    return text;
  }

  test.each(Object.entries(WRITTEN))('%s', async (format, line) => {
    db ??= await open();
    await db.execute('DROP TABLE IF EXISTS v', { dialect: 'clickhouse' });
    await db.execute(TABLE, { dialect: 'clickhouse' });
    await db.execute(`INSERT INTO v FORMAT ${format}`, {
      dialect: 'clickhouse',
      data: new Blob([`${line}\n`]),
    });
    for (const [other, expected] of Object.entries(WRITTEN)) {
      expect(await written(other)).toBe(`${expected}\n`);
    }
    expect(await written('JSON')).toContain(IN_DOCUMENT);
  });

  test('what does not fit is an error that names the column', async () => {
    const insert = (line: string) =>
      db.execute('INSERT INTO v (a, d, e) FORMAT JSONEachRow', {
        dialect: 'clickhouse',
        data: new Blob([line]),
      });
    await expect(insert('{"a":["x",{"b":1}],"d":1e30}')).rejects.toThrow(/Column d/);
    await expect(insert('{"a":7}')).rejects.toThrow(/Column a/);
    await expect(insert('{"e":"nobody"}')).rejects.toThrow(/Column e/);
  });
});
