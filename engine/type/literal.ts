/**
 * Types as text, so that functions which depend on a type can be told one by an argument: exactly what the type is, for the
 * engine's own use (people are shown {@link typeName}).
 */

import type { LogicalType, StateType, TupleField } from './type.ts';

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

const MEMBERS: readonly (keyof LogicalType | keyof TupleField | keyof StateType)[] = [
  'id',
  'nullable',
  'precision',
  'zone',
  'unit',
  'scale',
  'length',
  'entries',
  'key',
  'element',
  'fields',
  'types',
  'paths',
  'state',
  'name',
  'type',
  'parameters',
  'args',
  'fn',
  'params',
  'result',
];

/** One text for one type, however it was made; of a plain one its id. {@link typeOfWord} reads it. */
export const typeWord = (type: LogicalType): string =>
  !type.nullable && Object.keys(type).length === 2 ? type.id : JSON.stringify(type, MEMBERS as string[]);

export const typeOfWord = (word: string): LogicalType =>
  typeOfText(word.startsWith('{') ? word : `{"id":"${word}","nullable":false}`);

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
