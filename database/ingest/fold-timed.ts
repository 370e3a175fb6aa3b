/**
 * Values at the first or last time: states of argMin and argMax, which keep the value, its time and how many there were. Of equal
 * times the value that came first stays. A value or a time that is NULL is left out.
 */

import {
  FIXED_AGGREGATES,
  type FixedAggregate,
  readFixed,
  writeFixed,
} from '../../engine/function/aggregate/fixed-state.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import type { Region } from '../../engine/memory/region.ts';
import { unpackBytes } from '../../engine/type/packed.ts';
import { type LogicalType, laneOf, type StateType } from '../../engine/type/type.ts';
import type { Chunk } from '../../engine/vector/vector.ts';
import { stringReader } from './chunk-read.ts';
import { cutText } from './cut-text.ts';
import type { Fold, FoldRows } from './fold.ts';
import { readerOf, type Value } from './fold-value.ts';
import type { StateInput } from './shape.ts';
import { stateChunk } from './state-chunk.ts';

type Timed = { value: Exclude<Value, null>; time: number | bigint; count: bigint };

const encoder = new TextEncoder();
const NOTHING = new Uint8Array(0);

export class TimedFold implements Fold {
  readonly #arena: Arena;
  readonly #row: FixedAggregate;
  readonly #result: LogicalType;
  readonly #isLast: boolean;
  readonly #input: LogicalType;
  readonly #maxBytes: number;
  readonly #groups: (Timed | null)[] = [];

  constructor(arena: Arena, { fn, result }: StateType, { input }: StateInput, maxBytes: number) {
    this.#arena = arena;
    this.#row = FIXED_AGGREGATES[fn];
    this.#result = result;
    this.#isLast = fn.startsWith('last_');
    this.#input = input;
    this.#maxBytes = maxBytes;
  }

  grow(groups: number): void {
    while (this.#groups.length < groups) this.#groups.push(null);
  }

  add({ rows, gids, source, isFolded, order }: FoldRows): void {
    const { u32 } = this.#arena;
    const read = isFolded ? this.#states(source) : this.#values(source, order);
    for (let row = 0; row < rows; row++) {
      const next = read(row);
      if (next !== null) this.#take(u32[(gids >>> 2) + row], next);
    }
  }

  #values(source: Chunk, order: FoldRows['order']): (row: number) => Timed | null {
    const read = readerOf(this.#arena, this.#input, source);
    return (row) => {
      const [value, time] = [read(row), order?.(row) ?? null];
      if (value === null || time === null) return null;
      return { value: typeof value === 'string' ? cutText(value, this.#maxBytes) : value, time, count: 1n };
    };
  }

  #states(source: Chunk): (row: number) => Timed | null {
    const read = stringReader(this.#arena, source);
    return (row) => {
      const text = read(row) ?? '';
      if (text === '') return null;
      const state = readFixed(this.#row, unpackBytes(text));
      const value = this.#row.value(state, [], this.#result);
      return { value: value as Timed['value'], time: state.i64[1], count: state.i64[2] };
    };
  }

  #take(group: number, next: Timed): void {
    const old = this.#groups[group];
    if (old === null) {
      this.#groups[group] = next;
      return;
    }
    if (this.#isLast ? next.time > old.time : next.time < old.time) {
      old.value = next.value;
      old.time = next.time;
    }
    old.count += next.count;
  }

  chunk(region: Region, groups: ArrayLike<number>): Chunk {
    return stateChunk(region, groups.length, (row) => {
      const timed = this.#groups[groups[row]];
      return timed === null ? NOTHING : this.#bytes(timed);
    });
  }

  #bytes({ value, time, count }: Timed): Uint8Array {
    const state = readFixed(this.#row, NOTHING);
    if (typeof value === 'string') state.text = encoder.encode(value);
    else if (laneOf(this.#input) === 'f64') state.f64[0] = Number(value);
    else state.i64[0] = BigInt(value);
    state.i64[1] = BigInt(time);
    state.i64[2] = count;
    return writeFixed(this.#row, state);
  }
}
