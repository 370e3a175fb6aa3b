/**
 * Quantiles of values that are all kept (sketch/value-list.ts), with weights behind each or without: by rule how a level chooses.
 *
 * Parameters of a call: 0, then levels; of `dd` the accuracy between them.
 */

import type { StateViews } from '../../sketch/memory.ts';
import { valueCount, valuesAt } from '../../sketch/value-list.ts';
import { packItem } from '../../type/nested.ts';
import { elementOf, type Lane, type LogicalType, type Value } from '../../type/type.ts';
import type { BlockAggregate } from './block-aggregate.ts';
import { FLOAT_RULES, INDEX_RULES, type Rule, WEIGHT_RULES } from './quantile-rule.ts';

type Domain = 'i64' | 'u64' | 'f64';
type Item = number | bigint;

/** Values that ascend, and the weights up to each; without weights, the places. */
export type Sorted = { readonly values: ArrayLike<Item>; readonly ranks: Float64Array | null };

const asNumber = (x: Item): number => Number(x);

function sorted(memory: StateViews, block: number, domain: Domain, { weighted, zeros }: Rule): Sorted {
  const [at, count] = [valuesAt(block) / 8, valueCount(memory, block)];
  const words = memory.u64.slice(at, at + count);
  const read = { i64: BigInt64Array, u64: BigUint64Array, f64: Float64Array }[domain];
  const all = new read(words.buffer) as BigInt64Array | BigUint64Array | Float64Array;
  if (!weighted) return { values: all.sort(), ranks: null };
  const places = Uint32Array.from({ length: count >> 1 }, (_, i) => 2 * i).filter(
    (i) => zeros === true || words[i + 1] > 0n,
  );
  places.sort((a, b) => (all[a] < all[b] ? -1 : all[a] > all[b] ? 1 : 0));
  const ranks = Float64Array.from(places, (i) => Number(words[i + 1]));
  for (let i = 1; i < ranks.length; i++) ranks[i] += ranks[i - 1];
  return { values: Array.from(places, (i) => all[i]), ranks };
}

/** A value as its lane has it: integers as signed ones, floats as their type rounds them. */
function laneValue(value: Item, domain: Domain, result: Lane, type: LogicalType): Value {
  if (result === 'f64') return type.id === 'float32' ? Math.fround(asNumber(value)) : asNumber(value);
  const whole = typeof value === 'bigint' ? value : BigInt(Math.trunc(value));
  return domain === 'u64' ? BigInt.asIntN(64, whole) : whole;
}

function row(rule: Rule, domain: Domain, several: boolean): BlockAggregate {
  const single: Lane = rule.floats || domain === 'f64' ? 'f64' : 'i64';
  const ahead = rule.parameters ?? 0;
  return {
    kind: 'values',
    lane: domain === 'f64' ? 'f64' : 'i64',
    second: rule.weighted ? 'i64' : undefined,
    result: several ? 'str' : single,
    value: (memory, block, [, ...params], type) => {
      const all = sorted(memory, block, domain, rule);
      const levels = params.slice(ahead);
      const none = all.values.length === 0;
      const at = (level: number, of: LogicalType): Value =>
        laneValue(
          none ? (single === 'f64' ? Number.NaN : 0n) : rule.at(all, level, params),
          domain,
          single,
          of,
        );
      if (!several) return none ? null : at(levels[0], type);
      return packItem(
        levels.map((level) => at(level, elementOf(type))),
        { ...type, nullable: false },
      );
    },
  };
}

const rowsOf = (
  rules: Readonly<Record<string, Rule>>,
  domains: readonly Domain[],
): readonly [string, BlockAggregate][] =>
  Object.entries(rules).flatMap(([name, rule]) =>
    domains.flatMap((domain): [string, BlockAggregate][] => [
      [`quantile_${name}_${domain}`, row(rule, domain, false)],
      [`quantiles_${name}_${domain}`, row(rule, domain, true)],
    ]),
  );

export const EXACT_QUANTILES: Readonly<Record<string, BlockAggregate>> = Object.fromEntries([
  ...rowsOf({ ...INDEX_RULES, ...WEIGHT_RULES }, ['i64', 'u64', 'f64']),
  ...rowsOf(FLOAT_RULES, ['f64']),
]);
