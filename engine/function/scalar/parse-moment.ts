/** Texts to ticks by patterns and by guess. `checked` raises an error where a text is no moment, `null` gives NULL. */

import { BasaltError } from '../../base/error.ts';
import { parseBestEffort } from '../best-effort.ts';
import { implement } from '../implementation.ts';
import { parseJodaParts } from '../joda-parse.ts';
import type { Moment } from '../moment-parts.ts';
import { parseMysql } from '../mysql-parse.ts';
import type { Implementation } from '../row.ts';
import { joinTicks, type Ticks } from '../ticks.ts';
import { type TimeZone, timeZone } from '../time-zone.ts';

type Parse = (text: string, how: string, zone: TimeZone) => Moment | undefined;

const LAST_SECOND = 2 ** 32 - 1;

const ticksOf = ({ seconds, micros }: Moment, precision: number): Ticks =>
  joinTicks(seconds, Math.floor((micros * 10 ** precision) / 1e6), precision);

/** What whole seconds of 32 bits hold; beyond nothing fits, or the nearest of them does. */
function bounded(moment: Moment | undefined, precision: number, clamps: boolean): Moment | undefined {
  if (moment === undefined || precision > 0) return moment;
  const seconds = Math.min(Math.max(moment.seconds, 0), LAST_SECOND);
  return seconds === moment.seconds || clamps ? { ...moment, seconds } : undefined;
}

const unreadable = (text: string): BasaltError =>
  new BasaltError('CANNOT_PARSE_INPUT', `Cannot read '${text.slice(0, 100)}' as a moment of this form`);

/** text, pattern or words about it, zone, precision. */
function family(name: string, parse: Parse, clamps: boolean): Implementation[] {
  const ticks = (text: string, how: string, zone: string, precision: number): Ticks | null => {
    const moment = bounded(parse(text, how, timeZone(zone)), precision, clamps);
    return moment === undefined ? null : ticksOf(moment, precision);
  };
  const checked = (text: string, how: string, zone: string, precision: number): Ticks => {
    const found = ticks(text, how, zone, precision);
    if (found === null) throw unreadable(text);
    return found;
  };
  const args = ['str', 'str', 'str', 'i64'] as const;
  return [implement(`${name}_null`, args, 'i64', ticks), implement(`${name}_checked`, args, 'i64', checked)];
}

export const PARSED_MOMENTS: readonly Implementation[] = [
  ...family('parse_mysql', parseMysql, false),
  ...family('parse_joda_parts', parseJodaParts, false),
  // The second argument is `us` where of two numbers the month comes first.
  ...family('parse_best_effort', (text, how, zone) => parseBestEffort(text, zone, how === 'us'), true),
];
