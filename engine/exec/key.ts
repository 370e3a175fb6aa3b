/**
 * Keys of grouping, joining and DISTINCT as columns of 8-byte words.
 *
 * Equal keys have equal words: floats are normalised, words under NULL are zero, and when any key can be NULL one
 * more word carries a bit per key. String words are references. Hashes have 32 bits; those of dictionary strings are
 * computed once per distinct value.
 */

import { type Lane, type LogicalType, laneOf } from '../type/type.ts';
import { refVector, type Vector } from '../vector/vector.ts';
import { HASH_SEED, type TaskContext } from './context.ts';
import { takeHashByCode, validOf, vectorOfWords, wordsOf } from './lane.ts';
import { bitsColumn, columnOf, type RowColumn } from './row-layout.ts';

export type KeyShape = {
  readonly lanes: readonly Lane[];
  /** One more word at the end holds the NULL bits. */
  readonly nullWord: boolean;
  /** Per word: string reference or not. */
  readonly strings: readonly boolean[];
  /** Per word: how rows keep it. */
  readonly columns: readonly RowColumn[];
};

/** @param columns how rows keep the keys */
export function keyShape(
  types: readonly LogicalType[],
  columns: readonly RowColumn[] = types.map(columnOf),
): KeyShape {
  const lanes = types.map(laneOf);
  const nullWord = types.some((t) => t.nullable);
  const all = nullWord ? [...columns, bitsColumn(types.length)] : columns;
  return { lanes, nullWord, strings: all.map(({ string }) => string), columns: all };
}

/** Word columns of a batch's keys, in scratch. */
export function keyWords(
  task: TaskContext,
  shape: KeyShape,
  keys: readonly Vector[],
  rows: number,
): number[] {
  const { kernels, scratch } = task;
  const nulls = shape.nullWord ? scratch.allocZero(rows * 8) : 0;
  const words = keys.map((v, k) => {
    let word = wordsOf(task, v);
    if (shape.lanes[k] === 'f64') {
      const normal = scratch.alloc(rows * 8);
      kernels.normal_f64(word, rows, normal);
      word = normal;
    }
    const valid = shape.nullWord ? validOf(task, v) : 0;
    if (valid === 0) return word;
    kernels.null_bit_or(valid, rows, k, nulls);
    const clean = scratch.alloc(rows * 8);
    kernels.zero_nulls_u64(word, valid, rows, clean);
    return clean;
  });
  if (shape.nullWord) words.push(nulls);
  return words;
}

/** Hashes (u32) of key words, in scratch. Where `keys` are known, they lend the hashes that they have already. */
export function keyHashes(
  task: TaskContext,
  { strings }: Pick<KeyShape, 'strings'>,
  words: readonly number[],
  keys: readonly (Vector | null)[],
  rows: number,
): number {
  const { kernels, scratch } = task;
  const out = scratch.alloc(rows * 4);
  let part = 0;
  words.forEach((word, k) => {
    if (k > 0 && part === 0) part = scratch.alloc(rows * 4);
    const to = k === 0 ? out : part;
    const source = keys[k];
    if (source?.kind === 'dict' && source.dictionary !== null) {
      takeHashByCode(task, task.dictionaryHashes(source.dictionary), source, to);
    } else if (source?.hashes) {
      const known = source.hashes();
      task.arena.u8.copyWithin(to, known, known + rows * 4);
    } else if (strings[k]) {
      kernels.hash_refs(word, rows, HASH_SEED, to);
    } else {
      kernels.hash_u64(word, rows, HASH_SEED, to);
    }
    if (k > 0) kernels.hash_combine(out, part, rows);
  });
  return out;
}

/**
 * Key `k` of groups as a vector again, from columns of words and hashes. Who hashes the only string of a key does not have to
 * read it again.
 */
export function keyVector(
  task: TaskContext,
  shape: KeyShape,
  words: readonly number[],
  hashes: number,
  k: number,
  rows: number,
): Vector {
  let valid = 0;
  if (shape.nullWord) {
    valid = task.scratch.alloc(rows);
    task.kernels.valid_of_bit(words[shape.lanes.length], rows, k, valid);
  }
  const onlyString = shape.strings.every((string, i) => string === (i === k));
  return onlyString
    ? refVector(rows, words[k], valid, () => hashOfWord(task, shape, words, hashes, k, rows))
    : vectorOfWords(task, shape.lanes[k], rows, words[k], valid);
}

/** Hashes of word k alone, from those of all words ({@link keyHashes}) and of the others, none of them strings. */
function hashOfWord(
  task: TaskContext,
  shape: KeyShape,
  words: readonly number[],
  hashes: number,
  k: number,
  rows: number,
): number {
  const { arena, kernels, scratch } = task;
  const out = scratch.alloc(rows * 4);
  const part = scratch.alloc(rows * 4);
  const hashed = (word: number): number => {
    kernels.hash_u64(word, rows, HASH_SEED, part);
    return part;
  };
  arena.u8.copyWithin(out, hashes, hashes + rows * 4);
  for (let last = words.length - 1; last > k; last--) kernels.hash_before(out, hashed(words[last]), rows);
  if (k === 0) return out;
  kernels.hash_last(out, keyHashes(task, shape, words.slice(0, k), [], rows), rows);
  return out;
}
