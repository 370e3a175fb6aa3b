/**
 * A filter's conditions one after the other, so that costly ones see few rows.
 *
 * Comparisons and cheap arithmetic come first, for all rows of a batch; then searches in texts; then, in the order they were
 * written, conditions that compute something. Some of those can fail, so they never see a row that a condition before them
 * turned down. When no row is left nothing more is evaluated, and no further column read. Among the cheap ones and among searches, which cannot
 * fail, those come first that have turned most rows down so far.
 */

import { BasaltError } from '../base/error.ts';
import { conjuncts } from '../function/call.ts';
import { children, type Expr } from '../plan/expr.ts';
import { laneOf } from '../type/type.ts';
import type { TaskContext } from './context.ts';
import { compile } from './expression/compile.ts';
import type { Evaluator } from './expression/evaluator.ts';
import { type Input, lazyInput, maskedInput } from './input.ts';
import { bothValid, maskOf } from './lane.ts';

const COMPARISON =
  /^((eq|ne|lt|le|gt|ge|is_distinct|is_not_distinct)_\w+|and|or|not|xor|is_(null|not_null|true|false|empty|not_empty))$/;
/** A few nanoseconds a row, and cannot fail. */
const ARITHMETIC =
  /^(\w+_(wrap|null)_i64|(add|sub|mul|div|div_null|mod|neg)_f64|bit_\w+_i64|i64_to_f64|(extract|trunc)_ticks|trunc_days|length_bytes)$/;
const SEARCH = /^(like|ilike|regex_match|starts_with|ends_with|contains_str|contains_caseless)$/;
/**
 * While more than one row in so many is left, texts are searched faster a page at a time: a text by itself costs a cache miss,
 * about as much as a kilobyte of a page that streams by.
 */
const DENSE = 32;

/** In order of evaluation. */
const RANKS = ['numbers', 'strings', 'arithmetic', 'search', 'computation'] as const;
type Rank = (typeof RANKS)[number];
/** Of a row, roughly. */
const COSTS: Readonly<Record<Rank, number>> = {
  numbers: 1,
  strings: 2,
  arithmetic: 2,
  search: 8,
  computation: 16,
};

export class RowFilter {
  readonly #task: TaskContext;
  readonly #comparisons: ByBenefit;
  readonly #searches: ByBenefit;
  readonly #computations: readonly Evaluator[];

  constructor(task: TaskContext, predicate: Expr) {
    const conditions = conjuncts(predicate).map((expr) => ({ expr, rank: rankOf(expr) }));
    const ranked = (...ranks: readonly Rank[]): Condition[] =>
      ranks.flatMap((rank) =>
        conditions
          .filter((c) => c.rank === rank)
          .map(({ expr }) => ({ evaluate: compile(expr, task), cost: COSTS[rank], asked: 0, passed: 0 })),
      );
    this.#task = task;
    this.#comparisons = new ByBenefit(ranked('numbers', 'strings', 'arithmetic'));
    this.#searches = new ByBenefit(ranked('search'));
    this.#computations = ranked('computation').map(({ evaluate }) => evaluate);
  }

  /**
   * The rows that pass.
   * @param live mask of the rows that are to be looked at; 0 = all.
   */
  apply(input: Input, live = 0): Input {
    const { rows } = input;
    let mask = live;
    let left = live === 0 ? rows : this.#task.kernels.mask_count(live, rows);
    if (left === 0) return NO_ROWS;
    const someLeft = (condition: Condition): boolean => {
      const before = left;
      mask = bothValid(this.#task, mask, maskOf(this.#task, condition.evaluate(input)), rows);
      left = this.#task.kernels.mask_count(mask, rows);
      condition.asked += before;
      condition.passed += left;
      return left > 0;
    };
    if (!this.#comparisons.next().every(someLeft)) return NO_ROWS;
    const searches = this.#searches.next();
    let done = 0;
    for (; done < searches.length && left * DENSE > rows; done++)
      if (!someLeft(searches[done])) return NO_ROWS;
    const kept = mask === 0 ? input : maskedInput(this.#task, input, mask, left);
    const rest = searches.slice(done).map(({ evaluate }) => evaluate);
    return this.#oneByOne(kept, [...rest, ...this.#computations]);
  }

  /** Every condition sees what those before it left. */
  #oneByOne(input: Input, conditions: readonly Evaluator[]): Input {
    let kept = input;
    for (const condition of conditions) {
      if (kept.rows === 0) break;
      kept = maskedInput(this.#task, kept, maskOf(this.#task, condition(kept)));
    }
    return kept;
  }
}

/** `asked` and `passed` are rows so far. */
type Condition = { readonly evaluate: Evaluator; readonly cost: number; asked: number; passed: number };

/** Batches after which conditions are put in order anew; what is seen of one batch may be chance. */
const TRIAL_BATCHES = 8;

/**
 * Conditions none of which can fail, in the order that has shown to be the cheapest: those first that turn most rows down for what they cost.
 * As long as nothing is known, they are in the order they came.
 */
class ByBenefit {
  #conditions: readonly Condition[];
  #batches = 0;

  constructor(conditions: readonly Condition[]) {
    this.#conditions = conditions;
  }

  /** Those of the next batch. */
  next(): readonly Condition[] {
    if (this.#conditions.length > 1 && ++this.#batches % TRIAL_BATCHES === 0)
      this.#conditions = this.#conditions.toSorted((a, b) => compare(price(a), price(b)));
    return this.#conditions;
  }
}

/** Of prices, which may be endless. */
const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);

/** What it takes to turn a row down. One that was never asked may be as good as any. */
const price = ({ cost, asked, passed }: Condition): number =>
  asked === 0 ? cost : (cost * asked) / (asked - passed);

const NO_ROWS: Input = lazyInput(0, (index) => {
  throw new BasaltError('LOGICAL_ERROR', `column ${index} of no rows was read`);
});

/** The last rank of any part. */
function rankOf(expr: Expr): Rank {
  const own = ownRank(expr);
  const ranks = children(expr).map(rankOf);
  return ranks.reduce((last, rank) => (RANKS.indexOf(rank) > RANKS.indexOf(last) ? rank : last), own);
}

function ownRank(expr: Expr): Rank {
  if (expr.kind === 'column' || expr.kind === 'outer' || expr.kind === 'literal')
    return laneOf(expr.type) === 'str' ? 'strings' : 'numbers';
  if (expr.kind === 'in') return 'numbers';
  if (expr.kind === 'case') return 'computation';
  if (ARITHMETIC.test(expr.fn)) return 'arithmetic';
  if (SEARCH.test(expr.fn)) return 'search';
  return COMPARISON.test(expr.fn) ? 'numbers' : 'computation';
}
