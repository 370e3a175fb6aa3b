/**
 * Plans as text: one line a node, children indented. What EXPLAIN prints, and the words EXPLAIN ANALYZE has for the
 * operators that a plan became. `#n` is column n of a node's input.
 */

import { overValuesOf } from './body.ts';
import type { AggregateCall, Expr } from './expr.ts';
import { appliedLambda } from './lambda.ts';
import { inputsOf, type JoinPlan, type Plan, type ScanPlan, type SortKey } from './node.ts';
import { termsSharedIn } from './shared-terms.ts';
import type { WindowCall, WindowPlan } from './window.ts';

/** What is said of a node besides its own line. */
export type PlanNotes = {
  /** Estimated; undefined where unknown. */
  readonly rows: (node: Plan) => number | undefined;
  /** Lines of their own. */
  readonly below?: (node: Plan) => readonly string[];
};

export function planText(plan: Plan, notes: PlanNotes, depth = 0): string[] {
  const estimate = notes.rows(plan);
  const about = estimate === undefined ? '' : ` [about ${roughly(estimate)}]`;
  const shared = termsSharedIn(plan);
  const once = shared.length === 0 ? '' : ` once: ${listText(shared)}`;
  const indent = '  '.repeat(depth);
  return [
    `${indent}${nodeText(plan)}${once}${about}`,
    ...(notes.below?.(plan) ?? []).map((line) => `${indent}    ${line}`),
    ...inputsOf(plan).flatMap((input) => planText(input, notes, depth + 1)),
  ];
}

/** Three digits say all that an estimate knows. */
function roughly(rows: number): string {
  const rounded = Math.round(Number(rows.toPrecision(3)));
  return `${rounded} ${rounded === 1 ? 'row' : 'rows'}`;
}

function nodeText(plan: Plan): string {
  switch (plan.kind) {
    case 'scan':
      return `scan ${scanText(plan)}`;
    case 'values':
      return `values ${plan.rows.length} rows`;
    case 'range':
      return `range ${plan.count} rows from ${plan.start}`;
    case 'filter':
      return `filter ${exprText(plan.predicate)}`;
    case 'project':
      return `project ${listText(plan.exprs)}`;
    case 'expand':
      return `expand ${listText(plan.arrays)}`;
    case 'aggregate':
      return `aggregate ${groupingText(plan)}`;
    case 'join':
      return `${joinName(plan)} ${joinText(plan)}`;
    case 'sort':
      return `sort ${orderText(plan)}`;
    case 'window':
      return `window ${windowText(plan)}`;
    case 'fill':
      return `fill ${plan.rule.keys.map(({ column }) => `#${column}`).join(', ')} ${orderText({ keys: plan.keys, limit: null, offset: 0 })}`;
    case 'limit':
      return limitText(plan).trim();
    case 'union':
      return 'union all';
    case 'recursive':
      return `recursive ${plan.name}${plan.distinct ? ' distinct' : ''}`;
  }
}

export const scanText = ({ tableName, schema, filter, final }: ScanPlan): string =>
  `${tableName}${final === true ? ' final' : ''} (${schema.map((f) => f.name).join(', ')})${filter === null ? '' : ` where ${exprText(filter)}`}`;

export const listText = (exprs: readonly Expr[]): string => exprs.map(exprText).join(', ');

export const groupingText = (spec: {
  readonly keys: readonly Expr[];
  readonly aggregates: readonly AggregateCall[];
}): string =>
  [`by (${listText(spec.keys)})`, spec.aggregates.map(aggregateText).join(', ')].filter(Boolean).join(': ');

const PICK_NAMES = { any: 'any ', nearest: 'asof ' } as const;
const INEQUALITIES = { ge: '>=', gt: '>', le: '<=', lt: '<' } as const;

export const joinName = ({ join, pick }: JoinPlan): string =>
  `${pick === undefined ? '' : PICK_NAMES[pick.kind]}${join} join`;

export function joinText({ leftKeys, rightKeys, residual, pick }: JoinPlan): string {
  const equal = leftKeys.map((k, i) => `${exprText(k)} = ${exprText(rightKeys[i])}`);
  const nearest =
    pick?.kind === 'nearest'
      ? [`${exprText(pick.left)} ${INEQUALITIES[pick.op]} ${exprText(pick.right)}`]
      : [];
  const conditions = [...equal, ...nearest, ...(residual === null ? [] : [exprText(residual)])];
  return conditions.length === 0 ? 'of all pairs' : `on ${conditions.join(' and ')}`;
}

/** Calls, and over what. */
export function windowText({ partition, order, calls }: WindowPlan): string {
  const over = [
    ...(partition.length === 0 ? [] : [`partition by ${listText(partition)}`]),
    ...(order.length === 0 ? [] : [orderText({ keys: order, limit: null, offset: 0 })]),
  ];
  return `${calls.map(windowCallText).join(', ')} over (${over.join(' ')})`;
}

const windowCallText = ({ fn, args, aggregate }: WindowCall): string =>
  aggregate === null ? `${fn}(${listText(args)})` : aggregateText(aggregate);

export const orderText = (spec: {
  readonly keys: readonly SortKey[];
  readonly limit: number | null;
  readonly offset: number;
}): string =>
  `by ${spec.keys.map((k) => `${exprText(k.expr)}${k.descending ? ' desc' : ''}`).join(', ')}${limitText(spec)}`;

export const limitText = ({ limit, offset }: { limit: number | null; offset: number }): string =>
  `${limit === null ? '' : ` limit ${limit}`}${offset === 0 ? '' : ` offset ${offset}`}`;

/** Longer texts are not for people: values of a lookup, states. */
const MAX_TEXT = 1000;
const cutText = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}...` : text);

export function exprText(expr: Expr): string {
  switch (expr.kind) {
    case 'column':
      return `#${expr.index}`;
    case 'outer':
      return `outer ${expr.id}`;
    case 'literal':
      return typeof expr.value === 'string' ? `'${cutText(expr.value)}'` : String(expr.value);
    case 'call': {
      const over = overValuesOf(expr);
      if (over !== null) return `${expr.fn}(${exprText(over.body)} of ${listText(over.inputs)})`;
      const applied = appliedLambda(expr);
      if (applied !== null) return `${expr.fn}(${exprText(applied.body)} of ${listText(expr.args.slice(2))})`;
      return `${expr.fn}(${expr.args.map(exprText).join(', ')})`;
    }
    case 'case':
      return `case(${expr.branches.map((b) => `${exprText(b.when)}: ${exprText(b.value)}`).join(', ')}, ${exprText(expr.otherwise)})`;
    case 'in':
      return `${exprText(expr.arg)}${expr.negated ? ' not' : ''} in (${expr.list.length} values)`;
  }
}

const aggregateText = (call: AggregateCall): string =>
  `${call.fn}(${call.distinct ? 'distinct ' : ''}${call.args.map(exprText).join(', ')})${call.filter === null ? '' : ` filter ${exprText(call.filter)}`}`;
