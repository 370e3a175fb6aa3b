/**
 * The rows of a dictionary as a plan: those of its source in the types of its columns, with defaults for NULL where a column takes none, and
 * behind them what keys are compared by, where that is no column of its own.
 */

import { apply, retype } from '../../engine/function/call.ts';
import { cast } from '../../engine/function/cast.ts';
import { column, type Expr, literal } from '../../engine/plan/expr.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { BOOL, laneOf, nullable, STRING } from '../../engine/type/type.ts';
import type { BindContext, TableInfo } from '../bind/context.ts';
import { filter, project } from '../bind/plan.ts';
import { bindQuery } from '../bind/query.ts';
import { NO_WITH } from '../bind/scope.ts';
import { Session } from '../bind/session.ts';
import { parse } from '../parse/parser.ts';

/** Of what keys are compared by. */
const KEY = '$key';
const START = { at: 0, end: 0 };

export function dictionaryRows(table: TableInfo, context: BindContext): Plan {
  const { view, columns } = table;
  const dictionary = view?.dictionary;
  const text = view?.text ?? '';
  const session = new Session(text, { ...context, schema: view?.schema ?? context.schema }, bindQuery, [
    table.id,
  ]);
  if (dictionary === undefined) throw session.error('LOGICAL_ERROR', START, `${table.name} is no dictionary`);
  const source = sourceRows(table, text, session);
  if (source.schema.length !== columns.length)
    throw session.error(
      'BAD_ARGUMENTS',
      START,
      `The source gives ${source.schema.length} columns, the dictionary has ${columns.length}`,
      'They are taken in the order of the dictionary: those of its key, then the others',
    );
  const whole = (value: Expr, i: number): Expr =>
    value.type.nullable && !columns[i].type.nullable
      ? apply(
          `coalesce_${laneOf(columns[i].type)}`,
          [value, literal(dictionary.attributes[i].defaultValue, columns[i].type)],
          columns[i].type,
        )
      : value;
  const given = columns.map(({ type }, i): Expr => {
    const from = source.schema[i].type;
    return cast(column(i, from), from.nullable ? nullable(type) : type, session.strictCast());
  });
  const names = [...columns.map((c) => c.name), KEY];
  if (dictionary.keyKind === 'prefix') {
    const [prefix] = given;
    const isThere = apply('is_not_null', [prefix], BOOL);
    const of = (fn: string): Expr => retype(apply(fn, [prefix], STRING), STRING);
    const rest = columns.slice(1).map((_, i) => whole(given[i + 1], i + 1));
    return session.optimized(
      project(filter(source, isThere), [of('prefix_text'), ...rest, of('prefix_key')], names),
    );
  }
  const values = given.map(whole);
  const keys = values.slice(0, dictionary.keys);
  const tuple = dictionary.keyKind === 'tuple' ? session.resolveContext.call?.('tuple', keys) : undefined;
  return session.optimized(project(source, tuple === undefined ? values : [...values, tuple], names));
}

function sourceRows({ columns }: TableInfo, text: string, session: Session): Plan {
  if (text === '')
    return { kind: 'values', rows: [], schema: columns.map(({ name, type }) => ({ name, type })) };
  const { body } = parse(text, 'clickhouse');
  if (body.kind !== 'query')
    throw session.error('BAD_ARGUMENTS', START, 'The source of a dictionary is a query');
  return session.bindQuery(body.query, NO_WITH).plan;
}
