/**
 * ORDER BY, PRIMARY KEY and SAMPLE BY of a table. What is no plain column becomes one that is computed of each row, which segments
 * have and nobody sees; a descending part is one of values in the reverse order. Messages and error numbers are ClickHouse's.
 */

import { apply } from '../../engine/function/call.ts';
import { DESCENDING, type KeyExpression } from '../../engine/plan/computed.ts';
import { columnsOf, type Expr, exprKey, literal } from '../../engine/plan/expr.ts';
import { dialectTypeName } from '../../engine/type/dialect-name.ts';
import { FLOAT64, INT64, type LogicalType, laneOf } from '../../engine/type/type.ts';
import type { Expression } from '../ast/expression.ts';
import type { CreateTable } from '../ast/statement.ts';
import type { Session } from '../bind/session.ts';
import { bindOver, type Readable } from './column.ts';
import { functionOfTheMoment } from './of-the-moment.ts';
import { writtenOver } from './written.ts';

export type SortKey = {
  readonly keys: readonly KeyExpression[];
  /** Ids of columns and keys. */
  readonly order: readonly number[];
  readonly primaryKey: number | null;
  readonly sampleBy: number | null;
};

/** @param nextId the first id that no column has. */
export function bindSortKey(
  body: CreateTable,
  columns: readonly Readable[],
  nextId: number,
  session: Session,
): SortKey {
  const { primaryKey, orderBy, sampleBy } = body;
  if (primaryKey !== null && session.dialect !== 'clickhouse')
    throw session.refuse(primaryKey, 'PRIMARY KEY', 'Leave it out: nothing would enforce it');
  const keys = new Keys(columns, nextId, session);
  const primary = primaryKey === null ? [] : keys.of(primaryKey, 'PRIMARY KEY');
  const order =
    orderBy === null
      ? primary
      : orderBy.flatMap(({ value, descending }) => keys.of(value, 'ORDER BY', descending));
  if (primary.some((id, i) => order[i] !== id))
    throw session.error(
      'BAD_ARGUMENTS',
      primaryKey!,
      'PRIMARY KEY must be a prefix of ORDER BY',
      'Leave PRIMARY KEY out',
    );
  return {
    keys: keys.made,
    order,
    primaryKey: primaryKey === null || primary.length === order.length ? null : primary.length,
    sampleBy:
      sampleBy === null ? null : sampleOf(sampleBy, keys, primaryKey === null ? order : primary, session),
  };
}

/** What ClickHouse's messages call the key of a clause. */
const KEY_NAMES = {
  'ORDER BY': 'Sorting key',
  'PRIMARY KEY': 'Primary key',
  'SAMPLE BY': 'Sampling key',
} as const;
type Clause = keyof typeof KEY_NAMES;

export class Keys {
  readonly made: KeyExpression[] = [];
  readonly #columns: readonly Readable[];
  readonly #nextId: number;
  readonly #session: Session;

  /** @param known keys that the table has. */
  constructor(
    columns: readonly Readable[],
    nextId: number,
    session: Session,
    known: readonly KeyExpression[] = [],
  ) {
    this.made.push(...known);
    this.#columns = columns;
    this.#nextId = nextId;
    this.#session = session;
  }

  /** Ids; the items of a tuple are keys by themselves. */
  of(node: Expression, clause: Clause, descending = false): number[] {
    if (node.kind === 'tuple') return node.items.flatMap((item) => this.of(item, clause, descending));
    if (node.kind === 'call' && node.name === 'tuple')
      return node.args.flatMap((arg) => this.of(arg, clause, descending));
    const bound = this.#bind(node, clause);
    const expr = descending ? this.#reversed(bound, node) : bound;
    if (expr.kind === 'column') return [expr.index];
    const known = this.made.find((key) => exprKey(key.expr) === exprKey(expr));
    if (known !== undefined) return [known.id];
    const id = this.#nextId + this.made.length;
    const text = writtenOver(node, node, this.#columns, this.#session, (c) => c.id);
    this.made.push({ id, type: expr.type, expr, text: descending ? [...text, DESCENDING] : text });
    return [id];
  }

  /** Values whose order is the other way round: segments are sorted upwards, by whatever that may be. */
  #reversed(expr: Expr, where: Expression): Expr {
    const { type } = expr;
    const lane = type.id === 'null' ? 'str' : laneOf(type);
    // Words without a sign, too, become ones that have it.
    const turned = type.id === 'uint64' ? (1n << 63n) - 1n : -1n;
    if (lane === 'i64')
      return apply('bit_xor_i64', [expr, literal(turned, INT64)], { ...INT64, nullable: type.nullable });
    if (lane === 'f64') return apply('neg_f64', [expr], { ...FLOAT64, nullable: type.nullable });
    if (lane === 'bool') return apply('not', [expr], type);
    throw this.#session.refuse(
      where,
      `A descending key of type ${dialectTypeName(type, 'clickhouse')}`,
      'Only numbers of up to 64 bits, dates and times descend; queries may order as they like',
    );
  }

  typeOf(id: number): LogicalType | undefined {
    return this.made.find((key) => key.id === id)?.type ?? this.#columns.find((c) => c.id === id)?.expr.type;
  }

  #bind(node: Expression, clause: Clause): Expr {
    const session = this.#session;
    const moment = node.kind === 'name' ? undefined : functionOfTheMoment(node, session);
    if (moment !== undefined && !this.#columns.some(({ name }) => name === moment))
      throw session.error(
        'BAD_ARGUMENTS',
        node,
        `${KEY_NAMES[clause]} cannot contain non-deterministic functions, but contains ${moment}`,
        'Sort by a column that holds the moment',
      );
    const stored = this.#columns.filter(({ kind }) => kind !== 'ephemeral');
    const expr = bindOver(stored, node, clause, session);
    if (columnsOf(expr).length > 0) return expr;
    throw session.error(
      'ILLEGAL_COLUMN',
      node,
      `${KEY_NAMES[clause]} cannot contain constants`,
      'Name columns; ORDER BY tuple() keeps the order of insertion',
    );
  }
}

function sampleOf(node: Expression, keys: Keys, primary: readonly number[], session: Session): number {
  const [id, second] = keys.of(node, 'SAMPLE BY');
  if (id === undefined || second !== undefined || !primary.includes(id))
    throw session.error(
      'BAD_ARGUMENTS',
      node,
      'Sampling expression must be present in the primary key',
      'Put it into ORDER BY, as it is written here',
    );
  const type = keys.typeOf(id);
  if (type !== undefined && /^uint(8|16|32|64)$/.test(type.id) && !type.nullable) return id;
  throw session.error(
    'ILLEGAL_TYPE_OF_COLUMN_FOR_FILTER',
    node,
    `Invalid sampling column type in storage parameters: ${type === undefined ? '' : dialectTypeName(type, 'clickhouse')}. Must be one unsigned integer type`,
    'Take a hash: SAMPLE BY cityHash64(id)',
  );
}
