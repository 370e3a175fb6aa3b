/** A small catalog and short ways to bind in it, for the tests of this folder. */

import { BasaltError } from '../../engine/base/error.ts';
import { evaluateConstant } from '../../engine/function/evaluate.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { type LogicalType, timestamp, type, type Value } from '../../engine/type/type.ts';
import { zeroOf } from '../../engine/type/zero.ts';
import {
  type BoundStatement,
  bind,
  type Dialect,
  type Parameter,
  parseStatement,
  type TableInfo,
} from '../../sql/index.ts';

const COLUMNS: readonly (readonly [string, LogicalType])[] = [
  ['time', timestamp(3)],
  ['channel', type('string')],
  ['page', type('string', true)],
  ['added', type('int64')],
  ['delta', type('int32', true)],
  ['score', type('float64', true)],
  ['flag', type('bool')],
  ['big', type('uint64')],
];

const table = (id: number, name: string): TableInfo => ({
  id,
  schema: 'main',
  name,
  columns: COLUMNS.map(([column, t], i) => ({ id: i + 1, name: column, type: t, defaultValue: null })),
  timeColumn: 'time',
});

/** `events`: a number and a document. */
const events: TableInfo = {
  id: 3,
  schema: 'main',
  name: 'events',
  columns: [
    { id: 1, name: 'n', type: type('int64'), defaultValue: null },
    { id: 2, name: 'doc', type: type('json'), defaultValue: null },
  ],
  timeColumn: null,
};

/** A dictionary of a key and attributes; the third column is the key of a parent. */
const dictionary = (
  id: number,
  name: string,
  columns: readonly (readonly [string, LogicalType])[],
): TableInfo => ({
  id,
  schema: 'main',
  name,
  columns: columns.map(([column, t], i) => ({ id: i, name: column, type: t, defaultValue: null })),
  timeColumn: null,
  view: {
    text: '',
    dialect: 'clickhouse',
    schema: 'main',
    outputs: columns.map(([column]) => column),
    parameters: [],
    dictionary: {
      attributes: columns.map(([, t]) => ({
        defaultValue: zeroOf(t),
        defaultText: '',
        expressionText: '',
        isHierarchical: false,
        isInjective: false,
      })),
      keys: 1,
      keyKind: 'value',
      parent: 2,
      type: 'Flat',
      keepsLast: true,
      isDirect: false,
      lifetime: { minSeconds: 0, maxSeconds: 0 },
      range: null,
      settings: {},
      clauses: [],
      sourceName: 'Null',
    },
  },
});

const countries = dictionary(4, 'countries', [
  ['code', type('uint64')],
  ['name', type('string')],
  ['parent', type('uint64')],
]);
const samples = dictionary(5, 'samples', [
  ['key', type('uint64')],
  ...(['Int8', 'Int16', 'Int32', 'Int64', 'UInt8', 'UInt16', 'UInt32', 'UInt64'] as const).map(
    (name): [string, LogicalType] => [name, type(name.toLowerCase() as LogicalType['id'])],
  ),
  ['Float32', type('float32')],
  ['Float64', type('float64')],
  ['String', type('string')],
  ['Date', type('date')],
  ['DateTime', timestamp(0)],
  ['UUID', type('uuid')],
  ['IPv4', type('ipv4')],
  ['IPv6', type('ipv6')],
]);

const TABLES = [table(1, 'wiki'), table(2, 'other'), events, countries, samples];

/** 2024-05-06 07:08:09 UTC. */
export const NOW_MS = Date.UTC(2024, 4, 6, 7, 8, 9);

export function bound(
  text: string,
  dialect: Dialect = 'standard',
  parameters: readonly Parameter[] | Record<string, Parameter> = [],
  settings: Readonly<Record<string, unknown>> = {},
): BoundStatement {
  return bind(parseStatement(text, dialect), {
    dialect,
    catalog: {
      table: (schema, name) =>
        TABLES.find((t) => t.name === name && (schema === null || schema === t.schema)),
      tables: () => TABLES,
      detachedTables: () => [],
      detachedSchemas: () => [],
      droppedTables: () => [],
      schemaComment: () => '',
      schemas: () => ['main'],
      functions: () => [],
      lookup: (name) => (name === 'countries' ? [['DE', 'Germany']] : undefined),
    },
    parameters,
    timeZone: 'UTC',
    now: () => NOW_MS,
    schema: 'main',
    settings,
  });
}

export function planOf(text: string, dialect: Dialect = 'standard'): Plan {
  const statement = bound(text, dialect);
  if (statement.kind !== 'query') throw new Error(`not a query: ${statement.kind}`);
  return statement.plan;
}

/** The plan as it was bound, before any rule. */
export function boundPlanOf(text: string, dialect: Dialect = 'standard'): Plan {
  const statement = bound(text, dialect, [], { query_plan_enable_optimizations: false });
  if (statement.kind !== 'query') throw new Error(`not a query: ${statement.kind}`);
  return statement.plan;
}

/** The value of `SELECT <expression>` without a table. */
export function evaluated(
  expression: string,
  dialect: Dialect = 'standard',
  parameters: readonly Parameter[] | Record<string, Parameter> = [],
): Value {
  const statement = bound(`SELECT ${expression}`, dialect, parameters);
  if (statement.kind !== 'query' || statement.plan.kind !== 'project') throw new Error('not a projection');
  return evaluateConstant(statement.plan.exprs[0]);
}

export const fieldsOf = (text: string, dialect: Dialect = 'standard'): string[] =>
  planOf(text, dialect).schema.map((f) => `${f.name}: ${f.type.id}${f.type.nullable ? '?' : ''}`);

export function errorOf(
  text: string,
  dialect: Dialect = 'standard',
): { name: string; line: number | undefined; column: number | undefined; text: string } {
  try {
    bound(text, dialect);
  } catch (error) {
    const e = BasaltError.from(error);
    return { name: e.errorName, line: e.position?.line, column: e.position?.column, text: e.text };
  }
  throw new Error(`no error: ${text}`);
}

/** The one scan of a plan. */
export function scanOf(plan: Plan): Extract<Plan, { kind: 'scan' }> {
  if (plan.kind === 'scan') return plan;
  if ('input' in plan) return scanOf(plan.input);
  throw new Error(`no scan under ${plan.kind}`);
}
