/** `system.data_skipping_indices`: indexes as ClickHouse shows them, with what they take in segments. */

import type { SkipIndex } from '../../engine/plan/skip-index.ts';
import { STRING, type, UINT64 } from '../../engine/type/type.ts';
import type { Store, TableDefinition } from '../../storage/index.ts';
import { databaseOfTable, optionsOf } from '../catalog/table-options.ts';
import { indexExpressionText } from '../statement/show-create.ts';
import type { QueryColumn } from './query-tables.ts';

export type SkipIndexRow = {
  readonly database: string;
  readonly table: string;
  readonly index: SkipIndex;
  readonly expression: string;
  /** Over all segments that have it: bytes in the file, and unpacked. */
  readonly bytes: number;
  readonly plainBytes: number;
};

const count = (n: number): bigint => BigInt(n);
const CREATION = {
  ...type('enum8'),
  entries: [
    ['Explicit', 0],
    ['Implicit', 1],
  ],
} as const;

export const SKIP_INDEX_COLUMNS: readonly QueryColumn<SkipIndexRow>[] = [
  ['database', STRING, (row) => row.database],
  ['table', STRING, (row) => row.table],
  ['name', STRING, (row) => row.index.name],
  ['type', STRING, (row) => row.index.typeText.replace(/\(.*/s, '')],
  ['type_full', STRING, (row) => row.index.typeText],
  ['expr', STRING, (row) => row.expression],
  ['creation', CREATION, () => 0n],
  ['granularity', UINT64, (row) => count(row.index.granularity)],
  ['data_compressed_bytes', UINT64, (row) => count(row.bytes)],
  ['data_uncompressed_bytes', UINT64, (row) => count(row.plainBytes)],
  // They stand in the segment's footer, with the rest of the index.
  ['marks_bytes', UINT64, () => 0n],
];

export function skipIndexRows(store: Store, table: TableDefinition): SkipIndexRow[] {
  const options = optionsOf(table);
  const { segments } = store.tableInfo(table.id);
  return (table.indexes ?? []).map((index) => {
    const found = segments.flatMap(({ indexes = [] }) => indexes.filter(({ id }) => id === index.id));
    return {
      database: databaseOfTable(options),
      table: options.name,
      index,
      expression: unwrapped(indexExpressionText(table, index)),
      bytes: found.reduce((sum, { bytes }) => sum + bytes, 0),
      plainBytes: found.reduce((sum, { plainBytes }) => sum + plainBytes, 0),
    };
  });
}

/** Without the parentheses around all of it. */
function unwrapped(text: string): string {
  if (!text.startsWith('(')) return text;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth++;
    if (text[i] === ')' && --depth === 0) return i === text.length - 1 ? text.slice(1, -1) : text;
  }
  return text;
}
