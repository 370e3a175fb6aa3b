/** ClickHouse's parseDateTime: by patterns of MySQL and of Joda-Time, and by guess. One line a family. */

import type { Expr } from '../../plan/expr.ts';
import { INT64, type LogicalType, nullable, timestamp } from '../../type/type.ts';
import { apply, int, text, unlessNull } from '../call.ts';
import { retype } from '../cast.ts';
import type { Argument, FunctionRow, Resolve, ResolveContext, TableRow } from '../row.ts';
import { clickhouseScalar, TEXT } from '../signature.ts';

type Fallback = '' | 'OrNull' | 'OrZero';
const FALLBACKS: readonly Fallback[] = ['', 'OrNull', 'OrZero'];

const DOCS: Record<Fallback, string> = {
  '': '',
  OrNull: ' NULL if it is none.',
  OrZero: ' 1970-01-01 if it is none.',
};

function parsed(fn: string, args: readonly Expr[], target: LogicalType, fallback: Fallback): Expr {
  if (fallback === '') return apply(`${fn}_checked`, args, target);
  const found = apply(`${fn}_null`, args, nullable(target));
  return fallback === 'OrNull'
    ? retype(found, nullable(target))
    : unlessNull(
        args,
        apply(
          'coalesce_i64',
          [retype(found, nullable(target)), { kind: 'literal', value: 0n, type: INT64 }],
          target,
        ),
      );
}

/** A text, then literals. */
const isText = (args: readonly Argument[], most: number, context: ResolveContext): boolean =>
  args.length >= 1 &&
  args.length <= most &&
  TEXT(args[0], context) !== undefined &&
  args.slice(1).every((arg) => arg.type.id === 'string' || arg.type.id.includes('int'));

/** By a pattern, whose default is given; the type always names the zone. */
const byPattern =
  (fn: string, usual: string, precisionOf: (pattern: string) => number, fallback: Fallback): Resolve =>
  (args, context) => {
    if (!isText(args, 3, context)) return undefined;
    const [, pattern, zone] = args;
    if (pattern !== undefined && pattern.type.id !== 'string') return undefined;
    if (zone !== undefined && typeof zone.value !== 'string') return undefined;
    const written = typeof pattern?.value === 'string' ? pattern.value : undefined;
    const where = typeof zone?.value === 'string' ? zone.value : context.timeZone;
    const precision = precisionOf(written ?? usual);
    return {
      casts: [TEXT(args[0], context)!, ...args.slice(1).map((a) => a.type)],
      build: ([value, by]) =>
        parsed(
          fn,
          [value, by ?? text(usual), text(where), int(precision)],
          timestamp(precision, false, where),
          fallback,
        ),
    };
  };

/** By guess. @param digits undefined: an argument says how many */
const byGuess =
  (how: '' | 'us', digits: number | undefined, fallback: Fallback): Resolve =>
  (args, context) => {
    if (!isText(args, digits === undefined ? 3 : 2, context)) return undefined;
    const precision = digits ?? (args.length > 1 ? args[1].value : 3n);
    const zone = args[digits === undefined ? 2 : 1];
    if (zone !== undefined && typeof zone.value !== 'string') return undefined;
    if (typeof precision === 'bigint' && (precision < 0n || precision > 9n)) return undefined;
    if (typeof precision !== 'bigint' && typeof precision !== 'number') return undefined;
    const where = typeof zone?.value === 'string' ? zone.value : undefined;
    return {
      casts: [TEXT(args[0], context)!, ...args.slice(1).map((a) => a.type)],
      build: ([value]) =>
        parsed(
          'parse_best_effort',
          [value, text(how), text(where ?? context.timeZone), int(precision)],
          timestamp(Number(precision), false, where),
          fallback,
        ),
    };
  };

const MYSQL = '%Y-%m-%d %H:%i:%s';
const JODA = 'yyyy-MM-dd HH:mm:ss';
const fractionOf = (pattern: string): number => /S+/.exec(pattern)?.[0].length ?? 0;

type Family = {
  readonly name: string;
  readonly way: (fallback: Fallback) => Resolve;
  readonly syntax: string;
  readonly doc: string;
  readonly args: string;
  readonly result: string;
};

const pattern = (name: string, fine: boolean, joda: boolean): Family => ({
  name,
  way: (fallback) =>
    joda
      ? byPattern('parse_joda_parts', JODA, fine ? fractionOf : () => 0, fallback)
      : byPattern('parse_mysql', MYSQL, () => (fine ? 6 : 0), fallback),
  syntax: 'text [, pattern, zone]',
  doc: `The moment that a text is by a pattern of ${joda ? 'Joda-Time' : 'MySQL'}.`,
  args: joda ? "'04.01.2025', 'dd.MM.yyyy'" : "'04.01.2025', '%d.%m.%Y'",
  result: `2025-01-04 00:00:00${fine && !joda ? '.000000' : ''}`,
});

const guess = (name: string, digits: number | undefined, us: boolean): Family => ({
  name,
  way: (fallback) => byGuess(us ? 'us' : '', digits, fallback),
  syntax: digits === undefined ? 'text [, precision, zone]' : 'text [, zone]',
  doc: `The moment that a text is in one of many forms${us ? ', with the month before the day' : ''}.`,
  args: us ? "'01/04/2025'" : "'04/01/2025'",
  result: `2025-01-04 00:00:00${digits === undefined ? '.000' : ''}`,
});

const FAMILIES: readonly Family[] = [
  pattern('parseDateTime', false, false),
  pattern('parseDateTime64', true, false),
  pattern('parseDateTimeInJodaSyntax', false, true),
  pattern('parseDateTime64InJodaSyntax', true, true),
  guess('parseDateTimeBestEffort', 0, false),
  guess('parseDateTime32BestEffort', 0, false),
  guess('parseDateTime64BestEffort', undefined, false),
  guess('parseDateTimeBestEffortUS', 0, true),
  guess('parseDateTime64BestEffortUS', undefined, true),
];

/** MySQL's names. */
const ALSO: Readonly<Record<string, readonly string[]>> = { parseDateTime: ['str_to_date'] };

export const PARSERS_OF_TIME: readonly FunctionRow[] = FAMILIES.flatMap(
  ({ name, way, syntax, doc, args, result }) =>
    FALLBACKS.map((fallback): TableRow => {
      const full = `${name}${fallback}`;
      return [
        [full, ...(ALSO[full] ?? [])],
        way(fallback),
        `${full}(${syntax})`,
        `${doc}${DOCS[fallback]}`,
        `SELECT toString(${full}(${args}))`,
        result,
      ];
    }).map(clickhouseScalar),
);
