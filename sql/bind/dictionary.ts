/** Dictionaries where queries name them: in functions that ask them by key, and as tables. */

import { BasaltError } from '../../engine/base/error.ts';
import type { AskedDictionary } from '../../engine/function/row.ts';
import type { Expression, Identifier, Span } from '../ast/expression.ts';
import type { TableInfo } from './context.ts';
import type { Session } from './session.ts';

/** Of `name` or `schema.name`; undefined where there is none. */
function dictionaryNamed(name: string, session: Session): TableInfo | undefined {
  const dot = name.indexOf('.');
  const texts = dot < 0 ? [name] : [name.slice(0, dot), name.slice(dot + 1)];
  const parts = texts.map((text): Identifier => ({ text, quoted: true, at: 0, end: 0 }));
  const found = session.findTable(parts);
  return found?.view?.dictionary === undefined ? undefined : found;
}

export function askedDictionary(name: string, session: Session): AskedDictionary | undefined {
  const found = dictionaryNamed(name, session);
  const dictionary = found?.view?.dictionary;
  if (found === undefined || dictionary === undefined) return undefined;
  if (session.context.now === null)
    throw new BasaltError(
      'NOT_IMPLEMENTED',
      `The dictionary ${name} is not supported in the definition of a table`,
      {
        hint: 'Its values change: ask it in a query, or INSERT ... SELECT what it gives',
      },
    );
  const { keys, keyKind, range, parent, attributes } = dictionary;
  const columns = found.columns.map((c, i) => ({
    name: c.name,
    type: c.type,
    defaultValue: attributes[i].defaultValue,
  }));
  return { tableId: found.id, columns, keys, keyKind, range, parent };
}

/** The one argument of `dictionary('d')`, which may be a name. */
export function dictionaryTable(args: readonly Expression[], where: Span, session: Session): TableInfo {
  const [arg, ...more] = args;
  const name =
    arg?.kind === 'string'
      ? arg.value
      : arg?.kind === 'name'
        ? arg.parts.map(({ text }) => text).join('.')
        : undefined;
  if (name === undefined || more.length > 0)
    throw session.error(
      'NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
      where,
      'dictionary takes one argument',
      "Write dictionary('name')",
    );
  const found = dictionaryNamed(name, session);
  if (found !== undefined) return found;
  throw session.error('BAD_ARGUMENTS', arg, `Dictionary (\`${name}\`) not found`);
}
