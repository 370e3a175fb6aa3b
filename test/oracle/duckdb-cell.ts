/** A TIME has microseconds as a TIMESTAMP has, but no day. */
export const isTimeOfDay = (value: object): boolean => 'micros' in value && /^\d\d:/.test(String(value));

/** A value as DuckDB's client gives it, as compare.ts takes it: moments and days as dates, decimals as numbers, what is nested as text. */
export function duckdbCell(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('months' in value || isTimeOfDay(value)) return String(value);
  if ('micros' in value) return new Date(Number((value as { micros: bigint }).micros) / 1000);
  if ('days' in value) return new Date((value as { days: number }).days * 86_400_000);
  return 'scale' in value ? Number(String(value)) : String(value);
}
