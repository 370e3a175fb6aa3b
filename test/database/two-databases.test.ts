import { expect, test } from 'vitest';
import { open } from '../../database/index.ts';

/** Databases of one process share its threads, and know nothing of each other. */
test('a query that fails leaves that of another database alone', async () => {
  await using one = await open({ threads: 2 });
  await using other = await open({ threads: 2 });
  const here = { dialect: 'clickhouse' } as const;
  const rows = 1_000_000;
  for (let i = 0; i < 3; i++) {
    // Both are the first, second, third of their database that threads share.
    const [failed, answered] = await Promise.allSettled([
      one.execute('SELECT sum(throwIf(number = 400000)) FROM numbers(1000000)', here),
      other.execute(
        `SELECT sum(number) FROM (SELECT number, count() FROM numbers(${rows}) GROUP BY number)`,
        here,
      ),
    ]);
    expect(failed).toMatchObject({
      status: 'rejected',
      reason: { errorName: 'FUNCTION_THROW_IF_VALUE_IS_NON_ZERO' },
    });
    expect(answered).toMatchObject({ status: 'fulfilled', value: { rows: [[(rows * (rows - 1)) / 2]] } });
  }
});
