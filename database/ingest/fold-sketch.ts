/**
 * Sketches, as blocks in the heap of a rollup: values are hashed a batch at a time and added to the sketch of their group; sketches
 * that are read, and those that were made before, are merged into it.
 */

import { fromBase64 } from '../../engine/base/base64.ts';
import { BasaltError } from '../../engine/base/error.ts';
import { ADD_VALUES, mergeBlocks } from '../../engine/exec/aggregate/block-aggregator.ts';
import { addBlocks, scratchMemory } from '../../engine/exec/aggregate/state-form.ts';
import { refsOf, validOf, wordsOf } from '../../engine/exec/lane.ts';
import { BLOCK_AGGREGATES } from '../../engine/function/aggregate/block-aggregate.ts';
import { type BlockForm, blockForm } from '../../engine/function/aggregate/nest.ts';
import type { Region } from '../../engine/memory/region.ts';
import { capHll } from '../../engine/sketch/hll.ts';
import { STATE_KINDS, type StateKindId } from '../../engine/sketch/kind.ts';
import { addQuantile } from '../../engine/sketch/quantiles.ts';
import { laneOf, type StateType } from '../../engine/type/type.ts';
import { type Chunk, VECTOR_ROWS, type Vector } from '../../engine/vector/vector.ts';
import { stringReader } from './chunk-read.ts';
import type { Fold, FoldRows } from './fold.ts';
import type { FoldMemory } from './fold-memory.ts';
import type { StateInput } from './shape.ts';
import { stateChunk } from './state-chunk.ts';

const FIRST_SLOTS = 1024;
const NOTHING = new Uint8Array(0);
/** As Druid tells them: the base64 of a sketch begins with another character. */
const NUMBER = /^[-+.\d]/;

export class SketchFold implements Fold {
  readonly #memory: FoldMemory;
  readonly #form: BlockForm;
  readonly #kind: StateKindId;
  readonly #size: number;
  readonly #input: StateInput;
  /** Address of the column of slots. */
  #slots = 0;
  #capacity = 0;

  constructor(memory: FoldMemory, { fn, params }: StateType, input: StateInput) {
    this.#memory = memory;
    this.#kind = BLOCK_AGGREGATES[fn].kind;
    this.#size = params[0];
    this.#form = blockForm(fn, params) as BlockForm;
    this.#input = input;
  }

  grow(groups: number): void {
    if (groups <= this.#capacity) return;
    const { heap } = this.#memory;
    const capacity = Math.max(FIRST_SLOTS, groups, this.#capacity * 2);
    const slots = heap.alloc(capacity * 8);
    heap.u8.fill(0, slots, slots + capacity * 8);
    if (this.#capacity > 0) {
      heap.u8.copyWithin(slots, this.#slots, this.#slots + this.#capacity * 8);
      heap.free(this.#slots, this.#capacity * 8);
    }
    this.#slots = slots;
    this.#capacity = capacity;
  }

  add(rows: FoldRows): void {
    if (!rows.isFolded && this.#input.takes !== 'values') {
      this.#addTexts(rows);
      return;
    }
    let start = 0;
    for (const vector of rows.source.pages ?? [rows.source.whole as Vector]) {
      const { scratch } = this.#memory;
      const mark = scratch.mark();
      if (rows.isFolded) this.#addStates(vector, rows.gids + 4 * start);
      else this.#addValues(vector, rows.gids + 4 * start);
      scratch.reset(mark);
      start += vector.rows;
    }
  }

  #addStates(vector: Vector, gids: number): void {
    const task = this.#memory;
    const refs = refsOf(task, vector);
    addBlocks(task, this.#form, gids, refs, 0, vector.rows, (gid, slot) =>
      mergeBlocks(task, task.heap, this.#kind, gid, slot, 1, this.#slots),
    );
  }

  #addValues(vector: Vector, gids: number): void {
    const task = this.#memory;
    const [words, valid] = [wordsOf(task, vector), validOf(task, vector)];
    const lane = laneOf(this.#input.input);
    for (let from = 0; from < vector.rows; from += VECTOR_ROWS) {
      ADD_VALUES[this.#kind]({
        task,
        heap: task.heap,
        size: this.#size,
        lane,
        gids: gids + 4 * from,
        words: words + 8 * from,
        second: 0,
        params: [this.#size],
        valid: valid === 0 ? 0 : valid + from,
        n: Math.min(VECTOR_ROWS, vector.rows - from),
        slots: this.#slots,
      });
    }
  }

  #addTexts({ rows, gids, source, misfit }: FoldRows): void {
    const { arena, heap } = this.#memory;
    const read = stringReader(arena, source);
    for (let row = 0; row < rows; row++) {
      const text = read(row);
      if (text === null || text === '') continue;
      if (this.#input.takes === 'either' && NUMBER.test(text)) {
        const value = Number(text);
        if (Number.isNaN(value)) misfit(row);
        else addQuantile(heap, this.#size, this.#slots + 8 * arena.u32[(gids >>> 2) + row], value);
      } else if (!this.#addSketch(text, gids + 4 * row)) misfit(row);
    }
  }

  /** False: the text is no sketch. */
  #addSketch(text: string, gid: number): boolean {
    const task = this.#memory;
    const mark = task.scratch.mark();
    try {
      const bytes = fromBase64(text);
      if (bytes === undefined) return false;
      const slot = task.scratch.allocZero(8);
      const memory = scratchMemory(task);
      STATE_KINDS[this.#kind].read(memory, bytes, slot, [this.#size]);
      if (this.#kind === 'hll') capHll(memory, slot, this.#size);
      mergeBlocks(task, task.heap, this.#kind, gid, slot, 1, this.#slots);
      return true;
    } catch (error) {
      if (error instanceof BasaltError && error.errorName === 'CORRUPTED_DATA') return false;
      throw error;
    } finally {
      task.scratch.reset(mark);
    }
  }

  chunk(region: Region, groups: ArrayLike<number>): Chunk {
    const { arena } = this.#memory;
    const { write } = STATE_KINDS[this.#kind];
    return stateChunk(region, groups.length, (row) => {
      const block = arena.u32[(this.#slots >>> 2) + 2 * groups[row]];
      return block === 0 ? NOTHING : write(arena, block, [this.#size]);
    });
  }
}
