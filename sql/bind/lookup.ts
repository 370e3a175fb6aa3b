/** Druid's lookups as tables: `lookup.name` has the columns k and v. */

import type { Plan } from '../../engine/plan/node.ts';
import { nullable, STRING } from '../../engine/type/type.ts';
import type { Identifier, Span } from '../ast/expression.ts';
import type { Session } from './session.ts';

export const LOOKUP_SCHEMA = 'lookup';

/** null: the name is none of a lookup. */
export function lookupPlan(
  item: Span & { readonly name: readonly Identifier[] },
  session: Session,
): Plan | null {
  if (session.dialect !== 'druid' || item.name.length !== 2 || item.name[0].text !== LOOKUP_SCHEMA)
    return null;
  const name = item.name[1].text;
  const entries = session.context.catalog.lookup(name);
  if (entries === undefined)
    throw session.error(
      'UNKNOWN_TABLE',
      item,
      `There is no lookup ${name}`,
      `POST it to /druid/coordinator/v1/lookups/config/__default/${name}`,
    );
  return {
    kind: 'values',
    rows: entries,
    schema: [
      { name: 'k', type: STRING },
      { name: 'v', type: nullable(STRING) },
    ],
  };
}
