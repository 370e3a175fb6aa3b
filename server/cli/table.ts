/**
 * Results in a terminal: a table of box-drawing lines, numbers to the right. Widths are those of the shown rows, so a
 * result is held whole; the command caps its rows.
 */

import type { ExecuteResult } from '../../database/index.ts';

/** Types by the names of every dialect. */
const NUMERIC = /^(nullable\()?(u?int|(big|small|tiny)int|float|double|real)/i;
const MAX_CELL = 80;

export function textTable({ columns, rows }: Pick<ExecuteResult, 'columns' | 'rows'>): string {
  const cells = rows.map((row) => row.map(cellText));
  const widths = columns.map((c, i) => Math.max(c.name.length, ...cells.map((row) => row[i].length)));
  const right = columns.map((c) => NUMERIC.test(c.type));
  const line = (left: string, mid: string, end: string): string =>
    left + widths.map((w) => '─'.repeat(w + 2)).join(mid) + end;
  const rowText = (texts: readonly string[], numbers: boolean): string =>
    `│${texts.map((t, i) => ` ${numbers && right[i] ? t.padStart(widths[i]) : t.padEnd(widths[i])} `).join('│')}│`;
  return [
    line('┌', '┬', '┐'),
    rowText(
      columns.map((c) => c.name),
      false,
    ),
    line('├', '┼', '┤'),
    ...cells.map((row) => rowText(row, true)),
    line('└', '┴', '┘'),
  ].join('\n');
}

function cellText(value: unknown): string {
  if (value === null) return 'NULL';
  const text = value instanceof Date ? value.toISOString() : String(value);
  const shown = text.replaceAll('\n', '⏎').replaceAll('\t', ' ');
  return shown.length > MAX_CELL ? `${shown.slice(0, MAX_CELL - 1)}…` : shown;
}
