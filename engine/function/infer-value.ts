/**
 * The type of a text that was written without one, as ClickHouse infers it: what it is in a column that takes anything, and which of a
 * variant's types takes it.
 *
 * Bare is what stands without quotes and may be a number, truth or a list; a quoted text may be a date, and else stays one.
 */

import {
  array,
  BOOL,
  DATE,
  FLOAT64,
  INT64,
  isFloat,
  isInteger,
  isNested,
  isNumeric,
  type LogicalType,
  STRING,
  type TypeId,
  timestamp,
  UINT64,
  type Value,
} from '../type/type.ts';
import type { Typed } from '../type/variant.ts';

export type TextForm = 'bare' | 'quoted';

/** The value of a type that a text means; undefined when it means none. */
export type ParseAs = (text: string, type: LogicalType) => Value | undefined;

/** Digits that ClickHouse gives a moment whose text has a fraction. */
const FINEST = 9;
const DATE_TEXT = /^\d{4}-\d\d-\d\d$/;
const MOMENT_TEXT = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{1,9})?$/;

export const inferText = (text: string, form: TextForm, parse: ParseAs): Typed =>
  firstOf(candidates(text, form), text, parse) ?? { type: STRING, value: text };

function candidates(text: string, form: TextForm): readonly LogicalType[] {
  if (DATE_TEXT.test(text)) return [DATE];
  const moment = MOMENT_TEXT.exec(text);
  if (moment !== null) return [timestamp(moment[1] === undefined ? 0 : FINEST)];
  if (form === 'quoted') return [];
  if (/^[+-]?\d+$/.test(text)) return [INT64, UINT64, FLOAT64];
  if (/^[+-]?(\d+\.\d*|\.\d+)$/.test(text)) return [FLOAT64];
  if (/^(true|false)$/i.test(text)) return [BOOL];
  return text.startsWith('[') ? [array(INT64), array(FLOAT64), array(STRING)] : [];
}

/** The first of a variant's types that takes a text; undefined: none does. */
export function fitText(
  text: string,
  form: TextForm,
  types: readonly LogicalType[],
  parse: ParseAs,
): Typed | undefined {
  const possible = types.filter((type) => form === 'bare' || !isBareOnly(type));
  return firstOf(
    [...possible].sort((a, b) => rank(a) - rank(b)),
    text,
    parse,
  );
}

const isBareOnly = (type: LogicalType): boolean => isNumeric(type) || type.id === 'bool' || isNested(type);

/** What takes many texts is asked last. */
const LAST: readonly TypeId[] = ['fixedstring', 'json', 'string'];
const rank = (type: LogicalType): number =>
  isInteger(type) ? 0 : isFloat(type) ? 1 : 3 + LAST.indexOf(type.id);

function firstOf(types: readonly LogicalType[], text: string, parse: ParseAs): Typed | undefined {
  for (const type of types) {
    const value = parse(text, type);
    if (value !== undefined && value !== null) return { type, value };
  }
  return undefined;
}
