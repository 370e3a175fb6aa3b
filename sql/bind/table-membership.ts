/** ClickHouse's `x IN t`: t is a table, or a query of WITH, where it is no column. It is written out as a subquery. */

import { BasaltError } from '../../engine/base/error.ts';
import type { ExpressionOf } from '../ast/expression.ts';
import { selectFrom } from '../parse/select-from.ts';
import type { ExpressionBinder } from './expression.ts';

type In = ExpressionOf<'in'>;

/** What is written out for a node is one node, so that it is bound once. */
const written = new WeakMap<In, In>();

export function withTable(node: In, binder: ExpressionBinder): In {
  const [name, ...others] = node.list ?? [];
  if (name?.kind !== 'name' || others.length > 0 || !isTable(name, binder)) return node;
  const known = written.get(node);
  if (known !== undefined) return known;
  const { parts, at, end } = name;
  const query = selectFrom({ kind: 'table', name: parts, alias: null, final: false, at, end });
  const made: In = { ...node, list: null, query };
  written.set(node, made);
  return made;
}

function isTable(name: ExpressionOf<'name'>, binder: ExpressionBinder): boolean {
  const { session, scope } = binder;
  if (session.dialect !== 'clickhouse') return false;
  const isQuery = name.parts.length === 1 && scope.with.queries.has(name.parts[0].text);
  if (!isQuery && session.findTable(name.parts) === undefined) return false;
  try {
    binder.bind(name);
    return false;
  } catch (error) {
    if (error instanceof BasaltError && error.errorName === 'UNKNOWN_IDENTIFIER') return true;
    throw error;
  }
}
