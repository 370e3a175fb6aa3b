/** ClickHouse's functions of cash flows. */

import { literal } from '../../plan/expr.ts';
import { array, BOOL, elementOf, FLOAT64, isFloat, isInteger, isSigned } from '../../type/type.ts';
import { apply } from '../call.ts';
import type { Argument, FunctionRow, Resolve, TableRow } from '../row.ts';
import { clickhouseScalar } from '../signature.ts';

/** Signed numbers. */
const areFlows = (arg: Argument | undefined): boolean => {
  if (arg?.type.id !== 'array') return false;
  const element = elementOf(arg.type);
  return !element.nullable && (isFloat(element) || (isInteger(element) && isSigned(element)));
};
const areDays = (arg: Argument | undefined): boolean =>
  arg?.type.id === 'array' && elementOf(arg.type).id === 'date' && !elementOf(arg.type).nullable;
const isRate = (arg: Argument | undefined): boolean => arg !== undefined && isFloat(arg.type);

const FLOWS = array(FLOAT64);
const float = (value: number) => literal(value, FLOAT64);

/** How many days a year has. */
const CONVENTIONS: Readonly<Record<string, number>> = { ACT_365F: 365, ACT_365_25: 365.25 };
const perYear = (arg: Argument | undefined): number | undefined =>
  arg === undefined ? 365 : typeof arg.value === 'string' ? CONVENTIONS[arg.value] : undefined;

const presentValue: Resolve = (args) => {
  const [rate, flows, now] = args;
  if (args.length < 2 || args.length > 3 || !isRate(rate) || !areFlows(flows)) return undefined;
  if (now !== undefined && typeof now.value !== 'boolean') return undefined;
  return {
    casts: [FLOAT64, FLOWS, ...args.slice(2).map((a) => a.type)],
    build: ([r, f]) =>
      apply('net_present_value', [r, f, literal((now?.value as boolean | undefined) ?? true, BOOL)], FLOAT64),
  };
};

const presentValueOfDays: Resolve = (args) => {
  const [rate, flows, days, convention] = args;
  const year = perYear(convention);
  if (args.length < 3 || args.length > 4 || !isRate(rate) || !areFlows(flows) || !areDays(days))
    return undefined;
  if (year === undefined) return undefined;
  return {
    casts: [FLOAT64, FLOWS, days.type, ...args.slice(3).map((a) => a.type)],
    build: ([r, f, d]) => apply('net_present_value_of_days', [r, f, d, float(year)], FLOAT64),
  };
};

const GUESS = 0.1;

const rateOfReturn: Resolve = (args) =>
  args.length >= 1 && args.length <= 2 && areFlows(args[0]) && (args.length === 1 || isRate(args[1]))
    ? {
        casts: [FLOWS, ...args.slice(1).map(() => FLOAT64)],
        build: ([f, guess]) => apply('rate_of_return', [f, guess ?? float(GUESS)], FLOAT64),
      }
    : undefined;

const rateOfReturnOfDays: Resolve = (args) => {
  const [flows, days, guess, convention] = args;
  const year = perYear(convention);
  if (args.length < 2 || args.length > 4 || !areFlows(flows) || !areDays(days)) return undefined;
  if (year === undefined || (guess !== undefined && !isRate(guess))) return undefined;
  return {
    casts: [FLOWS, days.type, ...args.slice(2, 3).map(() => FLOAT64), ...args.slice(3).map((a) => a.type)],
    build: ([f, d, g]) => apply('rate_of_return_of_days', [f, d, g ?? float(GUESS), float(year)], FLOAT64),
  };
};

const DATES = "[toDate('2020-01-01'), toDate('2020-12-31')]";

const ROWS: readonly TableRow[] = [
  [
    ['financialNetPresentValue'],
    presentValue,
    'financialNetPresentValue(rate, flows [, from_first])',
    'What flows of equal periods are worth now; false: the first one comes after a period.',
    'SELECT financialNetPresentValue(0.25, [-100, 125])',
    '0.0',
  ],
  [
    ['financialNetPresentValueExtended'],
    presentValueOfDays,
    'financialNetPresentValueExtended(rate, flows, dates [, convention])',
    'What flows are worth on the first of their dates; a year has 365 days, or 365.25 (ACT_365_25).',
    `SELECT round(financialNetPresentValueExtended(0.25, [-100, 125], ${DATES}), 6)`,
    '0.0',
  ],
  [
    ['financialInternalRateOfReturn'],
    rateOfReturn,
    'financialInternalRateOfReturn(flows [, guess])',
    'The rate at which flows of equal periods are worth nothing; NaN if there is none.',
    'SELECT round(financialInternalRateOfReturn([-100, 125]), 6)',
    '0.25',
  ],
  [
    ['financialInternalRateOfReturnExtended'],
    rateOfReturnOfDays,
    'financialInternalRateOfReturnExtended(flows, dates [, guess, convention])',
    'The rate at which flows are worth nothing on the first of their dates; NaN if there is none.',
    `SELECT round(financialInternalRateOfReturnExtended([-100, 125], ${DATES}), 6)`,
    '0.25',
  ],
];

export const FINANCIALS: readonly FunctionRow[] = ROWS.map(clickhouseScalar);
