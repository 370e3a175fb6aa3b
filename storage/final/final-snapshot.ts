/**
 * A snapshot of a table as SELECT ... FINAL sees it: no two rows of equal key, whatever was merged so far.
 *
 * Segments are put into clusters whose ranges of the first key column overlap; a cluster of one segment has no key twice
 * and is read as it is (but for what only merges to come still need). For the others final-rows.ts says what to hide, on
 * as many threads as there are clusters and workers. Like ClickHouse, keys are compared across partitions, in their
 * order, unless the caller says that they differ.
 */

import type { Arena } from '../../engine/memory/arena.ts';
import { Region } from '../../engine/memory/region.ts';
import type { RowPolicy } from '../../engine/plan/row-policy.ts';
import type { Part, Snapshot } from '../../engine/plan/source.ts';
import { laneOf } from '../../engine/type/type.ts';
import { liveRows } from '../../engine/vector/hidden-rows.ts';
import { CONTROL_BYTES, MergeControl } from '../merge/merge-job.ts';
import { byAge, byPartition } from '../merge/pick.ts';
import type { SegmentDescriptor } from '../segment/descriptor.ts';
import type { SegmentMeta } from '../segment/meta.ts';
import type { FinalJob, SegmentBuilder } from '../segment/segment-builder.ts';
import { columnOf, type TableDefinition } from '../table/definition.ts';
import { memoryPart } from '../table/memory-part.ts';

export type FinalOptions = {
  /** Columns that will be read. */
  readonly columnIds: readonly number[];
  /** Rows of different partitions have different keys. */
  readonly withinPartitions: boolean;
  readonly memoryLimitBytes: number;
  readonly signal: AbortSignal;
};

type Member = { readonly meta: SegmentMeta; readonly part: Part };

/** @param held parts of all segments; it is let go of with what is answered, or when this fails. */
export async function finalSnapshot(
  arena: Arena,
  builder: SegmentBuilder,
  table: TableDefinition,
  segments: readonly SegmentMeta[],
  held: Snapshot,
  options: FinalOptions,
): Promise<Snapshot> {
  const members = segments.map((meta, i): Member => ({ meta, part: held.parts[i] }));
  const owner = arena.openOwner(options.memoryLimitBytes);
  const control = new Region(arena, owner, 1).allocZero(CONTROL_BYTES);
  const watch = new MergeControl(arena, { owner, control });
  const stop = (): void => watch.cancel();
  options.signal.addEventListener('abort', stop);
  if (options.signal.aborted) stop();
  try {
    const pieces = await settled(
      clustersOf(table, members, options.withinPartitions).map(async (cluster) =>
        needsMerge(table.policy, cluster)
          ? mergedParts(builder, table, cluster, options.columnIds, { owner, control })
          : cluster.map(({ part }) => part),
      ),
    );
    const parts = pieces.flat();
    return {
      parts,
      rows: parts.reduce((sum, part) => sum + liveRows(part), 0),
      release: () => {
        held.release();
        arena.closeOwner(owner);
      },
    };
  } catch (error) {
    held.release();
    arena.closeOwner(owner);
    options.signal.throwIfAborted();
    throw error;
  } finally {
    options.signal.removeEventListener('abort', stop);
  }
}

/** All results, once none of the work is going on any more. */
async function settled<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

let nextKey = 1;

async function mergedParts(
  builder: SegmentBuilder,
  table: TableDefinition,
  cluster: readonly Member[],
  columnIds: readonly number[],
  job: FinalJob,
): Promise<Part[]> {
  const inputs = cluster.map(({ part: { descriptor, hidden = null } }) => ({
    descriptor: descriptor as SegmentDescriptor,
    hidden,
  }));
  const rows = cluster.reduce((sum, { part }) => sum + part.rows, 0);
  const { hidden, batches } = await builder.final(table, inputs, columnIds, job, rows);
  return [
    ...cluster.map(({ part }, i) => {
      const ofPart = hidden[i];
      return ofPart === null ? part : { ...part, hidden: ofPart };
    }),
    ...batches.map((batch) => memoryPart(table, batch, `final:${table.id}:${nextKey++}`)),
  ];
}

/** One segment alone has no key twice; but it may have rows that are there for merges to come. */
function needsMerge(policy: RowPolicy, cluster: readonly Member[]): boolean {
  if (cluster.length > 1) return true;
  return policy.kind === 'collapsing' || (policy.kind === 'replacing' && policy.isDeleted !== null);
}

/** Segments that may have keys in common, each cluster in order of age. */
function clustersOf(
  table: TableDefinition,
  members: readonly Member[],
  withinPartitions: boolean,
): Member[][] {
  const metas = members.map(({ meta }) => meta);
  const partitions = [...byPartition(metas)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, list]) => list);
  const place = new Map<number, number>();
  let next = 0;
  for (const list of partitions) for (const { id } of list.sort(byAge)) place.set(id, next++);
  const groups = withinPartitions ? partitions : [metas];
  return groups.flatMap((group) => {
    const some = members.filter(({ meta }) => group.includes(meta));
    return overlapping(table, some).map((cluster) =>
      cluster.sort((a, b) => (place.get(a.meta.id) ?? 0) - (place.get(b.meta.id) ?? 0)),
    );
  });
}

/** Cut where the first key column leaves a gap; bounds of integers are exact, of others they may be unknown. */
function overlapping(table: TableDefinition, members: readonly Member[]): Member[][] {
  const [first] = table.sortKey;
  if (first === undefined || laneOf(columnOf(table, first).type) !== 'i64') return [[...members]];
  const bounded = members.map((member) => {
    const statistics = member.meta.columns.find(({ id }) => id === first);
    const known = statistics !== undefined && statistics.nullCount === 0;
    const min = known && typeof statistics.min === 'bigint' ? statistics.min : null;
    const max = known && typeof statistics.max === 'bigint' ? statistics.max : null;
    return { member, min, max };
  });
  if (bounded.some(({ min, max }) => min === null || max === null)) return [[...members]];
  bounded.sort((a, b) => ((a.min as bigint) < (b.min as bigint) ? -1 : 1));
  const clusters: Member[][] = [];
  let end: bigint | null = null;
  for (const { member, min, max } of bounded) {
    if (end === null || (min as bigint) > end) clusters.push([member]);
    else clusters[clusters.length - 1].push(member);
    if (end === null || (max as bigint) > end) end = max;
  }
  return clusters;
}
