/** Present values of cash flows and the rates at which they are 0. Flows are packed arrays of floats, days of dates. */

import { BasaltError } from '../../base/error.ts';
import { unpackItem } from '../../type/nested.ts';
import { array, DATE, FLOAT64 } from '../../type/type.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';

const FLOATS = array(FLOAT64);
const DAYS = array(DATE);

const flowsOf = (text: string): number[] => unpackItem(text, FLOATS).map(Number);

/** Years of each flow since the first. */
function yearsOf(flows: readonly number[], days: string, perYear: number): number[] {
  const all = unpackItem(days, DAYS).map(Number);
  if (all.length !== flows.length)
    throw new BasaltError('BAD_ARGUMENTS', 'Cash flows and dates must have the same number of elements');
  return all.map((day) => (day - all[0]) / perYear);
}

const presentValue = (rate: number, flows: readonly number[], years: readonly number[]): number =>
  flows.reduce((sum, flow, i) => sum + flow / (1 + rate) ** years[i], 0);

const slopeAt = (rate: number, flows: readonly number[], years: readonly number[]): number =>
  flows.reduce((sum, flow, i) => sum - (years[i] * flow) / (1 + rate) ** (years[i] + 1), 0);

const MAX_STEPS = 100;
/** A rate is found when it moves by no more. */
const CLOSE = 1e-15;

/** NaN where there is no rate, as where all flows have one sign. */
function rateOf(flows: readonly number[], years: readonly number[], guess: number): number {
  if (!flows.some((flow) => flow > 0) || !flows.some((flow) => flow < 0)) return Number.NaN;
  const rate = rateByNewton(flows, years, guess);
  return Number.isNaN(rate) ? rateByHalves(flows, years) : rate;
}

/** NaN where a step leads out of reach. */
function rateByNewton(flows: readonly number[], years: readonly number[], guess: number): number {
  let rate = guess;
  for (let i = 0; i < MAX_STEPS; i++) {
    const step = presentValue(rate, flows, years) / slopeAt(rate, flows, years);
    if (!Number.isFinite(step)) return Number.NaN;
    rate -= step;
    if (rate <= -1) return Number.NaN;
    if (Math.abs(step) <= CLOSE * Math.max(1, Math.abs(rate))) return rate;
  }
  return rate;
}

/** Where a rate that steps do not find may lie. */
const REACH = [-1 + 1e-9, 100] as const;

/** NaN where what flows are worth has one sign at both ends. */
function rateByHalves(flows: readonly number[], years: readonly number[]): number {
  let [low, high] = REACH as readonly number[];
  const atLow = Math.sign(presentValue(low, flows, years));
  if (atLow * Math.sign(presentValue(high, flows, years)) >= 0) return Number.NaN;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return middle;
    if (Math.sign(presentValue(middle, flows, years)) === atLow) low = middle;
    else high = middle;
  }
}

const periods = (flows: readonly number[]): number[] => flows.map((_, i) => i);

export const FINANCIAL: readonly Implementation[] = [
  // rate, flows, whether the first flow is at the beginning.
  implement(
    'net_present_value',
    ['f64', 'str', 'bool'],
    'f64',
    (rate: number, text: string, now: boolean) => {
      const flows = flowsOf(text);
      let discount = now ? 1 : 1 + rate;
      let value = 0;
      for (const flow of flows) {
        value += flow / discount;
        discount *= 1 + rate;
      }
      return value;
    },
  ),
  // rate, flows, days, days of a year.
  implement(
    'net_present_value_of_days',
    ['f64', 'str', 'str', 'f64'],
    'f64',
    (rate: number, text: string, days: string, perYear: number) => {
      const flows = flowsOf(text);
      return presentValue(rate, flows, yearsOf(flows, days, perYear));
    },
  ),
  // flows, guess.
  implement('rate_of_return', ['str', 'f64'], 'f64', (text: string, guess: number) => {
    const flows = flowsOf(text);
    return rateOf(flows, periods(flows), guess);
  }),
  // flows, days, guess, days of a year.
  implement(
    'rate_of_return_of_days',
    ['str', 'str', 'f64', 'f64'],
    'f64',
    (text: string, days: string, guess: number, perYear: number) => {
      const flows = flowsOf(text);
      return rateOf(flows, yearsOf(flows, days, perYear), guess);
    },
  ),
];
