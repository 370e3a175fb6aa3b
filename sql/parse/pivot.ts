/** PIVOT and UNPIVOT, as statements and behind a table. */

import type { Expression, Span } from '../ast/expression.ts';
import type { Pivot, PivotKey, TableExpression, Unpivot } from '../ast/query.ts';
import type {
  PivotContext,
  PivotGroupsContext,
  PivotKeyContext,
  PivotStatementContext,
} from '../grammar/generated/Sql.js';
import { argumentOf } from './call.ts';
import { buildExpression } from './expression.ts';
import { identifierOf, nameParts } from './name.ts';
import { selectItems, tableAliasOf } from './select-item.ts';
import type { Source } from './source.ts';
import { span } from './span.ts';

/** `PIVOT t ON a IN (1, 2), b USING sum(x) GROUP BY c`, `UNPIVOT t ON a, b INTO NAME n VALUE v`. */
export function pivotStatement(
  context: PivotStatementContext,
  source: TableExpression,
  text: Source,
): Pivot | Unpivot {
  const where = span(context);
  if (text.dialect === 'druid')
    throw text.refuse(where, 'PIVOT as a statement', 'Write SELECT * FROM t PIVOT (SUM(x) FOR k IN (1, 2))');
  checkDialect(where, text);
  const unpivoted = context.unpivotOf();
  if (unpivoted !== null) {
    const [into, name, ...values] = unpivoted.identifier().map(identifierOf);
    if (into !== undefined && into.text.toUpperCase() !== 'NAME')
      throw text.error(into, 'INTO wants NAME here', 'Write INTO NAME name VALUE value');
    const named = (word: string) => ({ text: word, quoted: true, ...where });
    return {
      kind: 'unpivot',
      source,
      columns: selectItems(unpivoted.selectItem(), text),
      name: name ?? named('name'),
      values: values.length === 0 ? [named('value')] : values,
      includeNulls: false,
      alias: null,
      ...where,
    };
  }
  const on = context.pivotOn()?.expression() ?? [];
  return {
    kind: 'pivot',
    source,
    keys: on.map((e) => keyOf(buildExpression(e, text))),
    using: selectItems(context.selectItem(), text),
    groupBy: groupsOf(context.pivotGroups()),
    alias: null,
    ...where,
  };
}

/** `t PIVOT (sum(x) FOR a IN (1, 2) b IN (3) GROUP BY c) AS p`, `t UNPIVOT INCLUDE NULLS (v FOR n IN (a, b)) AS u`. */
export function pivotOf(left: TableExpression, context: PivotContext, text: Source): Pivot | Unpivot {
  const where = { at: left.at, end: span(context).end };
  checkDialect(where, text);
  const groups = context.pivotGroups();
  if (text.dialect === 'druid' && (groups !== null || context.pivotKey().length > 1))
    throw text.refuse(
      span(groups ?? context.pivotKey(1)!),
      groups === null ? 'More than one FOR of PIVOT' : 'GROUP BY in PIVOT',
      groups === null
        ? 'Write FOR (a, b) IN ((1, 2), (3, 4))'
        : 'Choose the columns to group by in a subquery',
    );
  const alias = tableAliasOf(context.tableAlias());
  const names = context.identifier().map(identifierOf);
  if (context.UNPIVOT() !== null) {
    const nulls = context.unpivotNulls();
    const mode = nulls === null ? null : nulls.identifier().getText().toUpperCase();
    if (mode !== null && mode !== 'INCLUDE' && mode !== 'EXCLUDE')
      throw text.error(
        span(nulls!),
        `${mode} NULLS means nothing here`,
        'Write INCLUDE NULLS or EXCLUDE NULLS',
      );
    return {
      kind: 'unpivot',
      source: left,
      columns: selectItems(context.selectItem(), text),
      name: names[names.length - 1],
      values: names.slice(0, -1),
      includeNulls: mode === 'INCLUDE',
      alias,
      ...where,
    };
  }
  const keys = context.pivotKey().map((key) => namedKey(key, text));
  const open = keys.find(({ values }) => values === null);
  if (open !== undefined)
    throw text.error(open.value, 'PIVOT behind a table wants the values', 'Write FOR column IN (value, ...)');
  return {
    kind: 'pivot',
    source: left,
    keys,
    using: selectItems(context.selectItem(), text),
    groupBy: groupsOf(groups),
    alias,
    ...where,
  };
}

const groupsOf = (context: PivotGroupsContext | null): readonly Expression[] | null =>
  context === null
    ? null
    : context
        .qualifiedName()
        .map((name): Expression => ({ kind: 'name', parts: nameParts(name), ...span(name) }));

/** Behind FOR. */
function namedKey(context: PivotKeyContext, text: Source): PivotKey {
  const name = context.qualifiedName();
  const items = context.expression().map((e) => buildExpression(e, text));
  const where = span(context);
  const value: Expression =
    name !== null
      ? { kind: 'name', parts: nameParts(name), ...span(name) }
      : items.length === 1
        ? items[0]
        : { kind: 'tuple', items, ...where };
  const list = context.argument().map((a) => argumentOf(a, text));
  return list.length === 0 ? { value, values: null } : keyWith(value, list, where);
}

/** `x IN (...)` says which values of x become columns. */
const keyOf = (node: Expression): PivotKey =>
  node.kind === 'in' && node.list !== null && !node.negated
    ? keyWith(node.operand, node.list, node)
    : { value: node, values: null };

/** Of `(x, y)` each value is a tuple. */
function keyWith(value: Expression, given: readonly Expression[], { at, end }: Span): PivotKey {
  const isOne = value.kind === 'tuple' && given.every((e) => e.kind !== 'tuple' && e.kind !== 'aliased');
  const list: readonly Expression[] = isOne ? [{ kind: 'tuple', items: given, at, end }] : given;
  return {
    value,
    values: list.map((e) =>
      e.kind === 'aliased' ? { value: e.value, alias: e.alias } : { value: e, alias: null },
    ),
  };
}

function checkDialect(where: Span, text: Source): void {
  if (text.dialect === 'clickhouse')
    throw text.refuse(
      where,
      'PIVOT',
      'Write sumIf(x, key = 1) for each value; ARRAY JOIN makes rows of columns',
    );
}
