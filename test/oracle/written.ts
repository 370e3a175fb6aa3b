/** What a query of the ClickHouse dialect gives in one of its formats. */

import type { Database } from '../../database/index.ts';
import { formatByName, writerOf } from '../../engine/format/index.ts';

export async function written(db: Database, sql: string, format: string): Promise<string> {
  const run = await db.run(sql, { dialect: 'clickhouse' });
  const writer = (await writerOf(formatByName(format)))(run.schema, {});
  const pieces = [writer.begin()];
  let rows = 0;
  for await (const batch of run.batches) {
    rows += batch.rows;
    pieces.push(writer.batch(batch));
  }
  pieces.push(writer.end({ rows, elapsedMs: 0, rowsRead: 0, bytesRead: 0, totals: run.totals() }));
  return Buffer.concat(pieces).toString();
}
