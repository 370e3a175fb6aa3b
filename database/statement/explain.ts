/** Plans and stages as text: one line a node, children indented. What EXPLAIN prints. */

import type { Physical } from '../../engine/exec/physical.ts';
import type { AggregateCall, Expr } from '../../engine/plan/expr.ts';
import { inputsOf, type Plan } from '../../engine/plan/node.ts';

export function explainPlan(plan: Plan, depth = 0): string[] {
  const line = `${'  '.repeat(depth)}${nodeText(plan)}`;
  return [line, ...inputsOf(plan).flatMap((input) => explainPlan(input, depth + 1))];
}

function nodeText(plan: Plan): string {
  switch (plan.kind) {
    case 'scan':
      return `scan ${plan.tableName} (${plan.schema.map((f) => f.name).join(', ')})${plan.filter === null ? '' : ` where ${exprText(plan.filter)}`}`;
    case 'values':
      return `values ${plan.rows.length} rows`;
    case 'range':
      return `range ${plan.count} rows from ${plan.start}`;
    case 'filter':
      return `filter ${exprText(plan.predicate)}`;
    case 'project':
      return `project ${plan.exprs.map(exprText).join(', ')}`;
    case 'aggregate':
      return `aggregate by (${plan.keys.map(exprText).join(', ')}): ${plan.aggregates.map(aggregateText).join(', ')}`;
    case 'join':
      return `${plan.join} join on ${plan.leftKeys.map((k, i) => `${exprText(k)} = ${exprText(plan.rightKeys[i])}`).join(' and ')}`;
    case 'sort':
      return `sort by ${plan.keys.map((k) => `${exprText(k.expr)}${k.descending ? ' desc' : ''}`).join(', ')}${limitText(plan)}`;
    case 'limit':
      return `limit${limitText(plan)}`;
    case 'union':
      return 'union all';
  }
}

const limitText = ({ limit, offset }: { limit: number | null; offset: number }): string =>
  `${limit === null ? '' : ` limit ${limit}`}${offset === 0 ? '' : ` offset ${offset}`}`;

function exprText(expr: Expr): string {
  switch (expr.kind) {
    case 'column':
      return `#${expr.index}`;
    case 'literal':
      return typeof expr.value === 'string' ? `'${expr.value}'` : String(expr.value);
    case 'call':
      return `${expr.fn}(${expr.args.map(exprText).join(', ')})`;
    case 'case':
      return `case(${expr.branches.map((b) => `${exprText(b.when)}: ${exprText(b.value)}`).join(', ')}, ${exprText(expr.otherwise)})`;
    case 'in':
      return `${exprText(expr.arg)}${expr.negated ? ' not' : ''} in (${expr.list.length} values)`;
  }
}

const aggregateText = (call: AggregateCall): string =>
  `${call.fn}(${call.distinct ? 'distinct ' : ''}${call.args.map(exprText).join(', ')})${call.filter === null ? '' : ` filter ${exprText(call.filter)}`}`;

/** The stages a plan runs as, one line each. */
export const explainStages = (physical: Physical): string[] =>
  physical.stages.map(
    (s) =>
      `stage ${s.id}: ${[s.source.kind, ...s.steps.map((step) => step.kind), s.sink.kind].join(' -> ')}${s.serial ? ' (one thread)' : ''}`,
  );
