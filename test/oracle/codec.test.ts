import { Session } from 'chdb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';
import { BasaltError } from '../../engine/base/error.ts';

/**
 * CODEC(...) against chdb: every codec, with arguments of all kinds, on a column of every type: the same is refused, with the same number
 * and words, and what is taken is shown alike.
 */

const TYPES = [
  'Int8',
  'UInt64',
  'Float32',
  'Float64',
  'String',
  'Nullable(Int64)',
  'Nullable(Float64)',
  'Array(Int32)',
  'Array(Float64)',
  'Array(String)',
  'Map(String, Int64)',
  'Tuple(Int64, Float64)',
  'Date',
  'DateTime',
  'DateTime64(3)',
  'Decimal(9, 2)',
  'Decimal(18, 2)',
  'Decimal(38, 2)',
  'UUID',
  'Bool',
  'IPv4',
  'IPv6',
  "Enum8('a' = 1)",
  'FixedString(4)',
  'FixedString(5)',
  'JSON',
] as const;

const NAMES = [
  'NONE',
  'LZ4',
  'LZ4HC',
  'ZSTD',
  'Default',
  'Delta',
  'DoubleDelta',
  'Gorilla',
  'FPC',
  'T64',
  'GCD',
  'ALP',
];
const ARGUMENTS = [
  '',
  '()',
  '(0)',
  '(1)',
  '(3)',
  '(8)',
  '(-1)',
  '(30)',
  '(1.5)',
  "('bit')",
  "('x')",
  '(NULL)',
  '(1, 2)',
  '(1, 2, 3)',
];
const SINGLE = NAMES.flatMap((name) => ARGUMENTS.map((args) => name + args));
const COMBINED = [
  ...NAMES.flatMap((a) => NAMES.map((b) => `${a}, ${b}`)),
  'Delta(2), LZ4',
  'Delta, DoubleDelta, ZSTD(3)',
  'GCD, Delta, ZSTD',
  "T64('bit'), Delta, LZ4",
  'LZ4, ZSTD(3), Delta',
  'ALP(RD)',
  'ALP(AUTO), LZ4',
  'ALP(Other)',
  'ZSTD(x)',
  'ZSTD(1 + 1)',
  'Nope',
  'lz4',
  'LZ4, Nope(1)',
  'Nope, LZ4(1)',
  'ZSTD_QAT',
  'DEFLATE_QPL',
  'Multiple(LZ4)',
];

let chdb: Session;
let db: Database;
beforeAll(async () => {
  chdb = new Session();
  chdb.query('SET allow_experimental_codecs = 1');
  db = await open();
});
afterAll(async () => {
  chdb.cleanup();
  await db.close();
});

const SHOWN = `SELECT compression_codec FROM system.columns WHERE table = 'c'`;
const create = (type: string, codec: string): string =>
  `CREATE TABLE c (x ${type} CODEC(${codec})) ENGINE = MergeTree ORDER BY tuple()`;
/** Without what only some messages end with; what Default stands for is our own. */
const plain = (text: string): string =>
  text
    .replace(/ \(Note: .*/, '')
    .replace(/\.$/, '')
    .replace(/an alias for .*/, 'an alias');

function theirs(type: string, codec: string): string {
  try {
    chdb.query(create(type, codec));
  } catch (error) {
    const [, number, text] =
      /Code: (\d+)\. DB::Exception: (.*?)\.? \([A-Z_]+\)/s.exec(String((error as Error).message)) ?? [];
    return `${number}: ${plain(text)}`;
  }
  const answer = String(chdb.query(SHOWN, 'TSVRaw')).trim();
  chdb.query('DROP TABLE c SYNC');
  return answer;
}

async function ours(type: string, codec: string, suspicious: boolean): Promise<string> {
  const options = { dialect: 'clickhouse', settings: { allow_suspicious_codecs: suspicious } } as const;
  try {
    await db.query(create(type, codec), options);
  } catch (error) {
    const { row, message } = BasaltError.from(error);
    return `${row.code}: ${plain(message)}`;
  }
  const answer = await db.query(SHOWN, options);
  await db.query('DROP TABLE c', options);
  return String(Object.values(answer[0])[0]);
}

async function compare(type: string, codecs: readonly string[], suspicious: boolean): Promise<void> {
  chdb.query(`SET allow_suspicious_codecs = ${Number(suspicious)}`);
  const expected = codecs.map((codec) => `${codec} => ${theirs(type, codec)}`);
  const found: string[] = [];
  for (const codec of codecs) found.push(`${codec} => ${await ours(type, codec, suspicious)}`);
  expect(found.filter((text, i) => text !== expected[i])).toEqual(
    expected.filter((text, i) => text !== found[i]),
  );
}

describe('CODEC(...) is taken and refused as ClickHouse does', () => {
  it.each(TYPES)('on a column of %s', (type) => compare(type, [...SINGLE, ...COMBINED], false));

  it.each(['Int64', 'Float64', 'String'])('on a column of %s, suspicious or not', (type) =>
    compare(type, COMBINED, true),
  );
});
