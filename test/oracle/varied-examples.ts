/**
 * Statements made of the functions' own examples: a literal here and there becomes another one, or a column of several.
 * What a row of the function table shows is well typed, so most of what is made of it is, too; what is not must be
 * refused by both sides.
 */

import type { Random } from '../../engine/base/random.ts';
import { exampleIn } from '../../engine/function/example.ts';
import { FUNCTIONS } from '../../engine/function/index.ts';
import type { FunctionRow } from '../../engine/function/row.ts';

export type VariedExample = { readonly name: string; readonly sql: string };

/** Examples of scalars and of the aggregates that are no combination of others. */
export function* variedExamples(
  dialect: 'standard' | 'clickhouse',
  random: Random,
  each: number,
): Generator<VariedExample> {
  for (const row of FUNCTIONS) {
    const name = row.names[dialect]?.[0];
    if (name === undefined || isCombination(row, name)) continue;
    for (let i = 0; i < each; i++)
      yield { name, sql: varied(exampleIn(row, dialect).sql, random, COLUMNS[dialect]) };
  }
}

/** `sumIf`, `avgOrNullIf`, `uniqState` show what `sum`, `avg` and `uniq` do. */
const isCombination = (row: FunctionRow, name: string): boolean =>
  row.kind === 'aggregate' && /[a-z\d](If|Array|State|Merge|OrNull|OrDefault|Distinct)+$/.test(name);

/** A text, or a number that is no part of a name, of a type or of a place in a tuple (`t.1`). */
const LITERAL = /'(?:[^'\\]|\\.|'')*'|(?<![\w.'])\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.])/gi;

/** Rows of lists side by side. */
const COLUMNS: Readonly<Record<'standard' | 'clickhouse', (lists: readonly string[]) => string>> = {
  standard: (lists) => `(SELECT ${lists.map((list, i) => `unnest(${list}) AS c${i}`).join(', ')})`,
  clickhouse: (lists) => `(SELECT 1) ARRAY JOIN ${lists.map((list, i) => `${list} AS c${i}`).join(', ')}`,
};

function varied(sql: string, random: Random, rowsOf: (lists: readonly string[]) => string): string {
  const places = [...sql.matchAll(LITERAL)];
  if (places.length === 0) return sql;
  const asColumn = !/\bFROM\b/i.test(sql) && random.below(3) > 0 ? random.below(places.length) : -1;
  const asColumnToo = random.below(2) === 0 ? asColumn : random.below(places.length);
  const lists: string[] = [];
  let at = 0;
  const text = sql.replace(LITERAL, (literal) => {
    const place = at++;
    if (asColumn >= 0 && (place === asColumn || place === asColumnToo)) {
      const values = [literal, ...Array.from({ length: 3 }, () => another(literal, random))];
      if (random.below(3) === 0) values[1 + random.below(3)] = 'NULL';
      lists.push(`[${values.join(', ')}]`);
      return `c${lists.length - 1}`;
    }
    return random.below(2) === 0 ? another(literal, random) : literal;
  });
  return lists.length === 0 ? text : `${text} FROM ${rowsOf(lists)}`;
}

const NUMBERS = ['0', '1', '2', '3', '5', '7', '10', '16', '31', '64', '100', '255', '256', '1000', '65536'];
const TEXTS = [
  '',
  ' ',
  'a',
  'abc',
  'ABC',
  'été',
  '日本',
  '0',
  '-1',
  '42',
  '1.5',
  'a,b',
  'x=1&y=2',
  '[1,2]',
  '%',
];

function another(literal: string, random: Random): string {
  const pick = <T>(from: readonly T[]): T => from[random.below(from.length)];
  if (!literal.startsWith("'")) {
    if (/[.e]/i.test(literal)) return pick(['0.0', '0.5', '1.5', '2.25', '1e10', literal]);
    return random.below(3) === 0 ? String(Number(literal) + 1) : pick(NUMBERS);
  }
  const inside = literal.slice(1, -1);
  if (MOMENT.test(inside)) return `'${inside.replace(MOMENT, () => momentLike(inside, random))}'`;
  const place = random.below(Math.max(inside.length, 1));
  // Not between a backslash and what it escapes.
  if (inside.includes('\\') || random.below(4) === 0) return `'${pick(TEXTS)}'`;
  const [before, letter, after] = [inside.slice(0, place), inside.charAt(place), inside.slice(place + 1)];
  switch (random.below(6)) {
    case 0:
      return `'${before}${after}'`;
    case 1:
      return `'${before}${letter}${letter}${after}'`;
    case 2:
      return `'${inside.toUpperCase()}'`;
    case 3:
      return `'${inside}${inside}'`;
    default:
      return `'${inside.replace(/\d/g, (digit) => (random.below(2) === 0 ? digit : String(random.below(10))))}'`;
  }
}

/** A day that is none is refused here; ClickHouse makes one of it (docs/differences.md). */
const MOMENT = /\d{4}-\d\d-\d\d([ T]\d\d:\d\d:\d\d)?/;

function momentLike(text: string, random: Random): string {
  const ticks = Date.UTC(1970 + random.below(130), random.below(12), 1 + random.below(31), random.below(24));
  const moment = new Date(ticks + random.below(3600) * 1000).toISOString().slice(0, 19);
  return text.includes(':') ? moment.replace('T', text.includes('T') ? 'T' : ' ') : moment.slice(0, 10);
}
