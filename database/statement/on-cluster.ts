/** What ClickHouse answers to a statement with ON CLUSTER: a row for each node, here the one, when it is done. */

import type { ValuesPlan } from '../../engine/plan/node.ts';
import { INT64, nullable, STRING, type } from '../../engine/type/type.ts';
import type { Settings } from '../setting/setting.ts';
import { NODE } from '../system/vocabulary-table.ts';

const UINT64 = type('uint64');

/** null: the setting wants no answer. */
export function nodeStatus(settings: Settings): Pick<ValuesPlan, 'rows' | 'schema'> | null {
  const mode = settings.string('distributed_ddl_output_mode');
  if (/^none/.test(mode)) return null;
  // Of a node that has not answered in time there would be no status.
  const perhaps = /^throw/.test(mode) ? <T>(each: T): T => each : nullable;
  return {
    schema: [
      { name: 'host', type: STRING },
      { name: 'port', type: type('uint16') },
      { name: 'status', type: perhaps(INT64) },
      { name: 'error', type: perhaps(STRING) },
      { name: 'num_hosts_remaining', type: UINT64 },
      { name: 'num_hosts_active', type: UINT64 },
    ],
    rows: [[NODE.hostName, NODE.port, 0n, '', 0n, 0n]],
  };
}
