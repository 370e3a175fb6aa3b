/**
 * A thread's share of a GROUP BY in a spill file: states of groups and rows that were never grouped, both by partition.
 */

import { Region } from '../../memory/region.ts';
import type { TaskContext } from '../context.ts';
import { PARTITIONS, type PartitionedRows } from '../partition.ts';
import type { RowChunk, RowLayout } from '../row-layout.ts';
import { type PartitionBlock, readChunk, writePartitions } from '../spill/partitions.ts';
import type { SpillFile } from '../spill/task-spill.ts';

/** What a thread left in a file; plain data. */
export type SpilledGroups = {
  readonly file: string;
  readonly states: readonly PartitionBlock[];
  readonly raw: readonly PartitionBlock[];
};

export class GroupSpill {
  readonly #task: TaskContext;
  readonly #file: SpillFile;
  readonly #states: PartitionBlock[] = [];
  readonly #raw: PartitionBlock[] = [];

  constructor(task: TaskContext) {
    this.#task = task;
    this.#file = task.spilled.create();
  }

  writeStates(layout: RowLayout, rows: PartitionedRows): void {
    for (const block of writePartitions(this.#task, this.#file, layout, rows)) this.#states.push(block);
  }

  writeRaw(layout: RowLayout, rows: PartitionedRows): void {
    for (const block of writePartitions(this.#task, this.#file, layout, rows)) this.#raw.push(block);
  }

  finish(): SpilledGroups {
    this.#file.close();
    return { file: this.#file.name, states: this.#states, raw: this.#raw };
  }
}

/** The same, to be read. */
export class SpilledRows {
  readonly #task: TaskContext;
  readonly #file: string;
  readonly #states: readonly PartitionBlock[][];
  readonly #raw: readonly PartitionBlock[][];
  /** One block at a time. */
  readonly #region: Region;

  constructor(task: TaskContext, { file, states, raw }: SpilledGroups) {
    this.#task = task;
    this.#file = file;
    this.#states = byPartition(states);
    this.#raw = byPartition(raw);
    this.#region = new Region(task.arena, task.heap.owner, 4);
  }

  rowsOf(partition: number): number {
    return [...this.#states[partition], ...this.#raw[partition]].reduce((sum, { rows }) => sum + rows, 0);
  }

  /** Passes on the states of a partition; a chunk is good until the call that got it returns. */
  readStates(partition: number, layout: RowLayout, use: (chunk: RowChunk) => void): void {
    for (const block of this.#states[partition]) this.#read(layout, block, use);
  }

  /** The same for rows that were not grouped. */
  readRaw(partition: number, layout: RowLayout, use: (chunk: RowChunk) => void): void {
    for (const block of this.#raw[partition]) this.#read(layout, block, use);
  }

  /** Removes the file, which nobody else reads. */
  remove(): void {
    this.#task.spilled.remove(this.#file);
  }

  #read(layout: RowLayout, block: PartitionBlock, use: (chunk: RowChunk) => void): void {
    try {
      use(readChunk(this.#task, this.#region, this.#file, layout, block));
    } finally {
      this.#region.free();
    }
  }
}

function byPartition(blocks: readonly PartitionBlock[]): PartitionBlock[][] {
  const lists: PartitionBlock[][] = Array.from({ length: PARTITIONS }, () => []);
  for (const block of blocks) lists[block.partition].push(block);
  return lists;
}
