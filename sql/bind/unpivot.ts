/** UNPIVOT walks arrays side by side: of the names of the columns that it makes rows of, and of their values. */

import { allOf, anyOf, apply } from '../../engine/function/call.ts';
import { commonType } from '../../engine/function/cast.ts';
import { column } from '../../engine/plan/expr.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { dialectTypeName } from '../../engine/type/dialect-name.ts';
import { BOOL } from '../../engine/type/type.ts';
import { callNamed } from '../ast/call-node.ts';
import type { Expression, Identifier, Span } from '../ast/expression.ts';
import type { Unpivot } from '../ast/query.ts';
import { expressionName } from '../print/expression-name.ts';
import { ExpressionBinder } from './expression.ts';
import { columnsIn, othersThan, overSource, renamed, selectOf } from './pivot-source.ts';
import { filter } from './plan.ts';
import type { Relation, WithScope } from './scope.ts';
import type { Session } from './session.ts';
import { nameOf, starColumns } from './star.ts';

export function bindUnpivot(item: Unpivot, source: Relation, withScope: WithScope, session: Session): Plan {
  const scope = { columns: source.columns, aliases: new Map(), with: withScope };
  const binder = new ExpressionBinder(session, scope, null, 'UNPIVOT');
  const entries = item.columns.flatMap(({ value, alias }) => entriesOf(value, alias, source, binder));
  const width = item.values.length;
  const uneven = entries.find(({ values }) => values.length !== width);
  if (uneven !== undefined)
    throw session.error(
      'BAD_ARGUMENTS',
      uneven.where,
      `UNPIVOT has ${width} names of values, and ${uneven.values.length} columns here`,
      'Write ON (a, b), (c, d) INTO NAME n VALUE x, y',
    );
  checkTypes(entries, binder);
  const kept = othersThan(
    entries.flatMap(({ values }) => values),
    source,
    item,
    session,
  );
  const names = entries.map(
    ({ name }): Expression => ({ kind: 'string', value: name, at: item.at, end: item.end }),
  );
  const arrays = [names, ...item.values.map((_, v) => entries.map(({ values }) => values[v]))];
  const items = [...kept, ...arrays.map((array) => elementsOf(array, item))];
  const plan = overSource(selectOf(items, [], item), source, withScope, session);
  const labels = [
    ...kept.map((k) => expressionName(k, 0, session.dialect)),
    item.name.text,
    ...item.values.map((v) => v.text),
  ];
  const rows = renamed(plan, labels, session);
  if (item.includeNulls) return rows;
  const values = rows.schema.slice(kept.length + 1);
  // Of several values all have to be there; in Druid's dialect, as in Calcite, one.
  const known = session.dialect === 'druid' ? anyOf : allOf;
  return filter(
    rows,
    known(
      values.map(({ type }, i) =>
        apply('not', [apply('is_null', [column(kept.length + 1 + i, type)], BOOL)], BOOL),
      ),
    ),
  );
}

type Entry = { readonly name: string; readonly values: readonly Expression[]; readonly where: Span };

/** The rows that one item makes: one, or one for each column of a star. */
function entriesOf(
  value: Expression,
  alias: Identifier | null,
  source: Relation,
  binder: ExpressionBinder,
): readonly Entry[] {
  const { session } = binder;
  if (value.kind === 'star')
    return starColumns(value, source.columns, session).map((c) => ({
      name: c.name,
      values: [nameOf(c, source.columns, value)],
      where: value,
    }));
  const values = value.kind === 'tuple' ? value.items : [value];
  const names = values.map((node) => {
    binder.bind(node);
    const found = new Set(columnsIn([node], source, session));
    if (found.size !== 1)
      throw session.error(
        'BAD_ARGUMENTS',
        node,
        `Each item of UNPIVOT reads one column, this one ${found.size}`,
        'Compute it in a subquery',
      );
    return [...found][0].name;
  });
  return [{ name: alias?.text ?? names.join('_'), values, where: value }];
}

/** Values of one column are of types that go together. */
function checkTypes(entries: readonly Entry[], binder: ExpressionBinder): void {
  const { session } = binder;
  const [first, ...others] = entries.map(({ values }) => values.map((value) => binder.bind(value).type));
  others.forEach((types, i) => {
    types.forEach((type, v) => {
      if (commonType(first[v], type) !== undefined) return;
      const [a, b] = [first[v], type].map((t) => dialectTypeName(t, session.dialect));
      throw session.error(
        'TYPE_MISMATCH',
        entries[i + 1].where,
        `UNPIVOT cannot put ${a} and ${b} into one column`,
        'Cast them to one type: ON CAST(a AS VARCHAR), b',
      );
    });
  });
}

const elementsOf = (items: readonly Expression[], { at, end }: Span): Expression =>
  callNamed('unnest', [{ kind: 'array', items, at, end }], { at, end });
