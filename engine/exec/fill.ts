/**
 * WITH FILL: rows in order, and between them rows for values that are missing (plan/fill.ts). One morsel, as each row hangs on the one
 * before. Rows go on in batches of at most VECTOR_ROWS, so memory is that of the sort whatever is made.
 */

import { evaluateOver } from '../function/evaluate.ts';
import type { Mark } from '../memory/region.ts';
import { textOfRef, writeText } from '../memory/text.ts';
import type { FillRule } from '../plan/fill.ts';
import { type LogicalType, laneOf, type Value } from '../type/type.ts';
import { zeroOf } from '../type/zero.ts';
import { VECTOR_ROWS } from '../vector/vector.ts';
import type { TaskContext } from './context.ts';
import { FillCursor } from './fill-cursor.ts';
import { type Input, lazyInput, type Push } from './input.ts';
import { validOf, vectorOfWords, wordsOf } from './lane.ts';
import type { SortPartial } from './sort/sink.ts';
import { SortedSource } from './sort/source.ts';
import type { SortSpec } from './sort/spec.ts';

/** `most`: rows after which nobody wants more. */
export type FillSpec = { readonly sort: SortSpec; readonly rule: FillRule; readonly most: number };

/** Where the words of an input column lie, and the flags of its rows (0 = all have a value). */
type Place = { readonly words: number; readonly valid: number };

export class FillSource {
  readonly morsels = 1;
  readonly fleeting: boolean;
  readonly #task: TaskContext;
  readonly #rule: FillRule;
  readonly #most: number;
  readonly #types: readonly LogicalType[];
  readonly #sorted: SortedSource;
  readonly #missing: readonly Value[];
  /** Input columns that are read as values. */
  readonly #read: readonly number[];
  readonly #cursor: FillCursor;
  /** The values of the row before that are read; columns that nobody reads are NULL. */
  #last: Value[];
  #prefix: readonly Value[] | null = null;
  /** The prefix had a row with values for all keys. */
  #isBegun = false;

  constructor(task: TaskContext, { sort, rule, most }: FillSpec, partials: readonly SortPartial[]) {
    this.#task = task;
    this.#rule = rule;
    this.#most = most;
    this.#types = sort.types;
    this.#sorted = new SortedSource(task, sort, partials);
    this.fleeting = this.#sorted.fleeting;
    this.#missing = sort.types.map((type) => (type.nullable ? null : zeroOf(type)));
    const filled = rule.keys.map(({ column }) => column);
    this.#read = rule.interpolate.length === 0 ? [...filled, ...rule.prefix] : sort.types.map((_, i) => i);
    this.#cursor = new FillCursor(rule.keys);
    this.#last = [...this.#missing];
  }

