/** Binds expressions that read no column. */

import { ExpressionBinder } from '../bind/expression.ts';
import { NO_WITH } from '../bind/scope.ts';
import type { Session } from '../bind/session.ts';

export const constantBinder = (session: Session): ExpressionBinder =>
  new ExpressionBinder(session, { columns: [], aliases: new Map(), with: NO_WITH }, null, 'DEFAULT');
