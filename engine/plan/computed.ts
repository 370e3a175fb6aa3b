/**
 * Columns whose values are made of a row's others: plain data of a table's definition.
 *
 * A computed column is stored like any other, what is computed is there before rows are cut into partitions and sorted. A
 * virtual column is in no segment. Expressions are over the ids of the table's columns, of the type of the column.
 */

import { INT64, type LogicalType } from '../type/type.ts';
import { isDraw } from './draw.ts';
import { call, children, type Expr, overColumns, rewrite } from './expr.ts';

/** An expression as it was written; numbers stand for the names of columns. */
export type Written = readonly (string | number)[];

export type ComputedColumn = {
  /**
   * default: of rows that do not give it; materialized: of every row, nobody can give it; key: the same, of an expression
   * that rows are sorted by, and nobody can name it.
   */
  readonly kind: 'default' | 'materialized' | 'key';
  readonly expr: Expr;
  readonly text: Written;
};

export type VirtualColumn = {
  /** Given once in a table, to its stored columns, too. */
  readonly id: number;
  readonly name: string;
  readonly type: LogicalType;
  /** alias: computed when it is read, over stored columns alone; ephemeral: given with a row for others to be computed of. */
  readonly kind: 'alias' | 'ephemeral';
  /** null: an ephemeral column without a default of its own. */
  readonly expr: Expr | null;
  readonly text: Written;
  readonly comment?: string;
  /** The column that it is listed behind; null: it is the first. */
  readonly after: number | null;
};

/** What must hold of every row that is written, or (assume) is taken to hold. */
export type Constraint = {
  readonly name: string;
  readonly kind: 'check' | 'assume';
  /** True of rows that must not be written. */
  readonly violated: Expr;
  readonly text: Written;
};

/** An expression that rows are sorted by: a stored column that nobody can name. */
export type KeyExpression = {
  readonly id: number;
  readonly type: LogicalType;
  readonly expr: Expr;
  readonly text: Written;
};

/** Ends the text of a key by which rows come the other way round. */
export const DESCENDING = ' DESC';

/** Its name in the table's definition. */
export const keyName = (id: number): string => `.key.${id}`;

/** With the names that columns have now. */
export const writtenText = (text: Written, nameOf: (id: number) => string): string =>
  text.map((piece) => (typeof piece === 'number' ? nameOf(piece) : piece)).join('');

/** All columns that have a name, each virtual one behind the one that it was written behind. */
export function listedIds({
  columns,
  virtual = [],
}: {
  readonly columns: readonly { readonly id: number }[];
  readonly virtual?: readonly VirtualColumn[];
}): readonly number[] {
  const ids = columns.map(({ id }) => id);
  for (const { id, after } of virtual) {
    const at = after === null ? 0 : ids.indexOf(after) + 1;
    ids.splice(after !== null && at === 0 ? ids.length : at, 0, id);
  }
  return ids;
}

const MOMENT = 'moment_ms';

/** Milliseconds since the epoch when a row is written. */
export const MOMENT_MS: Expr = call(MOMENT, [], INT64);

/** The expression for rows that are written at that moment. @param ms as {@link MOMENT_MS} */
export const atMoment = (expr: Expr, ms: Expr): Expr =>
  rewrite(expr, (node) => (node.kind === 'call' && node.fn === MOMENT ? ms : node));

/** The same value for every row, whenever it is written. */
export const isConstant = (expr: Expr): boolean =>
  expr.kind !== 'column' &&
  !(expr.kind === 'call' && (expr.fn === MOMENT || isDraw(expr))) &&
  children(expr).every(isConstant);

/** The same over other ids. */
export const mapText = (text: Written, idOf: (id: number) => number): Written =>
  text.map((piece) => (typeof piece === 'number' ? idOf(piece) : piece));

/** The same over other ids. */
export const mapComputed = (column: ComputedColumn, idOf: (id: number) => number): ComputedColumn => ({
  ...column,
  expr: overColumns(column.expr, idOf),
  text: mapText(column.text, idOf),
});

/** The same over other ids, its own among them. */
export const mapVirtual = (column: VirtualColumn, idOf: (id: number) => number): VirtualColumn => ({
  ...column,
  id: idOf(column.id),
  expr: column.expr === null ? null : overColumns(column.expr, idOf),
  text: mapText(column.text, idOf),
  after: column.after === null ? null : idOf(column.after),
});

/** The same over other ids. */
export const mapConstraint = (constraint: Constraint, idOf: (id: number) => number): Constraint => ({
  ...constraint,
  violated: overColumns(constraint.violated, idOf),
  text: mapText(constraint.text, idOf),
});
