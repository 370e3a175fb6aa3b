/**
 * WITH RECURSIVE: a UNION whose later queries read what the query itself gave before.
 *
 * Which of them do is found by binding: naming itself ends the attempt. Types are those of the queries that do not (DuckDB, PostgreSQL), or
 * those that all rows have together (ClickHouse), for which the others are bound again until no type grows any more.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { cast, commonType } from '../../engine/function/cast.ts';
import { column } from '../../engine/plan/expr.ts';
import type { Plan, RecursivePlan, Schema } from '../../engine/plan/node.ts';
import { type LogicalType, nullable, sameType, sameValues } from '../../engine/type/type.ts';
import type { QueryBody, SetOperation } from '../ast/query.ts';
import { project } from './plan.ts';
import type { WithQuery, WithScope } from './scope.ts';
import type { Session } from './session.ts';

type Shared = Extract<WithQuery, { kind: 'query' }>;

/** Types that still grow after so many rounds are cut off: values are cast. */
const MAX_ROUNDS = 8;

/** ClickHouse's default of max_recursive_cte_evaluation_depth; others have none. */
const CLICKHOUSE_DEPTH = 1000;

/** Thrown where a query names itself that must not; caught here. */
class NamesItself extends Error {
  readonly query: WithQuery;

  constructor(query: WithQuery) {
    super();
    this.query = query;
  }
}

/** What the recursive query gave last. */
export function lastRows({ of, plan }: Extract<WithQuery, { kind: 'self' }>): Plan {
  if (plan === null) throw new NamesItself(of);
  return plan;
}

/** null: it does not name itself. */
export const bindRecursive = (name: string, shared: Shared, session: Session): RecursivePlan | null =>
  session.recursive(shared, () => bind(name, shared, session));

function bind(name: string, shared: Shared, session: Session): RecursivePlan | null {
  const { body } = shared.query;
  const inputs = body.kind === 'set' ? body.inputs : [body];
  const first = inputs.findIndex((input) => namesItself(name, shared, input, session));
  if (first === -1) return whole(name, shared, session);
  if (first === 0 || body.kind !== 'set')
    throw session.error(
      'BAD_ARGUMENTS',
      inputs[0],
      `The recursive query ${name} has nothing to begin with`,
      `Write ${name} AS (SELECT ... UNION ALL SELECT ... FROM ${name}), its first rows first`,
    );
  checkTail(name, shared, session);
  const operators = body.operators.slice(first - 1);
  const distinct = operators[0].quantifier !== 'all';
  const odd = operators.some((o) => o.op !== 'union' || (o.quantifier !== 'all') !== distinct);
  if (odd || (session.dialect === 'clickhouse' && operators[0].quantifier === null))
    throw session.error(
      'BAD_ARGUMENTS',
      body,
      `What reads the recursive query ${name} is put to the rest of it by other words than UNION ALL`,
      'Write UNION ALL, or UNION DISTINCT, between all of it',
    );
  const start = bindPart(shared, sliced(body, 0, first), null, name, session);
  const ids = session.recursionIds(shared.query);
  const part = sliced(body, first, inputs.length);
  const step = (types: readonly LogicalType[]): Plan => {
    const plan: Plan = {
      kind: 'scan',
      tableId: ids.workingId,
      tableName: name,
      columnIds: types.map((_, i) => i),
      filter: null,
      schema: types.map((type, i) => ({ name: start.schema[i].name, type })),
    };
    return bindPart(shared, part, plan, name, session);
  };
  const { types, plan } = settled(start, step, name, shared, session);
  const schema = start.schema.map((f, i) => ({ name: f.name, type: types[i] }));
  return {
    kind: 'recursive',
    ...ids,
    name,
    start: asTypes(start, schema, shared, session),
    step: asTypes(plan, schema, shared, session),
    distinct,
    maxDepth: Number(
      session.context.settings['max_recursive_cte_evaluation_depth'] ??
        (session.dialect === 'clickhouse' ? CLICKHOUSE_DEPTH : 0),
    ),
    schema,
  };
}

