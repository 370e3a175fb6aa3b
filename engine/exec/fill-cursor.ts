/**
 * The next row that WITH FILL makes, as a value for each of its keys: what comes before a row of the input, and what comes behind the last.
 *
 * The first key that differs from the row ahead takes a step, unless a later one can go on to its end (TO, or STALENESS); keys behind a step
 * begin again at FROM, and where a step meets the row ahead, at FROM or at that row. A key without a value has the default.
 */

import { BasaltError } from '../base/error.ts';
import { evaluateOver } from '../function/evaluate.ts';
import type { FillKey } from '../plan/fill.ts';
import { bitsOf, isInteger, isSigned, type Value } from '../type/type.ts';

/** Makes the row that the cursor is at; false: nobody wants more. */
type Make = () => boolean;

export class FillCursor {
  readonly #keys: readonly FillKey[];
  readonly #hasStale: boolean;
  /** The row made last, or to be made. */
  readonly row: Value[];
  #ahead: readonly Value[];
  /** What no value made here reaches. */
  #limits: Value[];
  /** The row was made already. */
  #isMade = false;
  /** The row is another than the one made last. */
  #moved = false;

  constructor(keys: readonly FillKey[]) {
    this.#keys = keys;
    this.#hasStale = keys.some(({ stale }) => stale !== null);
    this.row = keys.map(() => null);
    this.#ahead = this.row.slice();
    this.#limits = keys.map(({ to }) => to);
  }

  /** Makes what lies before the first rows of all, when there are none. */
  beginEmpty(): void {
    this.#restart(0);
  }

