/**
 * EXPLAIN's three forms: the plan; the operators as they ran, with what each took (ANALYZE); and Druid's row of JSON.
 *
 * The layout of ANALYZE is fixed: two lines of totals, an empty one, then one line an operator, its inputs indented below
 * it, and below a scan one line for each step of pruning that removed anything.
 */

import type { OperatorProfile, QueryProfile } from '../../engine/exec/profile/query-profile.ts';
import { inputsOf, type Plan } from '../../engine/plan/node.ts';
import { druidTypeName } from '../../engine/type/dialect-name.ts';
import type { Value } from '../../engine/type/type.ts';
import type { BoundStatement } from '../../sql/index.ts';
import { ETERNITY } from '../system/segment-table.ts';

export const profileText = (profile: QueryProfile): string[] => {
  const { root, rowsRead, bytesRead, peakMemoryBytes, spilledBytes } = profile;
  return [
    `${count(root?.rowsOut ?? 0, 'row')} in ${msText(profile.elapsedMs)} on ${count(profile.threads, 'thread')}, ${count(profile.stages, 'stage')}`,
    `read ${count(rowsRead, 'row')} of ${bytesText(bytesRead)}; peak memory ${bytesText(peakMemoryBytes)}; spilled ${bytesText(spilledBytes)}`,
    '',
    ...(root === null ? [] : root.inputs.flatMap((input) => operatorText(input, 0))),
  ];
};

function operatorText(operator: OperatorProfile, depth: number): string[] {
  const indent = '  '.repeat(depth);
  const { name, detail, rowsIn, rowsOut, batches, busyMs, bytes } = operator;
  const size = bytes === 0 ? '' : `, ${bytesText(bytes)}`;
  const took = `[${rowsIn} -> ${count(rowsOut, 'row')}, ${count(batches, 'batch', 'batches')}${size}, ${msText(busyMs)}]`;
  const pruned = operator.pruning
    .filter(({ removed }) => removed > 0)
    .map(({ step, unit, of, removed, rows }) => {
      const what = unit === 'rows' ? '' : ` (${count(rows, 'row')})`;
      return `${indent}    pruned by ${step}: ${removed} of ${of} ${unit}${what}`;
    });
  return [
    `${indent}${name}${detail === '' ? '' : ` ${detail}`} ${took}`,
    ...pruned,
    ...operator.inputs.flatMap((input) => operatorText(input, depth + 1)),
  ];
}

const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

const msText = (ms: number): string => `${ms.toFixed(2)} ms`;

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  for (; value >= 1024 && unit < UNITS.length - 1; unit++) value /= 1024;
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

export const DRUID_PLAN_COLUMNS = ['PLAN', 'RESOURCES', 'ATTRIBUTES'] as const;

/**
 * The one row of Druid's EXPLAIN PLAN FOR: the plan with its columns, what is read and written, and how.
 *
 * @param lines the plan's text
 */
export function druidPlanRow(statement: BoundStatement, plan: Plan, lines: readonly string[]): Value[] {
  const columns = plan.schema.map(({ name }) => name);
  const queries = [
    {
      query: { queryType: 'basalt', plan: lines },
      signature: plan.schema.map(({ name, type }) => ({ name, type: druidTypeName(type) })),
      columnMappings: columns.map((name) => ({ queryColumn: name, outputColumn: name })),
    },
  ];
  const target = statement.kind === 'ingest' ? [statement.table] : [];
  const resources = [...new Set([...tablesOf(plan), ...target])].map((name) => ({
    name,
    type: 'DATASOURCE',
  }));
  return [JSON.stringify(queries), JSON.stringify(resources), JSON.stringify(attributesOf(statement))];
}

const tablesOf = (plan: Plan): readonly string[] =>
  plan.kind === 'scan' ? [plan.tableName] : inputsOf(plan).flatMap(tablesOf);

function attributesOf(statement: BoundStatement): Readonly<Record<string, unknown>> {
  if (statement.kind !== 'ingest') return { statementType: 'SELECT' };
  const { table, partitionedBy, clusteredBy, columns, replaces } = statement;
  const { text } = partitionedBy;
  return {
    statementType: replaces === null ? 'INSERT' : 'REPLACE',
    targetDataSource: table,
    partitionedBy: text.toUpperCase() === 'ALL' ? { type: 'all' } : text.toUpperCase(),
    ...(clusteredBy.length === 0 ? {} : { clusteredBy: clusteredBy.map((at) => columns[at].name) }),
    ...(replaces === null
      ? {}
      : { replaceTimeChunks: replaces === 'all' ? 'all' : replaces.map(intervalText).join(',') }),
  };
}

const intervalText = ([from, to]: readonly [number, number]): string =>
  `${momentText(from)}/${momentText(to)}`;
const momentText = (ms: number): string =>
  Number.isFinite(ms) ? new Date(ms).toISOString() : ms < 0 ? ETERNITY.start : ETERNITY.end;
