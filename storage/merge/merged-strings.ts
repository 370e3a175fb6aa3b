/**
 * How a string column of several segments becomes one: by a dictionary, where all inputs have theirs and the strings
 * together keep one, else as text.
 *
 * Dictionaries are sorted, so merging them is merging sorted inputs: no string is hashed, none is copied. In memory are
 * the dictionaries of this one column, and 12 bytes for each of their entries.
 */

import { bytesOfText } from '../../engine/base/bytes-text.ts';
import { Region } from '../../engine/memory/region.ts';
import { laneOf } from '../../engine/type/type.ts';
import type { CodecContext } from '../codec/context.ts';
import {
  keepsDictionary,
  MAX_DICTIONARY_BYTES,
  MAX_DICTIONARY_ENTRIES,
  mayRepeat,
  type SortedDictionary,
} from '../segment/dictionary-builder.ts';
import type { SegmentReader } from '../segment/reader.ts';
import type { StagedForm } from '../segment/staged-column.ts';
import type { ColumnDefinition } from '../table/definition.ts';
import { type InputStrings, type UsedStrings, usedStrings } from './used-strings.ts';

/** Entries merged between two looks around. */
const STEP_ENTRIES = 1 << 16;

export class MergedStrings {
  /** null: the merged column is text. */
  readonly dictionary: SortedDictionary | null;
  readonly inputs: readonly InputStrings[];
  readonly #free: () => void;

  private constructor(
    dictionary: SortedDictionary | null,
    inputs: readonly InputStrings[],
    free: () => void,
  ) {
    this.dictionary = dictionary;
    this.inputs = inputs;
    this.#free = free;
  }

  /** Yields between steps. */
  static *of(
    context: CodecContext,
    definition: ColumnDefinition,
    readers: readonly SegmentReader[],
    asText = false,
  ): Generator<void, MergedStrings> {
    const { id } = definition;
    const region = new Region(context.arena, context.scratch.owner, 4);
    const free = (): void => {
      for (const reader of readers) reader.releaseDictionary(id);
      region.free();
    };
    try {
      const inputs: InputStrings[] = [];
      for (const reader of readers) {
        inputs.push(stringsOf(context, region, definition, reader));
        yield;
      }
      const rowCount = readers.reduce((sum, { liveRows }) => sum + liveRows, 0);
      const isText = asText || inputs.some(({ count }) => count === 0);
      if (isText) return new MergedStrings(null, inputs, free);
      const used: UsedStrings[] = [];
      for (const [i, reader] of readers.entries())
        used.push(yield* usedStrings(context, region, reader, id, inputs[i]));
      const merging = used.map(({ strings }) => strings);
      const dictionary = yield* mergeDictionaries(context, region, merging, rowCount);
      for (const { spread } of used) spread();
      return new MergedStrings(dictionary, inputs, free);
    } catch (error) {
      free();
      throw error;
    }
  }

  free(): void {
    this.#free();
  }
}

/** null: not a string column. */
export function* mergeStrings(
  context: CodecContext,
  definition: ColumnDefinition,
  readers: readonly SegmentReader[],
): Generator<void, MergedStrings | null> {
  return laneOf(definition.type) === 'str'
    ? yield* MergedStrings.of(context, definition, readers, !mayRepeat(definition.type))
    : null;
}

/** The same for a column that is to be text whatever its inputs are. */
export function* mergeText(
  context: CodecContext,
  definition: ColumnDefinition,
  readers: readonly SegmentReader[],
): Generator<void, MergedStrings | null> {
  return laneOf(definition.type) === 'str'
    ? yield* MergedStrings.of(context, definition, readers, true)
    : null;
}

/** How a merge has the column in memory; strings without a merged dictionary are references. */
export function columnForm({ type }: ColumnDefinition, strings: MergedStrings | null): StagedForm {
  const lane = laneOf(type);
  return lane !== 'str' ? lane : strings?.dictionary ? 'codes' : 'refs';
}

const TEXT: InputStrings = { count: 0, refs: 0, codes: 0 };

function stringsOf(
  { arena, kernels }: CodecContext,
  region: Region,
  { id }: ColumnDefinition,
  reader: SegmentReader,
): InputStrings {
  const footer = reader.columnFooter(id);
  if (footer?.kind === 'text') return TEXT;
  if (footer !== undefined) {
    const { count, offsets, bytes } = reader.dictionary(id);
    const refs = region.alloc(count * 8);
    kernels.refs_of_offsets(offsets, bytes, count, refs);
    return { count, refs, codes: region.allocZero(count * 4) };
  }
  // Not in the file: a dictionary of what all rows have instead.
  const value = reader.constantOf(id);
  const count = value === null ? 1 : 2;
  const refs = region.allocZero(16);
  if (value !== null) {
    const text = bytesOfText(String(value));
    const at = region.alloc(text.length + 1);
    arena.u8.set(text, at);
    arena.u32[(refs >>> 2) + 2] = at;
    arena.u32[(refs >>> 2) + 3] = text.length;
  }
  return { count, refs, codes: region.allocZero(8) };
}

/** null: together they are too large, or strings hardly repeat. */
function* mergeDictionaries(
  context: CodecContext,
  region: Region,
  inputs: readonly InputStrings[],
  rowCount: number,
): Generator<void, SortedDictionary | null> {
  const { arena, kernels } = context;
  const total = inputs.reduce((sum, { count }) => sum + count - 1, 0);
  const refs = region.allocZero((1 + Math.min(total, MAX_DICTIONARY_ENTRIES + STEP_ENTRIES)) * 8);
  const work = new Region(arena, context.scratch.owner, 4);
  try {
    const table = (value: (input: InputStrings) => number): number => {
      const words = work.alloc(inputs.length * 4);
      inputs.forEach((input, i) => {
        arena.u32[(words >>> 2) + i] = value(input);
      });
      return words;
    };
    const columns = table((input) => input.refs);
    const heads = table((input) => input.refs + 8);
    const maps = table((input) => input.codes + 4);
    const heap = table(() => 0);
    const records = work.alloc(inputs.length * 12);
    inputs.forEach(({ count }, i) => {
      arena.u32.set([columns + i * 4, 1, count], (records >>> 2) + i * 3);
    });
    const ascending = work.alloc(1);
    arena.u8[ascending] = 1;
    const order = work.alloc(STEP_ENTRIES);
    let count = 1;
    for (let done = 0; done < total; ) {
      const entries = kernels.merge_order(
        records,
        inputs.length,
        ascending,
        1,
        heap,
        Math.min(STEP_ENTRIES, total - done),
        order,
      );
      count = kernels.merge_distinct_refs(order, entries, heads, maps, refs, count);
      if (count > MAX_DICTIONARY_ENTRIES) return null;
      done += entries;
      yield;
    }
    const textBytes = kernels.refs_bytes(refs, count) >>> 0;
    return textBytes <= MAX_DICTIONARY_BYTES && keepsDictionary(count - 1, rowCount) ? { count, refs } : null;
  } finally {
    work.free();
  }
}
