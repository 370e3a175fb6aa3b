/**
 * Tables of hand-made columns in the arena, for tests and benches of the executor without storage.
 */

import type { EngineContext, PartOpener } from '../../engine/exec/context.ts';
import { Region } from '../../engine/memory/region.ts';
import type { Part, PartReader, Snapshot } from '../../engine/plan/source.ts';
import { BLOCK_ROWS, type Chunk } from '../../engine/vector/vector.ts';

/** One block: chunks by column id. */
export type MemoryBlock = { readonly rows: number; readonly chunks: Readonly<Record<number, Chunk>> };

let nextKey = 0;

export const openMemoryBlocks: PartOpener = (descriptor): PartReader => {
  const blocks = descriptor as readonly MemoryBlock[];
  return {
    rows: blocks.reduce((sum, b) => sum + b.rows, 0),
    blockCount: blocks.length,
    blockRows: (block) => blocks[block].rows,
    zone: () => undefined,
    chunk: (block, columnId) => blocks[block].chunks[columnId],
    close: () => undefined,
  };
};

export const MEMORY_KIND = 'test-memory';

export function memorySnapshot(blocks: readonly MemoryBlock[]): Snapshot {
  const rows = blocks.reduce((sum, b) => sum + b.rows, 0);
  const part: Part = {
    kind: MEMORY_KIND,
    key: `test-${nextKey++}`,
    rows,
    blocks: blocks.length,
    zones: new Map(),
    descriptor: blocks,
  };
  return { parts: [part], rows, release: () => undefined };
}

/** Splits `rows` into blocks and makes each with `make(first row, rows)`. */
export function blocksOf(
  rows: number,
  make: (from: number, rows: number) => Readonly<Record<number, Chunk>>,
): MemoryBlock[] {
  const blocks: MemoryBlock[] = [];
  for (let from = 0; from < rows; from += BLOCK_ROWS) {
    const n = Math.min(BLOCK_ROWS, rows - from);
    blocks.push({ rows: n, chunks: make(from, n) });
  }
  return blocks;
}

export const regionOf = (engine: EngineContext): Region => new Region(engine.arena, engine.arena.openOwner());
