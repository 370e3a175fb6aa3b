import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../engine/base/random.ts';
import { packNumbers } from '../../engine/exec/expression/pack-numbers.ts';
import { call, column, literal } from '../../engine/plan/expr.ts';
import { typeText } from '../../engine/type/literal.ts';
import { packElement, packField } from '../../engine/type/nested.ts';
import {
  bitsOf,
  decimal,
  isSigned,
  type LogicalType,
  nullable,
  STRING,
  timestamp,
  type,
} from '../../engine/type/type.ts';
import { floatVector, intVector } from '../../engine/vector/vector.ts';
import { EngineWorld } from './world.ts';

/** The vector form of packed numbers against the form itself. */
const random = new SeededRandom(11);
const integersOf = (t: LogicalType): bigint[] => {
  const bits = BigInt(bitsOf(t));
  const [least, most] = isSigned(t)
    ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n]
    : [0n, (1n << bits) - 1n];
  const drawn = Array.from({ length: 200 }, () => {
    const value = (BigInt(random.uint32()) << 32n) | BigInt(random.uint32());
    return isSigned(t) ? BigInt.asIntN(Number(bits), value) : BigInt.asUintN(Number(bits), value);
  });
  const all = [least, least + 1n, 0n, 1n, 127n, most - 1n, most, ...drawn].filter(
    (x) => x >= least && x <= most,
  );
  // The lane holds the bits of unsigned ones as a signed integer.
  return t.id === 'uint64' ? all.map((x) => BigInt.asIntN(64, x)) : all;
};
const FLOATS = [
  ...[0, -0, 1, -1, 0.5, -0.5, 1e300, -1e300, 5e-324, -5e-324],
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ...Array.from({ length: 100 }, () => (random.float() - 0.5) * 2 ** random.below(100)),
];
const TYPES: readonly LogicalType[] = [
  ...(
    ['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64', 'date', 'ipv4'] as const
  ).map((id) => type(id)),
  timestamp(3),
  decimal(18, 4),
];

describe('packed numbers over vectors', () => {
  const world = new EngineWorld();

  function texts(t: LogicalType, element: boolean, data: number, rows: number, valid: number): string[] {
    const { u8, u32 } = world.task.arena;
    const lane = t.id === 'float64' ? 'f64' : 'i64';
    const expr = call(
      `pack_${element ? 'element' : 'field'}_${lane}`,
      [column(0, t), literal(typeText(t), STRING)],
      STRING,
    );
    const vector = lane === 'f64' ? floatVector(rows, data, 8, valid) : intVector(rows, data, 8, 0n, valid);
    const result = packNumbers(element)(expr, world.task)?.([vector], rows);
    return Array.from({ length: rows }, (_, i) => {
      const at = (result!.data >>> 2) + 2 * i;
      return new TextDecoder().decode(u8.slice(u32[at], u32[at] + u32[at + 1]));
    });
  }

  /** Every third is NULL. */
  function everyThird(rows: number): number {
    const valid = world.task.scratch.alloc(rows);
    for (let i = 0; i < rows; i++) world.task.arena.u8[valid + i] = i % 3 === 0 ? 0 : 1;
    return valid;
  }

  it.each(TYPES.map((t) => [t.id, t] as const))('%s', (_, t) => {
    const values = integersOf(t);
    const data = world.task.scratch.alloc(values.length * 8);
    world.task.arena.i64.set(values, data / 8);
    const valid = everyThird(values.length);
    expect(texts(t, true, data, values.length, 0)).toEqual(values.map((x) => packElement(x, t)));
    expect(texts(t, false, data, values.length, 0)).toEqual(values.map((x) => packField(x, t)));
    const sparse = values.map((x, i) => (i % 3 === 0 ? null : x));
    const full = nullable(t);
    expect(texts(full, true, data, values.length, valid)).toEqual(sparse.map((x) => packElement(x, full)));
    expect(texts(full, false, data, values.length, valid)).toEqual(sparse.map((x) => packField(x, full)));
  });

  it('floats', () => {
    const data = world.task.scratch.alloc(FLOATS.length * 8);
    world.task.arena.f64.set(FLOATS, data / 8);
    const t = type('float64');
    expect(texts(t, true, data, FLOATS.length, 0)).toEqual(FLOATS.map((x) => packElement(x, t)));
    const valid = everyThird(FLOATS.length);
    const sparse = FLOATS.map((x, i) => (i % 3 === 0 ? null : x));
    expect(texts(nullable(t), false, data, FLOATS.length, valid)).toEqual(
      sparse.map((x) => packField(x, nullable(t))),
    );
  });
});
