/** Answers of two systems in one form, so that they can be compared as bags of rows. */

/** A cell as text: floats to twelve digits, instants as UTC milliseconds, booleans as 0 and 1. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (value instanceof Date) return `@${value.getTime()}`;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number')
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(12)));
  return `'${String(value)}'`;
}

export const bag = (rows: readonly (readonly unknown[])[]): string[] =>
  rows.map((row) => row.map(cellText).join(' | ')).sort();

export type Difference = {
  readonly seed: number;
  readonly index: number;
  readonly sql: string;
  readonly ours: string;
  readonly theirs: string;
};

export function describeDifference({ seed, index, sql, ours, theirs }: Difference): string {
  const [a, b] = [ours.split('\n'), theirs.split('\n')];
  return `seed ${seed}, query ${index}\n${sql}\n ours:   ${without(a, b)}\n theirs: ${without(b, a)}`;
}

/** The first rows that the other side does not have. */
const without = (rows: readonly string[], others: readonly string[]): string =>
  `${rows.length} rows; ${rows
    .filter((r) => !others.includes(r))
    .slice(0, 3)
    .join(' // ')
    .slice(0, 300)}`;
