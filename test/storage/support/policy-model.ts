/**
 * What a policy makes of rows, said as simply as can be: rows of equal key in a map, then a rule for each map entry. The
 * rules are those of ClickHouse's merges; test/oracle compares them with the real one.
 */

import type { CombineRule, RowPolicy } from '../../../engine/plan/row-policy.ts';
import type { Value } from '../../../engine/type/type.ts';

export type Row = readonly Value[];
type Number64 = bigint | number;

const isPositive = (sign: Value): boolean => Number(sign) > 0;

const RULES: Record<CombineRule, (a: Value, b: Value) => Value> = {
  sum: (a, b) =>
    typeof a === 'bigint' ? BigInt.asIntN(64, a + (b as bigint)) : (a as number) + (b as number),
  min: (a, b) => (less(b, a) ? b : a),
  max: (a, b) => (less(a, b) ? b : a),
  any: (a) => a,
  anyLast: (_, b) => b,
  and: (a, b) => (a as bigint) & (b as bigint),
  or: (a, b) => (a as bigint) | (b as bigint),
  xor: (a, b) => (a as bigint) ^ (b as bigint),
  // Those of counts: one word.
  states: (a, b) => packCount(countOf(a) + countOf(b)),
};

/** A state of `count` has 8 bytes, as ten characters. */
export function packCount(count: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(count);
  const bits = [...bytes]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
    .padEnd(70, '0');
  return String.fromCharCode(
    ...Array.from({ length: 10 }, (_, i) => Number.parseInt(bits.slice(7 * i, 7 * i + 7), 2)),
  );
}

function countOf(state: Value): bigint {
  const bits = [...(state as string)].map((c) => c.charCodeAt(0).toString(2).padStart(7, '0')).join('');
  const bytes = Buffer.from(
    Array.from({ length: 8 }, (_, i) => Number.parseInt(bits.slice(8 * i, 8 * i + 8), 2)),
  );
  return bytes.readBigInt64LE();
}

function less(a: Value, b: Value): boolean {
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b as string)) < 0;
  return (a as Number64) < (b as Number64);
}

/** Rows of one key, oldest first, to what is left of them. Columns are found by id - 1. */
export function applyPolicy(policy: RowPolicy, rows: readonly Row[], mode: 'merge' | 'final'): Row[] {
  switch (policy.kind) {
    case 'append':
      return [...rows];
    case 'replacing': {
      const { version, isDeleted } = policy;
      const best = rows.reduce((a, b) => {
        const [x, y] = version === null ? [0n, 0n] : [a[version - 1] as bigint, b[version - 1] as bigint];
        return y >= x ? b : a;
      });
      return mode === 'final' && isDeleted !== null && best[isDeleted - 1] === 1n ? [] : [best];
    }
    case 'collapsing': {
      const positive = rows.filter((row) => isPositive(row[policy.sign - 1]));
      const negative = rows.filter((row) => !isPositive(row[policy.sign - 1]));
      const last = rows[rows.length - 1];
      if (positive.length === negative.length && !isPositive(last[policy.sign - 1])) return [];
      return [
        ...(negative.length >= positive.length && mode === 'merge' ? negative.slice(0, 1) : []),
        ...(positive.length >= negative.length ? positive.slice(-1) : []),
      ];
    }
    case 'versionedCollapsing': {
      const waiting: Row[] = [];
      for (const row of rows) {
        const other = waiting.at(-1);
        if (other !== undefined && isPositive(other[policy.sign - 1]) !== isPositive(row[policy.sign - 1]))
          waiting.pop();
        else waiting.push(row);
      }
      return waiting;
    }
    case 'aggregating': {
      const rules = new Map(policy.rules);
      const combined = rows.reduce((a, b) =>
        a.map((value, i) => {
          const rule = rules.get(i + 1);
          if (rule === undefined || b[i] === null) return value;
          return value === null ? b[i] : RULES[rule](value, b[i]);
        }),
      );
      const isZero = (id: number): boolean => combined[id - 1] === 0n || combined[id - 1] === 0;
      return policy.dropZeros.length > 0 && policy.dropZeros.every(isZero) ? [] : [combined];
    }
  }
}

/** All rows, oldest first, to what a merge of everything leaves, in no order of keys. */
export function modelOf(
  policy: RowPolicy,
  keyIds: readonly number[],
  rows: readonly Row[],
  mode: 'merge' | 'final' = 'merge',
): Row[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify(keyIds.map((id) => `${typeof row[id - 1]}:${row[id - 1]}`));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()].flatMap((group) => applyPolicy(policy, group, mode));
}
