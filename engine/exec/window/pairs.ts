/** Adds rows, or other states, to states of frames, many at once: pairs of a frame and what it gets are gathered until they are worth a call. */

import type { Region } from '../../memory/region.ts';
import type { AggregateStates } from '../aggregate/state.ts';
import type { TaskContext } from '../context.ts';
import type { Arguments } from './arguments.ts';

/** Of a frame and what it adds, handled at once. */
const PAIRS = 16384;

/** Of one aggregate. */
export type StateColumns = readonly number[];

/** What pairs name by number: rows by their arguments, or states. */
export type Items =
  | ({ readonly kind: 'rows' } & Arguments)
  | { readonly kind: 'states'; readonly columns: StateColumns };

export class Pairs {
  readonly #task: TaskContext;
  readonly #to: AggregateStates;
  readonly #from: Items;
  /** Addresses. */
  readonly #frames: number;
  readonly #items: number;
  readonly #u32: Uint32Array;
  #count = 0;

  constructor(task: TaskContext, region: Region, to: AggregateStates, from: Items) {
    this.#task = task;
    this.#to = to;
    this.#from = from;
    this.#frames = region.alloc(PAIRS * 4);
    this.#items = region.alloc(PAIRS * 4);
    this.#u32 = region.arena.u32;
  }

  add(frame: number, item: number): void {
    const at = this.#count++;
    this.#u32[(this.#frames >>> 2) + at] = frame;
    this.#u32[(this.#items >>> 2) + at] = item;
    if (this.#count === PAIRS) this.flush();
  }

  /** Items are added in the order in which they were given. */
  flush(): void {
    const n = this.#count;
    if (n === 0) return;
    this.#count = 0;
    const { kernels, scratch } = this.#task;
    this.#task.check();
    const mark = scratch.mark();
    const taken = (words: number): number => {
      const out = scratch.alloc(n * 8);
      kernels.take_u64_by_u32(words, this.#items, n, out);
      return out;
    };
    const { aggregators, columns, heap } = this.#to;
    const [a] = aggregators;
    const from = this.#from;
    if (from.kind === 'states') a.merge(this.#task, this.#frames, from.columns.map(taken), n, columns, heap);
    else {
      let valid = 0;
      if (from.valid !== 0) {
        valid = scratch.alloc(n);
        kernels.take_u8_by_u32(from.valid, this.#items, n, valid);
      }
      a.update(this.#task, this.#frames, from.words.map(taken), valid, n, columns, heap);
    }
    scratch.reset(mark);
  }
}
