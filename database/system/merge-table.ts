/**
 * `system.merges`: merges of segments under way. Columns have ClickHouse's names and types; lists of names are texts.
 * Sizes are bytes of files, `bytes_written` what is in the new one so far.
 */

import { FLOAT64, STRING, type, UINT64 } from '../../engine/type/type.ts';
import { liveRowsOf, type MergeStatus } from '../../storage/index.ts';
import { databaseOf, int, type QueryColumn } from './query-tables.ts';

export type MergeRow = MergeStatus & { readonly schema: string; readonly table: string };

const U8 = type('uint8');
const sum = (values: readonly number[]): bigint => int(values.reduce((total, value) => total + value, 0));

export const MERGE_COLUMNS: readonly QueryColumn<MergeRow>[] = [
  ['database', STRING, (m) => databaseOf(m.schema)],
  ['table', STRING, (m) => m.table],
  ['elapsed', FLOAT64, (m) => m.elapsedMs / 1000],
  ['progress', FLOAT64, (m) => m.progress],
  ['num_parts', UINT64, (m) => int(m.inputs.length)],
  ['source_part_names', STRING, (m) => m.inputs.map(({ id }) => id).join(',')],
  ['result_part_name', STRING, (m) => String(m.target.segmentId)],
  ['partition', STRING, (m) => m.target.partition.map(String).join(',')],
  ['is_mutation', U8, () => 0n],
  ['total_size_bytes_compressed', UINT64, (m) => sum(m.inputs.map(({ fileBytes }) => fileBytes))],
  ['total_rows', UINT64, (m) => sum(m.inputs.map(liveRowsOf))],
  ['bytes_written', UINT64, (m) => int(m.writtenBytes)],
  ['memory_usage', UINT64, (m) => int(m.memoryBytes)],
  ['merge_algorithm', STRING, () => 'Vertical'],
];
