/** Answers as text with the names and the types of their columns, and when two of them are the same. */

import type { Database } from '../../database/index.ts';
import { formatByName, writerOf } from '../../engine/format/index.ts';

export const FORMAT = 'TabSeparatedWithNamesAndTypes';

/** A side answers a statement with text, and throws an Error where it refuses. */
export type Side = (sql: string) => Promise<string>;

const NUMBER = /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g;
const IS_FLOAT = /[.e]|^-0$/;

/** The same text, but for the last digits of floats: they may differ by so much of their value. */
export function isSame(a: string, b: string, relative = 1e-12): boolean {
  if (a === b) return true;
  if (a.replaceAll(NUMBER, '?') !== b.replaceAll(NUMBER, '?')) return false;
  const [x, y] = [a, b].map((text) => Array.from(text.matchAll(NUMBER), ([number]) => number));
  return x.every(
    (number, i) =>
      number === y[i] ||
      ((IS_FLOAT.test(number) || IS_FLOAT.test(y[i])) &&
        Math.abs(Number(number) - Number(y[i])) <= relative * Math.abs(Number(y[i]))),
  );
}

export const ourSide =
  (db: Database, timeZone: string): Side =>
  async (sql) => {
    const running = await db.run(sql, { dialect: 'clickhouse', timeZone });
    const writer = (await writerOf(formatByName(FORMAT)))(running.schema, {});
    const bytes: Uint8Array[] = [writer.begin()];
    for await (const batch of running.batches) bytes.push(writer.batch(batch).slice());
    if (running.kind === 'done') return '';
    bytes.push(writer.end({ rows: 0, elapsedMs: 0, rowsRead: 0, bytesRead: 0 }));
    return Buffer.concat(bytes).toString();
  };
