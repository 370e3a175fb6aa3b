/**
 * Which pages of a block indexes leave to be read. A set of pages is a number: bit i is page i of the block.
 *
 * Tests come in the order of the filter's conjuncts; none looks at a granule of which no page is left. Where a part has no
 * such index, or the index does not know, every page stays.
 */

import { FramePins } from '../../memory/frame-cache.ts';
import { granulePages, PAGES_PER_BLOCK, type SkipIndex } from '../../plan/skip-index.ts';
import type { Part, PartReader, SkipIndexReader } from '../../plan/source.ts';
import { type Lane, laneOf } from '../../type/type.ts';
import { chunk, slice, VECTOR_ROWS, type Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { compile } from '../expression/compile.ts';
import type { Evaluator } from '../expression/evaluator.ts';
import { vectorsInput } from '../input.ts';
import { maskOf } from '../lane.ts';
import { excludedBy } from '../prune.ts';
import type { Needle, SkipCondition, SkipNode, SkipTest } from './condition.ts';

/** Pages that are left of the `asked` ones. */
export type PageTest = {
  readonly names: string;
  readonly apply: (reader: PartReader, part: Part, block: number, asked: number) => number;
};

type Granule = {
  readonly index: SkipIndexReader;
  readonly term: number;
  readonly number: number;
  readonly rows: number;
};
type GranuleTest = (granule: Granule) => boolean;
type NodeTest = (reader: PartReader, part: Part, block: number, asked: number) => number;

export const skipFilters = (task: TaskContext, conditions: readonly SkipCondition[]): readonly PageTest[] =>
  conditions.map(({ node, names }) => ({ names, apply: nodeTest(task, node) }));

function nodeTest(task: TaskContext, node: SkipNode): NodeTest {
  if (node.kind === 'test') {
    const lane = laneOf(node.index.terms[node.term].type);
    return granuleTests(node.index, node.term, granuleTest(task, node.test, lane));
  }
  const nodes = node.nodes.map((child) => nodeTest(task, child));
  if (node.kind === 'all')
    return (reader, part, block, asked) =>
      nodes.reduce((left, test) => (left === 0 ? 0 : test(reader, part, block, left)), asked);
  return (reader, part, block, asked) =>
    nodes.reduce((found, test) => {
      const open = asked & ~found;
      return open === 0 ? found : found | test(reader, part, block, open);
    }, 0);
}

/** Runs the test for each granule of a block that has pages left. */
function granuleTests(index: SkipIndex, term: number, passes: GranuleTest): NodeTest {
  const pages = granulePages(index);
  const perBlock = PAGES_PER_BLOCK / pages;
  const granuleRows = pages * VECTOR_ROWS;
  return (reader, part, block, asked) => {
    const own = part.indexes?.some(({ id }) => id === index.id) ? reader.skipIndex?.(index.id) : undefined;
    if (own === undefined) return asked;
    const blockRows = reader.blockRows(block);
    let left = asked;
    for (let i = 0; i < perBlock && i * granuleRows < blockRows; i++) {
      const mask = ((1 << pages) - 1) << (i * pages);
      if ((left & mask) === 0) continue;
      const rows = Math.min(granuleRows, blockRows - i * granuleRows);
      if (!passes({ index: own, term, number: block * perBlock + i, rows })) left &= ~mask;
    }
    return left;
  };
}

function granuleTest(task: TaskContext, test: SkipTest, lane: Lane): GranuleTest {
  switch (test.kind) {
    case 'range':
      return ({ index, term, number, rows }) => {
        const zone = index.bounds(term, number);
        return zone === undefined || !excludedBy(test.range, zone, rows);
      };
    case 'hashes': {
      const lists = test.lists.map((list) => ({
        address: hashed(task, list, lane, test.seed),
        count: list.length,
      }));
      return ({ index, term, number }) => index.hasHashes(term, number, lists);
    }
    case 'values': {
      const condition = compile(test.condition, task);
      return ({ index, term, number }) => {
        const pins = new FramePins(task.engine.frames);
        try {
          const values = index.values(term, number, pins);
          return values === undefined || anyPasses(task, condition, values);
        } finally {
          pins.release();
        }
      };
    }
  }
}

function anyPasses(task: TaskContext, condition: Evaluator, values: Vector): boolean {
  const { kernels, scratch } = task;
  for (let from = 0; from < values.rows; from += VECTOR_ROWS) {
    const mark = scratch.mark();
    const rows = Math.min(VECTOR_ROWS, values.rows - from);
    const input = vectorsInput(rows, [slice(chunk(values), from, rows)]);
    const passed = kernels.mask_count(maskOf(task, condition(input)), rows);
    scratch.reset(mark);
    if (passed > 0) return true;
  }
  return false;
}

/** Address of the hashes of a list, as a writer of the index has hashed values and grams. */
function hashed(task: TaskContext, list: readonly Needle[], lane: Lane, seed: bigint): number {
  const { arena, heap, kernels } = task;
  const words = heap.alloc(Math.max(1, list.length) * 8);
  list.forEach((needle, i) => {
    if (needle instanceof Uint8Array) {
      const at = heap.alloc(needle.length + 8);
      arena.u8.set(needle, at);
      arena.u32.set([at, needle.length], words / 4 + i * 2);
    } else if (typeof needle === 'bigint') arena.i64[words / 8 + i] = BigInt.asIntN(64, needle);
    else if (typeof needle === 'number') arena.f64[words / 8 + i] = needle;
    else arena.i64[words / 8 + i] = needle ? 1n : 0n;
  });
  if (lane === 'f64') kernels.normal_f64(words, list.length, words);
  if (lane === 'str') kernels.bloom_hash_refs(words, list.length, seed, words);
  else kernels.bloom_hash_u64(words, list.length, seed, words);
  return words;
}
