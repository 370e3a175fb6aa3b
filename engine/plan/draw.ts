/**
 * Draws at random as expressions: a name and how many bits. Places with one name draw the same for a row; who binds a call names what it draws.
 * All that is random is a function of such bits, so plans have nothing else that differs from one evaluation to the next.
 */

import { assert } from '../base/error.ts';
import { INT64, type LogicalType, STRING } from '../type/type.ts';
import { type CallExpr, call, type Expr, literal, mapChildren } from './expr.ts';

export const EACH_ROW = 'random_bits';
/** The same for all rows of the query. */
export const ONCE = 'random_bits_once';
/** Not at random, but as little the row's own: its place among the rows of the query, a number that no other row has. */
export const PLACE = 'row_place';

/** Ids of their implementations. */
export const DRAWS: readonly string[] = [EACH_ROW, ONCE, PLACE];

/** The name of a draw that is the same in every query. */
export const seedName = (seed: string): string => `${FIXED}${seed}`;
export const isFixed = (name: string): boolean => name.startsWith(FIXED);
const FIXED = '=';

export type Draw = { readonly name: string; readonly bits: number };

export const isDraw = ({ fn }: CallExpr): boolean => DRAWS.includes(fn);

export function drawOf({ args: [name, bits] }: CallExpr): Draw {
  assert(name.kind === 'literal' && bits.kind === 'literal', 'a draw has a name and a number of bits');
  return { name: String(name.value), bits: Number(bits.value) };
}

/** Before the names of draws whose call has none yet. */
const UNNAMED = '?';

/**
 * So many bits, 1 to 64, for a call that has no name yet.
 * @param part tells the draws of one call apart
 */
export const draw = (bits: number, part = 0, type: LogicalType = INT64, fn = EACH_ROW): Expr =>
  call(fn, [literal(`${UNNAMED}${part}`, STRING), literal(BigInt(bits), INT64)], type);

/**
 * The draws of a call under its name.
 * @param varies what they are drawn anew for, though the value does not depend on it
 */
export function named(expr: Expr, name: string, varies: readonly Expr[] = []): Expr {
  if (expr.kind !== 'call' || !isDraw(expr)) return mapChildren(expr, (child) => named(child, name, varies));
  const own = drawOf(expr).name;
  if (!own.startsWith(UNNAMED)) return expr;
  return { ...expr, args: [literal(`${name} ${own.slice(1)}`, STRING), expr.args[1], ...varies] };
}
