/**
 * Two values into one: the table of combine rules by the form a column is staged in (segment/staged-column.ts).
 *
 * A combiner changes the value at `to` by the value at `from`; neither is NULL. 64-bit integers are handled as two
 * halves, so that no number becomes a BigInt. Sums wrap at the width of their type, as ClickHouse's and Druid's do. Aggregate states
 * and sums of wide numbers have their own (combine-texts.ts).
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import type { CombineRule } from '../../engine/plan/row-policy.ts';
import { bitsOf, isSigned, type LogicalType, typeName } from '../../engine/type/type.ts';
import type { StagedForm } from '../segment/staged-column.ts';

/** @param to address of the value so far. @param from address of the next one. */
export type Combiner = (to: number, from: number) => void;

type Making = {
  readonly arena: Arena;
  readonly type: LogicalType;
  readonly form: StagedForm;
};

const MAKERS: Record<Exclude<CombineRule, 'states'>, (making: Making) => Combiner | null> = {
  sum: sumOf,
  min: (making) => extremeOf(making, -1),
  max: (making) => extremeOf(making, 1),
  any: () => () => {},
  anyLast: copyOf,
  and: (making) => bitsOfWords(making, (a, b) => a & b),
  or: (making) => bitsOfWords(making, (a, b) => a | b),
  xor: (making) => bitsOfWords(making, (a, b) => a ^ b),
};

/** NOT_IMPLEMENTED for a rule that the type has no meaning for. */
export function combinerOf(
  arena: Arena,
  rule: Exclude<CombineRule, 'states'>,
  type: LogicalType,
  form: StagedForm,
): Combiner {
  const combiner = MAKERS[rule]({ arena, type, form });
  if (combiner === null) {
    throw new BasaltError('NOT_IMPLEMENTED', `Values of ${typeName(type)} have no ${rule}`);
  }
  return combiner;
}

function sumOf({ arena, type, form }: Making): Combiner | null {
  const { u32, i32, f64 } = arena;
  if (form === 'f64') {
    if (type.id !== 'float32') return (to, from) => void (f64[to >>> 3] += f64[from >>> 3]);
    return (to, from) => void (f64[to >>> 3] = Math.fround(f64[to >>> 3] + f64[from >>> 3]));
  }
  if (form !== 'i64') return null;
  const bits = bitsOf(type);
  if (bits === 64) {
    return (to, from) => {
      const low = u32[to >>> 2] + u32[from >>> 2];
      u32[(to >>> 2) + 1] += u32[(from >>> 2) + 1] + (low > 0xffffffff ? 1 : 0);
      u32[to >>> 2] = low;
    };
  }
  const shift = 32 - bits;
  if (isSigned(type)) {
    return (to, from) => {
      const sum = ((i32[to >>> 2] + i32[from >>> 2]) << shift) >> shift;
      i32[to >>> 2] = sum;
      i32[(to >>> 2) + 1] = sum >> 31;
    };
  }
  return (to, from) => {
    u32[to >>> 2] = ((u32[to >>> 2] + u32[from >>> 2]) << shift) >>> shift;
  };
}

function copyOf({ arena, form }: Making): Combiner {
  const { u8, u32 } = arena;
  if (form === 'bool') return (to, from) => void (u8[to] = u8[from]);
  return (to, from) => {
    u32[to >>> 2] = u32[from >>> 2];
    u32[(to >>> 2) + 1] = u32[(from >>> 2) + 1];
  };
}

/** @param wanted 1: the larger one stays; -1: the smaller. */
function extremeOf(making: Making, wanted: 1 | -1): Combiner {
  const copy = copyOf(making);
  const order = orderOf(making);
  return (to, from) => {
    if (order(from, to) * wanted > 0) copy(to, from);
  };
}

/** Order of two values by address: below zero, zero, above zero. */
function orderOf({ arena, type, form }: Making): (a: number, b: number) => number {
  const { u8, u32, i32, f64 } = arena;
  switch (form) {
    case 'bool':
      return (a, b) => u8[a] - u8[b];
    case 'f64':
      // NaN is neither larger nor smaller than anything: what is there stays.
      return (a, b) =>
        f64[a >>> 3] - f64[b >>> 3] ||
        (f64[a >>> 3] < f64[b >>> 3] ? -1 : f64[a >>> 3] > f64[b >>> 3] ? 1 : 0);
    case 'codes':
      return (a, b) => u32[a >>> 2] - u32[b >>> 2];
    case 'refs':
      return (a, b) => orderOfBytes(u8, u32[a >>> 2], u32[(a >>> 2) + 1], u32[b >>> 2], u32[(b >>> 2) + 1]);
    case 'i64': {
      const high = type.id === 'uint64' ? u32 : i32;
      return (a, b) => high[(a >>> 2) + 1] - high[(b >>> 2) + 1] || u32[a >>> 2] - u32[b >>> 2];
    }
  }
}

function orderOfBytes(u8: Uint8Array, a: number, aLength: number, b: number, bLength: number): number {
  const shared = Math.min(aLength, bLength);
  for (let i = 0; i < shared; i++) {
    const difference = u8[a + i] - u8[b + i];
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}

function bitsOfWords({ arena, form }: Making, combine: (a: number, b: number) => number): Combiner | null {
  const { u32 } = arena;
  if (form !== 'i64') return null;
  return (to, from) => {
    u32[to >>> 2] = combine(u32[to >>> 2], u32[from >>> 2]);
    u32[(to >>> 2) + 1] = combine(u32[(to >>> 2) + 1], u32[(from >>> 2) + 1]);
  };
}
