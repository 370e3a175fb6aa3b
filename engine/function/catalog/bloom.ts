/** Druid's Bloom filters, which are Hive's (sketch/bloom.ts): values go in as a hash, NULL too. */

import { fromBase64 } from '../../base/base64.ts';
import { BasaltError } from '../../base/error.ts';
import type { Expr } from '../../plan/expr.ts';
import { bloomTest, MAX_BLOOM_ENTRIES } from '../../sketch/bloom.ts';
import { packBytes } from '../../type/packed.ts';
import {
  BOOL,
  FLOAT64,
  INT64,
  isInteger,
  isNumeric,
  isTemporal,
  type LogicalType,
  nullable,
  STRING,
  timestamp,
} from '../../type/type.ts';
import { apply, retype, text } from '../call.ts';
import type { Argument, FunctionRow, Resolve } from '../row.ts';
import { aggregate, scalar } from '../signature.ts';
import { calledOf, isState, sizeOf } from './sketch-call.ts';

export const BLOOM = 'bloom_i64';
export const BLOOM_NAME = 'bloom';

/** What a value is hashed as, the type of that, and which hash; undefined: there is none. */
type Hashed = { readonly cast: LogicalType; readonly fn: string };

function hashedAs({ type }: Argument): Hashed | undefined {
  const keep = (to: LogicalType): LogicalType => (type.nullable ? nullable(to) : to);
  if (type.id === 'string' || type.id === 'null') return { cast: nullable(STRING), fn: 'bloom_hash_str' };
  if (isInteger(type) || type.id === 'bool') return { cast: keep(INT64), fn: 'bloom_hash_i64' };
  if (isTemporal(type)) return { cast: keep(timestamp(3)), fn: 'bloom_hash_i64' };
  if (type.id === 'float32') return { cast: type, fn: 'bloom_hash_f32' };
  return isNumeric(type) ? { cast: keep(FLOAT64), fn: 'bloom_hash_f64' } : undefined;
}

/** Moments are their milliseconds. */
const hashOf = (x: Expr, fn: string): Expr =>
  apply(fn, [fn.endsWith('i64') ? retype(x, x.type.nullable ? nullable(INT64) : INT64) : x], INT64);

const filter: Resolve = (args) => {
  const [x, entries] = args;
  if (args.length !== 2) return undefined;
  const params = [sizeOf(entries, [1, 1, MAX_BLOOM_ENTRIES], 'The number of entries')];
  const aggregated = { fn: BLOOM, params, result: STRING, name: BLOOM_NAME, of: [INT64] };
  if (isState(x.type, 'bloom'))
    return {
      ...calledOf(aggregated, x.type, 'state'),
      casts: [x.type, entries.type],
      prepare: ([of]) => [of],
    };
  const hashed = hashedAs(x);
  return (
    hashed && {
      ...calledOf(aggregated, x.type, 'state'),
      casts: [hashed.cast, entries.type],
      prepare: ([value]) => [hashOf(value, hashed.fn)],
    }
  );
};

const test: Resolve = (args) => {
  const [x, of] = args;
  const hashed = x && hashedAs(x);
  if (args.length !== 2 || hashed === undefined) return undefined;
  if (isState(of.type, 'bloom'))
    return {
      casts: [hashed.cast, of.type],
      build: ([value, state]) => apply('bloom_test', [hashOf(value, hashed.fn), state], BOOL),
    };
  if (typeof of.value !== 'string') return undefined;
  const packed = packedFilter(of.value);
  return {
    casts: [hashed.cast, of.type],
    build: ([value]) => apply('bloom_test', [hashOf(value, hashed.fn), text(packed)], BOOL),
  };
};

/** @throws BasaltError BAD_ARGUMENTS */
function packedFilter(base64: string): string {
  const bytes = fromBase64(base64);
  try {
    if (bytes !== undefined) {
      bloomTest(bytes);
      return packBytes(bytes);
    }
  } catch (error) {
    if (!(error instanceof BasaltError)) throw error;
  }
  throw new BasaltError('BAD_ARGUMENTS', 'The second argument is no Bloom filter in base64', {
    hint: 'BLOOM_FILTER(x, n) gives one, and so does Druid',
  });
}

/** Of 'a' and 'b', made for 10 values by Druid 0.17.1. */
const FILTER =
  "'BAAAAAgAAAAAAAAAAAAAAAAAAAAAAAAACFAAAAAAAAAAAAAgAACAAAAAAAAAAAAACAAAAAAAAAAAAAAAAAAAAAAAAAAA'";

export const BLOOMS: readonly FunctionRow[] = [
  aggregate(
    { druid: ['bloom_filter'] },
    filter,
    'bloom_filter(x, entries)',
    'A Bloom filter of the values, NULL among them, made for so many different ones; or of filters.',
    'SELECT bloom_filter_test(2, f) FROM (SELECT bloom_filter(a, 10) AS f FROM (VALUES (1), (2)) AS t(a))',
    'true',
  ),
  scalar(
    { druid: ['bloom_filter_test'] },
    test,
    'bloom_filter_test(x, filter)',
    'Whether a value may be in a Bloom filter, which is one or a literal in base64; one in twenty that is not may be, too.',
    `SELECT bloom_filter_test('b', ${FILTER})`,
    'true',
  ),
];
