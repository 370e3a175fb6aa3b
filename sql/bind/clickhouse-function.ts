/**
 * ClickHouse's table functions that stand for tables which are there, or make rows of what is written. A function is a row of `FUNCTIONS`.
 *
 * There is one node, so `cluster` and `remote` are answered where they name it, and refused where they name another one.
 */

import type { Field, Plan } from '../../engine/plan/node.ts';
import type { Value } from '../../engine/type/type.ts';
import type { Expression, Identifier } from '../ast/expression.ts';
import type { TableExpression } from '../ast/query.ts';
import { parse } from '../parse/parser.ts';
import { checkCluster } from './cluster.ts';
import { schemaOf, shownSchema } from './context.ts';
import { columnsOf, requestedTable } from './file.ts';
import { crossJoin } from './join.ts';
import { mergedTables, ORIGINS, type TableBinder, tablesAlike } from './merged-tables.ts';
import { columnsOfPlan, project } from './plan.ts';
import { randomRowsText } from './random-rows.ts';
import { NO_WITH, type Relation } from './scope.ts';
import { sequencePlan } from './sequence.ts';
import type { Session } from './session.ts';

export type FunctionItem = Extract<TableExpression, { kind: 'function' }>;

type Written = {
  readonly item: FunctionItem;
  readonly session: Session;
  readonly evaluate: (node: Expression) => Value;
};
type Call = Written & { readonly bindTable: TableBinder };

/** Rows; so many columns at the end are no part of `*`. */
export type MadeRows = { readonly plan: Plan; readonly unlisted: number };

type Row = {
  readonly arguments: readonly [least: number, most: number];
  /** For the message that asks for others. */
  readonly takes: string;
  readonly rows: (call: Call) => MadeRows;
};

const all = (plan: Plan): MadeRows => ({ plan, unlisted: 0 });

const FUNCTIONS: Readonly<Record<string, Row>> = {
  null: {
    arguments: [1, 1],
    takes: "the structure of rows that it forgets: null('a UInt8')",
    rows: (call) => all({ kind: 'values', rows: [], schema: structure(call.item.args[0], call) }),
  },
  format: {
    arguments: [2, 3],
    takes: "a format, perhaps a structure, and rows: format(CSV, 'a UInt8, b String', '1,x')",
    rows: formatted,
  },
  generateRandom: {
    arguments: [1, 4],
    takes:
      "a structure, a seed, and the greatest length of texts and of arrays: generateRandom('a UInt8, b String', 1, 10, 2)",
    rows: randomRows,
  },
  merge: {
    arguments: [1, 2],
    takes: "a database and a pattern that names of its tables match: merge('default', '^log')",
    rows: merged,
  },
  loop: {
    arguments: [1, 2],
    takes: 'a table, whose rows come again and again: loop(t)',
    rows: looped,
  },
  cluster: { arguments: [1, 4], takes: "a cluster and a table: cluster('default', db.t)", rows: clustered },
  clusterAllReplicas: {
    arguments: [1, 4],
    takes: "a cluster and a table: clusterAllReplicas('default', db.t)",
    rows: clustered,
  },
  remote: { arguments: [1, 6], takes: "an address and a table: remote('localhost', db.t)", rows: remote },
  remoteSecure: {
    arguments: [1, 6],
    takes: "an address and a table: remoteSecure('localhost', db.t)",
    rows: remote,
  },
};

export const CLICKHOUSE_FUNCTIONS: readonly string[] = Object.keys(FUNCTIONS);

const BY_NAME = new Map(Object.entries(FUNCTIONS).map(([name, row]) => [name.toLowerCase(), row]));

/** undefined: the function is another one. */
export function clickhouseRows(call: Call): MadeRows | undefined {
  const { item, session } = call;
  const row = session.dialect === 'clickhouse' ? BY_NAME.get(item.name.toLowerCase()) : undefined;
  if (row === undefined) return undefined;
  const [least, most] = row.arguments;
  if (item.args.length >= least && item.args.length <= most) return row.rows(call);
  throw session.error('NUMBER_OF_ARGUMENTS_DOESNT_MATCH', item, `${item.name} takes ${row.takes}`);
}

/** What INSERT INTO FUNCTION writes to: a table of this node, or rows that are forgotten; undefined: nothing that it can. */
export function writtenFunction(
  call: Written,
): { readonly table: TableExpression } | { readonly forgotten: readonly Field[] } | undefined {
  const name = call.item.name.toLowerCase();
  if (name === 'null' && call.item.args.length === 1)
    return { forgotten: structure(call.item.args[0], call) };
  if (name.startsWith('cluster')) checkClusterOf(call);
  else if (name.startsWith('remote')) checkAddress(call);
  else return undefined;
  return { table: tableOf(call.item.args.slice(1), call) };
}

/** A name, or a text that is one. */
function wordOf(node: Expression, { item, session, evaluate }: Written): string {
  if (node.kind === 'name' && node.parts.length === 1) return node.parts[0].text;
  const value = evaluate(node);
  if (typeof value === 'string') return value;
  throw session.error('BAD_ARGUMENTS', node, `${item.name} takes names and texts here`);
}

const structure = (node: Expression, call: Written): readonly Field[] =>
  columnsOf(wordOf(node, call), node, call.session) ?? [];

