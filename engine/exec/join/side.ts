/**
 * One side of a join as rows of 8-byte words: how its columns and keys lie when they are partitioned, kept or spilled.
 *
 *   row = key word* [NULL bits of the keys] column word* NULL bits of the columns* hash
 *
 * Every word takes 8 bytes, the hash too, whose place the link of the row's chain takes later. A column that is a key as
 * it stands is not kept twice. Both sides have keys of the same shape, so their key words and
 * hashes compare directly.
 */

import type { Expr } from '../../plan/expr.ts';
import type { JoinPlan } from '../../plan/node.ts';
import { type LogicalType, laneOf } from '../../type/type.ts';
import { isLasting } from '../../vector/passing-dictionary.ts';
import type { Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { compile } from '../expression/compile.ts';
import type { Evaluator } from '../expression/evaluator.ts';
import { type Input, lazyInput } from '../input.ts';
import type { KeptStrings } from '../keep-strings.ts';
import { type KeyShape, keyHashes, keyShape, keyWords } from '../key.ts';
import { validOf, vectorOfWords } from '../lane.ts';
import { RowLayout, STRING, WORD } from '../row-layout.ts';

const BITS_PER_WORD = 64;

/** Key types of both sides agree in lane; the shape has a NULL word when either side can be NULL. */
export const joinShape = (plan: JoinPlan): KeyShape =>
  keyShape(
    plan.rightKeys.map((key, k) => ({
      ...key.type,
      nullable: key.type.nullable || plan.leftKeys[k].type.nullable,
    })),
  );

/** Where a column is: its word, and the bit of a word that is set where it is NULL (-1 = it cannot be). */
type Place = { readonly word: number; readonly nullWord: number; readonly bit: number };

/** Keys of a batch: words, and hashes (u32) of them, in scratch. */
export type JoinKeys = {
  readonly words: readonly number[];
  readonly hashes: number;
  /** The strings of word k live as long as the query. */
  readonly lasting: readonly boolean[];
};

export class JoinSide {
  readonly shape: KeyShape;
  /** Words of a row that are keys; the NULL bits of the keys are the last of them, if there are any. */
  readonly keyWords: number;
  /** Words of a row, the hash included, which is the last. */
  readonly words: number;
  readonly layout: RowLayout;
  readonly #types: readonly LogicalType[];
  readonly #places: readonly Place[];
  readonly #nullWords: number;

  /** @param keys of this side, over columns of `types` */
  constructor(plan: JoinPlan, types: readonly LogicalType[], keys: readonly Expr[]) {
    const shape = joinShape(plan);
    const strings = [...shape.strings];
    this.shape = shape;
    this.keyWords = shape.strings.length;
    this.#types = types;
    const places: { word: number; nullWord: number; bit: number }[] = [];
    const loose: number[] = [];
    types.forEach((type, c) => {
      const k = keys.findIndex((key) => key.kind === 'column' && key.index === c && laneOf(type) !== 'f64');
      const nullable = k >= 0 && type.nullable;
      places.push({ word: k, nullWord: nullable ? this.keyWords - 1 : -1, bit: k });
      if (k >= 0) return;
      places[c].word = strings.push(laneOf(type) === 'str') - 1;
      if (type.nullable) loose.push(c);
    });
    const firstNull = strings.length;
    this.#nullWords = Math.ceil(loose.length / BITS_PER_WORD);
    loose.forEach((c, i) => {
      places[c].nullWord = firstNull + Math.floor(i / BITS_PER_WORD);
      places[c].bit = i % BITS_PER_WORD;
    });
    for (let i = 0; i <= this.#nullWords; i++) strings.push(false);
    this.#places = places;
    this.words = strings.length;
    this.layout = new RowLayout(
      strings.map((string) => (string ? STRING : WORD)),
      false,
    );
  }

  get hash(): number {
    return this.words - 1;
  }

  /** The word that is not 0 where a key is NULL; -1 = no key can be. */
  get nullKey(): number {
    return this.shape.nullWord ? this.keyWords - 1 : -1;
  }

  /** Addresses of all words of a batch, in scratch; strings go to `strings`. */
  rowWords(task: TaskContext, input: Input, keys: JoinKeys, strings: KeptStrings): number[] {
    const { kernels, scratch } = task;
    const { rows } = input;
    const words = keys.words.map((word, k) =>
      this.layout.columns[k].string && !keys.lasting[k] ? strings.keep(word, rows) : word,
    );
    const bits = Array.from({ length: this.#nullWords }, () => scratch.allocZero(rows * 8));
    const firstNull = this.words - 1 - this.#nullWords;
    this.#places.forEach(({ word, nullWord, bit }, c) => {
      if (word < this.keyWords) return;
      const v = input.column(c);
      words[word] = strings.wordsOf(v);
      const valid = nullWord < 0 ? 0 : validOf(task, v);
      if (valid !== 0) kernels.null_bit_or(valid, rows, bit, bits[nullWord - firstNull]);
    });
    const hashes = scratch.alloc(rows * 8);
    kernels.widen_u32_u64(keys.hashes, rows, hashes);
    return [...words, ...bits, hashes];
  }

  /** Column c of n rows; `words(w)` gives the address of their words w. In scratch. */
  column(task: TaskContext, c: number, n: number, words: (word: number) => number): Vector {
    const { word, nullWord, bit } = this.#places[c];
    let valid = 0;
    if (nullWord >= 0) {
      valid = task.scratch.alloc(n);
      task.kernels.valid_of_bit(words(nullWord), n, bit, valid);
    }
    return vectorOfWords(task, laneOf(this.#types[c]), n, words(word), valid);
  }

  /** Rows as a batch. */
  input(task: TaskContext, n: number, words: (word: number) => number): Input {
    return lazyInput(n, (c) => this.column(task, c, n, words));
  }
}

/** Whether right rows are needed beyond the question if there is one. */
export const keepsRightRows = ({ join, residual }: JoinPlan): boolean =>
  (join !== 'semi' && join !== 'anti') || residual !== null;

export const rightSide = (plan: JoinPlan): JoinSide =>
  new JoinSide(plan, keepsRightRows(plan) ? plan.right.schema.map((f) => f.type) : [], plan.rightKeys);

export const leftSide = (plan: JoinPlan): JoinSide =>
  new JoinSide(
    plan,
    plan.left.schema.map((f) => f.type),
    plan.leftKeys,
  );

/** Computes the keys of batches of one side. */
export class KeyEvaluator {
  readonly #task: TaskContext;
  readonly #shape: KeyShape;
  readonly #evaluators: readonly Evaluator[];

  constructor(task: TaskContext, plan: JoinPlan, keys: readonly Expr[]) {
    this.#task = task;
    this.#shape = joinShape(plan);
    this.#evaluators = keys.map((key) => compile(key, task));
  }

  keys(input: Input): JoinKeys & { readonly vectors: readonly Vector[] } {
    const vectors = this.#evaluators.map((evaluate) => evaluate(input));
    return { ...this.of(vectors, input.rows), vectors };
  }

  of(vectors: readonly Vector[], rows: number): JoinKeys {
    const words = keyWords(this.#task, this.#shape, vectors, rows);
    const lasting = vectors.map(isLasting);
    // A join without keys has one chain of all rows.
    if (words.length === 0) return { words, lasting, hashes: this.#task.scratch.allocZero(rows * 4) };
    // Without a NULL word of their own, words have no vector of their own.
    const sources = words.map((_, k) => vectors[k] ?? null);
    return { words, lasting, hashes: keyHashes(this.#task, this.#shape, words, sources, rows) };
  }
}
