/** ClickHouse's times of day: how they are made. */

import { time } from '../../type/type.ts';
import type { FunctionRow, Resolve, TableRow } from '../row.ts';
import { clickhouseScalar } from '../signature.ts';
import { convert, FALLBACK_DOCS, type Fallback } from './convert.ts';

const toTime =
  (fallback: Fallback): Resolve =>
  (args, { timeZone }) =>
    args.length === 1
      ? {
          casts: [args[0].type],
          build: ([value]) => convert(value, time(0), fallback, timeZone),
        }
      : undefined;

const toTime64 =
  (fallback: Fallback): Resolve =>
  (args, { timeZone }) => {
    // What may fail counts milliseconds unless it is told otherwise.
    const digits = args.length === 1 && fallback !== '' ? 3n : args[1]?.value;
    if (args.length < 1 || args.length > 2 || typeof digits !== 'bigint' || digits < 0n || digits > 9n)
      return undefined;
    return {
      casts: args.map(({ type }) => type),
      build: ([value]) => convert(value, time(Number(digits)), fallback, timeZone),
    };
  };

const FALLBACKS = ['', 'OrNull', 'OrZero'] as const;

export const CLOCKS: readonly FunctionRow[] = FALLBACKS.flatMap((fallback): TableRow[] => [
  [
    [`toTime${fallback}`],
    toTime(fallback),
    `toTime${fallback}(value)`,
    `The value as Time.${FALLBACK_DOCS[fallback]}`,
    `SELECT toString(toTime${fallback}('25:08:09'))`,
    '25:08:09',
  ],
  [
    [`toTime64${fallback}`],
    toTime64(fallback),
    `toTime64${fallback}(value${fallback === '' ? ', precision' : ' [, precision]'})`,
    `The value as Time64.${FALLBACK_DOCS[fallback]}`,
    `SELECT toString(toTime64${fallback}('07:08:09.5', 3))`,
    '07:08:09.500',
  ],
]).map(clickhouseScalar);
