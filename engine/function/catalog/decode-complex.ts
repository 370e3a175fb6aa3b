/** Druid's complex values out of base64, by Druid's names of their types; as large as any of their kind, so that nothing is left out. */

import { BasaltError } from '../../base/error.ts';
import type { Expr } from '../../plan/expr.ts';
import { MAX_BLOOM_ENTRIES } from '../../sketch/bloom.ts';
import { MAX_BUCKETS, OUTLIERS } from '../../sketch/buckets.ts';
import { MAX_COMPRESSION } from '../../sketch/digest.ts';
import { MAX_LG_K } from '../../sketch/hll.ts';
import { MAX_QUANTILES_K } from '../../sketch/quantiles.ts';
import { MAX_THETA_LG_K } from '../../sketch/theta.ts';
import { typeText } from '../../type/literal.ts';
import { FLOAT64, INT64, type LogicalType, nullable, STRING } from '../../type/type.ts';
import { sketchType } from '../aggregate/state-type.ts';
import { apply, text } from '../call.ts';
import type { FunctionRow, Resolve } from '../row.ts';
import { scalar } from '../signature.ts';
import { BLOOM, BLOOM_NAME } from './bloom.ts';
import { BUCKETS, BUCKETS_NAME, DIGEST, DIGEST_NAME, MIDDLE } from './druid-histogram.ts';
import { calledOf } from './sketch-call.ts';
import { TUPLES, TUPLES_NAME } from './tuple-sketch.ts';

const typeOf = (
  fn: string,
  name: string,
  params: readonly number[],
  of: readonly LogicalType[],
  result: LogicalType,
): LogicalType => calledOf({ fn, name, params, of, result }, of[0], 'state').type;

const HLL_TYPE = sketchType('hll', MAX_LG_K, INT64);
const THETA_TYPE = sketchType('theta', MAX_THETA_LG_K, INT64);
const TUPLE_TYPE = typeOf(TUPLES, TUPLES_NAME, [MAX_THETA_LG_K, 1], [STRING, FLOAT64], INT64);

/** In the spelling of errors. */
const TYPES: readonly (readonly [names: readonly string[], type: LogicalType])[] = [
  [['HLLSketch', 'HLLSketchBuild', 'HLLSketchMerge'], HLL_TYPE],
  [['thetaSketch', 'thetaSketchBuild', 'thetaSketchMerge'], THETA_TYPE],
  [['quantilesDoublesSketch'], sketchType('quantile_inclusive', MAX_QUANTILES_K, FLOAT64)],
  [['arrayOfDoublesSketch', 'arrayOfDoublesSketchBuild', 'arrayOfDoublesSketchMerge'], TUPLE_TYPE],
  [['tDigestSketch'], typeOf(DIGEST, DIGEST_NAME, [MAX_COMPRESSION, MIDDLE], [FLOAT64], FLOAT64)],
  [
    ['fixedBucketsHistogram'],
    typeOf(
      BUCKETS,
      BUCKETS_NAME,
      [MAX_BUCKETS, MIDDLE, 0, 1, OUTLIERS.indexOf('ignore')],
      [FLOAT64],
      FLOAT64,
    ),
  ],
  [['bloom', 'bloomFilter'], typeOf(BLOOM, BLOOM_NAME, [MAX_BLOOM_ENTRIES], [INT64], STRING)],
];

const DECODED: ReadonlyMap<string, LogicalType> = new Map(
  TYPES.flatMap(([names, type]) => names.map((name) => [name.toLowerCase(), type])),
);

const decode: Resolve = (args) => {
  const [name, value] = args;
  if (args.length !== 2 || typeof name.value !== 'string' || !/^(string|null)$/.test(value.type.id))
    return undefined;
  const known = DECODED.get(name.value.toLowerCase().replace(/^complex<(.*)>$/, '$1'));
  if (known === undefined)
    throw new BasaltError('UNKNOWN_TYPE', `There is no complex type ${name.value}`, {
      hint: `Known: ${TYPES.map(([[spelled]]) => spelled).join(', ')}`,
    });
  const build = ([, given]: readonly Expr[]): Expr =>
    apply(
      'str_to_value_str_null',
      [given, text(typeText(known)), text('UTC'), text('strict'), text('cut')],
      nullable(known),
    );
  return { casts: [name.type, value.type], build };
};

export const DECODES: readonly FunctionRow[] = [
  scalar(
    { druid: ['complex_decode_base64', 'decode_base64_complex'] },
    decode,
    'complex_decode_base64(type, text)',
    'The sketch, histogram or filter that a text has in base64; NULL where it has none.',
    "SELECT hll_sketch_estimate(complex_decode_base64('HLLSketch', 'AgEHDAMIAwAr8vsGhi/5DXtl5gg='), true)",
    '3.0',
  ),
];
