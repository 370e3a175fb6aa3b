import { afterAll, describe, expect, it } from 'vitest';
import { SeededRandom } from '../../engine/base/random.ts';
import { exactArithmetic } from '../../engine/exec/expression/exact-arithmetic.ts';
import { widenExact } from '../../engine/exec/expression/widen-exact.ts';
import { evaluateValues } from '../../engine/function/implementation.ts';
import { implementation } from '../../engine/function/registry.ts';
import { textOfRef, writeText } from '../../engine/memory/text.ts';
import { call, column, type Expr, literal } from '../../engine/plan/expr.ts';
import { exactValue, fitsExact, isWide } from '../../engine/type/exact.ts';
import { typeText } from '../../engine/type/literal.ts';
import { decimal, type LogicalType, STRING, type, type Value } from '../../engine/type/type.ts';
import { constVector, intVector, refVector, type Vector } from '../../engine/vector/vector.ts';
import { EngineWorld } from './world.ts';

/** The vector forms of exact numbers against the form itself: the same values, and an error where one of the rows has one. */
const random = new SeededRandom(5);
const ROWS = 60;

/** Of every length, the ends among them. */
function numbersOf(of: LogicalType): bigint[] {
  const drawn = Array.from({ length: 400 }, () => {
    let units = 0n;
    for (let i = 0; i < 4; i++) units = (units << 32n) | BigInt(random.uint32());
    units >>= BigInt(random.below(128));
    return random.below(2) === 0 ? units : -units;
  });
  const ends = [
    0n,
    1n,
    -1n,
    2n ** 127n - 1n,
    -(2n ** 127n),
    2n ** 128n - 1n,
    10n ** 38n - 1n,
    2n ** 63n - 1n,
  ];
  return [...ends, ...drawn].filter((units) => fitsExact(units, of));
}

type Case = readonly [
  op: 'add' | 'sub' | 'mul',
  a: LogicalType,
  b: LogicalType,
  to: LogicalType,
  rule: string,
];
const CASES: readonly Case[] = [
  ...(['add', 'sub', 'mul'] as const).flatMap((op): Case[] => [
    [op, type('int128'), type('int128'), type('int128'), 'checked'],
    [op, type('int128'), type('int64'), type('int128'), 'wrap'],
    [op, type('uint32'), type('int128'), type('int128'), 'checked'],
    [op, type('uint128'), type('uint128'), type('uint128'), 'wrap'],
    [op, type('uint128'), type('int8'), type('int128'), 'wrap'],
    [op, decimal(38, 2), decimal(38, 2), decimal(38, op === 'mul' ? 4 : 2), 'checked'],
    [op, decimal(30, 2), decimal(18, 4), decimal(38, op === 'mul' ? 6 : 4), 'checked'],
    [op, decimal(38, 3), type('int32'), decimal(38, 3), 'checked'],
  ]),
];

