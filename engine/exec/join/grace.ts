/**
 * A join whose right side did not fit (grace hash join): both sides lie in partitions, in files and in memory, and a
 * partition is a morsel: its right rows are loaded and get a table, then its left rows stream by.
 *
 * Only a partition's right rows must fit the memory. A partition of one key cannot be cut further: should it not fit,
 * the query ends with its memory limit.
 */

import { Region } from '../../memory/region.ts';
import type { JoinPlan } from '../../plan/node.ts';
import type { TaskContext } from '../context.ts';
import type { Push } from '../input.ts';
import { chunksByPartition, PARTITIONS } from '../partition.ts';
import type { RowChunk } from '../row-layout.ts';
import { readChunk } from '../spill/partitions.ts';
import { BuildRows } from './build-rows.ts';
import { buildTable } from './build-table.ts';
import { TableSet } from './hash-table.ts';
import type { SidePartial } from './partition-store.ts';
import { JoinProbe } from './probe.ts';
import { type JoinKeys, type JoinSide, leftSide, rightSide } from './side.ts';
import { endsWithRight, pushUnmatchedPage } from './unmatched.ts';

export class GraceJoin {
  readonly morsels = PARTITIONS;
  readonly fleeting = true;
  readonly #task: TaskContext;
  readonly #plan: JoinPlan;
  readonly #left: PartitionedSide;
  readonly #right: PartitionedSide;

  constructor(
    task: TaskContext,
    plan: JoinPlan,
    left: readonly SidePartial[],
    right: readonly SidePartial[],
  ) {
    this.#task = task;
    this.#plan = plan;
    this.#left = new PartitionedSide(task, leftSide(plan), left);
    this.#right = new PartitionedSide(task, rightSide(plan), right);
  }

  run(partition: number, push: Push): void {
    const { arena, heap } = this.#task;
    const region = new Region(arena, heap.owner, 4);
    try {
      const chunks: RowChunk[] = [];
      this.#right.forEach(partition, region, (chunk) => chunks.push(chunk));
      const rows = new BuildRows(this.#task, region, this.#right.side, chunks);
      const table = buildTable(this.#task, region, this.#plan, rows, [...chunks.keys()]);
      this.#probe(partition, new TableSet(this.#task, region, this.#plan, rows, [table]), push);
      if (!endsWithRight(this.#plan)) return;
      for (let page = 0; page < rows.pageCount; page++) {
        this.#task.check();
        pushUnmatchedPage(this.#task, this.#plan, rows, page, push);
      }
    } finally {
      region.free();
    }
  }

  #probe(partition: number, tables: TableSet, push: Push): void {
    const { arena, heap, kernels, scratch } = this.#task;
    const probe = new JoinProbe(this.#task, this.#plan, push);
    const { side } = this.#left;
    const region = new Region(arena, heap.owner, 4);
    try {
      const start = region.mark();
      this.#left.forEach(partition, region, (chunk) => {
        this.#task.check();
        const mark = scratch.mark();
        const words = (word: number): number => side.layout.address(chunk, word);
        const hashes = scratch.alloc(chunk.rows * 4);
        kernels.narrow_u64_u32(words(side.hash), chunk.rows, hashes);
        const keys: JoinKeys = {
          words: Array.from({ length: side.keyWords }, (_, k) => words(k)),
          hashes,
          lasting: [],
        };
        probe.match(side.input(this.#task, chunk.rows, words), keys, tables);
        scratch.reset(mark);
        region.reset(start);
      });
    } finally {
      region.free();
    }
  }
}

/** One side's rows of all threads, by partition. */
class PartitionedSide {
  readonly side: JoinSide;
  readonly #task: TaskContext;
  readonly #partials: readonly SidePartial[];
  readonly #memory: readonly RowChunk[][][];

  constructor(task: TaskContext, side: JoinSide, partials: readonly SidePartial[]) {
    this.#task = task;
    this.side = side;
    this.#partials = partials;
    this.#memory = partials.map((p) => chunksByPartition(p.memory));
  }

  /** The partition's chunks; those on disk are loaded into the region. */
  forEach(partition: number, region: Region, use: (chunk: RowChunk) => void): void {
    for (const [i, { spilled }] of this.#partials.entries()) {
      for (const block of spilled?.blocks ?? []) {
        if (block.partition !== partition) continue;
        use(readChunk(this.#task, region, spilled?.file ?? '', this.side.layout, block));
      }
      for (const chunk of this.#memory[i][partition]) use(chunk);
    }
  }
}
