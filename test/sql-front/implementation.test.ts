import { describe, expect, test } from 'vitest';
import { sharedRuntime } from '../../database/runtime.ts';
import { bytesOfText } from '../../engine/base/bytes-text.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { Executor } from '../../engine/exec/executor.ts';
import { evaluateValues } from '../../engine/function/implementation.ts';
import { implementations } from '../../engine/function/index.ts';
import type { Implementation } from '../../engine/function/row.ts';
import { asksKeyedRows } from '../../engine/function/scalar/keyed.ts';
import { DRAWS } from '../../engine/plan/draw.ts';
import { column, type Expr, literal } from '../../engine/plan/expr.ts';
import type { Plan } from '../../engine/plan/node.ts';
import {
  BOOL,
  FLOAT64,
  INT64,
  type Lane,
  type LogicalType,
  nullable,
  STRING,
  type Value,
} from '../../engine/type/type.ts';
import { effort } from '../effort.ts';

/**
 * What the executor does with a call - kernels over vectors, constants, once per distinct value - is what the
 * implementation's `evaluate` says, for every id: on columns, and with all arguments but the first as literals.
 */

const ROWS = effort(400, 40);
const TYPES: Readonly<Record<Lane, LogicalType>> = { i64: INT64, f64: FLOAT64, bool: BOOL, str: STRING };

const INTEGERS = [
  0n,
  1n,
  2n,
  3n,
  6n,
  9n,
  -1n,
  -7n,
  400n,
  19_850n,
  1_714_979_289_123n,
  1n << 53n,
  (1n << 63n) - 1n,
  -(1n << 63n),
];
const FLOATS = [
  0,
  -0,
  1,
  -1,
  0.5,
  1.5,
  2.5,
  -2.5,
  1e-9,
  1e20,
  2 ** 53,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];
const TEXTS = [
  '',
  'a',
  'abc',
  'ABC',
  'été',
  'a_c',
  'a%c',
  '%b%',
  'a%',
  '\\',
  'i',
  'UTC',
  'Europe/Berlin',
  'day',
  'hour',
  'month',
  'year',
  'week',
  'yyyy-MM-dd',
  '%Y-%m-%d %H',
  '2024-05-06',
  '2024-05-06 07:08:09.123',
  '42',
  '-7',
  '1.5',
  'true',
  'no',
  '[a-c]+',
  '-',
  ' x ',
  'one,two',
  ',',
  'a text that is longer than a few machine words',
];

function randomValue(lane: Lane, random: SeededRandom): Value {
  if (random.below(8) === 0) return null;
  const pick = <T>(from: readonly T[]): T => from[random.below(from.length)];
  switch (lane) {
    case 'i64':
      return random.below(3) === 0 ? pick(INTEGERS) : BigInt(random.below(40) - 10);
    case 'f64':
      return random.below(2) === 0 ? pick(FLOATS) : (random.below(400) - 200) / 8;
    case 'bool':
      return random.below(2) === 0;
    case 'str':
      return pick(TEXTS);
  }
}

const lanesOf = (row: Implementation): readonly Lane[] =>
  row.variadic === true ? [...row.args, row.args[row.args.length - 1]] : row.args;

type Case = { readonly args: readonly Value[]; readonly result: Value };

/** Rows for which `evaluate` gives a value. */
function cases(row: Implementation, random: SeededRandom, fixed: readonly Value[] | null): Case[] {
  const lanes = lanesOf(row);
  const found: Case[] = [];
  for (let i = 0; i < ROWS; i++) {
    const args = lanes.map((lane, k) => (fixed !== null && k > 0 ? fixed[k] : randomValue(lane, random)));
    try {
      found.push({ args, result: evaluateValues(row, args) });
    } catch {
      // Raises an error for this row: nothing to compare.
    }
  }
  return found;
}

const executor = new Executor(sharedRuntime({ kernels: 'compiled' }).engine, () => null);
const decoder = new TextDecoder();

async function executed(
  row: Implementation,
  rows: readonly Case[],
  fixed: readonly Value[] | null,
): Promise<Value[]> {
  const lanes = lanesOf(row);
  const types = lanes.map((lane) => nullable(TYPES[lane]));
  const args: Expr[] = types.map((type, k) =>
    fixed !== null && k > 0 ? literal(fixed[k], type) : column(k, type),
  );
  const type = nullable(TYPES[row.result]);
  const plan: Plan = {
    kind: 'project',
    input: {
      kind: 'values',
      rows: rows.map((c) => c.args),
      schema: types.map((t, k) => ({ name: `c${k}`, type: t })),
    },
    exprs: [{ kind: 'call', fn: row.id, args, type }],
    schema: [{ name: 'result', type }],
  };
  const values: Value[] = [];
  for await (const batch of executor.run(plan, new Map()).batches) {
    const [c] = batch.columns;
    for (let i = 0; i < batch.rows; i++) {
      if (c.valid !== null && c.valid[i] === 0) values.push(null);
      else if (c.lane === 'str')
        values.push(decoder.decode(c.bytes.subarray(c.offsets[i], c.offsets[i + 1])));
      else if (c.lane === 'bool') values.push(c.values[i] !== 0);
      else values.push(c.values[i]);
    }
  }
  return values;
}

/** What a row shows of a string: bytes that are no UTF-8 as replacement characters. */
const shown = (text: string): string => new TextDecoder().decode(bytesOfText(text));

/** -0 is 0, and unsigned integers are the same 64 bits. */
function plain(value: Value): Value {
  if (typeof value === 'string') return shown(value);
  return typeof value === 'bigint' ? BigInt.asIntN(64, value) : Object.is(value, -0) ? 0 : value;
}

async function disagreements(
  row: Implementation,
  found: readonly Case[],
  fixed: readonly Value[] | null,
): Promise<string[]> {
  if (found.length === 0) return [];
  const values = await executed(row, found, fixed);
  return found.flatMap((c, i) =>
    Object.is(plain(values[i]), plain(c.result))
      ? []
      : [
          `${row.id}(${c.args.map(String).join(', ')}): ${String(values[i])}, evaluate says ${String(c.result)}`,
        ],
  );
}

describe('the executor agrees with evaluate', () => {
  // Those that are told types have a test of their own (packed.test.ts), and so has what is drawn (exec/draw.test.ts).
  test.each(
    [...implementations()]
      .filter((row) => row.takesTypes !== true && !DRAWS.includes(row.id) && !asksKeyedRows(row.id))
      .map((row) => [row.id, row] as const),
  )('%s', async (_, row) => {
    const random = new SeededRandom(row.id.length * 7919 + row.args.length);
    const free = cases(row, random, null);
    expect(free.length).toBeGreaterThan(0);
    const wrong = await disagreements(row, free, null);
    if (row.args.length > 1) {
      for (let k = 0; k < 6; k++) {
        const fixed = free[random.below(free.length)].args;
        wrong.push(...(await disagreements(row, cases(row, random, fixed), fixed)));
      }
    }
    expect(wrong.slice(0, 5)).toEqual([]);
  });
});
