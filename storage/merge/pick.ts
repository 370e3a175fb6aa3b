/**
 * Which segments to merge next: size-tiered, within one partition (after LSM trees and ClickHouse's simple
 * merge selector).
 *
 * A run of `fanIn` segments of about one size is merged, smallest first, so each row is rewritten about
 * log(rows) times. What would grow beyond `maxRows` or `maxBytes` is left alone, and what comes near is as large as
 * segments get: scans are cut into blocks, so a larger one would not be read faster, but its strings would outgrow
 * their dictionary (a million), a merge would hold more (a byte a row) and throw more away when it is stopped.
 * What has most of its rows hidden is rewritten by itself.
 */

import { liveRowsOf, type SegmentMeta } from '../segment/meta.ts';
import { partitionKey } from '../table/partition.ts';

export type MergePolicy = {
  /** Segments of about one size before they are merged, and the most merged at once. */
  readonly fanIn: number;
  readonly maxInputs: number;
  /** Rows and bytes of a merged segment, at most. */
  readonly maxRows: number;
  readonly maxBytes: number;
};

export const DEFAULT_MERGE_POLICY: MergePolicy = {
  fanIn: 6,
  maxInputs: 16,
  maxRows: 8 << 20,
  maxBytes: 4 * 2 ** 30,
};

/** How much larger than the smallest of a merge its largest input may be. */
const SIZE_FACTOR = 4;
/** Share of hidden rows from which a segment is rewritten. */
const HIDDEN_SHARE = 0.5;
/** Below this all segments are of one size. */
const SMALL_ROWS = 4096;

/**
 * Segments to merge, oldest first; empty when nothing is due. `busy` take no part.
 * @param neighbours only segments between which there is none by age: where the last row of a key is another than the
 *   first, a row must not come to lie before or behind one that it was not before or behind.
 */
export function pickMerge(
  segments: Iterable<SegmentMeta>,
  busy: ReadonlySet<number>,
  policy: MergePolicy = DEFAULT_MERGE_POLICY,
  neighbours = false,
): SegmentMeta[] {
  let best: SegmentMeta[] = [];
  const partitions = byPartition(segments);
  for (const list of partitions.values()) {
    const picked = neighbours
      ? pickNeighbours(list, busy, policy)
      : pickAlike(
          list.filter(({ id }) => !busy.has(id)),
          policy,
        );
    if (picked.length > 0 && (best.length === 0 || rowsOf(picked) < rowsOf(best))) best = picked;
  }
  return best.length > 0 ? best.sort(byAge) : pickHollow(partitions, busy);
}

/**
 * What is left to merge until each partition is one segment, or as few of about one size as the policy's sizes allow:
 * neighbours by age, the fewest rows first. Empty when all is merged, or busy.
 * @param isBounded keeps merged segments within the policy's sizes.
 */
export function pickFinal(
  segments: Iterable<SegmentMeta>,
  busy: ReadonlySet<number>,
  policy: MergePolicy,
  isBounded: boolean,
): SegmentMeta[] {
  let best: SegmentMeta[] = [];
  for (const list of byPartition(segments).values()) {
    list.sort(byAge);
    for (const group of isBounded ? evenGroups(list, policy) : [list]) {
      for (const inputs of windows(group, policy.maxInputs)) {
        if (inputs.some(({ id }) => busy.has(id))) continue;
        if (best.length === 0 || rowsOf(inputs) < rowsOf(best)) best = inputs;
      }
    }
  }
  return best;
}

/** As few groups of neighbours as the policy's sizes allow, of about as many rows each where that fits, too. */
function evenGroups(segments: readonly SegmentMeta[], policy: MergePolicy): SegmentMeta[][] {
  const rows = rowsOf(segments);
  const count = Math.max(1, Math.ceil(rows / policy.maxRows), Math.ceil(bytesOf(segments) / policy.maxBytes));
  const groups: SegmentMeta[][] = Array.from({ length: count }, () => []);
  let before = 0;
  for (const meta of segments) {
    // A segment goes where its middle row does: so those that are merged already stay apart.
    const middle = before + liveRowsOf(meta) / 2;
    groups[Math.min(count - 1, Math.floor((middle / rows) * count))].push(meta);
    before += liveRowsOf(meta);
  }
  const unbounded = { ...policy, maxInputs: segments.length };
  if (groups.every((group) => within(group, unbounded).length === group.length)) return groups;
  const full: SegmentMeta[][] = [];
  for (let from = 0; from < segments.length; from += full[full.length - 1].length) {
    const fitting = within(segments.slice(from), unbounded);
    full.push(fitting.length > 0 ? fitting : segments.slice(from, from + 1));
  }
  return full;
}

/** What can be merged first of a list that is to become one, `most` at once: so many that later merges, the last too, are full. */
function windows<T>(list: readonly T[], most: number): T[][] {
  if (list.length < 2) return [];
  const size = list.length <= most ? list.length : ((list.length - 2) % (most - 1)) + 2;
  return Array.from({ length: list.length - size + 1 }, (_, at) => list.slice(at, at + size));
}

