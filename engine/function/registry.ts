/**
 * All implementations by id, scalar and aggregate. Plans name nothing else.
 */

import { BasaltError } from '../base/error.ts';
import type { Implementation } from './row.ts';
import { ADDRESS } from './scalar/address.ts';
import { ARITHMETIC } from './scalar/arithmetic.ts';
import { ARRAY } from './scalar/array.ts';
import { BIT } from './scalar/bit.ts';
import { BIT_TEXT } from './scalar/bit-text.ts';
import { BITMAP } from './scalar/bitmap.ts';
import { BYTE_TEXT } from './scalar/byte-text.ts';
import { CAST } from './scalar/cast.ts';
import { CIPHER } from './scalar/cipher.ts';
import { CLOCK } from './scalar/clock.ts';
import { COLLECT } from './scalar/collect.ts';
import { COMPARE } from './scalar/compare.ts';
import { CURVES } from './scalar/curve.ts';
import { DIGEST } from './scalar/digest.ts';
import { DRUID_SCALAR } from './scalar/druid-scalar.ts';
import { ENCODING } from './scalar/encoding.ts';
import { EXACT } from './scalar/exact.ts';
import { FINANCIAL } from './scalar/financial.ts';
import { FORMATTED_ROWS } from './scalar/format-row.ts';
import { FORMATTED } from './scalar/format-text.ts';
import { GEO } from './scalar/geo.ts';
import { HASH } from './scalar/hash.ts';
import { INTERVALS } from './scalar/interval.ts';
import { JSON_PATH_READS } from './scalar/json.ts';
import { JSON_DYNAMIC } from './scalar/json-dynamic.ts';
import { JSON_ENTRIES } from './scalar/json-entries.ts';
import { JSON_SIMPLE } from './scalar/json-simple.ts';
import { JSON_TYPED } from './scalar/json-typed.ts';
import { KEYED } from './scalar/keyed.ts';
import { LAMBDA } from './scalar/lambda.ts';
import { LOGIC } from './scalar/logic.ts';
import { LOOKUP } from './scalar/lookup.ts';
import { MAKE_MOMENT } from './scalar/make-moment.ts';
import { MATH } from './scalar/math.ts';
import { MULTIS } from './scalar/multi.ts';
import { NGRAM_DISTANCE } from './scalar/ngram-distance.ts';
import { NUMBER_THEORY } from './scalar/number.ts';
import { PACKED } from './scalar/packed.ts';
import { PAIRS } from './scalar/pairs.ts';
import { PARSED_MOMENTS } from './scalar/parse-moment.ts';
import { PATTERN } from './scalar/pattern.ts';
import { RANDOM } from './scalar/random.ts';
import { READABLE } from './scalar/readable.ts';
import { REDUCE } from './scalar/reduce.ts';
import { REINTERPRETED } from './scalar/reinterpret.ts';
import { ROUNDED } from './scalar/rounding.ts';
import { SAME_VALUES } from './scalar/same-value.ts';
import { SHINGLE } from './scalar/shingle.ts';
import { SKETCH } from './scalar/sketch.ts';
import { BARS } from './scalar/sparkbar.ts';
import { SPECIAL } from './scalar/special.ts';
import { STANDARD_NUMBER } from './scalar/standard-number.ts';
import { STANDARD_TEXT } from './scalar/standard-text.ts';
import { STANDARD_TIME } from './scalar/standard-time.ts';
import { STATE } from './scalar/state.ts';
import { TEXT } from './scalar/text.ts';
import { TEXT_DISTANCE } from './scalar/text-distance.ts';
import { TEXT_FORM } from './scalar/text-form.ts';
import { TEXT_PIECE } from './scalar/text-piece.ts';
import { TEXT_SEARCH } from './scalar/text-search.ts';
import { TIME } from './scalar/time.ts';
import { URLS } from './scalar/url.ts';
import { VARIANTS } from './scalar/variant.ts';
import { WEEKS } from './scalar/week.ts';

const byId = new Map<string, Implementation>();
for (const row of [
  ADDRESS,
  ARITHMETIC,
  ARRAY,
  BARS,
  BITMAP,
  BIT_TEXT,
  BIT,
  BYTE_TEXT,
  CAST,
  CIPHER,
  CLOCK,
  COLLECT,
  COMPARE,
  CURVES,
  DIGEST,
  DRUID_SCALAR,
  ENCODING,
  EXACT,
  FORMATTED,
  GEO,
  HASH,
  FINANCIAL,
  INTERVALS,
  JSON_DYNAMIC,
  JSON_PATH_READS,
  JSON_ENTRIES,
  JSON_SIMPLE,
  JSON_TYPED,
  KEYED,
  LAMBDA,
  LOGIC,
  MAKE_MOMENT,
  MATH,
  MULTIS,
  NGRAM_DISTANCE,
  NUMBER_THEORY,
  PACKED,
  PAIRS,
  PARSED_MOMENTS,
  PATTERN,
  RANDOM,
  READABLE,
  REDUCE,
  SHINGLE,
  REINTERPRETED,
  ROUNDED,
  SAME_VALUES,
  SPECIAL,
  LOOKUP,
  SKETCH,
  STANDARD_NUMBER,
  STANDARD_TEXT,
  STANDARD_TIME,
  STATE,
  TEXT,
  TEXT_SEARCH,
  TEXT_PIECE,
  FORMATTED_ROWS,
  TEXT_DISTANCE,
  TEXT_FORM,
  URLS,
  TIME,
  VARIANTS,
  WEEKS,
].flat()) {
  if (byId.has(row.id)) throw new BasaltError('LOGICAL_ERROR', `Two implementations are called ${row.id}`);
  byId.set(row.id, row);
}

/** @throws LOGICAL_ERROR for an unknown id: plans are made by us. */
export function implementation(id: string): Implementation {
  const row = byId.get(id);
  if (row === undefined) throw new BasaltError('LOGICAL_ERROR', `No implementation is called ${id}`);
  return row;
}

export const implementations = (): IterableIterator<Implementation> => byId.values();