/** A part is tried without rows to read: whether that fails for lack of them is all that is asked. Its own mistakes are found later. */
function namesItself(name: string, shared: Shared, input: QueryBody, session: Session): boolean {
  try {
    bindPart(shared, input, null, name, session);
    return false;
  } catch (error) {
    if (error instanceof NamesItself && error.query === shared) return true;
    if (error instanceof BasaltError) return false;
    throw error;
  }
}

/** ORDER BY and LIMIT may name it, too. */
function whole(name: string, shared: Shared, session: Session): null {
  try {
    session.bindQuery(shared.query, withSelf(shared, name, null));
    return null;
  } catch (error) {
    if (error instanceof BasaltError) return null;
    if (!(error instanceof NamesItself) || error.query !== shared) throw error;
    throw session.error('BAD_ARGUMENTS', shared.query, `${name} reads itself where it is ordered or cut`);
  }
}

function checkTail(name: string, { query }: Shared, session: Session): void {
  const { orderBy, limit, offset, limitBy } = query;
  if (orderBy.length === 0 && limit === null && offset === null && limitBy === null) return;
  throw session.error(
    'BAD_ARGUMENTS',
    query,
    `ORDER BY and LIMIT cannot stand over the recursive query ${name}`,
    `Put them into the query that reads ${name}, or parentheses around the part they are of`,
  );
}

const sliced = (body: SetOperation, from: number, to: number): QueryBody =>
  to - from === 1
    ? body.inputs[from]
    : { ...body, inputs: body.inputs.slice(from, to), operators: body.operators.slice(from, to - 1) };

/** One part of the query as a query of its own. Columns around it are out of reach: its rows are made once. */
function bindPart(shared: Shared, body: QueryBody, self: Plan | null, name: string, session: Session): Plan {
  const { query, columns } = shared;
  const part = { ...query, body, orderBy: [], limit: null, offset: null, limitBy: null, withTies: false };
  const { plan } = session.bindQuery(part, withSelf(shared, name, self));
  if (columns.length > plan.schema.length)
    throw session.error(
      'BAD_ARGUMENTS',
      columns[plan.schema.length],
      `${columns.length} column names are given for ${plan.schema.length} columns`,
    );
  const names = plan.schema.map((f, i) => columns[i]?.text ?? f.name);
  return project(
    plan,
    plan.schema.map((f, i) => column(i, f.type)),
    names,
  );
}

const withSelf = (of: Shared, name: string, plan: Plan | null): WithScope => ({
  ...of.scope,
  around: null,
  queries: new Map([...of.scope.queries, [name, { kind: 'self', of, plan }]]),
});

/** The step over rows of the types that come out of it. */
function settled(
  start: Plan,
  step: (types: readonly LogicalType[]) => Plan,
  name: string,
  { query }: Shared,
  session: Session,
): { readonly types: readonly LogicalType[]; readonly plan: Plan } {
  // NULL alone is an integer, as in DuckDB.
  let types = start.schema.map(
    ({ type }): LogicalType => (type.id === 'null' ? { id: 'int32', nullable: true } : type),
  );
  for (let round = 1; ; round++) {
    const plan = step(types);
    if (plan.schema.length !== types.length)
      throw session.error(
        'TYPE_MISMATCH',
        query,
        `The parts of ${name} have ${types.length} and ${plan.schema.length} columns`,
      );
    const grown = types.map((type, i) => grownType(type, plan.schema[i].type, session));
    if (round === MAX_ROUNDS || grown.every((type, i) => sameType(type, types[i]))) return { types, plan };
    types = grown;
  }
}

function grownType(type: LogicalType, given: LogicalType, { dialect }: Session): LogicalType {
  if (dialect === 'clickhouse') return commonType(type, given) ?? type;
  return given.nullable ? nullable(type) : type;
}

function asTypes(plan: Plan, schema: Schema, { query }: Shared, session: Session): Plan {
  try {
    const exprs = schema.map(({ type }, i) => {
      const given = plan.schema[i].type;
      const expr = column(i, given);
      return sameValues(given, type) ? expr : cast(expr, type, session.strictCast());
    });
    return project(
      plan,
      exprs,
      schema.map((f) => f.name),
    );
  } catch (error) {
    throw session.at(query, error);
  }
}
