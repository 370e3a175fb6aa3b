/**
 * The public door of the function tables: look a function up by dialect and name, list all, find near names.
 *
 * Invariant: a name means one row per dialect; the module refuses to load otherwise.
 */

import { BasaltError } from '../base/error.ts';
import { ADDRESSES } from './catalog/address.ts';
import { AGGREGATES } from './catalog/aggregate.ts';
import { ARRAYS } from './catalog/array.ts';
import { ARRAY_AGGREGATES } from './catalog/array-combinator.ts';
import { ARRAY_PLACES } from './catalog/array-place.ts';
import { ARRAY_SETS } from './catalog/array-set.ts';
import { BITS } from './catalog/bit.ts';
import { BITMAPS } from './catalog/bitmap.ts';
import { BLOOMS } from './catalog/bloom.ts';
import { BYTE_TEXTS } from './catalog/byte-text.ts';
import { CHOICES } from './catalog/choice.ts';
import { CIPHERS } from './catalog/cipher.ts';
import { CLICKHOUSE_DATES } from './catalog/clickhouse-date.ts';
import { CLICKHOUSE_TIMES } from './catalog/clickhouse-time.ts';
import { CLOCKS } from './catalog/clock.ts';
import { COLLECTORS } from './catalog/collect.ts';
import { combination, FINALIZED } from './catalog/combination.ts';
import { COMBINED } from './catalog/combinator.ts';
import { COMPARISONS } from './catalog/compare.ts';
import { CONDITIONALS } from './catalog/conditional.ts';
import { CONVERSIONS } from './catalog/convert.ts';
import { DECODES } from './catalog/decode-complex.ts';
import { DICTIONARIES } from './catalog/dictionary.ts';
import { DIGESTS } from './catalog/digest.ts';
import { DISTANCES } from './catalog/distance.ts';
import { DRUID_ARRAYS } from './catalog/druid-array.ts';
import { HISTOGRAMS } from './catalog/druid-histogram.ts';
import { DRUID_SCALARS } from './catalog/druid-scalar.ts';
import { DURATIONS } from './catalog/duration.ts';
import { ENCODINGS } from './catalog/encoding.ts';
import { FINANCIALS } from './catalog/financial.ts';
import { FORMATTED_TEXTS } from './catalog/format-text.ts';
import { PLACES } from './catalog/geo.ts';
import { HASHES } from './catalog/hash.ts';
import { CLICKHOUSE_JSON } from './catalog/json-clickhouse.ts';
import { DRUID_JSON } from './catalog/json-druid.ts';
import { STANDARD_JSON } from './catalog/json-standard.ts';
import { LAMBDA_ARRAYS } from './catalog/lambda-array.ts';
import { LOOKUPS } from './catalog/lookup.ts';
import { MAPS } from './catalog/map.ts';
import { MATHEMATICS } from './catalog/math.ts';
import { NAMES_OF_TIME } from './catalog/name-of-time.ts';
import { NESTED } from './catalog/nested.ts';
import { NUMBERS } from './catalog/number.ts';
import { OPERATORS } from './catalog/operator.ts';
import { PARSERS_OF_TIME } from './catalog/parse-moment.ts';
import { plainFunctions } from './catalog/plain.ts';
import { PLAIN_ROWS } from './catalog/plain-table.ts';
import { QUANTILES } from './catalog/quantile.ts';
import { RANDOMS } from './catalog/random.ts';
import { READABLES } from './catalog/readable.ts';
import { REDUCTIONS } from './catalog/reduce.ts';
import { REINTERPRETATIONS } from './catalog/reinterpret.ts';
import { ROUNDINGS } from './catalog/rounding.ts';
import { SHINGLES } from './catalog/shingle.ts';
import { SKETCHES } from './catalog/sketch.ts';
import { SPANS } from './catalog/span.ts';
import { SPECIALS } from './catalog/special.ts';
import { STANDARD_AGGREGATES } from './catalog/standard-aggregate.ts';
import { STANDARD_LISTS } from './catalog/standard-list.ts';
import { STANDARD_STRUCTS } from './catalog/standard-struct.ts';
import { STANDARD_NUMBERS, STANDARD_TEXTS } from './catalog/standard-text.ts';
import { STANDARD_TIMES } from './catalog/standard-time.ts';
import {
  WRITTEN_AGGREGATES,
  WRITTEN_LISTS,
  WRITTEN_SCALARS,
  withSeveral,
} from './catalog/standard-written.ts';
import { STATES } from './catalog/state.ts';
import { SUMS_BY_KEY } from './catalog/sum-by-key.ts';
import { TEXTS } from './catalog/text.ts';
import { MORE_TEXTS } from './catalog/text-more.ts';
import { TEXT_SEARCHES } from './catalog/text-search.ts';
import { TIMES } from './catalog/time.ts';
import { SERIES } from './catalog/time-series.ts';
import { TIME_SLOTS } from './catalog/time-slots.ts';
import { TIME_WINDOWS } from './catalog/time-window.ts';
import { TUPLES } from './catalog/tuple.ts';
import { TUPLE_SKETCHES } from './catalog/tuple-sketch.ts';
import { URLS } from './catalog/url.ts';
import { VARIANT_FUNCTIONS } from './catalog/variant.ts';
import { WINDOW_FUNCTIONS } from './catalog/window.ts';
import { nearest } from './nearest.ts';
import type { Dialect, FunctionRow } from './row.ts';

type Topic = readonly [title: string, rows: readonly FunctionRow[]];

