/** Functions that answer from the session instead of from rows: version(), currentDatabase() ... */

import type { Expr } from '../../engine/plan/expr.ts';
import { literal } from '../../engine/plan/expr.ts';
import { STRING } from '../../engine/type/type.ts';
import type { CallExpression } from '../ast/expression.ts';
import { shownSchema } from './context.ts';
import type { Session } from './session.ts';

type Answer = (session: Session) => string;

const schema: Answer = (s) => shownSchema(s.dialect, s.context.schema);
const user: Answer = (s) => s.context.user ?? 'default';
const version: Answer = (s) => s.context.version ?? '0.0.0';
const zone: Answer = (s) => s.context.timeZone;

/** Lower-case names; ClickHouse's are found in any case here, which hurts nobody. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  version,
  currentdatabase: schema,
  database: schema,
  current_database: schema,
  current_schema: schema,
  schema,
  currentuser: user,
  current_user: user,
  user,
  timezone: zone,
  servertimezone: zone,
  hostname: (s) => s.context.hostName ?? 'localhost',
};

export function sessionFunction(node: CallExpression, session: Session): Expr | undefined {
  const name = node.name.toLowerCase();
  if (node.args.length > 0 || session.dialect === 'druid' || !Object.hasOwn(ANSWERS, name)) return undefined;
  return literal(ANSWERS[name](session), STRING);
}
