/** Times of day, and times that run on, to and from text. Ticks count 10^-precision seconds. */

export const MICROS_PER_SECOND = 1_000_000n;

/** `04:05:06.500`, a day and more in hours. @param short without zeros at the end */
export function clockText(ticks: bigint, precision: number, short: boolean): string {
  const size = ticks < 0n ? -ticks : ticks;
  const scale = 10n ** BigInt(precision);
  const seconds = size / scale;
  const all = precision === 0 ? '' : `.${String(size % scale).padStart(precision, '0')}`;
  const fraction = short ? all.replace(/\.?0*$/, '') : all;
  const clock = [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n];
  return `${ticks < 0n ? '-' : ''}${clock.map((n) => String(n).padStart(2, '0')).join(':')}${fraction}`;
}

/** Digits behind the point as units of 10^-precision, cut off. */
export const fractionOf = (digits: string | undefined, precision: number): bigint =>
  BigInt((digits ?? '').slice(0, precision).padEnd(precision, '0') || '0');
export const millionths = (digits: string | undefined): bigint => fractionOf(digits, 6);

export const MICROS_OF_DAY = 86_400n * MICROS_PER_SECOND;
const OF_DAY =
  /^\s*(?:[+-]?\d{4,6}-\d{1,2}-\d{1,2}[T ]\s*)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?)?\s*$/;

/** Microseconds of SQL's TIME, up to 24:00:00; a date before it is passed over. undefined: it is none. */
export function parseTimeOfDay(text: string): bigint | undefined {
  const match = OF_DAY.exec(text);
  if (match === null) return undefined;
  const [hours, minutes, seconds] = [1, 2, 3].map((i) => BigInt(match[i] ?? 0));
  if (minutes > 59n || seconds > 59n) return undefined;
  const micros = ((hours * 60n + minutes) * 60n + seconds) * MICROS_PER_SECOND + millionths(match[4]);
  return micros > MICROS_OF_DAY ? undefined : micros;
}

const CLOCK = /^(-?)(?:(\d{1,3}):(?=\d\d:))?(?:(\d{1,2}):(?=\d\d))?(\d{1,2})(?:\.(\d*))?$/;

/** Seconds of ClickHouse's times: up to 999:59:59, forth and back. */
export const MAX_CLOCK_SECONDS = 999n * 3600n + 59n * 60n + 59n;

/** Ticks of `[[[-]hours:]minutes:]seconds[.fraction]`; undefined: it is no such text. */
export function parseClock(text: string, precision: number): bigint | undefined {
  const match = CLOCK.exec(text);
  if (match === null || (precision === 0 && match[5] !== undefined)) return undefined;
  const [hours, minutes, seconds] = [2, 3, 4].map((i) => BigInt(match[i] ?? 0));
  const ticks =
    ((hours * 60n + minutes) * 60n + seconds) * 10n ** BigInt(precision) + fractionOf(match[5], precision);
  const within = withinClock(ticks, precision);
  return match[1] === '-' ? -within : within;
}

/** The last whole second in the place of what is beyond it. */
export function withinClock(ticks: bigint, precision: number): bigint {
  const scale = 10n ** BigInt(precision);
  const end = (MAX_CLOCK_SECONDS + 1n) * scale;
  if (ticks > -end && ticks < end) return ticks;
  return ticks > 0n ? end - scale : scale - end;
}
