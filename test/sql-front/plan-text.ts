/** Plans as short indented text, for the tests of rules: `scan wiki [2, 4] where gt_i64(#1, 5)`. */

import type { Expr } from '../../engine/plan/expr.ts';
import { inputsOf, type Plan } from '../../engine/plan/node.ts';

export function exprText(expr: Expr): string {
  switch (expr.kind) {
    case 'column':
      return `#${expr.index}`;
    case 'outer':
      return `outer ${expr.id}`;
    case 'literal':
      return typeof expr.value === 'string' ? `'${expr.value}'` : String(expr.value);
    case 'call':
      return `${expr.fn}(${expr.args.map(exprText).join(', ')})`;
    case 'case':
      return `case(${[...expr.branches.flatMap((b) => [b.when, b.value]), expr.otherwise].map(exprText).join(', ')})`;
    case 'in':
      return `${exprText(expr.arg)} ${expr.negated ? 'not in' : 'in'} (${expr.list.join(', ')})`;
  }
}

const list = (exprs: readonly Expr[]): string => exprs.map(exprText).join(', ');

function nodeText(plan: Plan): string {
  switch (plan.kind) {
    case 'scan':
      return `scan ${plan.tableName} [${plan.columnIds.join(', ')}]${plan.filter === null ? '' : ` where ${exprText(plan.filter)}`}`;
    case 'values':
      return `values ${plan.rows.length} x ${plan.schema.length}`;
    case 'fill':
      return `fill ${plan.rule.keys.map(({ column }) => `#${column}`).join(', ')}`;
    case 'range':
      return `range ${plan.start} + ${plan.step} x ${plan.count}`;
    case 'filter':
      return `filter ${exprText(plan.predicate)}`;
    case 'project':
      return `project ${list(plan.exprs)}`;
    case 'expand':
      return `expand ${list(plan.arrays)}`;
    case 'aggregate':
      return `aggregate [${list(plan.keys)}] ${plan.aggregates.map((a) => `${a.fn}(${list(a.args)})`).join(', ')}`.trimEnd();
    case 'join':
      return `${plan.join} join [${list(plan.leftKeys)}] = [${list(plan.rightKeys)}]${plan.residual === null ? '' : ` where ${exprText(plan.residual)}`}`;
    case 'sort':
      return `sort ${plan.keys.map((k) => `${exprText(k.expr)}${k.descending ? ' desc' : ''}`).join(', ')}${plan.limit === null ? '' : ` limit ${plan.limit}`}`;
    case 'window':
      return `window ${plan.calls.map((c) => c.aggregate?.fn ?? c.fn).join(', ')} over [${list(plan.partition)}] [${list(plan.order.map((k) => k.expr))}]`;
    case 'limit':
      return `limit ${plan.limit ?? 'all'}${plan.offset === 0 ? '' : ` offset ${plan.offset}`}`;
    case 'union':
      return 'union';
    case 'recursive':
      return `recursive ${plan.name}`;
  }
}

export const planText = (plan: Plan, indent = ''): string =>
  [indent + nodeText(plan), ...inputsOf(plan).map((input) => planText(input, `${indent}  `))].join('\n');

/** A plan as a test writes it: on lines of its own, indented by six. */
export const dedent = (text: string): string =>
  text
    .split('\n')
    .slice(1)
    .map((line) => line.slice(6))
    .join('\n');
