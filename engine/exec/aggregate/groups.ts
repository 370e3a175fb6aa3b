/**
 * Groups under construction: a table of their keys and a column per word of their states.
 *
 * Strings of keys and states are references to where the rows had them. When that will not last, the groups are given a
 * place of their own for strings: then a new group's key is copied there, and a state's string when it becomes the
 * state's, which is far less often than it is seen.
 */

import type { Region } from '../../memory/region.ts';
import type { AggregateCall, Expr } from '../../plan/expr.ts';
import type { TaskContext } from '../context.ts';
import { GroupTable, groupTableBytes } from '../group-table.ts';
import type { KeptStrings } from '../keep-strings.ts';
import { type KeyShape, keyShape } from '../key.ts';
import { columnOfExpr, RowLayout, STRING, WORD } from '../row-layout.ts';
import { aggregator } from './aggregator.ts';
import { RunGrouping } from './runs.ts';
import { type AggregateArguments, AggregateStates } from './state.ts';
import type { StateHeap } from './state-heap.ts';

export class Groups {
  readonly states: AggregateStates;
  readonly #task: TaskContext;
  readonly #shape: KeyShape;
  readonly #table: GroupTable;
  readonly #runs: RunGrouping;
  #strings: KeptStrings | null;

  /** @param strings where strings are kept; null = they last anyway */
  constructor(
    task: TaskContext,
    region: Region,
    shape: KeyShape,
    calls: readonly AggregateCall[],
    strings: KeptStrings | null = null,
    expected = 0,
    heap?: StateHeap,
  ) {
    this.#task = task;
    this.#shape = shape;
    this.#table = new GroupTable(task, region, shape.strings, expected);
    this.states = new AggregateStates(task, region, calls, true, this.#table.capacity, heap);
    this.#strings = hasStrings(shape, this.states) ? strings : null;
    this.#runs = new RunGrouping(task, region, shape.strings.length);
  }

  get count(): number {
    return this.#table.count;
  }

  /** Groups that fit before the table grows. */
  get capacity(): number {
    return this.#table.capacity;
  }

  get keyColumns(): readonly number[] {
    return this.#table.keyColumns;
  }

  get hashes(): number {
    return this.#table.hashes;
  }

  /** Word columns of all groups as {@link stateLayout} tells. */
  get columns(): number[] {
    return [...this.#table.keyColumns, ...this.states.columns];
  }

  /** From now on strings are copied; the groups there are must be cleared first. */
  keepStringsIn(strings: KeptStrings): void {
    this.#strings = hasStrings(this.#shape, this.states) ? strings : null;
  }

  /** Makes room for n more groups at once. */
  reserve(n: number): void {
    this.#table.reserve(n);
  }

  /** Adds n rows. @param hashes of the keys; 0 = they have to be computed */
  addRows(keys: readonly number[], hashes: number, args: readonly AggregateArguments[], n: number): void {
    const before = this.count;
    this.#update(before, this.#table.upsert(keys, n, hashes), args, n);
  }

  /** {@link addRows} where equal keys lie together; false, and nothing added, where they do not. */
  addRuns(keys: readonly number[], args: readonly AggregateArguments[], n: number): boolean {
    const before = this.count;
    const gids = this.#runs.upsert(this.#table, keys, n);
    if (gids !== 0) this.#update(before, gids, args, n);
    return gids !== 0;
  }

  /** Adds n groups given as key and state columns. */
  addStates(keys: readonly number[], states: readonly number[], hashes: number, n: number): void {
    const before = this.count;
    const gids = this.#table.upsert(keys, n, hashes);
    this.#grown(before);
    this.states.merge(gids, states, n);
    if (this.#strings === null) return;
    this.#keepStates(
      gids,
      this.states.aggregators.map((_, i) => this.states.slice(states, i)[0]),
      n,
    );
  }

  /** Forgets all groups, keeping the memory, and the blocks of their states. */
  clear(): void {
    this.#table.clear();
  }

  /** Arena bytes of the states' blocks, those of groups that were cleared included. */
  get blockBytes(): number {
    return this.states.heap.bytes;
  }

  /** Gives the blocks back; the groups were cleared and written out. */
  freeBlocks(): void {
    this.states.heap.clear();
  }

  #update(before: number, gids: number, args: readonly AggregateArguments[], n: number): void {
    this.#grown(before);
    this.states.update(gids, args, n);
    if (this.#strings === null) return;
    this.#keepStates(
      gids,
      args.map(({ words }) => words[0]),
      n,
    );
  }

  /** Makes room for the states of groups that came after the first `before`, and keeps their strings. */
  #grown(before: number): void {
    this.states.ensure(this.#table.capacity, before);
    this.states.begin(before, this.count);
    const strings = this.#strings;
    if (strings === null) return;
    this.#shape.strings.forEach((string, k) => {
      if (string) strings.keepHere(this.keyColumns[k] + before * 8, this.count - before);
    });
  }

  /** Strings that states took over just now. @param sources what each aggregate's string may have come from */
  #keepStates(gids: number, sources: readonly number[], n: number): void {
    const { u32 } = this.#task.arena;
    this.states.aggregators.forEach((aggregator, i) => {
      if (aggregator.string !== true) return;
      const [column] = this.states.slice(this.states.columns, i);
      for (let row = 0; row < n; row++) {
        const state = (column >>> 2) + 2 * u32[(gids >>> 2) + row];
        const source = (sources[i] >>> 2) + 2 * row;
        if (u32[state] === u32[source] && u32[state + 1] === u32[source + 1])
          this.#strings?.keepHere(state * 4, 1);
      }
    });
  }
}

const hasStrings = (shape: KeyShape, states: AggregateStates): boolean =>
  shape.strings.includes(true) || states.aggregators.some(({ string }) => string === true);

/** Shape of the keys of a GROUP BY. */
export const groupShape = (keys: readonly Expr[]): KeyShape =>
  keyShape(
    keys.map(({ type }) => type),
    keys.map(columnOfExpr),
  );

/** Rows of groups: key words, state words, hash. */
export function stateLayout(shape: KeyShape, calls: readonly AggregateCall[]): RowLayout {
  const states = calls.flatMap((call) => {
    const { words, string, block } = aggregator(call, true);
    const refers = string === true || block === true;
    return Array.from({ length: words }, (_, word) => (word === 0 && refers ? STRING : WORD));
  });
  return new RowLayout([...shape.columns, ...states], true);
}

/** Arena bytes that room for one more group takes. */
export const groupBytes = (shape: KeyShape, states: RowLayout): number =>
  groupTableBytes(shape.strings.length) + (states.words - shape.strings.length) * 8;
