/**
 * A segment as a part of a snapshot: plain data that any worker can open. The coordinator makes it once per
 * segment and table version; the frame slots it names are shared by all readers.
 */

import type { SkipIndex } from '../../engine/plan/skip-index.ts';
import type { Part, Zone } from '../../engine/plan/source.ts';
import { type Lane, laneOf, type Value } from '../../engine/type/type.ts';
import type { HiddenRows } from '../../engine/vector/hidden-rows.ts';
import type { ReadableDescriptor } from '../fs/file-system.ts';
import { toJson } from '../manifest/json.ts';
import type { TableDefinition } from '../table/definition.ts';
import type { SegmentMeta } from './meta.ts';

export const SEGMENT_KIND = 'segment';

/** What a column is to readers when the segment was written without it. */
export type MissingColumn = { readonly id: number; readonly lane: Lane; readonly value: Value };

export type SegmentDescriptor = {
  readonly file: ReadableDescriptor;
  readonly identity: bigint;
  readonly footerOffset: number;
  readonly footerBytes: number;
  readonly footerChecksum: bigint;
  /** Address of the segment's frame slots. */
  readonly slots: number;
  /** Columns that are constant, whatever the file has under their ids. */
  readonly defaults: readonly MissingColumn[];
  /** Columns that the file has under another id. */
  readonly renumbered: ReadonlyMap<number, number>;
  /** Indexes that the file has under another id. */
  readonly indexIds: ReadonlyMap<number, number>;
};

export function segmentPart(
  table: TableDefinition,
  meta: SegmentMeta,
  file: ReadableDescriptor,
  slots: number,
  hidden: HiddenRows | null = null,
): Part {
  const zones = new Map<number, Zone>();
  const constants = new Map<number, Value>();
  const renumbered = new Map<number, number>();
  for (const { id, min, max, nullCount, stored } of meta.columns) {
    if (stored === null) constants.set(id, min);
    else zones.set(id, { min, max, nullCount });
    if (typeof stored === 'number') renumbered.set(id, stored);
  }
  const defaults: MissingColumn[] = [];
  for (const { id, type, default: given } of table.columns) {
    if (zones.has(id)) continue;
    const value = constants.has(id) ? (constants.get(id) ?? null) : given;
    zones.set(id, { min: value, max: value, nullCount: value === null ? meta.rows : 0 });
    defaults.push({ id, lane: laneOf(type), value });
  }
  const indexes = indexesOf(table, meta);
  const indexIds = new Map<number, number>();
  for (const { id, stored } of meta.indexes ?? []) if (stored !== undefined) indexIds.set(id, stored);
  const descriptor: SegmentDescriptor = {
    file,
    identity: meta.identity,
    footerOffset: meta.footerOffset,
    footerBytes: meta.footerBytes,
    footerChecksum: meta.footerChecksum,
    slots,
    defaults,
    renumbered,
    indexIds,
  };
  // Readers know the columns of the day they were opened: a changed table needs a new key.
  const columns = toJson([
    defaults.map(({ id, lane, value }) => [id, lane, value]),
    [...renumbered],
    [...indexIds],
  ]);
  const key = `segment:${table.id}:${meta.id}:${slots}:${columns}`;
  const partition = meta.partition.length === 0 ? {} : { partition: meta.partition.map(String).join() };
  return {
    kind: SEGMENT_KIND,
    key,
    segment: meta.id,
    rows: meta.rows,
    blocks: meta.blocks,
    ...(hidden === null ? {} : { hidden }),
    ...partition,
    zones,
    ...(indexes.length === 0 ? {} : { indexes }),
    descriptor,
  };
}

/** Those of the table that the segment has. */
function indexesOf({ indexes = [] }: TableDefinition, meta: SegmentMeta): readonly SkipIndex[] {
  const has = new Set(meta.indexes?.map(({ id }) => id));
  return indexes.every(({ id }) => has.has(id)) ? indexes : indexes.filter(({ id }) => has.has(id));
}
