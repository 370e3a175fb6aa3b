/** `*` and `t.*`: the columns they are, in the select list and among the arguments of its functions. */

import { isTuple, partsOf } from '../../engine/function/catalog/compose.ts';
import { evaluateConstant } from '../../engine/function/evaluate.ts';
import { regexOf } from '../../engine/function/scalar/pattern.ts';
import { fieldsOf } from '../../engine/type/type.ts';
import { callNamed } from '../ast/call-node.ts';
import type { Expression, ExpressionOf, Identifier, Span } from '../ast/expression.ts';
import type { SelectItem } from '../ast/query.ts';
import { ExpressionBinder } from './expression.ts';
import { NO_WITH, nestedColumns, type ScopeColumn } from './scope.ts';
import type { Session } from './session.ts';
import { withArguments } from './sql-function.ts';

type Star = ExpressionOf<'star'>;

export function starColumns(
  star: ExpressionOf<'star'>,
  columns: readonly ScopeColumn[],
  session: Session,
): readonly ScopeColumn[] {
  const table = star.table[star.table.length - 1];
  const ofTable =
    table === undefined
      ? columns.filter((c) => !c.hidden && c.unlisted !== true)
      : columns.filter((c) => c.table !== null && session.same(table.text, c.table) && c.unlisted !== true);
  const chosen = ofTable.length > 0 ? ofTable : fieldColumns(star, columns, session);
  const nested =
    chosen.length > 0 || table === undefined ? [] : nestedColumns(star.table, { columns }, session);
  if (nested.length > 0) return nested;
  if (chosen.length === 0) {
    if (table === undefined)
      throw session.error('SYNTAX_ERROR', star, 'There is no FROM that could give columns for *');
    const tables = new Set(columns.flatMap((c) => (c.table === null ? [] : [c.table])));
    throw session.error(
      'UNKNOWN_TABLE',
      star,
      `Unknown table ${table.text} in ${table.text}.*`,
      session.didYouMean(table.text, tables),
    );
  }
  const { only } = star;
  const named = typeof only === 'string' || only === null || 'kind' in only ? [] : only;
  for (const name of [...star.except, ...star.rename.map((r) => r.name), ...named]) {
    if (!chosen.some((c) => session.same(name.text, c.name))) {
      throw session.error(
        'UNKNOWN_IDENTIFIER',
        name,
        `There is no column ${name.text}`,
        session.didYouMean(
          name.text,
          chosen.map((c) => c.name),
        ),
      );
    }
  }
  const kept = chosen.filter((c) => !star.except.some((name) => session.same(name.text, c.name)));
  if (only === null) return kept;
  if (typeof only !== 'string' && !('kind' in only))
    return named.flatMap((name) => kept.filter((c) => session.same(name.text, c.name)));
  const test = typeof only === 'string' ? patternTest(only) : lambdaTest(only, session);
  const matching = kept.filter((c) => test(c.name));
  if (matching.length > 0) return matching;
  const wanted = typeof only === 'string' ? `matches '${only}'` : 'is as the lambda wants it';
  throw session.error('UNKNOWN_IDENTIFIER', star, `No column ${wanted}`);
}

/** `s.*` of a struct: its fields; none where it is something else. */
function fieldColumns(
  { table }: Star,
  columns: readonly ScopeColumn[],
  session: Session,
): readonly ScopeColumn[] {
  if (session.dialect !== 'standard' || table.length !== 1) return [];
  const found = columns.filter((c) => session.same(table[0].text, c.name) && isTuple(c.expr));
  if (found.length !== 1) return [];
  const [{ expr }] = found;
  const fields = fieldsOf(expr.type);
  return partsOf(expr).map((value, i) => ({
    name: fields[i].name ?? `element${i + 1}`,
    table: null,
    schema: null,
    expr: value,
    hidden: false,
  }));
}

function patternTest(text: string): (name: string) => boolean {
  const pattern = regexOf(text, '');
  return (name) => pattern.matcher(name).find();
}

/** What a lambda says of a name. */
function lambdaTest(lambda: ExpressionOf<'lambda'>, session: Session): (name: string) => boolean {
  const { parameters, body } = lambda;
  if (parameters.kind !== 'name')
    throw session.error(
      'BAD_ARGUMENTS',
      parameters,
      'The lambda of COLUMNS takes one name',
      'Write c -> ...',
    );
  const [parameter] = parameters.parts;
  const scope = { columns: [], aliases: new Map(), with: NO_WITH };
  return (name) => {
    const value: Expression = { kind: 'string', value: name, at: parameter.at, end: parameter.end };
    const condition = withArguments(body, new Map([[parameter.text, value]]), lambda, session) as Expression;
    return (
      evaluateConstant(new ExpressionBinder(session, scope, null, 'COLUMNS').condition(condition)) === true
    );
  };
}

