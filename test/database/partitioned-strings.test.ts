/** Strings of rows that one write spreads over partitions: each batch's memory is used again before all are gathered. */

import { expect, it } from 'vitest';
import { open } from '../../database/index.ts';

it('keeps the strings of rows that are written to several partitions at once', async () => {
  const db = await open();
  const clickhouse = { dialect: 'clickhouse', int64: 'string' } as const;
  await db.execute(
    'CREATE TABLE t (p UInt8, s String) ENGINE = MergeTree PARTITION BY p ORDER BY p',
    clickhouse,
  );
  await db.execute(
    "INSERT INTO t SELECT number % 5, concat('text ', toString(number)) FROM numbers(200000)",
    clickhouse,
  );
  const { rows } = await db.execute("SELECT count(), uniqExact(s) FROM t WHERE s LIKE 'text %'", clickhouse);
  expect(rows).toEqual([['200000', '200000']]);
  await db.close();
});
