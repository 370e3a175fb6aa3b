/**
 * ClickHouse's untuple(t): the elements of a tuple in place of it, in the select list, in GROUP BY and among the arguments of functions.
 * What is a tuple shows when it is bound, so its argument is bound once for its type.
 */

import type { Plan } from '../../engine/plan/node.ts';
import { dialectTypeName } from '../../engine/type/dialect-name.ts';
import { fieldsOf, type LogicalType } from '../../engine/type/type.ts';
import { callNamed } from '../ast/call-node.ts';
import type { CallExpression, Expression, Identifier } from '../ast/expression.ts';
import type { Select, SelectItem } from '../ast/query.ts';
import { Aggregates } from './aggregate.ts';
import { Expansions } from './expand.ts';
import { ExpressionBinder } from './expression.ts';
import type { Scope } from './scope.ts';
import type { Session } from './session.ts';
import { Subqueries } from './subquery.ts';
import { Windows } from './window.ts';

type Element = { readonly name: string; readonly value: Expression };

/** The block with elements for its tuples; the same where there are none. @param plan gives the scope's columns */
export function untupled(select: Select, scope: Scope, plan: Plan, session: Session): Select {
  if (session.dialect !== 'clickhouse') return select;
  const apart = (): Scope => ({
    ...scope,
    subqueries: new Subqueries(session),
    expansions: new Expansions(plan, session),
    windows: new Windows(select.windows, session),
  });
  // What it is made of is bound again where it stands.
  const typeOf = (node: Expression): LogicalType =>
    new ExpressionBinder(session, apart(), new Aggregates(), 'SELECT').bind(node).type;
  const within = (node: Expression): Expression => untupledWithin(node, elements) as Expression;
  const elements = (node: CallExpression): readonly Element[] => elementsOf(node, elements, typeOf, session);
  const items = select.items.flatMap((item): readonly SelectItem[] => {
    const { value } = item;
    const alias = item.alias ?? (value.kind === 'aliased' ? value.alias : null);
    const inner = value.kind === 'aliased' ? value.value : value;
    if (!isUntuple(inner)) {
      const changed = within(value);
      return [changed === value ? item : { ...item, value: changed }];
    }
    return elements(inner).map((element) => ({
      value: element.value,
      alias: alias && ({ ...alias, text: `${alias.text}.${element.name}` } satisfies Identifier),
    }));
  });
  const groupBy =
    select.groupBy === 'all' || select.groupingSets !== null
      ? select.groupBy
      : select.groupBy.flatMap((node) =>
          isUntuple(node) ? elements(node).map(({ value }) => value) : [within(node)],
        );
  return { ...select, items, groupBy };
}

const isUntuple = (node: unknown): node is CallExpression =>
  typeof node === 'object' &&
  node !== null &&
  'kind' in node &&
  node.kind === 'call' &&
  (node as CallExpression).name === 'untuple';

function elementsOf(
  node: CallExpression,
  elements: (node: CallExpression) => readonly Element[],
  typeOf: (node: Expression) => LogicalType,
  session: Session,
): readonly Element[] {
  const args = untupledWithin(node.args, elements) as readonly Expression[];
  if (args.length !== 1)
    throw session.error(
      'NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
      node,
      `untuple takes one tuple, not ${args.length}`,
    );
  const [arg] = args;
  const type = typeOf(arg);
  if (type.id !== 'tuple')
    throw session.error(
      'ILLEGAL_TYPE_OF_ARGUMENT',
      arg,
      `untuple takes a tuple, not ${dialectTypeName(type, session.dialect)}`,
      'Write untuple((a, b))',
    );
  const { at, end } = node;
  return fieldsOf(type).map((field, i) => {
    const name = field.name ?? String(i + 1);
    const key: Expression = { kind: 'string', value: name, at, end };
    return { name, value: callNamed('tupleElement', [arg, key], node) };
  });
}

/** The same object where there is nothing to change; what has rows of its own is left alone. */
function untupledWithin(node: unknown, elements: (node: CallExpression) => readonly Element[]): unknown {
  if (node === null || typeof node !== 'object') return node;
  if (Array.isArray(node)) {
    const items = node.flatMap((item: unknown) =>
      isUntuple(item) ? elements(item).map(({ value }) => value) : [untupledWithin(item, elements)],
    );
    return items.length === node.length && items.every((item, i) => item === node[i]) ? node : items;
  }
  const { kind } = node as Expression;
  if (kind === 'subquery' || kind === 'exists') return node;
  let changed = false;
  const entries = Object.entries(node).map(([key, child]): [string, unknown] => {
    const inner = untupledWithin(child, elements);
    changed ||= inner !== child;
    return [key, inner];
  });
  return changed ? Object.fromEntries(entries) : node;
}
