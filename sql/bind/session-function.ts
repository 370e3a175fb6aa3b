/** Functions that answer from the session instead of from rows: version(), currentDatabase() ... */

import type { Expr } from '../../engine/plan/expr.ts';
import { literal } from '../../engine/plan/expr.ts';
import { packItem } from '../../engine/type/nested.ts';
import { array, NULL_TYPE, STRING, type, UINT64 } from '../../engine/type/type.ts';
import type { CallExpression, Expression } from '../ast/expression.ts';
import { shownSchema } from './context.ts';
import { formattedQuery } from './format-query.ts';
import { bindNumber, valueLiteral } from './literal.ts';
import type { Session } from './session.ts';

type Answer = (session: Session) => string;

/** What is the same in every session: nobody has profiles or roles here but the default. */
const CONSTANTS: Readonly<Record<string, Expr>> = {
  currentprofiles: textList(['default']),
  enabledprofiles: textList(['default']),
  defaultprofiles: textList(['default']),
  currentroles: textList([]),
  enabledroles: textList([]),
  defaultroles: textList([]),
  connectionid: literal(0n, UINT64),
  hasthreadfuzzer: literal(0n, type('uint8')),
};

function textList(items: readonly string[]): Expr {
  const list = array(STRING);
  return literal(packItem(items, list), list);
}

const schema: Answer = (s) => shownSchema(s.dialect, s.context.schema);
const user: Answer = (s) => s.context.user ?? 'default';
const database: Answer = (s) => (s.dialect === 'standard' ? 'main' : schema(s));
const version: Answer = (s) => s.context.version ?? '0.0.0';
const zone: Answer = (s) => s.context.timeZone;

/** Lower-case names; ClickHouse's are found in any case here, which hurts nobody. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  version,
  currentdatabase: schema,
  database: schema,
  current_database: database,
  current_catalog: database,
  current_schema: schema,
  schema,
  currentuser: user,
  current_user: user,
  current_role: user,
  session_user: user,
  user,
  timezone: zone,
  servertimezone: zone,
  hostname: (s) => s.context.hostName ?? 'localhost',
};

export function sessionFunction(node: CallExpression, session: Session): Expr | undefined {
  const text = formattedQuery(node, session);
  if (text !== undefined) return text;
  const name = node.name.toLowerCase();
  if (session.dialect === 'clickhouse') {
    const constant = node.args.length === 0 ? CONSTANTS[name] : ofSetting(node, session);
    if (constant !== undefined) return constant;
  }
  if (node.args.length > 0 || session.dialect === 'druid' || !Object.hasOwn(ANSWERS, name)) return undefined;
  return literal(ANSWERS[name](session), STRING);
}

/** getSetting(name), getSettingOrDefault(name, default): settings that the statement or the session has set. */
function ofSetting(node: CallExpression, session: Session): Expr | undefined {
  const [name, otherwise] = node.args;
  const known = /^getSetting(OrDefault)?$/.exec(node.name);
  if (known === null || name.kind !== 'string') return undefined;
  if (node.args.length !== (known[1] === undefined ? 1 : 2)) return undefined;
  const value = session.context.settings[name.value];
  if (value !== undefined) return valueLiteral(typeof value === 'number' ? value : String(value), session);
  if (otherwise !== undefined) return literalOf(otherwise, session);
  throw session.error('BAD_ARGUMENTS', name, `The setting ${name.value} is not set here`);
}

function literalOf(node: Expression, session: Session): Expr {
  if (node.kind === 'string') return valueLiteral(node.value, session);
  if (node.kind === 'number') return bindNumber(node, session);
  if (node.kind === 'null') return literal(null, NULL_TYPE);
  throw session.error('BAD_ARGUMENTS', node, 'The default of a setting is a literal');
}
