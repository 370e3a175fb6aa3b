/**
 * Which segments to merge next: size-tiered, within one partition (after LSM trees and ClickHouse's simple
 * merge selector).
 *
 * A run of `fanIn` segments of about one size is merged, smallest first, so each row is rewritten about
 * log(rows) times. What would grow beyond `maxRows`, or would take too much memory, is left alone.
 */

import type { SegmentMeta } from '../segment/meta.ts';
import { partitionKey } from '../table/partition.ts';

export type MergePolicy = {
  /** Segments of about one size before they are merged, and the most merged at once. */
  readonly fanIn: number;
  readonly maxInputs: number;
  /** Rows of a merged segment, at most. */
  readonly maxRows: number;
};

export const DEFAULT_MERGE_POLICY: MergePolicy = { fanIn: 6, maxInputs: 16, maxRows: 8 << 20 };

/** How much larger than the smallest of a merge its largest input may be. */
const SIZE_FACTOR = 4;
/** Below this all segments are of one size. */
const SMALL_ROWS = 4096;
/** A merge holds what it has encoded until the segment is written: not more than this much. */
const MAX_MERGED_BYTES = 256 << 20;
/** And a block of every column of every input, decoded: fewer inputs at once where there are many columns. */
const MAX_INPUT_COLUMNS = 256;

/** Segments to merge, oldest first; empty when nothing is due. `busy` are being merged already. */
export function pickMerge(
  segments: Iterable<SegmentMeta>,
  busy: ReadonlySet<number>,
  policy: MergePolicy = DEFAULT_MERGE_POLICY,
): SegmentMeta[] {
  const partitions = new Map<string, SegmentMeta[]>();
  for (const meta of segments) {
    if (busy.has(meta.id)) continue;
    const key = partitionKey(meta.partition);
    const list = partitions.get(key);
    if (list === undefined) partitions.set(key, [meta]);
    else list.push(meta);
  }
  let best: SegmentMeta[] = [];
  for (const list of partitions.values()) {
    const picked = pickAlike(list, policy);
    if (picked.length > 0 && (best.length === 0 || rowsOf(picked) < rowsOf(best))) best = picked;
  }
  return best.sort((a, b) => a.id - b.id);
}

const rowsOf = (segments: readonly SegmentMeta[]): number =>
  segments.reduce((sum, { rows }) => sum + rows, 0);

/** The smallest run of segments of about one size that is long enough. */
function pickAlike(segments: SegmentMeta[], { fanIn, maxInputs, maxRows }: MergePolicy): SegmentMeta[] {
  segments.sort((a, b) => a.rows - b.rows || a.id - b.id);
  for (let first = 0; first + fanIn <= segments.length; first++) {
    const largest = Math.max(SMALL_ROWS, segments[first].rows * SIZE_FACTOR);
    const alike = segments.slice(first).filter(({ rows }) => rows <= largest);
    if (alike.length < fanIn) continue;
    const atOnce = Math.min(maxInputs, Math.floor(MAX_INPUT_COLUMNS / segments[first].columns.length));
    let rows = 0;
    let bytes = 0;
    let count = 0;
    for (; count < Math.min(alike.length, Math.max(2, atOnce)); count++) {
      const next = alike[count];
      if (rows + next.rows > maxRows || bytes + next.fileBytes > MAX_MERGED_BYTES) break;
      rows += next.rows;
      bytes += next.fileBytes;
    }
    // Few columns: as many at once as are due. Many: two are a beginning.
    if (count >= Math.min(fanIn, Math.max(2, atOnce))) return alike.slice(0, count);
  }
  return [];
}
