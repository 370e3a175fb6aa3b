/**
 * How many rows a node will give, from the statistics of the tables below it. Estimates choose between plans of equal answers;
 * nothing else may depend on them.
 */

import { allOf } from '../../function/call.ts';
import { columnsOf, type Expr } from '../expr.ts';
import { inputsOf, type JoinPlan, type Plan, type ScanPlan } from '../node.ts';
import { knownOf } from '../rules/known-conditions.ts';
import type { Statistics } from '../statistics.ts';
import { type ColumnFacts, type FactsOf, selectivity } from './selectivity.ts';

/** Rows of a table that nothing is known of. */
const UNKNOWN_ROWS = 1000;
/** Elements an array is taken to have. */
const ELEMENTS = 4;

export class Estimator {
  readonly #statistics: Statistics;
  readonly #rows = new Map<Plan, number>();

  constructor(statistics: Statistics) {
    this.#statistics = statistics;
  }

  /** At least 1, but for what is empty for sure; undefined where a table below is not known. */
  known(plan: Plan): number | undefined {
    if (plan.kind === 'scan' && this.#statistics.rows(plan.tableId) === undefined) return undefined;
    return inputsOf(plan).every((input) => this.known(input) !== undefined) ? this.rows(plan) : undefined;
  }

  rows(plan: Plan): number {
    let rows = this.#rows.get(plan);
    if (rows === undefined) {
      rows = this.#estimate(plan);
      this.#rows.set(plan, rows);
    }
    return rows;
  }

  #estimate(plan: Plan): number {
    switch (plan.kind) {
      case 'scan': {
        const all = this.#tableRows(plan);
        return plan.filter === null ? all : atLeastOne(all * this.share(plan.filter, plan));
      }
      case 'values':
        return plan.rows.length;
      case 'range':
        return plan.count;
      case 'filter':
        return atLeastOne(this.rows(plan.input) * this.share(plan.predicate, plan.input));
      case 'project':
      case 'fill':
      case 'window':
        return this.rows(plan.input);
      case 'expand':
        return this.rows(plan.input) * ELEMENTS;
      case 'aggregate':
        return this.#groups(plan.keys, plan.input);
      case 'sort':
      case 'limit': {
        const rows = Math.max(0, this.rows(plan.input) - plan.offset);
        return plan.limit === null ? rows : Math.min(rows, plan.limit);
      }
      case 'join':
        return this.#joined(plan);
      case 'recursive':
        return UNKNOWN_ROWS;
      case 'union':
        return plan.inputs.reduce((sum, input) => sum + this.rows(input), 0);
    }
  }

  /** Rows as if no filter had left any out. */
  unfiltered(plan: Plan): number {
    if (plan.kind === 'scan') return this.#tableRows(plan);
    if (plan.kind === 'filter' || plan.kind === 'project') return this.unfiltered(plan.input);
    return this.rows(plan);
  }

  /** Share of the input's rows that the condition over its columns lets through. */
  share(condition: Expr, input: Plan): number {
    return selectivity(condition, (expr) => this.facts(expr, input));
  }

  /** Of an expression over columns of the input; a function of one column has at most its values, and no bounds. */
  facts(expr: Expr, input: Plan): ColumnFacts | null {
    if (expr.kind === 'column') return this.#columnFacts(input, expr.index);
    const read = columnsOf(expr);
    if (read.length !== 1) return null;
    const facts = this.#columnFacts(input, read[0]);
    return facts === null ? null : { ...facts, zone: undefined };
  }

  /** Different values that conditions on the expression itself have left; null = unknown. */
  distinct(expr: Expr, input: Plan): number | null {
    if (expr.kind === 'literal') return 1;
    const all = this.facts(expr, input)?.distinct ?? null;
    if (all === null) return null;
    const read = columnsOf(expr).join();
    const own = knownOf(input).filter((c) => columnsOf(c).join() === read);
    return own.length === 0 ? all : Math.max(1, all * this.share(allOf(own), input));
  }

