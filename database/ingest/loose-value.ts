/**
 * Single values of a spec, which may be anything: numbers that may be written as text, and values as they stand in
 * messages. Objects are never converted, since that would call what they have for `toString`.
 */

/** A number, or a text of one; else NaN. */
export function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}

/** Milliseconds of an ISO 8601 text; NaN for anything else. A number alone is a year. */
export const parseInstant = (value: unknown): number =>
  typeof value === 'string' || typeof value === 'number' ? Date.parse(String(value)) : Number.NaN;

/** For messages. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'number' || typeof value === 'boolean') return `'${value}'`;
  return Array.isArray(value) ? 'a list' : 'an object';
}
