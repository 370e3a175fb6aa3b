import { describe, expect, it } from 'vitest';
import { open } from '../../database/index.ts';

/** Names and types: DDLOnClusterQueryStatusSource of ClickHouse, which makes nullable what a host that is late leaves open. */
describe('ON CLUSTER', () => {
  const columns = (status: string, error: string): readonly { name: string; type: string }[] => [
    { name: 'host', type: 'String' },
    { name: 'port', type: 'UInt16' },
    { name: 'status', type: status },
    { name: 'error', type: error },
    { name: 'num_hosts_remaining', type: 'UInt64' },
    { name: 'num_hosts_active', type: 'UInt64' },
  ];
  const answer = async (mode: string) => {
    await using db = await open();
    const sql = `CREATE DATABASE d ON CLUSTER default SETTINGS distributed_ddl_output_mode = '${mode}'`;
    return await db.execute(sql, { dialect: 'clickhouse' });
  };

  it('answers a row for the node, in the types that the output mode says', async () => {
    expect((await answer('throw')).columns).toEqual(columns('Int64', 'String'));
    expect((await answer('null_status_on_timeout')).columns).toEqual(
      columns('Nullable(Int64)', 'Nullable(String)'),
    );
  });

  it('answers nothing where nothing is wanted', async () => {
    expect((await answer('none')).columns).toEqual([]);
  });

  it('has done what it says before anybody reads the answer', async () => {
    await using db = await open();
    const run = await db.run('CREATE DATABASE d ON CLUSTER default', { dialect: 'clickhouse' });
    const { rows } = await db.execute('EXISTS DATABASE d', { dialect: 'clickhouse' });
    expect(rows).toEqual([[1]]);
    for await (const _ of run.batches);
  });
});
