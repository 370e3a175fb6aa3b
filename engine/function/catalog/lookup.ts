/** Druid's LOOKUP: a text by the key that it has in a map of the database, which is part of the call. */

import { BasaltError } from '../../base/error.ts';
import type { Expr } from '../../plan/expr.ts';
import { nullable, STRING } from '../../type/type.ts';
import { apply, text } from '../call.ts';
import type { Argument, FunctionRow, Resolve } from '../row.ts';
import { scalar, TEXT } from '../signature.ts';

const lookup: Resolve = (args, context) => {
  const [x, name, missing] = args;
  if (args.length < 2 || args.length > 3) return undefined;
  const key = TEXT(x, context);
  if (key === undefined || typeof name.value !== 'string' || !isConstant(missing)) return undefined;
  const entries = context.lookupNamed?.(name.value);
  if (entries === undefined)
    throw new BasaltError('BAD_ARGUMENTS', `Lookup [${name.value}] not found`, {
      hint: `POST it to /druid/coordinator/v1/lookups/config/__default/${name.value}`,
    });
  const build = ([value]: readonly Expr[]): Expr => {
    const found = apply('lookup_text', [value, text(JSON.stringify(entries))], nullable(STRING));
    return typeof missing?.value === 'string'
      ? apply('coalesce_str', [found, text(missing.value)], STRING)
      : found;
  };
  return { casts: [key, name.type, ...(missing === undefined ? [] : [missing.type])], build };
};

/** A text, NULL, or not there at all. */
const isConstant = (arg: Argument | undefined): boolean =>
  arg === undefined || typeof arg.value === 'string' || arg.type.id === 'null';

export const LOOKUPS: readonly FunctionRow[] = [
  scalar(
    { druid: ['lookup'] },
    lookup,
    'lookup(key, name [, missing])',
    'The value that a lookup has for the key; NULL, or the third argument, where it has none. Name and third argument are literals.',
    "SELECT lookup('DE', 'countries')",
    'Germany',
  ),
];
