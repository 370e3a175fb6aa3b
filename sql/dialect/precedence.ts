/**
 * Which operator binds tighter, per dialect. The grammar keeps expressions flat; this table makes the tree.
 *
 * Higher numbers bind tighter. Sources: PostgreSQL's operator precedence (standard), Calcite's parser as Druid
 * ships it (druid), ClickHouse's ParserExpression operator table (clickhouse). All levels are left-associative.
 */

import type { Dialect } from '../../engine/function/row.ts';

export type Operation =
  | 'lambda'
  | 'ternary'
  | 'or'
  | 'and'
  | 'not'
  | 'is'
  | 'comparison'
  | 'between'
  | 'like'
  | 'in'
  | 'concat'
  | 'arrow'
  | 'add'
  | 'multiply'
  | 'power'
  | 'negate'
  | 'zone'
  | 'call';

const STANDARD: Record<Operation, number> = {
  lambda: 1,
  ternary: 2,
  or: 3,
  and: 4,
  not: 5,
  is: 6,
  comparison: 7,
  between: 8,
  like: 8,
  in: 8,
  concat: 9,
  arrow: 9,
  add: 10,
  multiply: 11,
  power: 12,
  negate: 14,
  // AT TIME ZONE
  zone: 13,
  // Operators that are functions by another name: of lists and texts, and the `!` of factorials.
  call: 9,
};

export const PRECEDENCE: Record<Dialect, Record<Operation, number>> = {
  standard: STANDARD,
  // `||` binds as `*` does.
  druid: { ...STANDARD, concat: 11 },
  // BETWEEN binds looser than comparison.
  clickhouse: { ...STANDARD, between: 7, comparison: 8 },
};
