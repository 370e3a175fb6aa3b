/**
 * What a filter asks of indexes: a tree of tests, each of which a granule must pass for any of its rows to pass the filter.
 *
 * A condition that no index answers is left out of an AND, and makes an OR useless. The expression of an index is found
 * in the filter by its structure: the same functions of the same columns, bound alike. Plain data.
 */

import { bytesOfText } from '../../base/bytes-text.ts';
import { conjuncts } from '../../function/call.ts';
import { column, columnsOf, type Expr, exprKey, rewrite } from '../../plan/expr.ts';
import type { ScanPlan } from '../../plan/node.ts';
import { byColumnId } from '../../plan/path-read.ts';
import { cannotFail } from '../../plan/rules/cannot-fail.ts';
import type { SkipIndex } from '../../plan/skip-index.ts';
import { laneOf, type Value } from '../../type/type.ts';
import { type Range, rangesOf } from '../prune.ts';
import { gramsOf, MAX_ALTERNATIVES, needlesOf } from './text-needles.ts';

/** What is looked for in a filter: bytes of a text, or a value of another lane. */
export type Needle = Uint8Array | Exclude<Value, null | string>;

export type SkipTest =
  | { readonly kind: 'range'; readonly range: Range }
  /** `condition` is over column 0, the index's value: at least one value must pass. */
  | { readonly kind: 'values'; readonly condition: Expr }
  /** Any of the lists, all of it; hashed with the seed. */
  | { readonly kind: 'hashes'; readonly lists: readonly (readonly Needle[])[]; readonly seed: bigint };

export type SkipNode =
  | { readonly kind: 'all' | 'any'; readonly nodes: readonly SkipNode[] }
  | { readonly kind: 'test'; readonly index: SkipIndex; readonly term: number; readonly test: SkipTest };

/** What the filter cannot do without, with the names of the indexes that it asks. */
export type SkipCondition = { readonly node: SkipNode; readonly names: string; readonly cost: number };

/** @param scan its columns are what the filter's expressions index. */
export function skipConditions(
  filter: Expr,
  scan: Pick<ScanPlan, 'columnIds' | 'paths'>,
  indexes: readonly SkipIndex[],
): readonly SkipCondition[] {
  if (indexes.length === 0) return [];
  const terms = indexes.flatMap((index) =>
    index.terms.map(
      (expr, term): Term => ({ index, term, expr, key: exprKey(expr), reads: columnsOf(expr) }),
    ),
  );
  const byIds = rewrite(filter, (node) =>
    node.kind === 'column' ? byColumnId(scan, node.index, node.type) : node,
  );
  return conjuncts(byIds)
    .flatMap((conjunct) => needed(nodeOf(conjunct, terms)))
    .map((node) => ({ node, names: [...new Set(namesOf(node))].join(', '), cost: costOf(node) }))
    .sort((a, b) => a.cost - b.cost);
}

/** The nodes all of which a granule must pass. */
const needed = (node: SkipNode | null): readonly SkipNode[] =>
  node === null ? [] : node.kind === 'all' ? node.nodes.flatMap(needed) : [node];

/** Bounds lie in the footer, a filter is one look, values are gone through. */
const COSTS = { range: 0, hashes: 1, values: 2 } as const;

const costOf = (node: SkipNode): number =>
  node.kind === 'test' ? COSTS[node.test.kind] : Math.max(...node.nodes.map(costOf));

/** Names of the indexes that the node asks. */
export const namesOf = (node: SkipNode): readonly string[] =>
  node.kind === 'test' ? [node.index.name] : node.nodes.flatMap(namesOf);

type Term = {
  readonly index: SkipIndex;
  readonly term: number;
  readonly expr: Expr;
  readonly key: string;
  readonly reads: readonly number[];
};

