/**
 * Types as text, so that functions which depend on a type can be told one by an argument: exactly what the type is, for the
 * engine's own use (people are shown {@link typeName}).
 */

import type { LogicalType } from './type.ts';

const parsed = new Map<string, LogicalType>();
/** Types of statements seen lately; more would keep what nobody uses. */
const MAX_PARSED = 1000;

export const typeText = (type: LogicalType): string => JSON.stringify(type);

/** The same object for the same text, so that what is kept by type is found again. */
export function typeOfText(text: string): LogicalType {
  let type = parsed.get(text);
  if (type === undefined) {
    if (parsed.size >= MAX_PARSED) parsed.clear();
    type = JSON.parse(text) as LogicalType;
    parsed.set(text, type);
  }
  return type;
}

const parsedLists = new Map<string, readonly LogicalType[]>();

/** Several types as one text. */
export const typesText = (types: readonly LogicalType[]): string => JSON.stringify(types.map(typeText));

export function typesOfText(text: string): readonly LogicalType[] {
  let types = parsedLists.get(text);
  if (types === undefined) {
    if (parsedLists.size >= MAX_PARSED) parsedLists.clear();
    types = (JSON.parse(text) as string[]).map(typeOfText);
    parsedLists.set(text, types);
  }
  return types;
}