const BY_TOPIC: readonly Topic[] = (
  [
    ['Operators', [OPERATORS]],
    ['Numbers', [BITS, NUMBERS, MATHEMATICS, STANDARD_NUMBERS, SPECIALS, FINANCIALS, ROUNDINGS]],
    ['Comparisons and conditions', [COMPARISONS, CONDITIONALS, CHOICES]],
    ['Text', [TEXTS, BYTE_TEXTS, TEXT_SEARCHES, MORE_TEXTS, STANDARD_TEXTS, SHINGLES, FORMATTED_TEXTS]],
    ['Encodings and hashes', [ENCODINGS, HASHES, DIGESTS, CIPHERS]],
    ['Random values', [RANDOMS]],
    ['URLs and addresses', [URLS, ADDRESSES]],
    [
      'Dates and times',
      [
        TIMES,
        STANDARD_TIMES,
        DURATIONS,
        SPANS,
        CLICKHOUSE_TIMES,
        CLICKHOUSE_DATES,
        TIME_WINDOWS,
        TIME_SLOTS,
        NAMES_OF_TIME,
        PARSERS_OF_TIME,
      ],
    ],
    ['Conversions', [CONVERSIONS, CLOCKS, REINTERPRETATIONS, VARIANT_FUNCTIONS]],
    [
      'Arrays, maps and tuples',
      [
        NESTED,
        ARRAYS,
        STANDARD_LISTS,
        WRITTEN_LISTS,
        ARRAY_PLACES,
        ARRAY_SETS,
        REDUCTIONS,
        LAMBDA_ARRAYS,
        MAPS,
        STANDARD_STRUCTS,
        TUPLES,
        DRUID_ARRAYS,
      ],
    ],
    ['Bitmaps', [BITMAPS]],
    ['Vectors', [DISTANCES]],
    ['Places', [PLACES]],
    ['Time series', [SERIES]],
    ['JSON', [CLICKHOUSE_JSON, STANDARD_JSON, DRUID_JSON]],
    [
      'Aggregates',
      [
        withSeveral(AGGREGATES),
        STANDARD_AGGREGATES,
        WRITTEN_AGGREGATES,
        COLLECTORS,
        SUMS_BY_KEY,
        QUANTILES,
        plainFunctions(PLAIN_ROWS),
      ],
    ],
    ['Sketches', [SKETCHES, TUPLE_SKETCHES, HISTOGRAMS, BLOOMS, DECODES]],
    ['Dictionaries', [DICTIONARIES]],
    ['What is left', [WRITTEN_SCALARS, READABLES, DRUID_SCALARS, LOOKUPS]],
    ['Window functions', [WINDOW_FUNCTIONS]],
  ] as const
).map(([title, tables]) => [title, tables.flat()]);

const isConditional = ({ kind, names }: FunctionRow): boolean =>
  kind === 'aggregate' && names.clickhouse?.every((name) => name.endsWith('If')) === true;

/** By what they are about, in the order of the reference (docs/reference/functions.md), without those that combinators name. */
export const TOPICS: readonly Topic[] = BY_TOPIC.map(([title, rows]) => [
  title,
  rows.filter((row) => !isConditional(row)),
]);

/** Aggregates under the names that combinators give them. */
const COMBINATIONS = [STATES, FINALIZED, COMBINED, ARRAY_AGGREGATES].flat();

export const FUNCTIONS: readonly FunctionRow[] = [
  ...BY_TOPIC.flatMap(([, rows]) => rows).filter(({ kind }) => kind !== 'window'),
  ...COMBINATIONS,
];

const DIALECTS: readonly Dialect[] = ['standard', 'druid', 'clickhouse'];

/** Exact spelling for ClickHouse, lower case for the others. */
type Names = ReadonlyMap<Dialect, ReadonlyMap<string, FunctionRow>>;
const byName = namesOf(FUNCTIONS);
const windowsByName = namesOf(WINDOW_FUNCTIONS);

function namesOf(rows: readonly FunctionRow[]): Names {
  return new Map(
    DIALECTS.map((dialect) => {
      const names = new Map<string, FunctionRow>();
      for (const row of rows) {
        for (const name of row.names[dialect] ?? []) {
          const key = dialect === 'clickhouse' ? name : name.toLowerCase();
          if (names.has(key))
            throw new BasaltError('LOGICAL_ERROR', `Two functions are called ${key} in ${dialect}`);
          names.set(key, row);
        }
      }
      return [dialect, names];
    }),
  );
}

export { WINDOW_FUNCTIONS };

export const findFunction = (dialect: Dialect, name: string): FunctionRow | undefined =>
  find(byName, dialect, name) ?? (dialect === 'clickhouse' ? combination(name) : undefined);

/** What stands before OVER and is no aggregate. */
export const findWindowFunction = (dialect: Dialect, name: string): FunctionRow | undefined =>
  find(windowsByName, dialect, name);

function find(of: Names, dialect: Dialect, name: string): FunctionRow | undefined {
  const names = of.get(dialect)!;
  if (dialect !== 'clickhouse') return names.get(name.toLowerCase());
  // ClickHouse takes SQL's own names (all lower case in its tables) in any case, its camelCase ones exactly.
  return names.get(name) ?? names.get(name.toLowerCase());
}

/** The function most like an unknown name, for hints. */
export function nearestFunction(dialect: Dialect, name: string): string | undefined {
  return nearest(
    name,
    [...byName.get(dialect)!.keys()].filter((n) => /^\w+$/.test(n)),
  );
}

export { hasStateNamed, STATE_NAMES, stateType } from './catalog/combination.ts';
export { implementation, implementations } from './registry.ts';
export type { Argument, Dialect, FunctionRow, Implementation, ResolveContext, Scalar } from './row.ts';
