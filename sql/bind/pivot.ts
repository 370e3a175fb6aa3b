/**
 * PIVOT is a grouping whose aggregates have a filter for each value. In the standard dialect the key's text is the value's, as in DuckDB; in
 * Druid's the key equals the value, and names are as in Calcite.
 */

import { apply } from '../../engine/function/call.ts';
import { cast } from '../../engine/function/cast.ts';
import { evaluateConstant } from '../../engine/function/evaluate.ts';
import { findFunction } from '../../engine/function/index.ts';
import { column, type Expr } from '../../engine/plan/expr.ts';
import { inputsOf, isRecursionId, type Plan } from '../../engine/plan/node.ts';
import { anyOuter, planReadsOuter } from '../../engine/plan/unnest/outer.ts';
import { BOOL, STRING } from '../../engine/type/type.ts';
import { callNamed } from '../ast/call-node.ts';
import type { CallExpression, Expression, Identifier, Span } from '../ast/expression.ts';
import type { Pivot, PivotKey } from '../ast/query.ts';
import { expressionName } from '../print/expression-name.ts';
import { ExpressionBinder } from './expression.ts';
import { mapped, othersThan, overSource, renamed, selectOf, walk } from './pivot-source.ts';
import { filter, sortAndLimit } from './plan.ts';
import { NO_WITH, type Relation, type WithScope } from './scope.ts';
import type { Session } from './session.ts';

/** Columns that one PIVOT may make: each is an aggregate of its own. */
const MAX_COLUMNS = 1000;

/** One column of each of `using`: its name, and when it counts a row; `condition` null: always. */
type Choice = { readonly name: string; readonly condition: Expression | null };

export function bindPivot(item: Pivot, source: Relation, withScope: WithScope, session: Session): Plan {
  const using =
    item.using.length > 0 || item.keys.length === 0
      ? item.using
      : [{ value: callNamed('count', [], item), alias: null }];
  for (const { value } of using) checkAggregate(value, session);
  const named = [...item.keys.map((k) => k.value), ...using.map((u) => u.value)];
  const groups = item.groupBy ?? (item.keys.length === 0 ? [] : othersThan(named, source, item, session));
  const choices = choicesOf(item, source, withScope, session);
  checkCount(choices.length * using.length, item, session);
  const made = choices.flatMap((choice) =>
    using.map(({ value, alias }) => {
      const own = alias?.text ?? expressionName(value, 0, session.dialect);
      const isNamed = alias !== null || (using.length > 1 && session.dialect !== 'druid');
      const parts = isNamed || choice.name === '' ? [choice.name, own] : [choice.name];
      return {
        name: parts.filter((part) => part !== '').join('_'),
        value: choice.condition === null ? value : filtered(value, choice.condition, session),
      };
    }),
  );
  const names = [
    ...groups.map((g) => expressionName(g, 0, session.dialect)),
    ...made.map(({ name }) => name),
  ];
  if (names.length === 0)
    throw session.error(
      'BAD_ARGUMENTS',
      item,
      'PIVOT gives no columns',
      'There are no values, and no other columns to group by',
    );
  const items = [...groups, ...made.map(({ value }) => value)];
  const query = selectOf(items, groups, item);
  return renamed(overSource(query, source, withScope, session), names, session);
}

/** All combinations of the keys' values, those of the last key next to each other. */
function choicesOf(item: Pivot, source: Relation, withScope: WithScope, session: Session): readonly Choice[] {
  let choices: readonly Choice[] = [{ name: '', condition: null }];
  for (const key of item.keys) {
    const values =
      key.values === null ? ownValues(key.value, source, withScope, session) : givenValues(key, session);
    checkCount(choices.length * values.length, key.value, session);
    choices = choices.flatMap((choice) =>
      values.map(({ name, condition }) => ({
        name: choice.name === '' ? name : `${choice.name}_${name}`,
        condition: choice.condition === null ? condition : bothOf(choice.condition, condition),
      })),
    );
  }
  return choices;
}

function checkCount(columns: number, where: Span, session: Session): void {
  if (columns > MAX_COLUMNS)
    throw session.error(
      'LIMIT_EXCEEDED',
      where,
      `PIVOT makes more than ${MAX_COLUMNS} columns`,
      'Say which values become columns with IN (...), or filter the rows',
    );
}

type Value = { readonly name: string; readonly condition: Expression };

