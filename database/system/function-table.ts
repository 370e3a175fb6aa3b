/** The functions as tables: `system.functions` and INFORMATION_SCHEMA.ROUTINES. */

import type { Dialect } from '../../engine/function/row.ts';
import { type LogicalType, STRING, type, type Value } from '../../engine/type/type.ts';
import { language } from '../statement/language.ts';

export type ListedFunction = {
  /** Those of each dialect that has it; the first is its own, the others are aliases. */
  readonly names: Readonly<Partial<Record<Dialect, readonly string[]>>>;
  readonly aggregate: boolean;
  readonly syntax: string;
  readonly doc: string;
  readonly topic: string;
  readonly example: string;
  /** Of one that is written in SQL; else empty. */
  readonly createText: string;
};

/** Functions of the language, without the names that combinators give aggregates. */
export const listedFunctions = (): ListedFunction[] =>
  language().TOPICS.flatMap(([topic, rows]) =>
    rows.map(({ names, kind, syntax, doc, example }) => ({
      names,
      aggregate: kind === 'aggregate',
      syntax,
      doc,
      topic,
      example: example.sql,
      createText: '',
    })),
  );

const WORD = /^\w+$/;
const isWord = (name: string): boolean => WORD.test(name);

const U8 = type('uint8');

export const FUNCTION_COLUMNS: readonly (readonly [name: string, type: LogicalType])[] = [
  ['name', STRING],
  ['is_aggregate', U8],
  ['case_insensitive', U8],
  ['alias_to', STRING],
  ['create_query', STRING],
  ['origin', STRING],
  ['description', STRING],
  ['syntax', STRING],
  ['examples', STRING],
  ['categories', STRING],
  ['dialects', STRING],
];

/** A row for every name; where dialects mean different functions by it, ClickHouse's. */
export function functionRows(functions: readonly ListedFunction[]): Value[][] {
  const rows = new Map<Value, Value[]>();
  for (const inClickhouse of [true, false])
    for (const fn of functions)
      for (const row of rowsOf(fn, inClickhouse)) if (!rows.has(row[0])) rows.set(row[0], row);
  return [...rows.values()];
}

/** @param inClickhouse of the names that ClickHouse has, or of the others */
function rowsOf({ names, ...fn }: ListedFunction, inClickhouse: boolean): Value[][] {
  const own = names.clickhouse?.[0] ?? names.standard?.[0] ?? names.druid?.[0] ?? '';
  const dialects = Object.entries(names);
  const all = new Set(dialects.flatMap(([, given]) => given));
  const isWanted = (name: string): boolean =>
    isWord(name) && (names.clickhouse?.includes(name) ?? false) === inClickhouse;
  return [...all].filter(isWanted).map((name) => {
    const having = dialects.filter(([, given]) => given.includes(name)).map(([dialect]) => dialect);
    const isExact = having.includes('clickhouse') && name !== name.toLowerCase();
    return [
      name,
      fn.aggregate ? 1n : 0n,
      isExact ? 0n : 1n,
      name === own ? '' : own,
      fn.createText,
      fn.createText === '' ? 'System' : 'SQLUserDefined',
      fn.doc,
      fn.syntax,
      fn.example,
      fn.topic,
      having.join(', '),
    ];
  });
}

/** As Druid has them. */
export const ROUTINE_COLUMNS: readonly (readonly [name: string, type: LogicalType])[] = [
  ['ROUTINE_CATALOG', STRING],
  ['ROUTINE_SCHEMA', STRING],
  ['ROUTINE_NAME', STRING],
  ['ROUTINE_TYPE', STRING],
  ['IS_AGGREGATOR', STRING],
  ['SIGNATURES', STRING],
];

export const routineRows = (fn: ListedFunction, dialect: Dialect, catalog: string): Value[][] =>
  (fn.names[dialect] ?? []).filter(isWord).map((name) => {
    const shown = dialect === 'druid' ? name.toUpperCase() : name;
    const aggregator = fn.aggregate ? 'YES' : 'NO';
    return [catalog, 'INFORMATION_SCHEMA', shown, 'FUNCTION', aggregator, fn.syntax];
  });
