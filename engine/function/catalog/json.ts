/** What the rows of JSON's functions have in common: documents, paths, and what stands where nothing was found. */

import { type Expr, literal } from '../../plan/expr.ts';
import { typeText } from '../../type/literal.ts';
import {
  BOOL,
  isInteger,
  type LogicalType,
  laneOf,
  notNull,
  nullable,
  STRING,
  type Value,
} from '../../type/type.ts';
import { anyOf, apply, choose, nullOf, text } from '../call.ts';
import { implementation } from '../registry.ts';
import type { Argument } from '../row.ts';

export const JSON_TYPE: LogicalType = { id: 'json', nullable: false };

/** What a document may be: JSON, or its text. */
export const documentType = ({ type }: Argument): LogicalType | undefined => {
  if (type.id === 'json') return type;
  return type.id === 'string' || type.id === 'null' || type.id === 'fixedstring'
    ? { ...STRING, nullable: type.nullable }
    : undefined;
};

/** What a step of a path may be: a key, or a number. */
const stepType = ({ type }: Argument): LogicalType | undefined =>
  type.id === 'string' || type.id === 'null'
    ? { ...STRING, nullable: type.nullable }
    : isInteger(type)
      ? { id: 'int64', nullable: type.nullable }
      : undefined;

/** Types of a document and of the steps behind it; undefined: they are none. */
export function stepTypes(args: readonly Argument[]): LogicalType[] | undefined {
  const types = args.map((arg, i) => (i === 0 ? documentType(arg) : stepType(arg)));
  return types.length > 0 && types.every((type) => type !== undefined) ? types : undefined;
}

/** Whether the case of a key's letters counts. */
export type KeyStep = 'json_key_step' | 'json_any_case_step';

/** Steps as ClickHouse numbers them: from 1, members among them. */
export function pathOfSteps(steps: readonly Expr[], keyStep: KeyStep = 'json_key_step'): Expr {
  const parts = steps.map((step) =>
    apply(step.type.id === 'string' ? keyStep : 'json_nth_step', [step], STRING),
  );
  return parts.length === 0 ? text('') : parts.length === 1 ? parts[0] : apply('concat', parts, STRING);
}

/** A path spelled out: a literal is read, and refused, while it is bound. */
export function spelledPath(
  path: Argument,
  read: (text: string) => string,
  fn: string,
): (expr: Expr) => Expr {
  if (typeof path.value !== 'string') return (expr) => apply(fn, [expr], STRING);
  const known = text(read(path.value));
  return () => known;
}

/** What `fn` reads; NULL where there is nothing. */
export function readAt(fn: string, document: Expr, path: Expr, type: LogicalType): Expr {
  return apply(fn, [document, path], nullable(type));
}

/** With a value in the place of what is not there, unless an argument is NULL. */
export function orElse(found: Expr, instead: Value, args: readonly Expr[]): Expr {
  const type = notNull(found.type);
  const lane = laneOf(type);
  const shown = apply(`coalesce_${lane}`, [found, literal(instead, type)], type);
  const unknown = args.filter((arg) => arg.type.nullable);
  if (unknown.length === 0) return shown;
  const isNull = anyOf(unknown.map((arg) => apply('is_null', [arg], BOOL)));
  return choose(isNull, nullOf(type), { ...shown, type: nullable(type) }, nullable(type));
}

/** The implementation of a family with one for each lane. */
export const ofLane = (family: string, type: LogicalType): string =>
  implementation(`${family}_${laneOf(type)}`).id;

export const typed = (type: LogicalType): Expr => text(typeText(type));
