/** ClickHouse's -Tuple: sumTuple((a, b)) is (sum(a), sum(b)). -If may stand behind it, with a condition for all elements. */

import { tupleLike } from '../../engine/function/catalog/compose.ts';
import { findFunction } from '../../engine/function/index.ts';
import type { Expr } from '../../engine/plan/expr.ts';
import { dialectTypeName } from '../../engine/type/dialect-name.ts';
import { fieldsOf, type TupleField } from '../../engine/type/type.ts';
import { callNamed } from '../ast/call-node.ts';
import type { CallExpression, Expression } from '../ast/expression.ts';
import type { ExpressionBinder } from './expression.ts';

/** undefined: it is no such call. @param bind an aggregate of elements, as the call itself would be bound */
export function tupleAggregate(
  node: CallExpression,
  binder: ExpressionBinder,
  bind: (call: CallExpression) => Expr,
): Expr | undefined {
  const { session } = binder;
  const [, base, condition = ''] = /^(\w+)Tuple(If)?$/.exec(node.name) ?? [];
  if (session.dialect !== 'clickhouse' || base === undefined) return undefined;
  const isAggregate = (name: string): boolean => findFunction('clickhouse', name)?.kind === 'aggregate';
  const name = `${base}${condition}`;
  if (isAggregate(node.name) || !isAggregate(name)) return undefined;
  if (node.distinct)
    throw session.refuse(node, `${node.name} with DISTINCT`, 'Use a subquery with SELECT DISTINCT');
  const count = node.args.length - (condition === '' ? 0 : 1);
  const [tuples, others] = [node.args.slice(0, count), node.args.slice(count)];
  // Bound for their types; their elements are bound again where they stand.
  const typer = node.over === null ? binder.inner('an aggregate') : binder;
  const fields = tuples.map((tuple): readonly TupleField[] => {
    const { type } = typer.bind(tuple);
    if (type.id === 'tuple') return fieldsOf(type);
    throw session.error(
      'ILLEGAL_TYPE_OF_ARGUMENT',
      tuple,
      `${node.name} takes tuples, not ${dialectTypeName(type, session.dialect)}`,
      `Write ${node.name}((a, b))`,
    );
  });
  const [first] = fields;
  if (first === undefined || fields.some(({ length }) => length !== first.length))
    throw session.error('ILLEGAL_TYPE_OF_ARGUMENT', node, `${node.name} takes tuples of one length`);
  const values = first.map((_, i) => {
    const elements = tuples.map((tuple, t) => elementOf(tuple, fields[t][i].name ?? String(i + 1)));
    return bind({ ...node, name, args: [...elements, ...others] });
  });
  return tupleLike(values, first);
}

const elementOf = (tuple: Expression, name: string): Expression =>
  callNamed('tupleElement', [tuple, { kind: 'string', value: name, at: tuple.at, end: tuple.end }], tuple);
