import { describe, expect, it } from 'vitest';
import { splitMix64 } from '../../engine/base/random.ts';
import { compile } from '../../engine/exec/expression/compile.ts';
import { Draws } from '../../engine/exec/expression/draw.ts';
import { type Input, lazyInput, narrowInput } from '../../engine/exec/input.ts';
import { i64Of } from '../../engine/exec/lane.ts';
import { draw, named, ONCE, PLACE, seedName } from '../../engine/plan/draw.ts';
import type { CallExpr, Expr } from '../../engine/plan/expr.ts';
import { INT64 } from '../../engine/type/type.ts';
import { EngineWorld } from './world.ts';

const batch = (rows: number): Input =>
  lazyInput(rows, () => {
    throw new Error('no column is read');
  });

class DrawingWorld extends EngineWorld {
  constructor(seed = 7n, pipe = 0) {
    super();
    this.task.draws = new Draws(this.task, seed, 'values', pipe);
  }

  at(morsel: number, row: number): this {
    Object.assign(this.task.place, { morsel, row });
    return this;
  }

  of(expr: Expr, input: Input): bigint[] {
    const at = i64Of(this.task, compile(expr, this.task)(input)) / 8;
    return Array.from({ length: input.rows }, (_, i) => this.task.arena.u64[at + i]);
  }

  /** Some rows of a batch. */
  some(input: Input, rows: readonly number[]): Input {
    const sel = this.task.heap.alloc(rows.length * 2);
    this.task.arena.u16.set(rows, sel / 2);
    return narrowInput(this.task, input, sel, rows.length);
  }
}

const word = named(draw(64), 'a');

describe('what is drawn', () => {
  it('is one value a row wherever a draw of the name stands over these rows', () => {
    const world = new DrawingWorld();
    const input = batch(5);
    const few = world.some(input, [1, 4]);
    // The narrowed batch comes first: all of it is drawn nevertheless.
    const taken = world.of(word, few);
    const all = world.of(word, input);
    expect(taken).toEqual([all[1], all[4]]);
    expect(world.of(word, world.some(few, [1]))).toEqual([all[4]]);
    expect(new Set(all).size).toBe(5);
  });

  it('is another one under another name, in other rows, a pipe of its own, and of another seed', () => {
    const world = new DrawingWorld();
    const values = [
      ...world.of(word, batch(100)),
      ...world.of(word, batch(100)),
      ...world.of(named(draw(64), 'b'), batch(100)),
      ...world.at(0, 8192).of(word, batch(100)),
      ...world.at(1, 0).of(word, batch(100)),
      ...new DrawingWorld(7n, 1).of(word, batch(100)),
      ...new DrawingWorld(8n).of(word, batch(100)),
    ];
    expect(new Set(values).size).toBe(700);
  });

  it('is the same again for the same place, whoever was there before', () => {
    const first = new DrawingWorld();
    const wanted = first.at(5, 16384).of(word, batch(10));
    const second = new DrawingWorld();
    second.at(2, 0).of(word, batch(1000));
    expect(second.at(5, 16384).of(word, batch(10))).toEqual(wanted);
  });

  it('has as many bits as are wanted, the upper ones', () => {
    const words = new DrawingWorld().of(word, batch(200));
    for (const bits of [1, 8, 32, 53])
      expect(new DrawingWorld().of(named(draw(bits), 'a'), batch(200))).toEqual(
        words.map((w) => w >> BigInt(64 - bits)),
      );
  });

  it('is one value for all rows where it is drawn once', () => {
    const once = named(draw(32, 0, INT64, ONCE), 'a');
    const world = new DrawingWorld();
    const [value, ...others] = new Set(world.of(once, batch(10)));
    expect(others).toEqual([]);
    expect(world.at(9, 9).of(once, batch(1))).toEqual([value]);
    expect(new DrawingWorld(8n).of(once, batch(1))).not.toEqual([value]);
  });

  it('is the same in every query where the seed is in its name', () => {
    const fixed = named(draw(64, 0, INT64, ONCE), seedName('42'));
    expect(new DrawingWorld(7n).of(fixed, batch(1))).toEqual(new DrawingWorld(8n).of(fixed, batch(1)));
    const other = named(draw(64, 0, INT64, ONCE), seedName('43'));
    expect(new DrawingWorld().of(other, batch(1))).not.toEqual(new DrawingWorld().of(fixed, batch(1)));
  });

  it('is the first name that a call gets, and a part of it for each of its draws', () => {
    const inner = named(draw(64), 'inner') as CallExpr;
    const outer = named(
      { ...inner, fn: 'concat', args: [draw(8, 0), draw(8, 1), inner] },
      'outer',
    ) as CallExpr;
    expect(outer.args.map((arg) => ((arg as CallExpr).args[0] as { value: unknown }).value)).toEqual([
      'outer 0',
      'outer 1',
      'inner 0',
    ]);
  });
});

describe('places', () => {
  it('are numbers that no other row of the query has', () => {
    const place = named(draw(64, 0, INT64, PLACE), 'a');
    const world = new DrawingWorld();
    const values = [
      ...world.of(place, batch(10)),
      ...world.at(0, 8192).of(place, batch(10)),
      ...world.at(1, 0).of(place, batch(10)),
      ...new DrawingWorld(7n, 1).of(place, batch(10)),
    ];
    expect(values.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, i) => BigInt(i)));
    expect(new Set(values).size).toBe(40);
  });
});

it('SplitMix64 gives the numbers of its authors', () => {
  // Of java.util.SplittableRandom and the reference in C, seed 1234567.
  const wanted = [6457827717110365317n, 3203168211198807973n, 9817491932198370423n, 4593380528125082431n];
  expect(wanted.map((_, i) => splitMix64(1234567n, BigInt(i + 1)))).toEqual(wanted);
});
