/**
 * Bound expressions: no names left to resolve, no dialect left to know (DESIGN.md D9).
 *
 * Invariant: every node carries its full logical type; every function id names exact semantics
 * (`add_checked_i64`, not `+`). Expressions are plain data: they are compared, hashed, stored in the manifest
 * and posted to workers as they are.
 */

import type { LogicalType, Value } from '../type/type.ts';

export type Expr = ColumnExpr | OuterExpr | LiteralExpr | CallExpr | CaseExpr | InExpr;

/** Column `index` of the input node's output. */
export type ColumnExpr = { readonly kind: 'column'; readonly index: number; readonly type: LogicalType };

/**
 * What a subquery reads of the query around it. Its number is known to whoever bound the subquery; unnesting (unnest/) leaves
 * none in a plan that is run.
 */
export type OuterExpr = { readonly kind: 'outer'; readonly id: number; readonly type: LogicalType };

export type LiteralExpr = {
  readonly kind: 'literal';
  readonly value: Value;
  readonly type: LogicalType;
  /** Of a number that was written with more digits than its float has. */
  readonly digits?: string;
};

/**
 * A scalar function by its id in `function/scalar`. Logic (`and`, `or`, `not`, `is_null`), comparison
 * (`eq_i64` ...), arithmetic and casts are functions like all others.
 */
export type CallExpr = {
  readonly kind: 'call';
  readonly fn: string;
  readonly args: readonly Expr[];
  readonly type: LogicalType;
};

/** First branch whose `when` is true; `otherwise` if none is. Branches not taken raise no errors. */
export type CaseExpr = {
  readonly kind: 'case';
  readonly branches: readonly { readonly when: Expr; readonly value: Expr }[];
  readonly otherwise: Expr;
  readonly type: LogicalType;
};

/**
 * Membership in a list of literals of the argument's own type, integers as columns hold them (`isIn` in function/call.ts makes it). NULL
 * semantics are SQL's unless the list has none.
 */
export type InExpr = {
  readonly kind: 'in';
  readonly arg: Expr;
  readonly list: readonly Value[];
  readonly negated: boolean;
  readonly type: LogicalType;
};

export type AggregateCall = {
  /** Id in `function/aggregate`, for example `sum_i64`. */
  readonly fn: string;
  readonly args: readonly Expr[];
  /** What the function takes besides its arguments (function/aggregate/block-aggregate.ts). */
  readonly params?: readonly number[];
  /** Rows for which this is not true are left out. */
  readonly filter: Expr | null;
  readonly distinct: boolean;
  readonly type: LogicalType;
};

export const column = (index: number, type: LogicalType): ColumnExpr => ({ kind: 'column', index, type });
export const literal = (value: Value, type: LogicalType): LiteralExpr => ({ kind: 'literal', value, type });
export const call = (fn: string, args: readonly Expr[], type: LogicalType): CallExpr => ({
  kind: 'call',
  fn,
  args,
  type,
});

/** Direct children of an expression, in evaluation order. */
export function children(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'column':
    case 'outer':
    case 'literal':
      return [];
    case 'call':
      return expr.args;
    case 'case':
      return [...expr.branches.flatMap((b) => [b.when, b.value]), expr.otherwise];
    case 'in':
      return [expr.arg];
  }
}

/** The expression with each direct child replaced. */
export function mapChildren(expr: Expr, change: (child: Expr) => Expr): Expr {
  switch (expr.kind) {
    case 'column':
    case 'outer':
    case 'literal':
      return expr;
    case 'call':
      return { ...expr, args: expr.args.map(change) };
    case 'case':
      return {
        ...expr,
        branches: expr.branches.map((b) => ({ when: change(b.when), value: change(b.value) })),
        otherwise: change(expr.otherwise),
      };
    case 'in':
      return { ...expr, arg: change(expr.arg) };
  }
}

/** The expression with every node rewritten bottom-up by `change`. */
export const rewrite = (expr: Expr, change: (node: Expr) => Expr): Expr =>
  change(mapChildren(expr, (child) => rewrite(child, change)));

/** The same expression over other columns. */
export const overColumns = (expr: Expr, indexOf: (index: number) => number): Expr =>
  rewrite(expr, (node) => (node.kind === 'column' ? { ...node, index: indexOf(node.index) } : node));

/** Indices of the input columns an expression reads, ascending. */
export function columnsOf(...exprs: readonly Expr[]): number[] {
  const seen = new Set<number>();
  const visit = (e: Expr): void => {
    if (e.kind === 'column') seen.add(e.index);
    else for (const child of children(e)) visit(child);
  };
  for (const e of exprs) visit(e);
  return [...seen].sort((a, b) => a - b);
}

/** A key that is equal exactly for equal expressions. */
export function exprKey(expr: Expr): string {
  const type = typeKey(expr.type);
  switch (expr.kind) {
    case 'column':
      return `#${expr.index}${type}`;
    case 'outer':
      return `^${expr.id}${type}`;
    case 'literal':
      return valueKey(expr.value) + type;
    case 'call':
      return `${expr.fn}(${expr.args.map(exprKey).join()})${type}`;
    case 'case':
      return `case(${children(expr).map(exprKey).join()})${type}`;
    case 'in':
      return `${expr.negated ? 'not in' : 'in'}(${exprKey(expr.arg)},${expr.list.map(valueKey).join()})${type}`;
  }
}

const typeKeys = new WeakMap<LogicalType, string>();

function typeKey(type: LogicalType): string {
  let key = typeKeys.get(type);
  if (key === undefined) {
    key = JSON.stringify(type);
    typeKeys.set(type, key);
  }
  return key;
}

/** JSON would have one zero, and NULL for what is no finite number. */
function valueKey(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  return Object.is(value, -0) ? '-0' : String(value);
}

/** The same for aggregates. */
export const aggregateKey = ({ fn, args, params, filter, distinct }: AggregateCall): string =>
  [fn, params, distinct, filter === null ? '' : exprKey(filter), ...args.map(exprKey)].join('|');