  #columnFacts(plan: Plan, index: number): ColumnFacts | null {
    switch (plan.kind) {
      case 'scan':
        return this.#scanFacts(plan, index);
      case 'values':
        return { distinct: plan.rows.length, zone: undefined, rows: plan.rows.length };
      case 'range':
        return { distinct: plan.count, zone: undefined, rows: plan.count };
      case 'project':
        return this.facts(plan.exprs[index], plan.input);
      case 'aggregate':
        return index < plan.keys.length ? this.facts(plan.keys[index], plan.input) : null;
      case 'join': {
        const width = plan.left.schema.length;
        return index < width
          ? this.#columnFacts(plan.left, index)
          : this.#columnFacts(plan.right, index - width);
      }
      case 'union':
      case 'recursive':
        return null;
      default:
        return index < plan.input.schema.length ? this.#columnFacts(plan.input, index) : null;
    }
  }

  #scanFacts(scan: ScanPlan, index: number): ColumnFacts | null {
    const { tableId, columnIds } = scan;
    const columnId = columnIds[index];
    // Row numbers and paths of documents have no statistics.
    if (columnId < 0) return null;
    const rows = this.#tableRows(scan);
    const zone = this.#statistics.roughZone(tableId, columnId);
    const counts = [this.#statistics.distinct(tableId, columnId) ?? Infinity];
    if (typeof zone?.min === 'bigint' && typeof zone.max === 'bigint')
      counts.push(Number(zone.max - zone.min) + 1);
    const distinct = Math.min(...counts);
    return { distinct: distinct === Infinity ? null : Math.max(1, Math.min(distinct, rows)), zone, rows };
  }

  #tableRows({ tableId }: ScanPlan): number {
    return this.#statistics.rows(tableId) ?? UNKNOWN_ROWS;
  }

  #groups(keys: readonly Expr[], input: Plan): number {
    const rows = this.rows(input);
    let groups = 1;
    for (const key of keys) groups *= this.distinct(key, input) ?? rows;
    return Math.min(groups, Math.max(1, rows));
  }

  #joined(plan: JoinPlan): number {
    const left = this.rows(plan.left);
    const right = this.rows(plan.right);
    const keys = plan.leftKeys.map((key, k) => ({
      left: this.distinct(key, plan.left),
      right: this.distinct(plan.rightKeys[k], plan.right),
    }));
    const residual = plan.residual === null ? 1 : selectivity(plan.residual, this.#factsOfBoth(plan));
    if (plan.join === 'semi' || plan.join === 'anti') {
      const found = matchShare(keys, right) * residual;
      return atLeastOne(left * (plan.join === 'semi' ? found : Math.max(MIN_ANTI, 1 - found)));
    }
    if (plan.join === 'right semi' || plan.join === 'right anti') {
      const exchanged = keys.map((key) => ({ left: key.right, right: key.left }));
      const found = matchShare(exchanged, left) * residual;
      return atLeastOne(right * (plan.join === 'right semi' ? found : Math.max(MIN_ANTI, 1 - found)));
    }
    const divisor = keyDivisor(keys, this.unfiltered(plan.left), this.unfiltered(plan.right));
    const pairs = (left * right * residual) / divisor;
    const least = { left, right, full: left + right, inner: 0, cross: 0 }[plan.join];
    return atLeastOne(Math.max(plan.pick === undefined ? pairs : Math.min(pairs, left), least));
  }

  #factsOfBoth({ left, right }: JoinPlan): FactsOf {
    const width = left.schema.length;
    return (expr) => {
      const read = columnsOf(expr);
      if (read.length !== 1) return null;
      const [index] = read;
      const facts = index < width ? this.#columnFacts(left, index) : this.#columnFacts(right, index - width);
      return expr.kind === 'column' || facts === null ? facts : { ...facts, zone: undefined };
    };
  }
}

const atLeastOne = (rows: number): number => (rows === 0 ? 0 : Math.max(1, rows));

/** Different values of the two sides of one equality; null = unknown. */
export type KeyCounts = { readonly left: number | null; readonly right: number | null };

/** What an anti join is taken to leave at least. */
export const MIN_ANTI = 0.1;

/**
 * By how much equalities divide the product of both sides. The values of the side with fewer are taken to be among those of the
 * other. Several equalities tell no more than a key of one side would.
 */
export function keyDivisor(keys: readonly KeyCounts[], leftRows: number, rightRows: number): number {
  const fewer = Math.max(1, Math.min(leftRows, rightRows));
  if (keys.length === 0) return 1;
  let divisor = 1;
  for (const { left, right } of keys)
    divisor *= left === null && right === null ? fewer : Math.max(left ?? 1, right ?? 1, 1);
  return keys.length === 1 ? divisor : Math.min(divisor, fewer);
}

/** Share of the left side's keys that the right side has: no more than it has rows. */
export function matchShare(keys: readonly KeyCounts[], rightRows: number): number {
  let share = 1;
  for (const { left, right } of keys) {
    if (left === null) continue;
    share = Math.min(share, Math.min(right ?? rightRows, rightRows) / Math.max(left, 1));
  }
  return Math.min(1, share);
}
