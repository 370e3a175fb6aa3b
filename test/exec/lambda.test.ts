import { describe, expect, it } from 'vitest';
import { sharedRuntime } from '../../database/runtime.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { Executor } from '../../engine/exec/executor.ts';
import { evaluateOver } from '../../engine/function/evaluate.ts';
import { bodyText } from '../../engine/plan/body.ts';
import { call, column, type Expr, literal } from '../../engine/plan/expr.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { typesText, typeText } from '../../engine/type/literal.ts';
import { type Item, packItem } from '../../engine/type/nested.ts';
import {
  array,
  BOOL,
  DATE,
  decimal,
  FLOAT64,
  INT64,
  type LogicalType,
  laneOf,
  map,
  nullable,
  STRING,
  tuple,
  type,
  UINT64,
  type Value,
} from '../../engine/type/type.ts';

/** Lambdas over vectors of elements against `evaluate`, value by value. */

const random = new SeededRandom(20261121);
const pick = <T>(from: readonly T[]): T => from[random.below(from.length)];
const executor = new Executor(sharedRuntime({ kernels: 'compiled' }).engine, () => null);
const decoder = new TextDecoder();

async function executed(expr: Expr, rows: readonly (readonly Value[])[], types: readonly LogicalType[]) {
  const plan: Plan = {
    kind: 'project',
    input: { kind: 'values', rows, schema: types.map((t, k) => ({ name: `c${k}`, type: t })) },
    exprs: [expr],
    schema: [{ name: 'result', type: expr.type }],
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

const PAIR = tuple([
  { name: null, type: nullable(STRING) },
  { name: null, type: INT64 },
]);
const TYPES: readonly LogicalType[] = [
  ...(['int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32'] as const).map((id) => type(id)),
  INT64,
  UINT64,
  FLOAT64,
  BOOL,
  STRING,
  DATE,
  decimal(9, 2),
  decimal(30, 2),
  PAIR,
  array(nullable(type('int16'))),
  array(STRING),
  map(STRING, PAIR),
];
const TEXTS = ['', 'a', 'été', '\u0000', 'a\u0000b\u0001', '\u0001\u0001', 'a text of some length'];

function item(t: LogicalType): Item {
  if (t.nullable && random.below(4) === 0) return null;
  switch (t.id) {
    case 'array':
      return Array.from({ length: random.below(4) }, () => item(t.element!));
    case 'map':
      return Array.from({ length: random.below(3) }, () => [item(t.key!), item(t.element!)]);
    case 'tuple':
      return t.fields!.map((field) => item(field.type));
    case 'int8':
      return BigInt(random.below(256) - 128);
    case 'uint8':
      return BigInt(random.below(256));
    case 'int16':
      return BigInt(random.below(65536) - 32768);
    case 'uint16':
      return BigInt(random.below(65536));
    case 'uint32':
      return BigInt(random.uint32());
    case 'int32':
    case 'date':
      return BigInt(random.uint32()) - (1n << 31n);
  }
  switch (laneOf(t)) {
    case 'i64':
      return BigInt.asIntN(64, (BigInt(random.uint32()) << 32n) | BigInt(random.uint32()));
    case 'f64':
      return pick([0, 1.5, -1.5, 1e300, -1e-300, Number.POSITIVE_INFINITY, random.float() - 0.5]);
    case 'bool':
      return random.below(2) === 0;
    case 'str':
      return t.id === 'string' ? pick(TEXTS) : 'x';
  }
}

const arrayOf = (t: LogicalType, size: number): string =>
  packItem(
    Array.from({ length: size }, () => item(t)),
    array(t),
  );
const sizeOf = (): number => (random.below(50) === 0 ? 300 : random.below(6));

/** array_map of a body over columns, the first of which are the arrays. */
const mapOf = (body: Expr, types: readonly LogicalType[], captured: readonly Expr[]): Expr =>
  call(
    'array_map',
    [
      literal(bodyText(body), STRING),
      literal(typesText(types.map(array)), STRING),
      ...types.map((t, i) => column(i, nullable(array(t)))),
      ...captured,
    ],
    nullable(array(body.type)),
  );

const same = (got: readonly Value[], wanted: readonly Value[]): void => {
  expect(got.length).toBe(wanted.length);
  const at = wanted.findIndex((value, i) => !Object.is(value, got[i]));
  expect([at, got[at]]).toEqual([-1, undefined]);
};

describe('array_map over vectors', () => {
  for (const element of TYPES.flatMap((t) => [t, nullable(t)])) {
    it(`${typeText(element).slice(0, 90)}`, async () => {
      const rows = Array.from({ length: 700 }, () => {
        const size = sizeOf();
        return [
          random.below(9) === 0 ? null : arrayOf(element, size),
          random.below(9) === 0 ? null : arrayOf(INT64, size),
          random.below(5) === 0 ? null : BigInt(random.below(100)),
        ];
      });
      const types = [nullable(array(element)), nullable(array(INT64)), nullable(INT64)];
      const bodies: readonly Expr[] = [
        column(0, element),
        // Integers reach `evaluate` as numbers, which are exact to 2^53.
        laneOf(element) === 'i64' ? literal(true, BOOL) : call('is_null', [column(0, element)], BOOL),
        call('add_wrap_i64', [column(1, INT64), column(2, nullable(INT64))], nullable(INT64)),
        {
          kind: 'case',
          branches: [
            { when: call('lt_i64', [column(1, INT64), literal(0n, INT64)], BOOL), value: column(0, element) },
          ],
          otherwise: literal(null, nullable(element)),
          type: nullable(element),
        },
      ];
      for (const body of bodies) {
        const expr = mapOf(body, [element, INT64], [column(2, nullable(INT64))]);
        const got = await executed(expr, rows, types);
        same(
          got,
          rows.map((row) => evaluateOver(expr, row)),
        );
      }
    });
  }

  it('takes arrays of more elements than a vector has rows', async () => {
    const rows = [0, 8191, 8192, 8193, 30_000, 1].map((size) => [
      arrayOf(INT64, size),
      arrayOf(INT64, size),
      7n,
    ]);
    const types = [array(INT64), array(INT64), INT64];
    const body = call('add_wrap_i64', [column(0, INT64), column(2, INT64)], INT64);
    const expr = mapOf(body, [INT64, INT64], [column(2, INT64)]);
    same(
      await executed(expr, rows, types),
      rows.map((row) => evaluateOver(expr, row)),
    );
  });

  it('refuses arrays of different sizes, and bytes that are no array', async () => {
    const body = column(0, STRING);
    const expr = mapOf(body, [STRING, INT64], []);
    const types = [array(STRING), array(INT64)];
    await expect(executed(expr, [[arrayOf(STRING, 2), arrayOf(INT64, 1)]], types)).rejects.toMatchObject({
      errorName: 'SIZES_OF_ARRAYS_DONT_MATCH',
    });
    for (const text of ['\u0001abc', '\u0001', '\u0007\u0000', '\u0001a\u0000\u0009\u0000'])
      await expect(
        executed(expr, [[text, arrayOf(INT64, 1)]], types),
        JSON.stringify(text),
      ).rejects.toThrow();
    for (let i = 0; i < 300; i++) {
      const text = Array.from({ length: random.below(12) }, () => String.fromCharCode(random.below(6)));
      // An answer or an error, and nothing read that is not the array's.
      const reading = executed(mapOf(column(0, PAIR), [PAIR], []), [[text.join('')]], [array(PAIR)]);
      await reading.then(
        ([value]) => expect(typeof value).toBe('string'),
        (error) => expect(error.errorName).toBe('CORRUPTED_DATA'),
      );
    }
  });
});

describe('array_fold over vectors', () => {
  const foldOf = (body: Expr, element: LogicalType): Expr =>
    call(
      `array_fold_${laneOf(body.type)}`,
      [
        literal(bodyText(body), STRING),
        literal(typesText([array(element)]), STRING),
        column(1, body.type),
        column(0, nullable(array(element))),
        column(2, STRING),
      ],
      nullable(body.type),
    );

  it.each([
    [
      'numbers',
      call('sub_wrap_i64', [column(1, INT64), column(0, INT64)], INT64),
      INT64,
      () => BigInt(random.below(9)),
    ],
    [
      'texts',
      call('concat', [column(0, STRING), column(1, STRING), column(2, STRING)], STRING),
      STRING,
      () => pick(TEXTS),
    ],
    [
      'NULL',
      call('concat_null', [column(0, nullable(STRING)), column(1, STRING)], STRING),
      STRING,
      () => null,
    ],
  ] satisfies [string, Expr, LogicalType, () => Value][])('%s', async (name, plain, element, initial) => {
    const body = name === 'NULL' ? column(1, nullable(STRING)) : plain;
    const expr = foldOf(body, element);
    const rows = Array.from({ length: 500 }, () => [
      random.below(9) === 0 ? null : arrayOf(element, sizeOf()),
      initial(),
      pick(TEXTS),
    ]);
    const got = await executed(expr, rows, [nullable(array(element)), body.type, STRING]);
    same(
      got,
      rows.map((row) => evaluateOver(expr, row)),
    );
  });
});
