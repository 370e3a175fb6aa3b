import { expect, it } from 'vitest';
import { open } from '../../database/index.ts';

const clickhouse = { dialect: 'clickhouse', int64: 'string', timestamp: 'string' } as const;

/** Rows of one segment come as they lie, which chdb 26.7 shows in the same order. */
it('a descending part of a sort key lays rows the other way round', async () => {
  await using db = await open();
  await db.execute(
    'CREATE TABLE t (k UInt8, d Date, u UInt64, i Nullable(Int8), f Float64, b Bool) ENGINE = MergeTree ORDER BY (k, d DESC, u DESC, i DESC, f DESC, b DESC) SETTINGS allow_nullable_key = 1',
    clickhouse,
  );
  await db.execute(
    `INSERT INTO t VALUES (2, '2024-01-01', 1, 1, 1, true), (1, '2024-01-01', 18446744073709551615, 1, 1, true),
      (1, '2024-01-02', 0, 1, 1, true), (1, '2024-01-01', 0, -128, 1, true), (1, '2024-01-01', 0, 127, -2.5, true),
      (1, '2024-01-01', 0, 127, 2.5, false), (1, '2024-01-01', 0, 127, 2.5, true), (1, '1969-12-31', 9223372036854775808, 1, 1, true)`,
    clickhouse,
  );
  await db.execute('OPTIMIZE TABLE t FINAL', clickhouse);
  const { rows } = await db.execute('SELECT k, d, u, i, f, b FROM t', clickhouse);
  expect(rows).toEqual([
    [1, '2024-01-02', '0', 1, 1, true],
    [1, '2024-01-01', '18446744073709551615', 1, 1, true],
    [1, '2024-01-01', '0', 127, 2.5, true],
    [1, '2024-01-01', '0', 127, 2.5, false],
    [1, '2024-01-01', '0', 127, -2.5, true],
    [1, '2024-01-01', '0', -128, 1, true],
    [1, '1969-12-31', '9223372036854775808', 1, 1, true],
    [2, '2024-01-01', '1', 1, 1, true],
  ]);
});
