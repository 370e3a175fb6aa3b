/**
 * Which segments to merge next: size-tiered, within one partition (after LSM trees and ClickHouse's simple
 * merge selector).
 *
 * A run of `fanIn` segments of about one size is merged, smallest first, so each row is rewritten about
 * log(rows) times. What would grow beyond `maxRows` is left alone.
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
    let rows = 0;
    let end = first;
    while (end < segments.length && end - first < maxInputs && segments[end].rows <= largest) {
      if (rows + segments[end].rows > maxRows) break;
      rows += segments[end++].rows;
    }
    if (end - first >= fanIn) return segments.slice(first, end);
  }
  return [];
}