  run(_morsel: number, push: Push): void {
    const rows = new Rows(this.#task, this.#types, push);
    for (let m = 0; m < this.#sorted.morsels && rows.passed < this.#most; m++) {
      this.#sorted.run(m, (input) => {
        rows.open(input);
        for (let row = 0; row < input.rows; row++) this.#row(rows, row);
        rows.flush();
      });
    }
    if (this.#prefix === null) this.#cursor.beginEmpty();
    if (this.#prefix !== null || this.#rule.prefix.length === 0) this.#cursor.end(() => this.#make(rows));
    rows.flush();
  }

  #row(rows: Rows, row: number): void {
    const { keys, prefix } = this.#rule;
    const values = [...this.#missing];
    for (const c of this.#read) values[c] = rows.value(c, row);
    const own = prefix.map((c) => values[c]);
    const key = keys.map(({ column }) => values[column]);
    const make = (): boolean => this.#make(rows);
    const before = this.#prefix;
    if (before !== null && own.some((v, i) => v !== before[i])) {
      this.#cursor.end(make);
      this.#isBegun = false;
    }
    this.#prefix = own;
    if (!key.includes(null)) {
      if (!this.#isBegun) this.#cursor.begin(key, make);
      this.#isBegun = true;
      this.#cursor.upTo(key, make);
    }
    rows.take(row);
    this.#last = values;
  }

  /** The row that the cursor is at; false when there are as many as are wanted. */
  #make(rows: Rows): boolean {
    const { keys, prefix, interpolate } = this.#rule;
    if (rows.passed >= this.#most) return false;
    const values = [...this.#missing];
    for (const [i, c] of prefix.entries()) values[c] = this.#prefix?.[i] ?? values[c];
    for (const { column, value } of interpolate) values[column] = evaluateOver(value, this.#last);
    for (const [i, { column }] of keys.entries()) values[column] = this.#cursor.row[i] ?? values[column];
    rows.add(values);
    this.#last = values;
    return true;
  }
}

/** A batch that takes rows of the input and rows of values. */
class Rows {
  readonly #task: TaskContext;
  readonly #types: readonly LogicalType[];
  readonly #push: Push;
  #in: readonly Place[] = [];
  #out: readonly Place[] = [];
  #rows = 0;
  #before = 0;
  #mark: Mark | null = null;

  constructor(task: TaskContext, types: readonly LogicalType[], push: Push) {
    this.#task = task;
    this.#types = types;
    this.#push = push;
  }

  /** Its rows may be taken until the next {@link flush} from outside. */
  open(input: Input): void {
    this.#in = this.#types.map((_, c) => {
      const v = input.column(c);
      return { words: wordsOf(this.#task, v), valid: validOf(this.#task, v) };
    });
  }

  value(c: number, row: number): Value {
    const { u8, i64, f64 } = this.#task.arena;
    const { words, valid } = this.#in[c];
    if (valid !== 0 && u8[valid + row] === 0) return null;
    const at = (words >>> 3) + row;
    switch (laneOf(this.#types[c])) {
      case 'i64':
        return i64[at];
      case 'f64':
        return f64[at];
      case 'bool':
        return i64[at] !== 0n;
      case 'str':
        return textOfRef(this.#task.arena, at * 8);
    }
  }

  take(row: number): void {
    const { u8, u32 } = this.#task.arena;
    this.#begin();
    this.#out.forEach(({ words, valid }, c) => {
      const from = this.#in[c];
      const [a, b] = [(words >>> 2) + this.#rows * 2, (from.words >>> 2) + row * 2];
      u32[a] = u32[b];
      u32[a + 1] = u32[b + 1];
      u8[valid + this.#rows] = from.valid === 0 ? 1 : u8[from.valid + row];
    });
    this.#rows++;
  }

  add(values: readonly Value[]): void {
    const { u8, i64, f64 } = this.#task.arena;
    this.#begin();
    this.#out.forEach(({ words, valid }, c) => {
      const value = values[c];
      const at = (words >>> 3) + this.#rows;
      u8[valid + this.#rows] = value === null ? 0 : 1;
      i64[at] = 0n;
      if (typeof value === 'bigint') i64[at] = value;
      else if (typeof value === 'number') f64[at] = value;
      else if (typeof value === 'boolean') i64[at] = value ? 1n : 0n;
      else if (value !== null) writeText(this.#task.strings, value, at * 8);
    });
    this.#rows++;
  }

  /** Rows so far, those of the batch too. */
  get passed(): number {
    return this.#before + this.#rows;
  }

  flush(): void {
    const { scratch } = this.#task;
    const [out, n] = [this.#out, this.#rows];
    this.#out = [];
    this.#rows = 0;
    this.#before += n;
    if (n === 0) return;
    this.#push(
      lazyInput(n, (c) => {
        const { words, valid } = out[c];
        const { nullable } = this.#types[c];
        return vectorOfWords(this.#task, laneOf(this.#types[c]), n, words, nullable ? valid : 0);
      }),
    );
    // What the rows of the input lie in was there before.
    scratch.reset(this.#mark ?? scratch.mark());
  }

  #begin(): void {
    if (this.#rows === VECTOR_ROWS) this.flush();
    if (this.#out.length > 0) return;
    this.#task.check();
    const { scratch } = this.#task;
    this.#mark = scratch.mark();
    this.#out = this.#types.map(() => ({
      words: scratch.alloc(VECTOR_ROWS * 8),
      valid: scratch.alloc(VECTOR_ROWS),
    }));
  }
}
