/**
 * Columns that stand for what has no column yet: while a block's expressions are bound, its aggregates, its subqueries and what
 * GROUPING and window functions ask, and elements of arrays of groups; and parameters of lambdas. No plan has so many columns that they could be mistaken.
 */

import { columnsOf, type Expr } from '../../engine/plan/expr.ts';

const AGGREGATES = 1 << 24;
const SUBQUERIES = 2 << 24;
const GROUPINGS = 3 << 24;
const WINDOWS = 4 << 24;
const PARAMETERS = 5 << 24;
const ELEMENTS = 6 << 24;

export const aggregatePlaceholder = (number: number): number => AGGREGATES + number;
export const groupingPlaceholder = (number: number): number => GROUPINGS + number;
export const subqueryPlaceholder = (number: number): number => SUBQUERIES + number;

/** The number of the aggregate that a column stands for; undefined for other columns. */
export const aggregateNumber = (index: number): number | undefined =>
  index >= AGGREGATES && index < SUBQUERIES ? index - AGGREGATES : undefined;

export const subqueryNumber = (index: number): number | undefined =>
  index >= SUBQUERIES && index < GROUPINGS ? index - SUBQUERIES : undefined;

/** The number of the call of GROUPING that a column stands for. */
export const groupingNumber = (index: number): number | undefined =>
  index >= GROUPINGS && index < WINDOWS ? index - GROUPINGS : undefined;

export const windowPlaceholder = (number: number): number => WINDOWS + number;

export const windowNumber = (index: number): number | undefined =>
  index >= WINDOWS && index < PARAMETERS ? index - WINDOWS : undefined;

/** Of a lambda, until it is closed over what it reads; numbers are unique among lambdas in each other. */
export const parameterPlaceholder = (number: number): number => PARAMETERS + number;

/** Of an array that is walked when there are groups. */
export const elementPlaceholder = (number: number): number => ELEMENTS + number;

export const elementNumber = (index: number): number | undefined =>
  index >= ELEMENTS ? index - ELEMENTS : undefined;

export const hasWindow = (expr: Expr): boolean =>
  columnsOf(expr).some((index) => windowNumber(index) !== undefined);

export const hasAggregate = (expr: Expr): boolean =>
  columnsOf(expr).some(
    (index) => aggregateNumber(index) !== undefined || groupingNumber(index) !== undefined,
  );

export const subqueriesIn = (...exprs: readonly Expr[]): readonly number[] =>
  columnsOf(...exprs).flatMap((index) => subqueryNumber(index) ?? []);
