/**
 * Columns of single rows, by their numbers: what ORDER BY ... LIMIT left out until it knew its rows (late-columns.ts).
 *
 * Rows of one vector are fetched together. Strings are copied, so that no frame is held when a batch is passed on.
 */

import { assert } from '../base/error.ts';
import { FramePins } from '../memory/frame-cache.ts';
import type { ScanPlan } from '../plan/node.ts';
import type { Part } from '../plan/source.ts';
import { type Lane, laneOf } from '../type/type.ts';
import { slice, VECTOR_ROWS, type Vector } from '../vector/vector.ts';
import type { TaskContext } from './context.ts';
import { type Input, lazyInput } from './input.ts';
import { KeptStrings } from './keep-strings.ts';
import { gatherRows, i64Of, refsOf, validOf, vectorOfWords, wordsOf } from './lane.ts';
import { partNumber, placeOf } from './row-number.ts';

export type FetchSpec = {
  /** Number of the scan whose parts the row numbers are of. */
  readonly scan: number;
  readonly plan: ScanPlan;
  /** Columns of the plan that come with the rows, in their order; the row number is the column after them. */
  readonly had: readonly number[];
};

/** Rows of one vector: their places in the batch, and in the vector. */
type Group = {
  readonly part: number;
  readonly block: number;
  readonly from: number;
  readonly rows: number[];
  readonly at: number[];
};

export class RowFetcher {
  readonly #task: TaskContext;
  readonly #spec: FetchSpec;
  /** By their numbers. */
  readonly #parts: ReadonlyMap<number, Part>;
  readonly #strings: KeptStrings;

  constructor(task: TaskContext, spec: FetchSpec, parts: readonly Part[]) {
    this.#task = task;
    this.#spec = spec;
    this.#parts = new Map(parts.map((part, i) => [partNumber(part, i), part]));
    this.#strings = new KeptStrings(task, task.strings);
  }

  /** The batch with all columns of the scan. */
  fetch(input: Input): Input {
    const { had, plan } = this.#spec;
    const groups = this.#groups(input);
    return lazyInput(input.rows, (c) => {
      const known = had.indexOf(c);
      return known >= 0
        ? input.column(known)
        : this.#column(groups, c, laneOf(plan.schema[c].type), input.rows);
    });
  }

  #groups(input: Input): readonly Group[] {
    const numbers = i64Of(this.#task, input.column(this.#spec.had.length));
    const groups = new Map<string, Group>();
    for (let i = 0; i < input.rows; i++) {
      const { part, block, from, row } = placeOf(Number(this.#task.arena.i64[numbers / 8 + i]));
      const key = `${part} ${block} ${from}`;
      const group = groups.get(key) ?? { part, block, from, rows: [], at: [] };
      group.rows.push(row);
      group.at.push(i);
      groups.set(key, group);
    }
    return [...groups.values()];
  }

  #column(groups: readonly Group[], column: number, lane: Lane, rows: number): Vector {
    const { arena, scratch } = this.#task;
    const words = scratch.alloc(rows * 8);
    const valid = scratch.alloc(rows);
    for (const group of groups) {
      const pins = new FramePins(this.#task.engine.frames);
      try {
        const picked = this.#pick(group, column, pins);
        const from =
          lane === 'str'
            ? this.#strings.keep(refsOf(this.#task, picked), picked.rows)
            : wordsOf(this.#task, picked);
        const fromValid = validOf(this.#task, picked);
        group.at.forEach((to, i) => {
          arena.u64[words / 8 + to] = arena.u64[from / 8 + i];
          arena.u8[valid + to] = fromValid === 0 ? 1 : arena.u8[fromValid + i];
        });
      } finally {
        pins.release();
      }
    }
    return vectorOfWords(this.#task, lane, rows, words, valid);
  }

  #pick({ part, block, from, rows }: Group, column: number, pins: FramePins): Vector {
    const { arena, scratch } = this.#task;
    const found = this.#parts.get(part);
    assert(found !== undefined, 'a fetched row is of a part that was scanned');
    const reader = this.#task.reader(found);
    const chunk = reader.chunk(block, this.#spec.plan.columnIds[column], pins);
    const vector = slice(chunk, from, Math.min(VECTOR_ROWS, reader.blockRows(block) - from));
    const sel = scratch.alloc(rows.length * 2);
    rows.forEach((row, i) => {
      arena.u16[sel / 2 + i] = row;
    });
    const picked = gatherRows(this.#task, vector, sel, rows.length);
    return picked.kind === 'dict' ? this.#entries(picked) : picked;
  }

  /** References to the entries of a few codes: a table of the whole dictionary would be made for nothing. */
  #entries(v: Vector): Vector {
    const { arena, scratch } = this.#task;
    const { u8, u16, u32 } = arena;
    const { dictionary } = v;
    const refs = scratch.alloc(v.rows * 8);
    const valid = scratch.alloc(v.rows);
    for (let i = 0; i < v.rows; i++) {
      const code =
        v.width === 1 ? u8[v.data + i] : v.width === 2 ? u16[(v.data >>> 1) + i] : u32[(v.data >>> 2) + i];
      u8[valid + i] = code === 0 ? 0 : 1;
      const entry = dictionary === null ? 0 : (dictionary.offsets >>> 2) + code;
      u32[(refs >>> 2) + 2 * i] = dictionary === null ? 0 : dictionary.bytes + u32[entry];
      u32[(refs >>> 2) + 2 * i + 1] = dictionary === null ? 0 : u32[entry + 1] - u32[entry];
    }
    return { ...v, kind: 'ref', width: 8, dictionary: null, data: refs, valid };
  }
}
