/** The report as one page without scripts: bars of hot times per query, relative to the slowest engine, and the figures. */

import { LABELS } from '../engine/index.ts';
import { scoreOf } from '../score.ts';
import type { EngineName } from '../suite.ts';
import { GRAIN_MS, type Line, type Result, summary } from './result.ts';

const COLORS: Readonly<Record<EngineName, string>> = {
  basalt: '#2f4858',
  duckdb: '#e3b505',
  chdb: '#d1603d',
};
const BAR_WIDTH = 520;
const BAR_HEIGHT = 12;

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

export function htmlReport(result: Result): string {
  const s = summary(result);
  const legend = result.engines
    .map((e) => `<span style="color:${COLORS[e]}">&#9632;</span> ${escapeHtml(LABELS[e])}`)
    .join(' &nbsp; ');
  return `<!doctype html><meta charset="utf-8"><title>Basalt: ${escapeHtml(result.suite)}</title>
<style>body{font:14px system-ui,sans-serif;margin:2em;max-width:1100px}td{vertical-align:top;padding:2px 10px 6px 0}code{font-size:11px;color:#555}.n{text-align:right}</style>
<h1>${escapeHtml(result.suite)}</h1>
<p>${escapeHtml(result.what)}. ${result.rows} rows, seed ${result.seed}, ${result.threads} threads, medians of ${result.runs} interleaved runs. ${legend}</p>
<p>Geometric mean against the faster peer: <b>${s.hot.toFixed(2)}</b> hot${s.cold === null ? '' : `, <b>${s.cold.toFixed(2)}</b> cold`}; worst query ${escapeHtml(s.worst)}, ${s.worstScore.toFixed(2)}.</p>
<table>${[loadLine(result), ...result.lines].map((line) => row(result, line)).join('\n')}</table>
<table><tr><th></th>${result.engines.map((e) => `<th>${escapeHtml(LABELS[e])}</th>`).join('')}</tr>
${figure(result, 'MB on disk', result.bytes)}${figure(result, 'peak RSS, MB', result.peakRssBytes)}</table>
`;
}

const loadLine = (result: Result): Line => ({
  name: 'load',
  sql: '',
  hot: { ...result.load },
  second: {},
  best: {},
  cold: {},
  errors: {},
  wrong: [],
  notes: [],
});

function row(result: Result, line: Line): string {
  const times = result.engines.filter((e) => line.hot[e] !== undefined);
  const longest = Math.max(...times.map((e) => line.hot[e]));
  const bars = times.map(
    (e, i) =>
      `<rect y="${i * (BAR_HEIGHT + 2)}" width="${((line.hot[e] / longest) * BAR_WIDTH).toFixed(1)}" height="${BAR_HEIGHT}" fill="${COLORS[e]}"/><text x="${((line.hot[e] / longest) * BAR_WIDTH + 6).toFixed(1)}" y="${i * (BAR_HEIGHT + 2) + 10}" font-size="11">${line.hot[e].toFixed(1)} ms${line.cold[e] === undefined ? '' : ` (cold ${line.cold[e].toFixed(0)})`}</text>`,
  );
  const score = line.hot['basalt'] === undefined ? 'not answered' : scoreOf(line.hot, GRAIN_MS).toFixed(2);
  return `<tr><td>${escapeHtml(line.name)}</td><td class="n">${score}</td><td><svg width="${BAR_WIDTH + 160}" height="${times.length * (BAR_HEIGHT + 2)}">${bars.join('')}</svg><br><code>${escapeHtml(line.sql.slice(0, 300))}</code></td></tr>`;
}

const figure = (result: Result, name: string, values: Readonly<Record<string, number>>): string =>
  `<tr><td>${name}</td>${result.engines.map((e) => `<td class="n">${(values[e] / 1e6).toFixed(0)}</td>`).join('')}</tr>`;
