/** DEFINER and SQL SECURITY of views to AST. */

import type { ViewSecurity } from '../ast/statement.ts';
import type { DefinerContext, ViewSecurityContext } from '../grammar/generated/Sql.js';
import { identifierOf } from './name.ts';
import type { Source } from './source.ts';
import { span } from './span.ts';

const KINDS: ReadonlyMap<string, ViewSecurity['kind']> = new Map([
  ['DEFINER', 'DEFINER'],
  ['INVOKER', 'INVOKER'],
  ['NONE', 'NONE'],
]);

/** @param contexts where it may stand, of which one may be there */
export function buildViewSecurity(
  contexts: readonly ViewSecurityContext[],
  source: Source,
): ViewSecurity | null {
  if (contexts.length > 1) throw source.error(span(contexts[1]), 'SQL SECURITY is given twice');
  if (contexts.length === 0) return null;
  const [context] = contexts;
  if (source.dialect !== 'clickhouse')
    throw source.refuse(span(context), 'SQL SECURITY', 'Leave it out: there is one user');
  const definer = context.definer();
  const security = context.sqlSecurity();
  const word = security?._word?.text ?? 'SQL';
  const kind = KINDS.get((security?._kind?.text ?? 'DEFINER').toUpperCase());
  if (word.toUpperCase() !== 'SQL') throw source.error(span(security!), `Syntax error at \`${word}\``);
  if (kind === undefined)
    throw source.error(span(security!), 'No such SQL SECURITY', 'Write DEFINER, INVOKER or NONE');
  return { kind, definer: definer === null ? null : definerOf(definer), ...span(context) };
}

function definerOf(context: DefinerContext): ViewSecurity['definer'] {
  const text = context.StringLiteral();
  if (text !== null) return { name: text.getText(), ...span(context) };
  const { text: name, quoted, ...where } = identifierOf(context.identifier()!);
  return !quoted && name.toUpperCase() === 'CURRENT_USER' ? null : { name, ...where };
}
