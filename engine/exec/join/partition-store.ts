/**
 * Rows of one side of a join on one thread, spread over partitions by the hash of their keys; over its budget the thread
 * writes all of them to its spill file, partition by partition, and begins again.
 */

import type { Region } from '../../memory/region.ts';
import { VECTOR_ROWS } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import type { Input } from '../input.ts';
import { KeptStrings } from '../keep-strings.ts';
import { type PartitionedRows, PartitionWriter } from '../partition.ts';
import { type PartitionBlock, writePartitions } from '../spill/partitions.ts';
import type { SpillFile } from '../spill/task-spill.ts';
import type { JoinKeys, JoinSide } from './side.ts';

/** What one thread leaves of one side; plain data. */
export type SidePartial = {
  readonly rows: number;
  readonly memory: PartitionedRows;
  /** Blocks of each partition in a file; null = all is in memory. */
  readonly spilled: { readonly file: string; readonly blocks: readonly PartitionBlock[] } | null;
};

export class PartitionStore {
  readonly #task: TaskContext;
  readonly #side: JoinSide;
  readonly #region: Region;
  readonly #strings: KeptStrings;
  readonly #blocks: PartitionBlock[] = [];
  #writer: PartitionWriter;
  #file: SpillFile | null = null;
  #rows = 0;

  constructor(task: TaskContext, side: JoinSide) {
    this.#task = task;
    this.#side = side;
    this.#region = task.region();
    this.#strings = new KeptStrings(task, task.region());
    this.#writer = this.#newWriter();
  }

  append(input: Input, keys: JoinKeys): void {
    const { rows } = input;
    if (rows === 0) return;
    const words = this.#side.rowWords(this.#task, input, keys, this.#strings);
    this.#writer.append(keys.hashes, words, rows);
    this.#rows += rows;
    const bytes = this.#writer.rows * this.#side.layout.rowBytes + this.#strings.bytes;
    if (this.#task.spill?.due('join', bytes) === true) this.#spill();
  }

  finish(): SidePartial {
    this.#file?.close();
    const spilled = this.#file === null ? null : { file: this.#file.name, blocks: this.#blocks };
    return { rows: this.#rows, memory: this.#writer.finish(), spilled };
  }

  #newWriter(): PartitionWriter {
    return new PartitionWriter(this.#task, this.#region, this.#side.layout, VECTOR_ROWS);
  }

  #spill(): void {
    const file = this.#file ?? this.#task.spilled.create();
    this.#file = file;
    for (const block of writePartitions(this.#task, file, this.#side.layout, this.#writer.finish()))
      this.#blocks.push(block);
    this.#region.free();
    this.#strings.free();
    this.#writer = this.#newWriter();
  }
}
