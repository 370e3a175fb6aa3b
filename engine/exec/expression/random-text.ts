/** Texts of random bytes, written where they stay. */

import { checkedLength, generator, RANDOM_BYTES } from '../../function/random-text.ts';
import { constVector, refVector } from '../../vector/vector.ts';
import { bothValid, i64Of, validOf } from '../lane.ts';
import type { VectorFunctionFactory } from './evaluator.ts';
import { CHECK_ROWS } from './row-function.ts';

export const RANDOM_TEXTS: readonly (readonly [id: string, VectorFunctionFactory])[] = RANDOM_BYTES.map(
  ({ id, name, next }) => [
    id,
    (_, task) => (args, rows) => {
      if (args.some((arg) => arg.kind === 'const' && arg.value === null))
        return constVector('str', rows, null);
      const { i64, u32, u8 } = task.arena;
      const [high, low, lengths] = args.map((arg) => i64Of(task, arg) / 8);
      const valid = args.reduce((all, arg) => bothValid(task, all, validOf(task, arg), rows), 0);
      const refs = task.scratch.allocZero(rows * 8);
      for (let i = 0; i < rows; i++) {
        if ((i & (CHECK_ROWS - 1)) === 0) task.check();
        if (valid !== 0 && u8[valid + i] === 0) continue;
        const length = checkedLength(Number(i64[lengths + i]), name);
        const random = generator(u32[2 * (high + i)], u32[2 * (low + i)]);
        const address = task.strings.alloc(Math.max(1, length));
        for (let at = address; at < address + length; at++) u8[at] = next(random);
        u32[refs / 4 + 2 * i] = address;
        u32[refs / 4 + 2 * i + 1] = length;
      }
      return refVector(rows, refs, valid);
    },
  ],
);
