/**
 * `front`: what happens to a statement before it runs. Parsing, binding and planning of texts that were not seen before, in a process that
 * is warm; a text that was; and the first query of a server that has just started, over loopback.
 *
 * Planning is without statistics of the table, which is empty.
 */

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadLanguage } from '../../../database/statement/language.ts';
import { StatementCache } from '../../../database/statement-cache.ts';
import { HITS_COLUMNS } from '../../../datasets/hits/columns.ts';
import { physicalPlan } from '../../../engine/exec/physical.ts';
import { joinOrder } from '../../../engine/plan/join-order/index.ts';
import { optimize } from '../../../engine/plan/rules/index.ts';
import { NO_STATISTICS } from '../../../engine/plan/statistics.ts';
import { type LogicalType, timestamp, type } from '../../../engine/type/type.ts';
import { type BindContext, bind, parseStatement, type TableInfo } from '../../../sql/index.ts';
import { Connections, succeeded } from '../http/connection.ts';
import { ServerProcess } from '../http/server.ts';
import { type Figure, report } from '../report/table.ts';
import { OUT, type Runner } from '../runner/runner.ts';
import { median } from '../score.ts';
import { TIMED, type Timed } from './statements.ts';

const WARM = 300;
const REPEATED_MOST = 0.05;
const FIRST_MOST = 50;

const TYPES: Readonly<Record<(typeof HITS_COLUMNS)[number]['type'], LogicalType>> = {
  int16: type('int16'),
  int32: type('int32'),
  int64: type('int64'),
  text: type('string'),
  date: type('date'),
  timestamp: timestamp(0),
};

const HITS: TableInfo = {
  id: 1,
  schema: 'main',
  name: 'hits',
  columns: HITS_COLUMNS.map(({ name, type: of }, i) => ({
    id: i + 1,
    name,
    type: TYPES[of],
    defaultValue: null,
  })),
  timeColumn: null,
};

const contextOf = (
  dialect: Timed['dialect'],
  settings: Readonly<Record<string, unknown>> = {},
): BindContext => ({
  dialect,
  catalog: {
    table: (_schema, name) => (name === HITS.name ? HITS : undefined),
    tables: () => [HITS],
    schemas: () => ['main'],
    detachedTables: () => [],
    detachedSchemas: () => [],
    droppedTables: () => [],
    schemaComment: () => '',
    functions: () => [],
    lookup: () => undefined,
  },
  parameters: [],
  timeZone: 'UTC',
  now: () => 0,
  schema: 'main',
  settings,
});

const STAGES = ['parse', 'bind', 'plan'] as const;

/** Milliseconds of each stage, a row a text. */
function measure({ dialect, text }: Timed, count: number): Record<(typeof STAGES)[number], number>[] {
  // Planning is a stage of its own here.
  const context = contextOf(dialect, { query_plan_enable_optimizations: 0 });
  return Array.from({ length: WARM + count }, (_, n) => {
    const sql = text(n);
    const begun = performance.now();
    const parsed = parseStatement(sql, dialect);
    const isParsed = performance.now();
    const bound = bind(parsed, context);
    const isBound = performance.now();
    if (bound.kind !== 'query') throw new Error(`${sql} is no query`);
    physicalPlan(joinOrder(optimize(bound.plan), NO_STATISTICS), NO_STATISTICS);
    return { parse: isParsed - begun, bind: isBound - isParsed, plan: performance.now() - isBound };
  }).slice(WARM);
}

/** Milliseconds that a statement takes whose text was bound before. */
function repeated({ dialect, text }: Timed, count: number): number {
  const cache = new StatementCache();
  const context = contextOf(dialect);
  const times = Array.from({ length: WARM + count }, () => {
    const begun = performance.now();
    cache.bind(text(0), context, 1);
    return performance.now() - begun;
  });
  return median(times.slice(WARM));
}

/** Milliseconds of the first query of a server, from the request to the last byte. */
async function firstQuery(folder: string): Promise<number> {
  const server = await ServerProcess.start(folder);
  const connections = new Connections(1);
  try {
    const begun = performance.now();
    await succeeded(
      connections.send('POST', server.clickhouse, 'SELECT count(), max(number) FROM numbers(10)'),
    );
    return performance.now() - begun;
  } finally {
    connections.close();
    await server.stop();
  }
}

export const front: Runner = {
  name: 'front',
  what: 'parsing, binding and planning of statements, and the first query after start',
  needs: ['package'],
  defaults: { rows: 1000, runs: 7 },
  async run(options) {
    await loadLanguage();
    const lines: Figure[][] = TIMED.map((timed) => {
      const rows = measure(timed, options.rows);
      const all = rows.map(({ parse, bind: bound, plan }) => parse + bound + plan);
      return [
        `${timed.name}, ${timed.dialect}`,
        ...STAGES.map((stage) => median(rows.map((row) => row[stage]))),
        median(all),
        timed.most,
      ];
    });
    const none = STAGES.map(() => Number.NaN);
    for (const timed of TIMED)
      lines.push([
        `${timed.name}, ${timed.dialect}, once more`,
        ...none,
        repeated(timed, options.rows),
        REPEATED_MOST,
      ]);
    const folder = join(OUT, 'work-front');
    mkdirSync(folder, { recursive: true });
    const firsts: number[] = [];
    for (let run = 0; run < options.runs; run++) firsts.push(await firstQuery(folder));
    rmSync(folder, { recursive: true });
    lines.push(['first query of a server', ...none, median(firsts), FIRST_MOST]);
    report(
      {
        suite: 'front',
        what: front.what,
        conditions: `medians of ${options.rows} texts and of ${options.runs} starts, in milliseconds; one table of ${HITS.columns.length} columns`,
        columns: [
          { name: 'statement' },
          ...STAGES.map((name) => ({ name, decimals: 3 })),
          { name: 'in all', decimals: 3 },
          { name: 'limit', decimals: 2 },
        ],
        lines,
      },
      options,
    );
    return true;
  },
};