function nodeOf(expr: Expr, terms: readonly Term[]): SkipNode | null {
  if (expr.kind === 'call' && (expr.fn === 'and' || expr.fn === 'or')) {
    const nodes = expr.args.map((arg) => nodeOf(arg, terms));
    const usable = nodes.filter((node) => node !== null);
    if (expr.fn === 'and') return joined('all', usable);
    return usable.length < nodes.length ? null : joined('any', usable);
  }
  const reads = columnsOf(expr);
  const tests = terms.flatMap((of): SkipNode[] => {
    const { index, term, reads: own } = of;
    if (reads.length !== own.length || !own.every((id) => reads.includes(id))) return [];
    const over = overTerm(expr, of);
    const test = over === null ? null : testOf(over, index);
    return test === null ? [] : [{ kind: 'test', index, term, test }];
  });
  return joined('all', tests);
}

const joined = (kind: 'all' | 'any', nodes: readonly SkipNode[]): SkipNode | null =>
  nodes.length === 0 ? null : nodes.length === 1 ? nodes[0] : { kind, nodes };

/** Stands for the index's value while columns of the table are still there. */
const PLACE = -1;

/** The condition over column 0, the index's value; null when it reads anything else. */
function overTerm(expr: Expr, term: Term): Expr | null {
  const placed = replaced(expr, term);
  const reads = columnsOf(placed);
  if (reads.length !== 1 || reads[0] !== PLACE) return null;
  return rewrite(placed, (node) => (node.kind === 'column' ? column(0, node.type) : node));
}

/** From the outside in: the expression of an index may hold that of another. */
function replaced(expr: Expr, term: Term): Expr {
  if (isTerm(expr, term)) return column(PLACE, expr.type);
  switch (expr.kind) {
    case 'call':
      return { ...expr, args: expr.args.map((arg) => replaced(arg, term)) };
    case 'in':
      return { ...expr, arg: replaced(expr.arg, term) };
    case 'case':
      return {
        ...expr,
        branches: expr.branches.map(({ when, value }) => ({
          when: replaced(when, term),
          value: replaced(value, term),
        })),
        otherwise: replaced(expr.otherwise, term),
      };
    default:
      return expr;
  }
}

/** Keys are long where lists are: they are made only where the outside fits. */
function isTerm(expr: Expr, { expr: wanted, key }: Term): boolean {
  if (expr.kind !== wanted.kind) return false;
  if (expr.kind === 'call' && wanted.kind === 'call' && expr.fn !== wanted.fn) return false;
  return exprKey(expr) === key;
}

function testOf(over: Expr, { kind }: SkipIndex): SkipTest | null {
  switch (kind.type) {
    case 'minmax': {
      const [range] = rangesOf(over, [0]);
      return range === undefined ? null : { kind: 'range', range };
    }
    case 'set':
      return cannotFail(over) ? { kind: 'values', condition: over } : null;
    case 'bloom_filter': {
      const values = equalTo(over);
      return values === null ? null : { kind: 'hashes', lists: values.map((v) => [v]), seed: 0n };
    }
    case 'tokenbf_v1':
    case 'ngrambf_v1': {
      const lists = needlesOf(over)?.map((pieces) => pieces.flatMap((piece) => gramsOf(piece, kind)));
      if (lists === undefined || lists.some((list) => list.length === 0)) return null;
      return { kind: 'hashes', lists, seed: BigInt(kind.seed) };
    }
  }
}

/** The values one of which column 0 must have; null when the condition does not list them. */
function equalTo(over: Expr): readonly Needle[] | null {
  const needles = (list: readonly Value[]): readonly Needle[] =>
    list.flatMap((value) => (value === null ? [] : [typeof value === 'string' ? bytesOfText(value) : value]));
  if (over.kind === 'in')
    return over.negated || over.arg.kind !== 'column' || over.list.length > MAX_ALTERNATIVES
      ? null
      : needles(over.list);
  if (over.kind === 'column' && laneOf(over.type) === 'bool') return [true];
  if (over.kind !== 'call' || !/^eq_([iu]64|f64|str|bool)$/.test(over.fn)) return null;
  const [a, b] = over.args;
  if (a.kind === 'column' && b.kind === 'literal') return needles([b.value]);
  return a.kind === 'literal' && b.kind === 'column' ? needles([a.value]) : null;
}