function formatted(call: Call): MadeRows {
  const { item, session } = call;
  const text = item.args[item.args.length - 1];
  const columns = item.args.length === 3 ? structure(item.args[1], call) : null;
  const table = requestedTable(
    { format: wordOf(item.args[0], call), text: wordOf(text, call), columns },
    item,
    'format',
    session,
  );
  const schema = table.columns.map(({ name, type }) => ({ name, type }));
  const columnIds = table.columns.map(({ id }) => id);
  return all({
    kind: 'scan',
    tableId: table.id,
    tableName: table.name,
    columnIds,
    filter: null,
    schema,
  });
}

function randomRows(call: Call): MadeRows {
  const { item, session, evaluate } = call;
  const numberAt = (at: number, fallback: bigint | null): bigint | null => {
    const node = item.args[at];
    const value = node === undefined ? fallback : evaluate(node);
    if (value === null && at === 1) return null;
    if (typeof value === 'bigint' && value >= 0n) return value;
    throw session.error('BAD_ARGUMENTS', node ?? item, `${item.name} takes a whole number from 0 here`);
  };
  const columns = structure(item.args[0], call);
  const options = {
    seed: numberAt(1, null),
    mostCharacters: numberAt(2, 10n) ?? 0n,
    mostElements: numberAt(3, 10n) ?? 0n,
  };
  const text = randomRowsText(columns, options, item, session);
  const { body } = parse(text, 'clickhouse');
  if (body.kind !== 'query') throw session.error('LOGICAL_ERROR', item, 'Random rows are a query');
  const inner = session.inside(text, session.views, { parameters: [], temporary: [] });
  return all(inner.bindQuery(body.query, NO_WITH).plan);
}

function merged(call: Call): MadeRows {
  const { item, session, bindTable } = call;
  const words = item.args.map((node) => wordOf(node, call));
  const pattern = words[words.length - 1];
  const schema = words.length === 1 ? session.context.schema : schemaOf(session.dialect, words[0]);
  const tables = tablesAlike(schema, pattern, session);
  if (tables.length === 0)
    throw session.error(
      'CANNOT_EXTRACT_TABLE_STRUCTURE',
      item,
      `No table of ${shownSchema(session.dialect, schema)} has a name that '${pattern}' is found in`,
    );
  const plan = mergedTables(tables, null, { final: false }, bindTable, item, session);
  return { plan, unlisted: ORIGINS.length };
}

/** A pair for every number, of which there is no end. */
function looped(call: Call): MadeRows {
  const { item, session, bindTable } = call;
  const table = bindTable(tableOf(item.args, call));
  const listed = table.columns.filter((c) => !c.hidden && c.unlisted !== true);
  const rows = project(
    table.plan,
    listed.map((c) => c.expr),
    listed.map((c) => c.name),
  );
  const turns: Relation = { plan: sequencePlan('numbers', [], 'numbers', item, session), columns: [] };
  const pairs = crossJoin(turns, { plan: rows, columns: [] }).plan;
  const exprs = columnsOfPlan(pairs).slice(1);
  return all(
    project(
      pairs,
      exprs,
      listed.map((c) => c.name),
    ),
  );
}

function clustered(call: Call): MadeRows {
  checkClusterOf(call);
  return hereOf(call);
}

function remote(call: Call): MadeRows {
  checkAddress(call);
  return hereOf(call);
}

/** What the arguments behind the first name; without any it is `system.one`. */
function hereOf(call: Call): MadeRows {
  const { plan, columns } = call.bindTable(tableOf(call.item.args.slice(1), call));
  const listed = columns.filter((c) => !c.hidden);
  const ordered = [
    ...listed.filter((c) => c.unlisted !== true),
    ...listed.filter((c) => c.unlisted === true),
  ];
  const rows = project(
    plan,
    ordered.map((c) => c.expr),
    ordered.map((c) => c.name),
  );
  return { plan: rows, unlisted: ordered.filter((c) => c.unlisted === true).length };
}

/** `db.t`, or `db, t`, with what ClickHouse says behind it of users and keys; or another table function. */
function tableOf(args: readonly Expression[], call: Written): TableExpression {
  const { item } = call;
  const [first, second] = args;
  const { at, end } = item;
  const named = (name: readonly Identifier[]): TableExpression => ({
    kind: 'table',
    name,
    alias: null,
    final: false,
    at,
    end,
  });
  const part = (text: string): Identifier => ({ text, quoted: true, at, end });
  if (first === undefined) return named([part('system'), part('one')]);
  if (first.kind === 'call' && second === undefined && first.name !== 'currentDatabase')
    return {
      kind: 'function',
      name: first.name,
      path: [part(first.name)],
      args: first.args,
      alias: null,
      at,
      end,
    };
  if (first.kind === 'name' && first.parts.length === 2) return named(first.parts);
  const word = wordOf(first, call);
  if (second !== undefined) return named([part(word), part(wordOf(second, call))]);
  return named(word.split('.').map(part));
}

function checkClusterOf(call: Written): void {
  const { item, session } = call;
  checkCluster(wordOf(item.args[0], call), item.args[0], session);
}

const HERE = /^(localhost|127\.0\.0\.1|\[::1\]|::1)(:(9000|9440))?$/i;

/** Another port may be another server. */
function checkAddress(call: Written): void {
  const { item, session } = call;
  const address = wordOf(item.args[0], call);
  if (HERE.test(address)) return;
  throw session.refuse(
    item.args[0],
    `Reading from '${address}'`,
    "Only this node answers: 'localhost' or '127.0.0.1', without a port or with ClickHouse's own",
  );
}
