import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../engine/base/random.ts';
import { truncTicks } from '../../engine/exec/expression/trunc-ticks.ts';
import { implementation } from '../../engine/function/registry.ts';
import { call, column, literal } from '../../engine/plan/expr.ts';
import { INT64, STRING, timestamp } from '../../engine/type/type.ts';
import { intVector } from '../../engine/vector/vector.ts';
import { EngineWorld } from './world.ts';

/** The vector form of calendar buckets against the function itself, over four centuries, across DST, in and out of order. */
describe('trunc_ticks over vectors', () => {
  const world = new EngineWorld();
  const random = new SeededRandom(4);
  const evaluate = implementation('trunc_ticks').evaluate as unknown as (
    t: number,
    u: string,
    p: number,
    z: string,
  ) => number;
  const from = Date.UTC(1900, 0, 1);
  const to = Date.UTC(2299, 11, 31);

  const scattered = Array.from({ length: 300 }, () => Math.floor(from + random.float() * (to - from)));
  const inOrder = Array.from({ length: 300 }, (_, i) => Date.UTC(2026, 2, 1) + i * 3 * 3600_000);

  it.each(['day', 'week', 'month', 'quarter', 'year'])('%s', (unit) => {
    for (const zone of ['UTC', 'America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kolkata']) {
      for (const precision of [0, 3, 6]) {
        for (const source of [scattered, inOrder]) {
          const ticks = source.map((ms) =>
            precision === 0 ? Math.floor(ms / 1000) : ms * 10 ** (precision - 3),
          );
          const data = world.i64(ticks);
          const expr = call(
            'trunc_ticks',
            [
              column(0, timestamp(precision)),
              literal(unit, STRING),
              literal(BigInt(precision), INT64),
              literal(zone, STRING),
            ],
            timestamp(precision),
          );
          const result = truncTicks(expr, world.task)?.(
            [intVector(ticks.length, data, 8, 0n, 0)],
            ticks.length,
          );
          const actual = world.readI64(result?.data ?? 0, ticks.length);
          expect(actual).toEqual(ticks.map((t) => Number(evaluate(t, unit, precision, zone))));
        }
      }
    }
  });
});
