/**
 * One task's way to spill files: says when to spill, numbers the files, counts their bytes over all threads against
 * the query's bound, and closes what it opened.
 *
 * A query without a place to spill never spills: its memory limit is then the only bound. Files are named after the
 * query, so that the coordinator can remove them whatever became of the threads that wrote them.
 */

import { assert, BasaltError } from '../../base/error.ts';
import type { Arena } from '../../memory/arena.ts';
import type { SpillKind, SpillPlan, SpillReader, SpillSpace, SpillWriter } from '../../memory/spill.ts';
import type { Control } from '../control.ts';

/** Less than this is not worth a file when the query's memory runs out: something else must be using it. */
const MIN_SPILL_BYTES = 1 << 20;

export class TaskSpill {
  readonly #arena: Arena;
  readonly #control: Control;
  readonly #owner: number;
  readonly #plan: SpillPlan;
  readonly #space: SpillSpace;
  readonly #readers = new Map<string, SpillReader>();
  readonly #writers = new Set<SpillWriter>();

  constructor(arena: Arena, control: Control, owner: number, plan: SpillPlan, space: SpillSpace) {
    this.#arena = arena;
    this.#control = control;
    this.#owner = owner;
    this.#plan = plan;
    this.#space = space;
  }

  /**
   * Whether an operator that keeps `bytes` on this thread should write them out.
   * @param fixed bytes that it keeps, too, but would not give back
   */
  due(kind: SpillKind, bytes: number, fixed = 0): boolean {
    const { limits, threads } = this.#plan;
    const { ownBytes, queryBytes } = limits[kind];
    if (ownBytes > 0 && (bytes + fixed) * threads >= ownBytes) return true;
    if (queryBytes === 0 || bytes < MIN_SPILL_BYTES) return false;
    return this.#arena.ownerBytes(this.#owner) >= queryBytes;
  }

  /** Whether the frames this thread keeps pinned leave too little of the arena to everybody else. */
  crowds(kind: SpillKind, pinnedBytes: number): boolean {
    const { limits, threads } = this.#plan;
    return limits[kind].queryBytes > 0 && pinnedBytes * threads >= this.#arena.limitBytes / 2;
  }

  /** What one thread may hold of what was spilled while it works on it. */
  workBytes(kind: SpillKind): number {
    const { limits, threads } = this.#plan;
    const { ownBytes, queryBytes } = limits[kind];
    const bounds = [ownBytes, queryBytes].filter((bytes) => bytes > 0);
    return bounds.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...bounds) / threads;
  }

  /** A new file of this query. */
  create(): SpillFile {
    const name = `${this.#plan.prefix}${this.#control.nextSpillFile()}.spill`;
    const writer = this.#space.create(name);
    this.#writers.add(writer);
    return new SpillFile(name, {
      append: (bytes) => {
        this.#claim(bytes.length);
        writer.append(bytes);
      },
      close: () => {
        this.#writers.delete(writer);
        writer.close();
      },
    });
  }

  read(name: string, offset: number, address: number, bytes: number): void {
    let reader = this.#readers.get(name);
    if (reader === undefined) {
      reader = this.#space.open(name);
      this.#readers.set(name, reader);
    }
    reader.read(this.#arena.u8.subarray(address, address + bytes), offset);
  }

  /** Removes a file that nobody needs any more, before the query ends. */
  remove(name: string): void {
    this.#readers.get(name)?.close();
    this.#readers.delete(name);
    this.#space.remove(name);
  }

  close(): void {
    for (const file of [...this.#writers, ...this.#readers.values()]) file.close();
    this.#writers.clear();
    this.#readers.clear();
  }

  #claim(bytes: number): void {
    const { fileBytes } = this.#plan.limits;
    if (this.#control.addSpilled(bytes) <= fileBytes || fileBytes === 0) return;
    throw new BasaltError(
      'LIMIT_EXCEEDED',
      `The query would write more than ${fileBytes} bytes of temporary files`,
      {
        hint: 'Raise max_temporary_data_on_disk_size_for_query, or make the query keep fewer rows',
      },
    );
  }
}

/** A file under construction. */
export class SpillFile {
  readonly name: string;
  readonly #writer: SpillWriter;
  #bytes = 0;
  #closed = false;

  constructor(name: string, writer: SpillWriter) {
    this.name = name;
    this.#writer = writer;
  }

  /** Offset at which the bytes begin. */
  append(bytes: Uint8Array): number {
    assert(!this.#closed, 'a spill file is written once');
    const offset = this.#bytes;
    this.#writer.append(bytes);
    this.#bytes += bytes.length;
    return offset;
  }

  /** All is written; any thread may read it now. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#writer.close();
  }
}
