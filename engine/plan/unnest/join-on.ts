/**
 * A join by conditions over its left columns, then its right ones. Equalities between the sides become its keys, the rest its
 * residual, or a filter above where that is the same.
 *
 * A join has one rule for NULL in all of its keys. Where some conditions match NULL with NULL (IS NOT DISTINCT FROM) and others
 * do not, the keys do, and the residual takes back what the others must not match.
 */

import { allOf, apply } from '../../function/call.ts';
import { BOOL, nullable } from '../../type/type.ts';
import { columnsOf, type Expr } from '../expr.ts';
import type { JoinPlan, Plan } from '../node.ts';
import { anyOuter, behind, readsOuter } from './outer.ts';

type Kind = 'inner' | 'left' | 'semi' | 'anti';

export function joinOn(kind: Kind, left: Plan, right: Plan, conditions: readonly Expr[]): Plan {
  const width = left.schema.length;
  const keys: KeyPair[] = [];
  const ofLeft: Expr[] = [];
  const rest: Expr[] = [];
  for (const condition of conditions) {
    const key = keyPair(condition, width);
    if (key !== null) keys.push(key);
    else if (
      kind === 'semi' &&
      sideOf(condition, width) !== 'right' &&
      !columnsOf(condition).some((i) => i >= width)
    )
      ofLeft.push(condition);
    else rest.push(condition);
  }
  const nullSafe = keys.some((k) => k.nullSafe);
  if (nullSafe) {
    for (const key of keys)
      if (!key.nullSafe && key.left.type.nullable && key.right.type.nullable)
        rest.push(apply('is_not_null', [key.left], BOOL));
  }
  const inner = kind === 'inner';
  const join: JoinPlan = {
    kind: 'join',
    join: inner && keys.length === 0 ? 'cross' : kind,
    left: filtered(left, ofLeft),
    right,
    leftKeys: keys.map((k) => k.left),
    rightKeys: keys.map((k) => behind(k.right, -width, false)),
    residual: inner || rest.length === 0 ? null : allOf(rest),
    nullSafe,
    defaultIfUnmatched: false,
    schema:
      kind === 'semi' || kind === 'anti'
        ? left.schema
        : [
            ...left.schema,
            ...right.schema.map((f) => (kind === 'left' ? { ...f, type: nullable(f.type) } : f)),
          ],
  };
  return inner ? filtered(join, rest) : join;
}

export function filtered(input: Plan, conditions: readonly Expr[]): Plan {
  const predicate = allOf(conditions);
  if (predicate.kind === 'literal' && predicate.value === true) return input;
  return { kind: 'filter', input, predicate, schema: input.schema };
}

type KeyPair = { readonly left: Expr; readonly right: Expr; readonly nullSafe: boolean };

function keyPair(condition: Expr, width: number): KeyPair | null {
  if (condition.kind !== 'call' || !/^(eq|is_not_distinct)_/.test(condition.fn)) return null;
  const [a, b] = condition.args;
  if (readsOuter(condition, anyOuter)) return null;
  const sides = `${sideOf(a, width)} ${sideOf(b, width)}`;
  if (sides !== 'left right' && sides !== 'right left') return null;
  const [left, right] = sides === 'left right' ? [a, b] : [b, a];
  // Where one side cannot be NULL, both ways to compare are the same.
  const nullSafe = condition.fn.startsWith('is_') && left.type.nullable && right.type.nullable;
  return { left, right, nullSafe };
}

function sideOf(expr: Expr, width: number): 'left' | 'right' | 'both' | 'none' {
  const used = columnsOf(expr);
  if (used.length === 0) return 'none';
  return used.every((i) => i < width) ? 'left' : used.every((i) => i >= width) ? 'right' : 'both';
}