export function byPartition(segments: Iterable<SegmentMeta>): Map<string, SegmentMeta[]> {
  const partitions = new Map<string, SegmentMeta[]>();
  for (const meta of segments) {
    const key = partitionKey(meta.partition);
    const list = partitions.get(key);
    if (list === undefined) partitions.set(key, [meta]);
    else list.push(meta);
  }
  return partitions;
}

export const byAge = (a: SegmentMeta, b: SegmentMeta): number => a.age - b.age || a.id - b.id;

/** Runs of neighbours by age, cut where one is busy. */
function freeRuns(segments: SegmentMeta[], busy: ReadonlySet<number>): SegmentMeta[][] {
  const runs: SegmentMeta[][] = [[]];
  for (const meta of segments.sort(byAge)) {
    if (busy.has(meta.id)) runs.push([]);
    else runs[runs.length - 1].push(meta);
  }
  return runs;
}

/**
 * The run of neighbours that is due and cheapest for what it saves, rows for each segment that goes. It is due when all
 * of it is `fanIn` times its largest segment: so each row is rewritten about log(rows) times, whatever lies beside what
 * (ClickHouse's simple merge selector).
 */
function pickNeighbours(
  segments: SegmentMeta[],
  busy: ReadonlySet<number>,
  policy: MergePolicy,
): SegmentMeta[] {
  let best: SegmentMeta[] = [];
  let bestCost = Number.POSITIVE_INFINITY;
  for (const run of freeRuns(segments, busy)) {
    for (let first = 0; first + 1 < run.length; first++) {
      const fitting = within(run.slice(first, first + policy.maxInputs), policy);
      // What fills a whole segment is worth it with fewer.
      const isFull = fitting.length < Math.min(run.length - first, policy.maxInputs);
      let sum = 0;
      let largest = 0;
      fitting.forEach((meta, last) => {
        const rows = liveRowsOf(meta);
        sum += Math.max(SMALL_ROWS, rows);
        largest = Math.max(largest, SMALL_ROWS, rows);
        const enough =
          Math.min(policy.fanIn, policy.maxInputs) / (isFull && last === fitting.length - 1 ? 2 : 1);
        const cost = sum / last;
        if (last === 0 || sum < largest * enough || cost >= bestCost) return;
        best = fitting.slice(0, last + 1);
        bestCost = cost;
      });
    }
  }
  return best;
}

/** Rows that a merge of these would put out. */
export const rowsOf = (segments: readonly SegmentMeta[]): number =>
  segments.reduce((sum, meta) => sum + liveRowsOf(meta), 0);

const bytesOf = (segments: readonly SegmentMeta[]): number =>
  segments.reduce((sum, { fileBytes }) => sum + fileBytes, 0);

/** The segment that is left with the smallest share of its rows, where that is small. */
function pickHollow(
  partitions: ReadonlyMap<string, readonly SegmentMeta[]>,
  busy: ReadonlySet<number>,
): SegmentMeta[] {
  const hiddenShare = ({ rows, overlay }: SegmentMeta): number => (overlay?.rows ?? 0) / rows;
  const hollow = [...partitions.values()]
    .flat()
    .filter((meta) => !busy.has(meta.id) && hiddenShare(meta) >= HIDDEN_SHARE);
  return hollow.sort((a, b) => hiddenShare(b) - hiddenShare(a)).slice(0, 1);
}

/** The smallest run of segments of about one size that is long enough. */
function pickAlike(segments: SegmentMeta[], policy: MergePolicy): SegmentMeta[] {
  const enough = Math.min(policy.fanIn, policy.maxInputs);
  segments.sort((a, b) => liveRowsOf(a) - liveRowsOf(b) || a.id - b.id);
  for (let first = 0; first + policy.fanIn <= segments.length; first++) {
    const largest = Math.max(SMALL_ROWS, liveRowsOf(segments[first]) * SIZE_FACTOR);
    const alike = segments.slice(first).filter((meta) => liveRowsOf(meta) <= largest);
    if (alike.length < policy.fanIn) continue;
    const fitting = within(alike, policy);
    // What fills a whole segment is worth it with fewer: it is merged for the last time.
    const isFull = fitting.length < Math.min(alike.length, policy.maxInputs);
    if (fitting.length >= (isFull ? Math.max(2, Math.ceil(enough / 2)) : enough)) return fitting;
  }
  return [];
}

/** The first segments that together stay within the policy's bounds. */
function within(
  segments: readonly SegmentMeta[],
  { maxInputs, maxRows, maxBytes }: MergePolicy,
): SegmentMeta[] {
  let rows = 0;
  let bytes = 0;
  const count = segments.slice(0, maxInputs).findIndex((next) => {
    rows += liveRowsOf(next);
    bytes += next.fileBytes;
    return rows > maxRows || bytes > maxBytes;
  });
  return segments.slice(0, count < 0 ? maxInputs : count);
}
