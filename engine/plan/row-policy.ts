/**
 * What merges do with rows of equal sort key in one partition: the policy of a table, as plain data in its definition.
 * Table engines of ClickHouse and the rollup of Druid are policies over the same segments (DESIGN.md D10).
 *
 *   append               every row stays
 *   replacing            the last row of the largest version stays
 *   collapsing           pairs of a row and its cancellation go
 *   versionedCollapsing  the same, in any order of rows, by version
 *   aggregating          rows become one; each column is combined by its rule, or has the first row's value
 *
 * Columns are named by id. "Last" and "first" are by age: the order of insertion.
 */

import { isInteger, isNumeric, type LogicalType, laneOf } from '../type/type.ts';

/** How values of equal keys become one. NULLs add nothing; only NULLs give NULL. `states`: by the aggregate that the type names. */
export type CombineRule = 'sum' | 'min' | 'max' | 'any' | 'anyLast' | 'and' | 'or' | 'xor' | 'states';

export type RowPolicy =
  | { readonly kind: 'append' }
  | {
      readonly kind: 'replacing';
      /** An integer, date or timestamp; null: the last inserted row stays. */
      readonly version: number | null;
      /** 1 in a row that says its key is gone; such a row is hidden by FINAL. */
      readonly isDeleted: number | null;
    }
  /** The sign column holds 1 or -1. */
  | { readonly kind: 'collapsing'; readonly sign: number }
  | { readonly kind: 'versionedCollapsing'; readonly sign: number; readonly version: number }
  | {
      readonly kind: 'aggregating';
      readonly rules: readonly (readonly [columnId: number, rule: CombineRule])[];
      /** A row in which all of these have the default of their type goes; empty: rows stay whatever they hold. */
      readonly dropZeros: readonly number[];
    };

/** Is there a meaning of the rule for values of the type? */
export function canCombine(rule: CombineRule, type: LogicalType): boolean {
  if (rule === 'states') return type.id === 'state';
  if (rule === 'sum') return isNumeric(type);
  return rule === 'and' || rule === 'or' || rule === 'xor' ? isInteger(type) : true;
}

/** Does the column hold texts that are combined by what they mean? Then each row has its own, and there is no dictionary. */
export const combinesTexts = (policy: RowPolicy, columnId: number, type: LogicalType): boolean =>
  ruleOf(policy, columnId) === 'sum' && laneOf(type) === 'str';

/** The rule of a column that is summed where that is possible; null: it is not. A sum of truth values is shown as true or false. */
export const sumRuleOf = (type: LogicalType): CombineRule | null =>
  typeRuleOf(type) ?? (type.id === 'bool' ? 'max' : canCombine('sum', type) ? 'sum' : null);

/** ClickHouse's functions of SimpleAggregateFunction that columns can have. */
export const SIMPLE_RULES: Readonly<Record<string, CombineRule>> = {
  any: 'any',
  anyLast: 'anyLast',
  min: 'min',
  max: 'max',
  sum: 'sum',
  sumWithOverflow: 'sum',
  groupBitAnd: 'and',
  groupBitOr: 'or',
  groupBitXor: 'xor',
};

/** The rule that a type has by itself: states become one, and others may name a function. */
export const typeRuleOf = ({ id, simple }: LogicalType): CombineRule | null =>
  id === 'state' ? 'states' : simple === undefined ? null : (SIMPLE_RULES[simple.fn] ?? null);

export const APPEND: RowPolicy = { kind: 'append' };

/** The column's rule; null: it has the value of the row that stays. */
export const ruleOf = (policy: RowPolicy, columnId: number): CombineRule | null =>
  policy.kind === 'aggregating' ? (policy.rules.find(([id]) => id === columnId)?.[1] ?? null) : null;

/** Columns whose values decide which rows stay, in the order deciders take them. */
export function decidingColumns(policy: RowPolicy): readonly number[] {
  switch (policy.kind) {
    case 'append':
    case 'aggregating':
      return [];
    case 'replacing':
      return [policy.version, policy.isDeleted].filter((id) => id !== null);
    case 'collapsing':
    case 'versionedCollapsing':
      return [policy.sign];
  }
}

/** Columns that the policy cannot do without. */
export const requiredColumns = (policy: RowPolicy): readonly number[] =>
  policy.kind === 'versionedCollapsing' ? [policy.sign, policy.version] : decidingColumns(policy);

/** The policy with a rule for a column that is new, or none. @param dropsZero rows that have only zeros in such columns go. */
export const withRule = (
  policy: RowPolicy,
  columnId: number,
  rule: CombineRule | null,
  dropsZero: boolean,
): RowPolicy =>
  policy.kind !== 'aggregating' || rule === null
    ? policy
    : {
        ...policy,
        rules: [...policy.rules, [columnId, rule]],
        dropZeros: dropsZero ? [...policy.dropZeros, columnId] : policy.dropZeros,
      };

/** The policy without a column's rule. */
export const withoutRule = (policy: RowPolicy, columnId: number): RowPolicy =>
  ruleOf(policy, columnId) === null || policy.kind !== 'aggregating'
    ? policy
    : {
        ...policy,
        rules: policy.rules.filter(([id]) => id !== columnId),
        dropZeros: policy.dropZeros.filter((id) => id !== columnId),
      };

/** The same policy over other ids. */
export function mapPolicy(policy: RowPolicy, to: (columnId: number) => number): RowPolicy {
  switch (policy.kind) {
    case 'append':
      return policy;
    case 'replacing':
      return {
        ...policy,
        version: policy.version === null ? null : to(policy.version),
        isDeleted: policy.isDeleted === null ? null : to(policy.isDeleted),
      };
    case 'collapsing':
      return { ...policy, sign: to(policy.sign) };
    case 'versionedCollapsing':
      return { ...policy, sign: to(policy.sign), version: to(policy.version) };
    case 'aggregating':
      return {
        ...policy,
        rules: policy.rules.map(([id, rule]) => [to(id), rule]),
        dropZeros: policy.dropZeros.map(to),
      };
  }
}

/** Does anything become of rows of equal key? Then their order of insertion counts. */
export const hasPolicy = ({ policy }: { readonly policy: RowPolicy }): boolean => policy.kind !== 'append';
