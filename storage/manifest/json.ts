/**
 * Manifest records as JSON text: bigints, and floats that JSON cannot say, are marked.
 *
 *   bigint          {"$i":"123"}
 *   NaN, infinities {"$f":"NaN"}
 *   -0              {"$f":"-0"}
 */

import { BasaltError } from '../../engine/base/error.ts';

export const toJson = (value: unknown): string =>
  JSON.stringify(value, (_, v: unknown) => {
    if (typeof v === 'bigint') return { $i: v.toString() };
    if (typeof v === 'number' && !Number.isFinite(v)) return { $f: String(v) };
    if (Object.is(v, -0)) return { $f: '-0' };
    return v;
  });

export function fromJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text, (_, v: unknown) => {
      if (v === null || typeof v !== 'object') return v;
      if ('$i' in v) return BigInt(v.$i as string);
      if ('$f' in v) return Number(v.$f);
      return v;
    });
  } catch (cause) {
    throw new BasaltError('CORRUPTED_DATA', `${what} is not JSON`, { cause });
  }
}
