/** Answers of two systems in one form, so that they can be compared as bags of rows. */

/** A cell as text: floats to twelve digits, instants as UTC milliseconds, booleans as 0 and 1. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (value instanceof Date) return `@${value.getTime()}`;
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number' || NOT_FINITE.test(String(value))) return numberText(value);
  return `'${String(value)}'`;
}

/** Numbers JSON has no word for come as text from some. */
const NOT_FINITE = /^-?(nan|inf|infinity)$/i;

function numberText(value: unknown): string {
  const number =
    typeof value === 'number'
      ? value
      : Number(
          String(value)
            .toLowerCase()
            .replace(/inf(inity)?/, 'Infinity'),
        );
  // Integers of the systems come exactly: a number beyond 2^53 is a float.
  return Number.isFinite(number) && !Number.isSafeInteger(number)
    ? String(Number(number.toPrecision(12)))
    : String(number);
}

/** Rows as text; sorted when their order is not part of the answer. */
export function answerText(rows: readonly (readonly unknown[])[], ordered: boolean): string {
  const lines = rows.map((row) => row.map(cellText).join(' | '));
  return (ordered ? lines : lines.sort()).join('\n');
}

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
