/**
 * ClickHouse's `joinGet('t', 'column', key, ...)`: the value beside a key in a table of the engine Join; where there is none the type's default,
 * and NULL of `joinGetOrNull`. It is written out as a subquery over the table.
 */

import type { Expr } from '../../engine/plan/expr.ts';
import { literal } from '../../engine/plan/expr.ts';
import { notNull } from '../../engine/type/type.ts';
import { zeroOf } from '../../engine/type/zero.ts';
import type { CallExpression, Expression, ExpressionOf, Identifier } from '../ast/expression.ts';
import type { Query } from '../ast/query.ts';
import { selectFrom } from '../parse/select-from.ts';
import { shownSchema, type TableInfo } from './context.ts';
import type { ExpressionBinder } from './expression.ts';

const FUNCTIONS: ReadonlyMap<string, { readonly orNull: boolean }> = new Map([
  ['joinGet', { orNull: false }],
  ['joinGetOrNull', { orNull: true }],
]);

type Written = { readonly table: TableInfo; readonly subquery: ExpressionOf<'subquery'> };

/** What is written out for a call is one node as long as the table is the same, so that it is bound once. */
const written = new WeakMap<CallExpression, Written>();

/** undefined: another function. */
export function joinGetCall(node: CallExpression, binder: ExpressionBinder): Expr | undefined {
  const { session } = binder;
  const form = session.dialect === 'clickhouse' ? FUNCTIONS.get(node.name) : undefined;
  if (form === undefined) return undefined;
  const [first, second, ...keys] = node.args;
  if (keys.length === 0)
    throw session.error(
      'NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
      node,
      `${node.name} takes a table, a column and keys`,
      `Write ${node.name}('t', 'column', key)`,
    );
  const table = tableOf(first, binder);
  const ids = table.sortKey ?? [];
  if (ids.length !== keys.length)
    throw session.error(
      'NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
      node,
      `Number of join_keys and number of right table key columns for function ${node.name} don't match: passed ${keys.length}, should be equal to ${ids.length}`,
    );
  const at = table.columns.findIndex((c) => second.kind === 'string' && c.name === second.value);
  if (at < 0 || ids.includes(table.columns[at].id))
    throw session.error(
      'NO_SUCH_COLUMN_IN_TABLE',
      second,
      `${table.name} has no such column beside its keys`,
      `Known: ${table.columns.flatMap(({ id, name }) => (ids.includes(id) ? [] : [name])).join(', ')}`,
    );
  const known = written.get(node);
  const subquery: Written['subquery'] =
    known?.table === table
      ? known.subquery
      : { kind: 'subquery', query: lookup(table, at, keys, node, binder), at: node.at, end: node.end };
  written.set(node, { table, subquery });
  const found = binder.bind(subquery);
  const { type } = table.columns[at];
  if (form.orNull || type.nullable) return found;
  return binder.call('ifNull', [found, literal(zeroOf(notNull(type)), type)], node);
}

function tableOf(node: Expression, { session }: ExpressionBinder): TableInfo {
  const texts =
    node.kind === 'name'
      ? node.parts.map(({ text }) => text)
      : node.kind === 'string'
        ? node.value.split('.')
        : null;
  if (texts === null)
    throw session.error('ILLEGAL_TYPE_OF_ARGUMENT', node, 'joinGet takes the name of a table first');
  const { at, end } = node;
  const table = session.table(
    texts.map((text): Identifier => ({ text, quoted: true, at, end })),
    node,
  );
  if (table.engine !== 'Join')
    throw session.error(
      'ILLEGAL_TYPE_OF_ARGUMENT',
      node,
      `Table ${table.name} should have engine Join`,
      'Write a LEFT JOIN',
    );
  if (table.policy?.kind !== 'append') return table;
  throw session.error(
    'INCOMPATIBLE_TYPE_OF_JOIN',
    node,
    'joinGet only reads tables of the engine Join(ANY, ...)',
    'Write a LEFT JOIN: a key may have several values',
  );
}

/** The column's value in the row of these keys. Columns get names that nothing outside has. */
function lookup(
  table: TableInfo,
  column: number,
  keys: readonly Expression[],
  { at, end }: CallExpression,
  { session }: ExpressionBinder,
): Query {
  const part = (text: string): Identifier => ({ text, quoted: true, at, end });
  const names = table.columns.map((_, i) => part(`joinGet ${i}`));
  const schema = table.isTemporary === true ? [] : [part(shownSchema(session.dialect, table.schema))];
  const query = selectFrom(
    {
      kind: 'table',
      name: [...schema, part(table.name)],
      alias: { name: part('joinGet'), columns: names },
      final: false,
      at,
      end,
    },
    [names[column]],
  );
  const pairs = (table.sortKey ?? []).map((id, i): Expression => {
    const key = names[table.columns.findIndex((c) => c.id === id)];
    return {
      kind: 'binary',
      op: '=',
      left: { kind: 'name', parts: [key], at, end },
      right: keys[i],
      at,
      end,
    };
  });
  const where: Expression =
    pairs.length === 1 ? pairs[0] : { kind: 'logic', op: 'and', operands: pairs, at, end };
  const { body } = query;
  return body.kind === 'select' ? { ...query, body: { ...body, where } } : query;
}
