/**
 * ISO 8601 periods (`PT1H`, `P1D`, `P1M2D`): Druid's unit of time. Months and years have no fixed length, so a
 * period is months plus seconds; weeks and days count as seconds in UTC and as local days elsewhere.
 */

export type Period = {
  readonly months: number;
  readonly days: number;
  readonly seconds: number;
  readonly ms: number;
};

const PATTERN =
  /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,3}))?S)?)?$/i;

/** undefined: not a period. */
export function parsePeriod(text: string): Period | undefined {
  const match = PATTERN.exec(text.trim());
  if (match === null || /T$/i.test(text.trim()) || text.trim().length < 3) return undefined;
  const n = (i: number): number => Number(match[i] ?? 0);
  const period = {
    months: n(1) * 12 + n(2),
    days: n(3) * 7 + n(4),
    seconds: n(5) * 3600 + n(6) * 60 + n(7),
    ms: Number((match[8] ?? '').padEnd(3, '0') || 0),
  };
  return Object.values(period).every(Number.isSafeInteger) ? period : undefined;
}

/** The one calendar unit a period is a multiple of, for cutting time; undefined when it mixes units. */
export function unitOfPeriod(period: Period): { readonly unit: string; readonly count: number } | undefined {
  const { months, days, seconds, ms } = period;
  const given = [months, days, seconds + ms].filter((n) => n !== 0).length;
  if (given !== 1 || ms !== 0) return undefined;
  if (months > 0) {
    if (months % 12 === 0) return { unit: 'year', count: months / 12 };
    return months % 3 === 0 ? { unit: 'quarter', count: months / 3 } : { unit: 'month', count: months };
  }
  if (days > 0) return days % 7 === 0 ? { unit: 'week', count: days / 7 } : { unit: 'day', count: days };
  if (seconds % 3600 === 0) return { unit: 'hour', count: seconds / 3600 };
  return seconds % 60 === 0 ? { unit: 'minute', count: seconds / 60 } : { unit: 'second', count: seconds };
}
