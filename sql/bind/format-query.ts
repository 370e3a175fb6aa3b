/** formatQuery and its like: what a constant text says, as ClickHouse's formatter lays it out. */

import { BasaltError } from '../../engine/base/error.ts';
import { type Expr, literal } from '../../engine/plan/expr.ts';
import { nullable, STRING } from '../../engine/type/type.ts';
import type { CallExpression, Expression } from '../ast/expression.ts';
import { parse } from '../parse/parser.ts';
import { statementText } from '../print/statement-text.ts';
import type { Session } from './session.ts';

const FORM = /^formatQuery(SingleLine)?(OrNull)?$/;

/** undefined: the function is another one. */
export function formattedQuery({ name, args, ...where }: CallExpression, session: Session): Expr | undefined {
  const form = FORM.exec(name);
  if (form === null || session.dialect !== 'clickhouse') return undefined;
  const [, oneLine, orNull] = form;
  if (args.length !== 1)
    throw session.error('NUMBER_OF_ARGUMENTS_DOESNT_MATCH', where, `${name} takes a text`);
  const [text] = args;
  if (text.kind !== 'string')
    throw session.refuse(
      text,
      `${name} of anything but a text that is written out`,
      `Write ${name}('SELECT 1')`,
    );
  const type = orNull === undefined ? STRING : nullable(STRING);
  try {
    return literal(formatted(text, text.value, oneLine !== undefined, session), type);
  } catch (error) {
    if (orNull !== undefined && BasaltError.from(error).errorName === 'SYNTAX_ERROR')
      return literal(null, type);
    throw error;
  }
}

function formatted(where: Expression, text: string, isOneLine: boolean, session: Session): string {
  const { body, output } = parse(text, 'clickhouse');
  const shown = statementText(body, isOneLine, output);
  if (shown !== null) return shown;
  throw session.refuse(
    where,
    `The text of a statement of the kind '${body.kind}'`,
    'Queries are formatted, and INSERT INTO ... SELECT',
  );
}
