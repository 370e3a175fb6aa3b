/**
 * Rows of results back in the arena as parts of a snapshot, while more may come: blocks that are full stay where they are, the last one is
 * written anew when it is asked for. What waits for its block lies outside of the arena, at most a block or TAIL_BYTES.
 */

import type { Arena } from '../../engine/memory/arena.ts';
import { Region } from '../../engine/memory/region.ts';
import type { Part } from '../../engine/plan/source.ts';
import { batchBytes, concatBatches, type ResultBatch, rowsOf } from '../../engine/vector/batch.ts';
import { BLOCK_ROWS } from '../../engine/vector/vector.ts';
import { MEMORY_KIND, type MemoryDescriptor } from '../../storage/index.ts';
import { resultChunk } from './result-chunk.ts';

const TAIL_BYTES = 1 << 24;

let keys = 0;

export class RowStore {
  readonly #arena: Arena;
  readonly #kept: Region;
  readonly #last: Region;
  readonly #parts: Part[] = [];
  #tail: ResultBatch[] = [];
  #tailRows = 0;
  #tailBytes = 0;

  /** @param owner pays; closing it frees everything, too. */
  constructor(arena: Arena, owner: number) {
    this.#arena = arena;
    this.#kept = new Region(arena, owner);
    this.#last = new Region(arena, owner);
  }

  add(batch: ResultBatch): void {
    for (let from = 0; from < batch.rows; ) {
      const to = Math.min(batch.rows, from + BLOCK_ROWS - this.#tailRows);
      const piece = from === 0 && to === batch.rows ? batch : rowsOf(batch, from, to);
      this.#tail.push(piece);
      this.#tailRows += piece.rows;
      this.#tailBytes += batchBytes(piece);
      if (this.#tailRows === BLOCK_ROWS || this.#tailBytes >= TAIL_BYTES) {
        this.#parts.push(this.#part(this.#kept));
        this.#tail = [];
        this.#tailRows = 0;
        this.#tailBytes = 0;
      }
      from = to;
    }
  }

  /** All rows so far; good until rows are added, or asked for again. */
  parts(): readonly Part[] {
    this.#last.free();
    return this.#tailRows === 0 ? [...this.#parts] : [...this.#parts, this.#part(this.#last)];
  }

  free(): void {
    this.#kept.free();
    this.#last.free();
  }

  /** The tail as a part; column ids are places. */
  #part(region: Region): Part {
    const whole = concatBatches(this.#tail);
    this.#tail = [whole];
    const { rows } = whole;
    const descriptor: MemoryDescriptor = {
      rows,
      columns: whole.columns.map((c, id) => [id, resultChunk(this.#arena, region, c, rows)]),
      defaults: [],
    };
    return { kind: MEMORY_KIND, key: `rows ${keys++}`, rows, blocks: 1, zones: new Map(), descriptor };
  }
}
