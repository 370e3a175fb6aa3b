/** The report on a terminal: one line a query, and the last line that says it all. */

import { LABELS } from '../engine/index.ts';
import { scoreOf } from '../score.ts';
import { GRAIN_MS, type Line, type Result, summary } from './result.ts';

const NAME_WIDTH = 30;

export function printReport(result: Result): void {
  const { engines, rows, threads, runs } = result;
  console.log(`\n${result.suite}: ${result.what}`);
  console.log(
    `${rows} rows, seed ${result.seed}, ${threads} threads, medians of ${runs} runs, ms; ${engines.map((e) => LABELS[e]).join(', ')}`,
  );
  const head = (label: string): string => engines.map((e) => `${label}${e}`.padStart(12)).join('');
  const hasCold = result.lines.some((line) => Object.keys(line.cold).length > 0);
  console.log(`${'query'.padEnd(NAME_WIDTH)}${head('')}   score${hasCold ? `${head('cold ')}   score` : ''}`);
  console.log(`${'load'.padEnd(NAME_WIDTH)}${cells(result, result.load)}`);
  for (const line of result.lines) {
    const cold = hasCold ? cells(result, line.cold) : '';
    console.log(`${line.name.padEnd(NAME_WIDTH)}${cells(result, line.hot)}${cold}${remarks(line)}`);
  }
  for (const engine of engines) {
    console.log(
      `${LABELS[engine]}: ${(result.bytes[engine] / 1e6).toFixed(0)} MB on disk, peak RSS ${(result.peakRssBytes[engine] / 1e6).toFixed(0)} MB`,
    );
  }
  const s = summary(result);
  if (s.missing.length > 0)
    console.log(`not answered by Basalt yet (${s.missing.length}): ${s.missing.join(', ')}`);
  console.log(
    `ClickBench's score (10 ms): ${s.clickbenchScore.toFixed(2)}, raw geomean: ${s.rawGeomean.toFixed(2)}, second runs alone: ${s.second.toFixed(2)}`,
  );
  console.log(
    `geomean vs best peer: ${s.hot.toFixed(2)} (hot), ${s.cold?.toFixed(2) ?? 'not measured'} (cold), worst query: ${s.worst} ${s.worstScore.toFixed(2)}`,
  );
}

function cells(result: Result, ms: Readonly<Record<string, number>>): string {
  const columns = result.engines.map((e) => (ms[e] === undefined ? '-' : ms[e].toFixed(1)).padStart(12));
  const score = ms['basalt'] === undefined ? '-' : scoreOf(ms, GRAIN_MS).toFixed(2);
  return `${columns.join('')}${score.padStart(8)}`;
}

function remarks(line: Line): string {
  const wrong = line.wrong.length === 0 ? '' : `  WRONG: ${line.wrong.join(', ')}`;
  const errors = Object.values(line.errors).map((error) => `  ${error.split('\n')[0].slice(0, 160)}`);
  return `${wrong}${line.notes.map((note) => `  (${note})`).join('')}${errors.join('')}`;
}