  /** Begins with the first row of a prefix. */
  begin(first: readonly Value[], make: Make): void {
    for (const [i, { from }] of this.#keys.entries()) {
      if (from !== null && from !== first[i]) {
        this.#restart(i);
        this.#isMade = this.#isBefore(i, from, first[i]);
        if (this.#isMade) make();
        break;
      }
      this.row[i] = first[i];
    }
    this.#stale(first);
  }

  /** Makes what lies before a row. */
  upTo(next: readonly Value[], make: Make): void {
    const wasBehind = this.#compare(this.#ahead, this.row) < 0;
    this.#ahead = next;
    if (wasBehind && this.#compare(this.row, next) < 0 && this.#isWithin()) this.#make(make);
    this.#moved = false;
    while (this.#next() && this.#make(make));
    if (this.#hasStale) {
      this.#stale(next);
      while (this.#jump() && this.#make(make)) while (this.#next() && this.#make(make));
    }
    if (this.#moved) this.#isMade = false;
  }

  /** Makes what lies behind the last row. */
  end(make: Make): void {
    const isOpen = this.#ahead.every((value) => value === null) && this.row.some((value) => value !== null);
    const isFirst = isOpen || (!this.#isMade && this.#compare(this.#ahead, this.row) < 0);
    this.#ahead = this.#keys.map(() => null);
    if (this.#limits.every((limit) => limit === null) || !this.#isWithin()) return;
    if (isFirst) this.#make(make);
    this.#moved = false;
    while (this.#next() && this.#make(make));
    if (this.#moved) this.#isMade = false;
  }

  #make(make: Make): boolean {
    this.#isMade = true;
    this.#moved = false;
    return make();
  }

  /** Goes on to the next row before that ahead; false where there is none. */
  #next(): boolean {
    const { row } = this;
    const ahead = this.#ahead;
    const at = row.findIndex((value, i) => value !== null && ![null, value].includes(this.#border(i)));
    if (at < 0) return false;
    const value = row[at];
    if (!isANumber(value) || (ahead[at] !== null && !isANumber(ahead[at]))) return false;
    if (this.#isBefore(at, ahead[at], value) || this.#isBeyond(at, value)) return false;
    for (let i = row.length - 1; i > at; i--) {
      if (row[i] === null || this.#limits[i] === null) continue;
      const next = this.#after(i, row[i]);
      if (next === null || this.#isBeyond(i, next)) continue;
      row[i] = next;
      this.#restart(i + 1);
      this.#moved = true;
      return true;
    }
    const next = this.#after(at, value);
    if (next === null || this.#isBefore(at, ahead[at], next) || this.#isBeyond(at, next)) return false;
    row[at] = next;
    this.#moved = true;
    if (next === ahead[at]) return this.#meet(at + 1);
    this.#restart(at + 1);
    return true;
  }

  /** Steps over what STALENESS left out, as near to the row ahead as steps lead; whether there is a row to make there. */
  #jump(): boolean {
    const { row } = this;
    const ahead = this.#ahead;
    const at = row.findIndex((value, i) => value !== null && ahead[i] !== null && value !== ahead[i]);
    if (at < 0 || this.#isBefore(at, ahead[at], row[at])) return false;
    for (;;) {
      const next = this.#after(at, row[at]);
      if (next === null || this.#isBefore(at, ahead[at], next)) break;
      row[at] = next;
    }
    this.#moved = row[at] === ahead[at];
    if (this.#moved) return this.#meet(at + 1);
    for (let i = at + 1; i < row.length; i++) row[i] = this.#keys[i].to;
    return false;
  }

  /** Keys before are those of the row ahead; whether the others leave room before it. */
  #meet(from: number): boolean {
    let isRoom = false;
    for (let i = from; i < this.row.length; i++) {
      const value = this.#keys[i].from ?? this.#ahead[i];
      this.row[i] = value;
      const isBefore = this.#ahead[i] === null || this.#isBefore(i, value, this.#ahead[i]);
      isRoom ||= isBefore && !this.#isBeyond(i, value);
    }
    return isRoom;
  }

  #restart(at: number): void {
    for (let i = at; i < this.row.length; i++) this.row[i] = this.#keys[i].from;
  }

  #stale(row: readonly Value[]): void {
    this.#keys.forEach(({ stale, to }, i) => {
      if (stale !== null) this.#limits[i] = this.#nearer(i, to, evaluateOver(stale, [row[i]]));
    });
  }

  #border(i: number): Value {
    return this.#nearer(i, this.#limits[i], this.#ahead[i]);
  }

  #nearer(i: number, a: Value, b: Value): Value {
    if (a === null || b === null) return a ?? b;
    return this.#isBefore(i, a, b) ? a : b;
  }

  /** Whether the first key that has a value and a limit is before it. */
  #isWithin(): boolean {
    const at = this.row.findIndex((value, i) => value !== null && this.#limits[i] !== null);
    return at < 0 || this.#isBefore(at, this.row[at], this.#limits[at]);
  }

  #isBeyond(i: number, value: Value): boolean {
    return this.#limits[i] !== null && !this.#isBefore(i, value, this.#limits[i]);
  }

  #isBefore(i: number, a: Value, b: Value): boolean {
    if (a === null || b === null) return false;
    return this.#keys[i].descending ? a > b : a < b;
  }

  /** By the first key in which both have a value, and not the same. */
  #compare(a: readonly Value[], b: readonly Value[]): number {
    const at = a.findIndex((value, i) => value !== null && b[i] !== null && value !== b[i]);
    if (at < 0) return 0;
    return this.#isBefore(at, a[at], b[at]) ? -1 : 1;
  }

  /** Null: the column's type has no next value. */
  #after(i: number, value: Value): Value {
    const { next, type } = this.#keys[i];
    const made = evaluateOver(next, [value]);
    if (made === null || !this.#isBefore(i, value, made))
      throw new BasaltError('INVALID_WITH_FILL_EXPRESSION', 'A STEP of WITH FILL leads to no other value', {
        hint: 'Make the step larger, or say TO',
      });
    if (typeof made !== 'bigint' || !isInteger(type)) return made;
    const bits = bitsOf(type);
    return (isSigned(type) ? BigInt.asIntN(bits, made) : BigInt.asUintN(bits, made)) === made ? made : null;
  }
}

const isANumber = (value: Value): boolean => typeof value !== 'number' || Number.isFinite(value);
