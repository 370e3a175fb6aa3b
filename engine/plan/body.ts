/** Expressions as literal arguments of functions that apply them (function/scalar/multi.ts): their columns are the function's inputs. */

import type { CallExpr, Expr } from './expr.ts';

const bodies = new Map<string, Expr>();
/** Bodies of statements seen lately; more would keep what nobody uses. */
const MAX_BODIES = 1000;

/** JSON, in which integers of 64 bits and floats that it lacks are objects. */
export const bodyText = (body: Expr): string =>
  JSON.stringify(body, (_, v) => {
    if (typeof v === 'bigint') return { $i: String(v) };
    if (typeof v !== 'number' || (Number.isFinite(v) && !Object.is(v, -0))) return v;
    return { $f: Object.is(v, -0) ? '-0' : String(v) };
  });

/** The same object for the same text. */
export function bodyOf(text: string): Expr {
  let body = bodies.get(text);
  if (body === undefined) {
    if (bodies.size >= MAX_BODIES) bodies.clear();
    body = JSON.parse(text, (_, v) =>
      typeof v?.$i === 'string' ? BigInt(v.$i) : typeof v?.$f === 'string' ? Number(v.$f) : v,
    ) as Expr;
    bodies.set(text, body);
  }
  return body;
}

/** A call of a function over values: body, kinds of the inputs, inputs. */
export function overValuesOf({
  fn,
  args,
}: CallExpr): { body: Expr; kinds: string; inputs: readonly Expr[] } | null {
  const [body, kinds, ...inputs] = args;
  if (!fn.startsWith('over_values_') || body?.kind !== 'literal' || kinds?.kind !== 'literal') return null;
  return { body: bodyOf(String(body.value)), kinds: String(kinds.value), inputs };
}
