/** How far the number of values may be from an HLL sketch's estimate, as Apache DataSketches says it of sketches whose values came out of order. */

import { couponCount, estimateHll, hasRegisters, lgKOf, MIN_LG_K, registersOf } from './hll.ts';
import type { StateViews } from './memory.ts';
import { type Bounds, checkDeviations } from './theta-bounds.ts';

/** Relative error of coupons. */
const COUPON_ERROR = 0.409 / 2 ** 13;
/** Relative error of registers, times the root of their number; measured below {@link MAX_MEASURED}. */
const REGISTER_ERROR = Math.sqrt(3 * Math.LN2 - 1);
const MAX_MEASURED = 12;

/** Relative errors of registers by lgK from 4 to 12, for 1, 2 and 3 deviations each. */
// biome-ignore format: a table
const LOWER_ERRORS = [
  0.254409839, 0.682266712, 1.304022158, 0.181817353, 0.443389054, 0.778776219, 0.129432281, 0.295782195, 0.49252279,
  0.091640655, 0.201175925, 0.323664385, 0.064858051, 0.138523393, 0.218805328, 0.045851855, 0.095925072, 0.148635751,
  0.032454144, 0.067009668, 0.102660669, 0.022921382, 0.046868565, 0.071307398, 0.016155679, 0.032825719, 0.049677541,
];
// biome-ignore format: a table
const UPPER_ERRORS = [
  0.256980172, 0.411905944, 0.52651057, 0.182332109, 0.310275547, 0.412660505, 0.129314228, 0.230142294, 0.315636197,
  0.091584836, 0.16834013, 0.236346847, 0.06487411, 0.122045231, 0.174112107, 0.04591465, 0.08784505, 0.126917615,
  0.032433119, 0.062897613, 0.091862929, 0.022960633, 0.044875401, 0.065736049, 0.016186662, 0.031827816, 0.046973459,
];

/** @param block 0 = nothing seen. @param deviations 1, 2 or 3. @throws BasaltError BAD_ARGUMENTS */
export function hllBounds(memory: StateViews, block: number, deviations: number): Bounds {
  checkDeviations(deviations);
  if (block === 0) return { lower: 0, upper: 0 };
  const estimate = estimateHll(memory, block);
  const { least, below, above } = hasRegisters(memory, block)
    ? registerErrors(memory, block, deviations)
    : {
        least: couponCount(memory, block),
        below: deviations * COUPON_ERROR,
        above: deviations * COUPON_ERROR,
      };
  return { lower: Math.max(least, estimate / (1 + below)), upper: Math.max(least, estimate / (1 - above)) };
}

type Errors = { readonly least: number; readonly below: number; readonly above: number };

/** Each register that is not 0 has seen a value of its own. */
function registerErrors(memory: StateViews, block: number, deviations: number): Errors {
  const lgK = lgKOf(memory, block);
  let least = 0;
  for (const rank of registersOf(memory, block)) if (rank > 0) least++;
  if (lgK > MAX_MEASURED) {
    const error = (deviations * REGISTER_ERROR) / Math.sqrt(2 ** lgK);
    return { least, below: error, above: error };
  }
  const at = 3 * (lgK - MIN_LG_K) + deviations - 1;
  return { least, below: LOWER_ERRORS[at], above: UPPER_ERRORS[at] };
}