/** A column that has gone through what APPLY names. */
export function appliedTo(
  column: ScopeColumn,
  value: Expression | null,
  star: Star,
  columns: readonly ScopeColumn[],
  session: Session,
): Expression | null {
  if (star.apply.length === 0) return value;
  return star.apply.reduce<Expression>(
    (arg, fn) => {
      if (fn.kind === 'lambda' && fn.parameters.kind === 'name')
        return withArguments(
          fn.body,
          new Map([[fn.parameters.parts[0].text, arg]]),
          star,
          session,
        ) as Expression;
      if (fn.kind === 'call') return { ...fn, parameters: fn.args, args: [arg] };
      if (fn.kind === 'name') return callNamed(fn.parts.map(({ text }) => text).join('.'), [arg], fn);
      throw session.error(
        'BAD_ARGUMENTS',
        fn,
        'APPLY takes a function',
        'Write APPLY(sum) or APPLY(x -> x + 1)',
      );
    },
    value ?? nameOf(column, columns, star),
  );
}

/**
 * ClickHouse: `f(*)` takes the columns as its arguments, but for count(*), which has a meaning of its own. In the standard dialect an
 * item with COLUMNS(...) within becomes several.
 */
export function withoutStars(
  items: readonly SelectItem[],
  columns: readonly ScopeColumn[],
  session: Session,
): readonly SelectItem[] {
  if (session.dialect === 'standard') return items.flatMap((item) => ofEachColumn(item, columns, session));
  if (session.dialect !== 'clickhouse') return items;
  return items.map((item) => {
    const value = spreadWithin(item.value, columns, session) as Expression;
    return value === item.value ? item : { ...item, value };
  });
}

/** DuckDB: an expression with COLUMNS(...) in it is one of each of these columns, under its name. */
function ofEachColumn(
  item: SelectItem,
  columns: readonly ScopeColumn[],
  session: Session,
): readonly SelectItem[] {
  if (item.value.kind === 'star') return [item];
  const star = chosenWithin(item.value);
  if (star === undefined) return [item];
  return starColumns(star, columns, session).map((column) => {
    const name = nameOf(column, columns, star);
    const alias = item.alias ?? { text: column.name, quoted: true, at: star.at, end: star.end };
    return { ...item, value: withColumn(item.value, name) as Expression, alias };
  });
}

const isChosen = (node: Expression): node is Star => node.kind === 'star' && node.only !== null;
const hasRows = ({ kind }: Expression): boolean => kind === 'subquery' || kind === 'exists';

function chosenWithin(node: unknown): Star | undefined {
  if (node === null || typeof node !== 'object') return undefined;
  if (isChosen(node as Expression)) return node as Star;
  if (hasRows(node as Expression)) return undefined;
  for (const child of Object.values(node)) {
    const found = chosenWithin(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

function withColumn(node: unknown, name: Expression): unknown {
  if (node === null || typeof node !== 'object') return node;
  if (Array.isArray(node)) return node.map((item: unknown) => withColumn(item, name));
  if (isChosen(node as Expression)) return name;
  if (hasRows(node as Expression)) return node;
  return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, withColumn(child, name)]));
}

/** The same object where there is nothing to spread; what has rows of its own is left alone. */
function spreadWithin(node: unknown, columns: readonly ScopeColumn[], session: Session): unknown {
  if (node === null || typeof node !== 'object') return node;
  if (Array.isArray(node)) {
    const items = node.map((item: unknown) => spreadWithin(item, columns, session));
    return items.every((item, i) => item === node[i]) ? node : items;
  }
  const expression = node as Expression;
  if (expression.kind === 'subquery' || expression.kind === 'exists') return node;
  let changed = false;
  const entries = Object.entries(node).map(([key, child]): [string, unknown] => {
    const found =
      key === 'args' && expression.kind === 'call' && !/^count(if)?$/i.test(expression.name)
        ? argumentsOf(expression.args, columns, session)
        : child;
    const inner = spreadWithin(found, columns, session);
    changed ||= inner !== child;
    return [key, inner];
  });
  return changed ? Object.fromEntries(entries) : node;
}

const argumentsOf = (
  args: readonly Expression[],
  columns: readonly ScopeColumn[],
  session: Session,
): readonly Expression[] =>
  args.some(isPlainStar)
    ? args.flatMap((arg) =>
        isPlainStar(arg) ? starColumns(arg, columns, session).map((c) => nameOf(c, columns, arg)) : [arg],
      )
    : args;

const isPlainStar = (arg: Expression): arg is Star =>
  arg.kind === 'star' && arg.replace.length === 0 && arg.apply.length === 0;

/** With its table where its name alone would be another column's, too. */
export function nameOf(column: ScopeColumn, columns: readonly ScopeColumn[], { at, end }: Span): Expression {
  const part = (text: string): Identifier => ({ text, quoted: true, at, end });
  const name = part(column.name);
  const isClear = column.table === null || columns.filter((c) => c.name === column.name).length === 1;
  return { kind: 'name', parts: isClear ? [name] : [part(column.table), name], at, end };
}
