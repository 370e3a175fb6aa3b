/**
 * The gate table: rows shaped like web-analytics events, for the speed gate and for load tests.
 *
 * Deterministic for a seed. Columns: `ts` ascending over 30 days with jitter; `flag` a small integer that is zero for
 * half the rows; `width` a 16-bit integer; `country` about 200 strings with a long tail; `user_id` 64-bit, about 17 % of
 * the rows distinct; `url` near-unique; `title` about 50,000 distinct; `price` a float with two decimals; `is_mobile`.
 */

import { SeededRandom } from '../engine/base/random.ts';

export const GATE_COLUMNS = [
  { name: 'ts', standard: 'TIMESTAMP', clickhouse: "DateTime64(3, 'UTC')" },
  { name: 'flag', standard: 'SMALLINT', clickhouse: 'Int16' },
  { name: 'width', standard: 'INTEGER', clickhouse: 'Int32' },
  { name: 'country', standard: 'VARCHAR', clickhouse: 'String' },
  { name: 'user_id', standard: 'BIGINT', clickhouse: 'Int64' },
  { name: 'url', standard: 'VARCHAR', clickhouse: 'String' },
  { name: 'title', standard: 'VARCHAR', clickhouse: 'String' },
  { name: 'price', standard: 'DOUBLE', clickhouse: 'Float64' },
  { name: 'is_mobile', standard: 'BOOLEAN', clickhouse: 'Bool' },
] as const;

const WORDS =
  'google yandex search video mail photo sport music metrika forum news shop auto travel weather maps job realty film game'.split(
    ' ',
  );
const START_MS = Date.UTC(2026, 0, 1);
const SPAN_MS = 30 * 86400000;
const CHUNK_BYTES = 1 << 20;

/** NDJSON of `rows` rows, in chunks of about 1 MiB that end at a line. */
export function* gateNdjson(rows: number, seed: number): Generator<Uint8Array> {
  const random = new SeededRandom(seed);
  const encoder = new TextEncoder();
  const users = Math.max(1, Math.floor(rows * 0.19));
  let text = '';
  for (let i = 0; i < rows; i++) {
    const ms = START_MS + Math.floor((i / rows) * SPAN_MS) + random.below(1000);
    const flag = random.below(2) * random.below(100);
    const country = Math.floor(200 * random.float() ** 3);
    // A multiplicative spread makes the ids look like hashes while few enough stay distinct.
    const user = BigInt(Math.floor(users * random.float() ** 1.2)) * 2654435761n + 4000000000000n;
    const word = WORDS[random.below(WORDS.length)];
    const other = WORDS[random.below(WORDS.length)];
    const title = Math.floor(50000 * random.float() ** 2);
    text += `{"ts":"${new Date(ms).toISOString().replace('T', ' ').slice(0, 23)}","flag":${flag},"width":${320 + random.below(3600)},"country":"country-${country}","user_id":${user},"url":"http://${word}.example.com/${other}/${random.uint32().toString(36)}?p=${random.below(1000)}","title":"Page ${title} about ${WORDS[title % WORDS.length]}","price":${random.below(100000) / 100},"is_mobile":${random.below(3) === 0}}\n`;
    if (text.length >= CHUNK_BYTES) {
      yield encoder.encode(text);
      text = '';
    }
  }
  if (text.length > 0) yield encoder.encode(text);
}
