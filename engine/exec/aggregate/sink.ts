/**
 * The first half of GROUP BY, on one thread: takes batches, leaves partial states for the merge (merge.ts).
 *
 * It picks by shape and changes its mind as it learns: small codes go to dense arrays; other keys to a group table
 * that stays in the cache and is emptied into 256 partitions when full; and when emptying shows that grouping here
 * hardly shrinks the data, rows go to the partitions as they are, to be grouped once, by the merge.
 */

import type { Region } from '../../memory/region.ts';
import type { AggregateCall, Expr } from '../../plan/expr.ts';
import { VECTOR_ROWS, type Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { compile } from '../expression/compile.ts';
import type { Evaluator } from '../expression/evaluator.ts';
import { GroupTable } from '../group-table.ts';
import type { Input } from '../input.ts';
import { type KeyShape, keyHashes, keyShape, keyWords } from '../key.ts';
import { bothValid, maskOf, validOf, wordsOf } from '../lane.ts';
import { type PartitionedRows, PartitionWriter } from '../partition.ts';
import { DenseGroups } from './dense.ts';
import { RunGrouping } from './runs.ts';
import { type AggregateArguments, AggregateStates } from './state.ts';

export type AggregateSpec = { readonly keys: readonly Expr[]; readonly aggregates: readonly AggregateCall[] };

/** States as columns: key words, then state words, then hashes if there are keys. `rows` of each. */
export type FlatStates = { readonly columns: readonly number[]; readonly rows: number };

/** What one thread leaves for the merge; all addresses belong to the query. */
export type AggregatePartial = {
  /** Few groups, not partitioned. */
  readonly flat: FlatStates | null;
  readonly states: PartitionedRows | null;
  /** Rows never grouped; {@link rawColumns} says of what. */
  readonly raw: PartitionedRows | null;
};

/** Groups at which a thread looks whether grouping here shrinks the data at all. */
const TRIAL_GROUPS = 1 << 13;
/** Groups a thread keeps before it empties them into partitions. */
const LOCAL_GROUPS = 1 << 14;
/** Above this many groups the rest is partitioned too at the end. */
const FLAT_GROUPS = 1 << 13;
/** Fewer input rows per group than this: grouping here does not pay. */
const MIN_REDUCTION = 3;

export class AggregateSink {
  readonly #task: TaskContext;
  readonly #calls: readonly AggregateCall[];
  readonly #shape: KeyShape;
  readonly #keys: readonly Evaluator[];
  readonly #args: readonly ArgumentEvaluators[];
  readonly #dense: DenseGroups;
  readonly #table: GroupTable;
  readonly #states: AggregateStates;
  readonly #region: Region;
  readonly #runs: RunGrouping;
  #stateWriter: PartitionWriter | null = null;
  #rawWriter: PartitionWriter | null = null;
  #denseWorks = true;
  #rowsSinceFlush = 0;

  constructor(task: TaskContext, spec: AggregateSpec) {
    this.#task = task;
    this.#calls = spec.aggregates;
    this.#region = task.heap;
    this.#shape = keyShape(spec.keys.map((k) => k.type));
    this.#keys = spec.keys.map((k) => compile(k, task));
    this.#args = compileArguments(task, spec.aggregates);
    this.#table = new GroupTable(task, this.#region, this.#shape.strings);
    this.#states = new AggregateStates(task, this.#region, spec.aggregates, true, this.#table.capacity);
    this.#runs = new RunGrouping(task, this.#shape.strings.length);
    this.#dense = new DenseGroups(task, this.#region, this.#shape, spec.aggregates, (keys, states, n) =>
      this.#mergeStates(keys, states, n),
    );
  }

  consume(input: Input): void {
    const { rows } = input;
    if (rows === 0) return;
    const keys = this.#keys.map((k) => k(input));
    const args = evaluateArguments(this.#task, this.#args, input);
    if (this.#rawWriter !== null) {
      this.#appendRaw(keys, args, rows);
      return;
    }
    this.#denseWorks &&= this.#dense.consume(keys, args, rows);
    if (this.#denseWorks) return;
    const words = keyWords(this.#task, this.#shape, keys, rows);
    const gids =
      this.#runs.upsert(this.#table, words, rows) ||
      this.#table.upsert(words, rows, keyHashes(this.#task, this.#shape, words, keys, rows));
    this.#states.ensure(this.#table.capacity, this.#table.count);
    this.#states.update(gids, args, rows);
    this.#rowsSinceFlush += rows;
    const { count } = this.#table;
    if (count <= TRIAL_GROUPS) return;
    if (this.#rowsSinceFlush < count * MIN_REDUCTION) {
      this.#emptyTable();
      this.#rawWriter = new PartitionWriter(
        this.#task,
        this.#region,
        rawColumns(this.#shape, this.#calls),
        VECTOR_ROWS,
      );
    } else if (count > LOCAL_GROUPS) this.#emptyTable();
  }

  finish(): AggregatePartial {
    this.#dense.flush();
    let flat: FlatStates | null = null;
    if (this.#stateWriter !== null || this.#rawWriter !== null || this.#table.count > FLAT_GROUPS)
      this.#emptyTable();
    else if (this.#table.count > 0) {
      flat = {
        columns: [...this.#table.keyColumns, ...this.#states.columns, this.#table.hashes],
        rows: this.#table.count,
      };
    }
    return { flat, states: this.#stateWriter?.finish() ?? null, raw: this.#rawWriter?.finish() ?? null };
  }

  #mergeStates(keys: readonly number[], states: readonly number[], n: number): void {
    const gids = this.#table.upsert(keys, n);
    this.#states.ensure(this.#table.capacity, this.#table.count);
    this.#states.merge(gids, states, n);
    if (this.#table.count > LOCAL_GROUPS) this.#emptyTable();
  }

  #emptyTable(): void {
    const { count } = this.#table;
    if (count === 0) return;
    const columns = [...this.#table.keyColumns, ...this.#states.columns, this.#table.hashes];
    this.#stateWriter ??= new PartitionWriter(this.#task, this.#region, columns.length, VECTOR_ROWS);
    for (let from = 0; from < count; from += VECTOR_ROWS) {
      const n = Math.min(VECTOR_ROWS, count - from);
      this.#stateWriter.append(
        this.#table.hashes + from * 8,
        columns.map((c) => c + from * 8),
        n,
      );
    }
    this.#states.clear(count);
    this.#table.clear();
    this.#rowsSinceFlush = 0;
  }

  #appendRaw(keys: readonly Vector[], args: readonly AggregateArguments[], rows: number): void {
    const { kernels, scratch } = this.#task;
    const words = keyWords(this.#task, this.#shape, keys, rows);
    const hashes = keyHashes(this.#task, this.#shape, words, keys, rows);
    const columns = [...words, ...args.flatMap((a) => a.words)];
    if (argumentsCanMiss(this.#calls)) {
      const bits = scratch.allocZero(rows * 8);
      args.forEach((a, i) => {
        if (a.valid !== 0) kernels.null_bit_or(a.valid, rows, i, bits);
      });
      columns.push(bits);
    }
    if (rawKeepsHash(this.#shape)) columns.push(hashes);
    this.#rawWriter?.append(hashes, columns, rows);
  }
}

/** Whether any aggregate may skip rows: then raw rows carry a word of bits, set = skip. */
export const argumentsCanMiss = (calls: readonly AggregateCall[]): boolean =>
  calls.some((c) => c.filter !== null || c.args.some((a) => a.type.nullable));

/** Hashing one or two integers again costs less than carrying the hash along. */
export const rawKeepsHash = (shape: KeyShape): boolean =>
  shape.strings.length > 2 || shape.strings.includes(true);

/** Columns of a raw row: key words, argument words, perhaps the bits, perhaps the hash. */
export const rawColumns = (shape: KeyShape, calls: readonly AggregateCall[]): number =>
  shape.strings.length +
  calls.reduce((sum, c) => sum + c.args.length, 0) +
  (argumentsCanMiss(calls) ? 1 : 0) +
  (rawKeepsHash(shape) ? 1 : 0);

/** Compiled arguments and filter of one aggregate. */
export type ArgumentEvaluators = { readonly values: readonly Evaluator[]; readonly filter: Evaluator | null };

export function compileArguments(
  task: TaskContext,
  calls: readonly AggregateCall[],
): readonly ArgumentEvaluators[] {
  return calls.map((c) => ({
    values: c.args.map((a) => compile(a, task)),
    filter: c.filter === null ? null : compile(c.filter, task),
  }));
}

/** Arguments as dense words; a row counts when no argument is NULL and the filter is true. */
export function evaluateArguments(
  task: TaskContext,
  args: readonly ArgumentEvaluators[],
  input: Input,
): AggregateArguments[] {
  return args.map(({ values, filter }) => {
    let valid = filter === null ? 0 : maskOf(task, filter(input));
    const words = values.map((evaluate) => {
      const v = evaluate(input);
      valid = bothValid(task, valid, validOf(task, v), input.rows);
      return wordsOf(task, v);
    });
    return { words, valid };
  });
}
