/**
 * What becomes of a partition whose groups do not fit: they are written out, split by the next byte of their hash, as
 * often as it takes until all rows of the partition were seen; its parts are partitions in turn.
 *
 * Rows only become fewer on that way, since what is written are groups: a key of a billion rows costs as much as any
 * other.
 */

import type { Region } from '../../memory/region.ts';
import { VECTOR_ROWS } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { KeptStrings } from '../keep-strings.ts';
import type { KeyShape } from '../key.ts';
import { PartitionWriter } from '../partition.ts';
import type { RowLayout } from '../row-layout.ts';
import { type Groups, groupBytes } from './groups.ts';
import { GroupSpill, type SpilledGroups } from './spill.ts';

/** Fewer groups than these are not worth files. */
const MIN_GROUPS = 2 * VECTOR_ROWS;
/** A table that grows leaves as much behind as it needs. */
const GROWTH = 2;
const MIN_STRING_BYTES = 1 << 20;

/** What the groups of a partition may hold on one thread, and where; for one partition after the other. */
export class MergeBounds {
  /** A power of two: a table of as many has room for no more. */
  readonly maxGroups: number;
  readonly maxStringBytes: number;
  readonly strings: KeptStrings;
  /** Groups on their way to a file. */
  readonly region: Region;

  constructor(task: TaskContext, shape: KeyShape, layout: RowLayout) {
    const bytes = task.spilled.workBytes('group') / 2;
    const groups = Math.max(MIN_GROUPS, Math.floor(bytes / (groupBytes(shape, layout) * GROWTH)));
    this.maxGroups = 2 ** Math.floor(Math.log2(groups));
    this.maxStringBytes = Math.max(MIN_STRING_BYTES, bytes);
    this.strings = new KeptStrings(task, task.region());
    this.region = task.region();
  }
}

export class PartitionSplit {
  readonly #task: TaskContext;
  readonly #layout: RowLayout;
  readonly #bounds: MergeBounds;
  readonly #level: number;
  #file: GroupSpill | null = null;

  /** @param level of the parts */
  constructor(task: TaskContext, layout: RowLayout, bounds: MergeBounds, level: number) {
    this.#task = task;
    this.#layout = layout;
    this.#bounds = bounds;
    this.#level = level;
  }

  get maxGroups(): number {
    return this.#bounds.maxGroups;
  }

  /** Takes the groups away if another batch could be too much. */
  relieve(groups: Groups): void {
    const { maxGroups, maxStringBytes, strings } = this.#bounds;
    const bytes = strings.bytes + groups.blockBytes;
    if (groups.count + VECTOR_ROWS <= maxGroups && bytes <= maxStringBytes) return;
    this.#file ??= new GroupSpill(this.#task);
    this.#write(groups, this.#file);
  }

  /** Where the parts are, if groups had to be taken away; then these are the last of them. */
  finish(groups: Groups): SpilledGroups | null {
    if (this.#file === null) return null;
    this.#write(groups, this.#file);
    return this.#file.finish();
  }

  #write(groups: Groups, file: GroupSpill): void {
    const { count, columns, hashes } = groups;
    const { region, strings } = this.#bounds;
    const writer = new PartitionWriter(this.#task, region, this.#layout, VECTOR_ROWS, this.#level);
    for (let from = 0; from < count; from += VECTOR_ROWS) {
      this.#task.check();
      writer.append(
        hashes + from * 4,
        columns.map((c) => c + from * 8),
        Math.min(VECTOR_ROWS, count - from),
      );
    }
    file.writeStates(this.#layout, writer.finish());
    region.free();
    groups.clear();
    groups.freeBlocks();
    strings.free();
  }
}
