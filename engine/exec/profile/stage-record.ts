/**
 * What one thread tells of its share of a stage when it has ended: plain data that travels with the partial result.
 * Also the sums over threads. Times in milliseconds, sizes in bytes.
 */

import type { IndexRecord, ReadRecord } from './read-counters.ts';
import type { OperatorRecord } from './stage-meter.ts';

export type StageRecord = {
  readonly read: ReadRecord;
  /** Arena bytes the thread keeps for later stages, or kept for this one. */
  readonly heapBytes: number;
  /** Source, steps, sink; empty unless the query is profiled. */
  readonly operators: readonly OperatorRecord[];
};

const NOTHING: OperatorRecord = { rowsIn: 0, rowsOut: 0, batches: 0, busyMs: 0 };

/** Operator `index` of a stage, over all its threads. */
export const sumOperator = (records: readonly StageRecord[], index: number): OperatorRecord =>
  sumOperators(records.map(({ operators }) => operators[index] ?? NOTHING));

/** Operators that are told as one. */
export const sumOperators = (operators: readonly OperatorRecord[]): OperatorRecord =>
  operators.reduce(
    (sum, o) => ({
      rowsIn: sum.rowsIn + o.rowsIn,
      rowsOut: sum.rowsOut + o.rowsOut,
      batches: sum.batches + o.batches,
      busyMs: sum.busyMs + o.busyMs,
    }),
    NOTHING,
  );

type Spared = ReadRecord['bitmap'];
const add = (a: Spared, b: Spared): Spared => ({ units: a.units + b.units, rows: a.rows + b.rows });

type Filtered = ReadRecord['joinFilter'];
const addFiltered = (a: Filtered, b: Filtered): Filtered => ({ of: a.of + b.of, rows: a.rows + b.rows });

/** By name; threads that met no block of an index have none of it. */
function addIndexes(a: readonly IndexRecord[], b: readonly IndexRecord[]): readonly IndexRecord[] {
  const names = new Set([...a, ...b].map((record) => record.names));
  return Array.from(names, (name) =>
    [...a, ...b]
      .filter((record) => record.names === name)
      .reduce((sum, r) => ({ names: name, of: sum.of + r.of, ...add(sum, r) })),
  );
}

const NO_SPARED: Spared = { units: 0, rows: 0 };
const NO_READ: ReadRecord = {
  rows: 0,
  bytes: 0,
  blocks: 0,
  pages: 0,
  deleted: NO_SPARED,
  blockZones: NO_SPARED,
  bitmap: NO_SPARED,
  pageZones: NO_SPARED,
  indexedBlocks: 0,
  indexes: [],
  joinFilter: { of: 0, rows: 0 },
};

/** What a stage read, over all its threads. */
export function sumRead(records: readonly StageRecord[]): ReadRecord {
  return records
    .map(({ read }) => read)
    .reduce(
      (sum, r) => ({
        rows: sum.rows + r.rows,
        bytes: sum.bytes + r.bytes,
        blocks: sum.blocks + r.blocks,
        pages: sum.pages + r.pages,
        deleted: add(sum.deleted, r.deleted),
        blockZones: add(sum.blockZones, r.blockZones),
        bitmap: add(sum.bitmap, r.bitmap),
        pageZones: add(sum.pageZones, r.pageZones),
        indexedBlocks: sum.indexedBlocks + r.indexedBlocks,
        indexes: addIndexes(sum.indexes, r.indexes),
        joinFilter: addFiltered(sum.joinFilter, r.joinFilter),
      }),
      NO_READ,
    );
}