describe('exact numbers over vectors', () => {
  const world = new EngineWorld();
  afterAll(() => world.task.scratch.free());

  function vectorOf(of: LogicalType, units: readonly bigint[], valid: number): Vector {
    const { scratch, arena } = world.task;
    const data = scratch.alloc(8 * units.length);
    units.forEach((x, i) => {
      const value = exactValue(x, of);
      if (typeof value === 'string') writeText(scratch, value, data + 8 * i);
      else arena.i64[data / 8 + i] = value as bigint;
    });
    return isWide(of) ? refVector(units.length, data, valid) : intVector(units.length, data, 8, 0n, valid);
  }

  const textAt = ({ data, valid }: Vector, row: number): string | null =>
    valid !== 0 && world.task.arena.u8[valid + row] === 0
      ? null
      : textOfRef(world.task.arena, data + 8 * row);
  const typed = (of: LogicalType): Expr => literal(typeText(of), STRING);
  const lane = (of: LogicalType): string => (isWide(of) ? 'str' : 'i64');
  /** undefined: an error. */
  function attempt<T>(run: () => T): T | undefined {
    try {
      return run();
    } catch {
      return undefined;
    }
  }

  it.each(CASES.map((c) => [c.map((x) => (typeof x === 'string' ? x : x.id)).join(' '), c] as const))(
    '%s',
    (_, [op, a, b, to, rule]) => {
      const fn = `exact_${op}_${lane(a)}_${lane(b)}_str`;
      const extra = [a, b, to].map(typed);
      const expr = call(fn, [column(0, a), column(1, b), ...extra, literal(rule, STRING)], to);
      const form = exactArithmetic(['add', 'sub', 'mul'].indexOf(op))(expr, world.task);
      const [lefts, rights] = [numbersOf(a), numbersOf(b)];
      const plain = (x: bigint, y: bigint): Value | undefined =>
        attempt(() =>
          evaluateValues(implementation(fn), [
            exactValue(x, a),
            exactValue(y, b),
            ...[a, b, to].map(typeText),
            rule,
          ]),
        );
      let compared = 0;
      for (let round = 0; round < 60; round++) {
        const pick = (from: readonly bigint[]): bigint[] =>
          Array.from({ length: ROWS }, () => from[random.below(from.length)]);
        const [xs, ys] = [pick(lefts), pick(rights)];
        const constant = random.below(3) === 0;
        if (constant) ys.fill(ys[0]);
        const wanted = xs.map((x, i) => plain(x, ys[i]));
        const valid = world.task.scratch.alloc(ROWS);
        // Half of the time what would fail is NULL.
        const hides = round % 2 === 0;
        wanted.forEach((value, i) => {
          world.task.arena.u8[valid + i] = hides && value === undefined ? 0 : 1;
        });
        const right = constant
          ? constVector(isWide(b) ? 'str' : 'i64', ROWS, exactValue(ys[0], b))
          : vectorOf(b, ys, 0);
        const found = attempt(() => form?.([vectorOf(a, xs, valid), right], ROWS));
        if (!hides && wanted.includes(undefined)) expect(found).toBeUndefined();
        else {
          compared++;
          expect(xs.map((_x, i) => textAt(found!, i))).toEqual(wanted.map((value) => value ?? null));
        }
      }
      expect(compared).toBeGreaterThanOrEqual(30);
    },
  );

  it.each([
    ['int64 to int128', type('int64'), type('int128')],
    ['uint32 to uint128', type('uint32'), type('uint128')],
    ['decimal of 18 digits to one of 38', decimal(18, 2), decimal(38, 2)],
  ] as const)('%s', (_, from, to) => {
    const fn = 'decimal_to_decimal_i64_str_checked';
    const given = [typeText(from), typeText(to), 'cut'];
    const expr = call(fn, [column(0, from), ...given.map((x) => literal(x, STRING))], to);
    const units = numbersOf(from);
    const found = widenExact(expr, world.task)!([vectorOf(from, units, 0)], units.length);
    expect(units.map((_x, i) => textAt(found, i))).toEqual(
      units.map((x) => evaluateValues(implementation(fn), [x, ...given])),
    );
  });

  it('computes what tables that were made before name otherwise', () => {
    const [of, to] = [decimal(38, 2), decimal(38, 4)];
    const packed = (units: bigint) => exactValue(units, of);
    const of2 = (op: string, result: LogicalType): Value =>
      evaluateValues(implementation(`decimal_${op}_str`), [
        packed(-725n),
        packed(200n),
        ...[of, of, result].map(typeText),
      ]);
    expect(of2('add', of)).toBe(packed(-525n));
    expect(of2('sub', of)).toBe(packed(-925n));
    expect(of2('mul', to)).toBe(exactValue(-145000n, to));
    expect(of2('div', of)).toBe(packed(-362n));
    expect(of2('mod', of)).toBe(packed(-125n));
    const negated = evaluateValues(implementation('decimal_neg_str'), [packed(-725n), typeText(of)]);
    expect(negated).toBe(packed(725n));
  });

  it('has no form where a value may not fit, or none of 128 bits', () => {
    const widen = (from: LogicalType, to: LogicalType) =>
      widenExact(
        call(
          'decimal_to_decimal_i64_str_checked',
          [column(0, from), typed(from), typed(to), literal('cut', STRING)],
          to,
        ),
        world.task,
      );
    expect(widen(type('uint64'), type('int128'))).toBeUndefined();
    expect(widen(type('int64'), type('uint128'))).toBeUndefined();
    expect(widen(decimal(18, 2), decimal(38, 4))).toBeUndefined();
    expect(widen(type('int8'), type('int256'))).toBeUndefined();
  });
});
