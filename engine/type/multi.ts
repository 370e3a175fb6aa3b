/**
 * Multi-value strings: one text or several in a place of one, as Druid's string dimensions have them.
 *
 * ```
 * multi := text                one value is its own text, so that a column of single texts already is one of multi-values
 *        | U+10FFFF list       list: the packed form of an array of texts that may be NULL (packed.ts)
 * ```
 *
 * The mark is a code point that is no character, and above all others. A text that begins with it is a list of one where it can be
 * told; where it is not followed by a whole list it is read as the text that it is, so no bytes are damaged ones.
 */

import { PackedReader, packText } from './packed.ts';
import { array, type LogicalType, nullable, STRING } from './type.ts';

export const LIST_MARK = '\u{10ffff}';

export const MULTI: LogicalType = { id: 'multi', nullable: true };
/** What a multi-value is to those who know arrays. */
export const MULTI_ARRAY: LogicalType = array(nullable(STRING));

export type Values = readonly (string | null)[];

const END = '\x00';

/** The values of a multi-value that is not NULL. What is not written as it would be here is one text. */
export function valuesOf(text: string): Values {
  const list = text.startsWith(LIST_MARK) ? listOf(text.slice(LIST_MARK.length)) : undefined;
  return list !== undefined && multiOf(list) === text ? list : [text];
}

/** The elements of a packed array of texts; undefined: it is none. */
function listOf(packed: string): Values | undefined {
  if (!packed.endsWith(END)) return undefined;
  const reader = new PackedReader(packed);
  const values: (string | null)[] = [];
  while (!reader.atEnd) {
    const mark = reader.mark();
    if (mark === 0) return reader.atEnd ? values : undefined;
    if (mark !== 1 && mark !== 2) return undefined;
    values.push(mark === 1 ? reader.text() : null);
  }
  return undefined;
}

/** A list with no values stays one; a single NULL is NULL. */
export function multiOf(values: Values): string | null {
  if (values.length === 1) {
    const [only] = values;
    if (only === null || !only.startsWith(LIST_MARK)) return only;
  }
  return LIST_MARK + packedList(values);
}

export const packedList = (values: Values): string =>
  `${values.map((value) => (value === null ? '\x02' : `\x01${packText(value)}`)).join('')}${END}`;

/** What a column keeps: a list with no values is NULL, too. */
export const storedMulti = (values: Values): string | null => (values.length === 0 ? null : multiOf(values));

/** As JSON: a text that is one value is that text, not quoted. */
export function multiText(text: string): string {
  const values = valuesOf(text);
  return values.length === 1 && values[0] !== null ? values[0] : JSON.stringify(values);
}
