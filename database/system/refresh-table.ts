/** `system.view_refreshes`: refreshable materialized views, with ClickHouse's columns. */

import { FLOAT64, nullable, STRING, timestamp, type, UINT64, type Value } from '../../engine/type/type.ts';
import { zeroOf } from '../../engine/type/zero.ts';
import type { ListedRefresh } from '../refresh/refresher.ts';
import type { Statistics } from '../types.ts';
import { databaseOf, int, type QueryColumn } from './query-tables.ts';

const UUID = type('uuid');
const MOMENT = nullable(timestamp(0));

/** NULL where there is none. */
const moment = (ms: number): Value => (ms > 0 && Number.isFinite(ms) ? int(Math.floor(ms / 1000)) : null);

/** Of the refresh under way, or of the last one. */
const counted =
  (pick: (statistics: Statistics) => number) =>
  ({ now, last }: ListedRefresh): Value => {
    const statistics = now ?? last;
    return int(statistics === null ? 0 : pick(statistics));
  };

const progress = ({ now, last }: ListedRefresh): number => {
  if (now === null) return last === null ? 0 : 1;
  return now.rowsToRead === 0 ? 0 : now.rowsRead / now.rowsToRead;
};

export const REFRESH_COLUMNS: readonly QueryColumn<ListedRefresh>[] = [
  ['database', STRING, (r) => databaseOf(r.view.schema)],
  ['view', STRING, (r) => r.view.name],
  ['uuid', UUID, () => zeroOf(UUID)],
  ['status', STRING, (r) => r.status],
  ['last_success_time', MOMENT, (r) => moment(r.record?.successMs ?? 0)],
  [
    'last_success_duration_ms',
    nullable(UINT64),
    (r) => (r.record === null || r.record.successMs === 0 ? null : int(r.record.durationMs)),
  ],
  ['last_refresh_time', MOMENT, (r) => moment(r.lastMs)],
  ['last_refresh_replica', STRING, () => ''],
  ['next_refresh_time', MOMENT, (r) => moment(r.nextMs)],
  ['exception', STRING, (r) => r.error?.text ?? ''],
  ['retry', UINT64, (r) => int(r.failures)],
  ['progress', nullable(FLOAT64), progress],
  ['read_rows', UINT64, counted((s) => s.rowsRead)],
  ['read_bytes', UINT64, counted((s) => s.bytesRead)],
  ['total_rows', UINT64, counted((s) => s.rowsToRead)],
  ['written_rows', UINT64, counted((s) => s.rowsWritten)],
  ['written_bytes', UINT64, counted((s) => s.bytesWritten)],
];
