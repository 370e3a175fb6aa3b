/** The report of suites whose lines are not queries: a table of figures on the terminal, as a page, and as JSON. */

import { writeFileSync } from 'node:fs';
import type { Options } from '../options.ts';

export type Figure = string | number;
export type TableReport = {
  readonly suite: string;
  readonly what: string;
  /** Under what conditions: rows, threads, what was left out. */
  readonly conditions: string;
  /** The first columns, which say what was measured, are texts; the others numbers with this many decimals. */
  readonly columns: readonly { readonly name: string; readonly decimals?: number }[];
  readonly lines: readonly (readonly Figure[])[];
};

export function report(table: TableReport, options: Pick<Options, 'json' | 'html'>): void {
  const shown = table.lines.map((line) => line.map((cell, c) => shownAs(cell, table.columns[c].decimals)));
  const rows = [table.columns.map((c) => c.name), ...shown];
  const widths = table.columns.map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  console.log(`\n${table.suite}: ${table.what}\n${table.conditions}`);
  for (const row of rows) {
    const cells = row.map((cell, c) =>
      table.columns[c].decimals === undefined ? cell.padEnd(widths[c]) : cell.padStart(widths[c]),
    );
    console.log(cells.join('  ').trimEnd());
  }
  if (options.json !== null)
    writeFileSync(
      options.json,
      `${JSON.stringify({ ...table, lines: table.lines.map(named(table)) }, null, 1)}\n`,
    );
  if (options.html !== null) writeFileSync(options.html, page(table, rows));
}

const shownAs = (cell: Figure, decimals = 0): string =>
  typeof cell === 'number' ? (Number.isNaN(cell) ? '-' : cell.toFixed(decimals)) : cell;

const named =
  (table: TableReport) =>
  (line: readonly Figure[]): Record<string, Figure | null> =>
    Object.fromEntries(line.map((cell, c) => [table.columns[c].name, Number.isNaN(cell) ? null : cell]));

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

function page(table: TableReport, rows: readonly (readonly string[])[]): string {
  const cells = rows.map(
    (row, r) =>
      `<tr>${row.map((cell, c) => `<${r === 0 ? 'th' : 'td'}${table.columns[c].decimals === undefined ? '' : ' class="n"'}>${escapeHtml(cell)}</${r === 0 ? 'th' : 'td'}>`).join('')}</tr>`,
  );
  return `<!doctype html><meta charset="utf-8"><title>Basalt: ${escapeHtml(table.suite)}</title>
<style>body{font:14px system-ui,sans-serif;margin:2em}td,th{padding:2px 12px 2px 0;text-align:left}.n{text-align:right}</style>
<h1>${escapeHtml(table.suite)}</h1><p>${escapeHtml(table.what)}. ${escapeHtml(table.conditions)}</p>
<table>${cells.join('\n')}</table>
`;
}