/** All texts that there are but NULL, in their order. */
function ownValues(
  key: Expression,
  source: Relation,
  withScope: WithScope,
  session: Session,
): readonly Value[] {
  const { rows } = session.context;
  const hint = 'Say which values become columns: ON x IN (1, 2)';
  if (key.kind === 'tuple') throw session.refuse(key, 'PIVOT by a tuple without its values', hint);
  if (rows === undefined) throw session.refuse(key, 'PIVOT in a view without its values', hint);
  if (!standsAlone(source.plan))
    throw session.refuse(key, 'PIVOT of rows that hang on another query without its values', hint);
  const text: Expression = {
    kind: 'cast',
    operand: key,
    type: VARCHAR,
    orNull: false,
    at: key.at,
    end: key.end,
  };
  const query = selectOf([text], [text], key);
  const texts = overSource(query, source, withScope, session);
  const [{ type }] = texts.schema;
  const known = filter(texts, apply('not', [apply('is_null', [column(0, type)], BOOL)], BOOL));
  const keys = [{ expr: column(0, type), descending: false, nullsFirst: false }];
  const found = rows.texts(session.optimized(sortAndLimit(known, keys, MAX_COLUMNS + 1, 0)));
  return found.map((value) => ({ name: value, condition: isText(key, value, key) }));
}

/** Whether a plan can run without what stands around it. */
const standsAlone = (plan: Plan): boolean => !planReadsOuter(plan, anyOuter) && !scansRecursion(plan);

const scansRecursion = (plan: Plan): boolean =>
  (plan.kind === 'scan' && isRecursionId(plan.tableId)) ||
  (plan.kind !== 'recursive' && inputsOf(plan).some(scansRecursion));

function givenValues({ value: key, values }: PivotKey, session: Session): readonly Value[] {
  const parts = key.kind === 'tuple' ? key.items : [key];
  const seen = new Set<string>();
  return (values ?? []).map(({ value, alias }) => {
    const items = value.kind === 'tuple' ? value.items : [value];
    if (items.length !== parts.length)
      throw session.error(
        'BAD_ARGUMENTS',
        value,
        `PIVOT by ${parts.length} columns has a value of ${items.length} parts`,
        'Write FOR (a, b) IN ((1, 2), (3, 4))',
      );
    if (session.dialect === 'druid') {
      for (const node of items) constantOf(node, session);
      return equalTo(parts, items, value, alias);
    }
    const texts = items.map((node) => textOf(node, session));
    const name = texts.map((text) => text ?? 'NULL').join('_');
    const id = JSON.stringify(texts);
    if (seen.has(id)) throw session.error('BAD_ARGUMENTS', value, `The value ${name} is given twice`);
    seen.add(id);
    return {
      name: alias?.text ?? name,
      condition: texts.map((text, i) => isText(parts[i], text, value)).reduce(bothOf),
    };
  });
}

/** Named as it is written, unless it has a name. */
const equalTo = (
  keys: readonly Expression[],
  items: readonly Expression[],
  { at, end }: Span,
  alias: Identifier | null,
): Value => ({
  name: alias?.text ?? items.map((node) => expressionName(node, 0, 'standard')).join('_'),
  condition: keys
    .map((left, i): Expression => ({ kind: 'binary', op: '=', left, right: items[i], at, end }))
    .reduce(bothOf),
});

/** The text of a constant; a name alone is its own. */
function textOf(node: Expression, session: Session): string | null {
  if (node.kind === 'name') return node.parts[node.parts.length - 1].text;
  return evaluateConstant(cast(constantOf(node, session), STRING, session.castOptions(false))) as
    | string
    | null;
}

function constantOf(node: Expression, session: Session): Expr {
  const scope = { columns: [], aliases: new Map(), with: NO_WITH };
  return new ExpressionBinder(session, scope, null, 'the values of PIVOT').bind(node);
}

const isText = (value: Expression, text: string | null, { at, end }: Span): Expression => ({
  kind: 'binary',
  op: 'is not distinct from',
  left: { kind: 'cast', operand: value, type: VARCHAR, orNull: false, at, end },
  right: text === null ? { kind: 'null', at, end } : { kind: 'string', value: text, at, end },
  at,
  end,
});

const VARCHAR = { name: 'VARCHAR', args: [], withZone: false, arrays: 0, at: 0, end: 0 };

const bothOf = (a: Expression, b: Expression): Expression => ({
  kind: 'logic',
  op: 'and',
  operands: [a, b],
  at: a.at,
  end: a.end,
});

const isAggregate = (node: Expression, session: Session): node is CallExpression =>
  node.kind === 'call' &&
  node.over === null &&
  findFunction(session.dialect, node.name)?.kind === 'aggregate';

function checkAggregate(value: Expression, session: Session): void {
  const calls: Expression[] = [];
  walk(value, (node) => {
    if (isAggregate(node, session)) calls.push(node);
    if (node.kind === 'call' && node.over !== null)
      throw session.error('BAD_ARGUMENTS', node, 'PIVOT takes no window functions');
    return !isAggregate(node, session);
  });
  if (calls.length === 0)
    throw session.error(
      'NOT_AN_AGGREGATE',
      value,
      'What PIVOT shows is an aggregate',
      'Write sum(x), or any_value(x) where there is one value',
    );
}

/** The expression with the condition as a filter of its aggregates. */
function filtered(node: Expression, condition: Expression, session: Session): Expression {
  if (isAggregate(node, session))
    return { ...node, filter: node.filter === null ? condition : bothOf(node.filter, condition) };
  return mapped(node, (child) => filtered(child, condition, session));
}
