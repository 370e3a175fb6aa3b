/**
 * Ordered-set aggregates of standard SQL, `percentile_cont(0.5) WITHIN GROUP (ORDER BY x)`: each means an aggregate that takes what is ordered by as
 * an argument, or the order itself.
 */

import type { CallExpression, Expression, SortItem, Span } from '../ast/expression.ts';
import type { Source } from './source.ts';

/** What a call becomes; undefined: it cannot be ordered so. */
type Become = (call: CallExpression, item: SortItem) => Partial<CallExpression> | undefined;

const ordered: Become = (_, item) => ({ orderBy: [item] });

const AGGREGATES: Readonly<Record<string, Become>> = {
  percentile_cont: ({ args }, { value, descending }) =>
    args.length === 1
      ? { name: 'quantile_cont', args: [value, descending ? fromTheEnd(args[0]) : args[0]] }
      : undefined,
  percentile_disc: ({ args }, { value, descending }) =>
    args.length === 1 && !descending ? { name: 'quantile_disc', args: [value, args[0]] } : undefined,
  mode: ({ args }, { value, descending }) =>
    args.length === 0 && !descending ? { args: [value] } : undefined,
  string_agg: ordered,
  listagg: ordered,
  group_concat: ordered,
  array_agg: ordered,
  list: ordered,
};

export function withinGroup(
  call: CallExpression,
  items: readonly SortItem[],
  where: Span,
  source: Source,
): CallExpression {
  if (source.dialect !== 'standard')
    throw source.refuse(where, 'WITHIN GROUP', 'Write the order, or the value, among the arguments');
  const name = call.name.toLowerCase();
  const become = Object.hasOwn(AGGREGATES, name) ? AGGREGATES[name] : undefined;
  if (become === undefined)
    throw source.error(
      where,
      `${call.name} is not ordered by WITHIN GROUP`,
      `Those that are: ${Object.keys(AGGREGATES).join(', ')}`,
    );
  const changed = items.length === 1 ? become(call, items[0]) : undefined;
  if (changed === undefined || call.orderBy.length > 0)
    throw source.refuse(
      where,
      `${call.name} with these arguments and this order`,
      'Write percentile_cont(0.5) WITHIN GROUP (ORDER BY x), or quantile_cont(x, 0.5)',
    );
  return { ...call, ...changed };
}

/** Of a share, or of each in a list: the same share counted from the other end. */
function fromTheEnd(share: Expression): Expression {
  if (share.kind === 'array') return { ...share, items: share.items.map(fromTheEnd) };
  const { at, end } = share;
  const one: Expression = { kind: 'number', text: '1', decimal: false, at, end };
  return { kind: 'binary', op: '-', left: one, right: share, at, end };
}
