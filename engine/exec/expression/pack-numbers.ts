/**
 * Numbers in their packed form (type/packed.ts), a vector at a time: elements of arrays and fields of tuples are made in the arena, without a
 * value becoming a JavaScript string. All texts of a vector have the same length but those of NULL.
 */

import { typeOfText } from '../../type/literal.ts';
import { bitsOf, isSigned, type LogicalType, laneOf } from '../../type/type.ts';
import { constVector, refVector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { f64Of, i64Of, validOf } from '../lane.ts';
import type { VectorFunctionFactory } from './evaluator.ts';

/** Characters before a value, and what stands for none; as in type/nested.ts. */
type Marks = { readonly before: number | null; readonly none: number | null };

const ELEMENT: Marks = { before: 1, none: 2 };
const OPTIONAL: Marks = { before: 1, none: 0x7f };
const FIELD: Marks = { before: null, none: null };

/** Kernels read strings in pieces of this size. */
const SLACK_BYTES = 16;
const WORD_CHARACTERS = 10;

/** Words become such that ascend unsigned, in place. */
type Normalise = (task: TaskContext, words: number, rows: number) => void;

/** -0 is 0, there is one NaN, and below zero all bits are turned over. */
const floats: Normalise = ({ kernels, arena: { u32 } }, words, rows) => {
  kernels.normal_f64(words, rows, words);
  for (let at = words >>> 2, end = at + 2 * rows; at < end; at += 2) {
    const sign = u32[at + 1] >>> 31;
    u32[at] ^= -sign;
    u32[at + 1] ^= sign === 0 ? 0x80000000 : -1;
  }
};

/** Less the smallest value of as many bits: 64, or up to 32. */
const integers =
  (bits: number): Normalise =>
  ({ arena: { u32 } }, words, rows) => {
    for (let at = words >>> 2, end = at + 2 * rows; at < end; at += 2) {
      if (bits === 64) u32[at + 1] ^= 0x80000000;
      else {
        u32[at] += 2 ** (bits - 1);
        u32[at + 1] = 0;
      }
    }
  };

const asTheyAre: Normalise = () => undefined;

/** @param element an array's, which is marked; else a tuple's field, marked where it can be NULL */
export const packNumbers =
  (element: boolean): VectorFunctionFactory =>
  (call, task) => {
    const [, typed] = call.args;
    if (typed?.kind !== 'literal' || typeof typed.value !== 'string') return undefined;
    const type = typeOfText(typed.value);
    if (type.id === 'null' || laneOf(type) !== laneOf(call.args[0].type)) return undefined;
    const marks = element ? ELEMENT : type.nullable ? OPTIONAL : FIELD;
    return (args, rows) => {
      const [source] = args;
      const valid = validOf(task, source);
      // Packing nothing where nothing can be is an error of the function itself.
      if (source.kind === 'const' && source.value === null && marks.none !== null)
        return constVector('str', rows, String.fromCharCode(marks.none));
      const words = task.scratch.alloc(rows * 8);
      const dense = laneOf(type) === 'f64' ? f64Of(task, source) : i64Of(task, source);
      task.arena.u8.copyWithin(words, dense, dense + rows * 8);
      normaliser(type)(task, words, rows);
      return refVector(rows, writeTexts(task, words, valid, rows, charactersOf(type), marks), 0);
    };
  };

function normaliser(type: LogicalType): Normalise {
  if (laneOf(type) === 'f64') return floats;
  return isSigned(type) ? integers(bitsOf(type)) : asTheyAre;
}

const charactersOf = (type: LogicalType): number =>
  laneOf(type) === 'f64' ? WORD_CHARACTERS : Math.ceil(bitsOf(type) / 7);

/** Address of references to the texts of words. */
function writeTexts(
  { arena: { u8, u32 }, scratch, strings }: TaskContext,
  words: number,
  valid: number,
  rows: number,
  characters: number,
  { before, none }: Marks,
): number {
  const ahead = before === null ? 0 : 1;
  const size = ahead + characters;
  const refs = scratch.alloc(rows * 8);
  let text = strings.alloc(rows * size + SLACK_BYTES);
  for (let row = 0; row < rows; row++, text += size) {
    const ref = (refs >>> 2) + 2 * row;
    u32[ref] = text;
    if (none !== null && valid !== 0 && u8[valid + row] === 0) {
      u32[ref + 1] = 1;
      u8[text] = none;
      continue;
    }
    u32[ref + 1] = size;
    if (before !== null) u8[text] = before;
    let low = u32[(words >>> 2) + 2 * row];
    let high = u32[(words >>> 2) + 2 * row + 1];
    for (let at = text + size - 1; at >= text + ahead; at--) {
      u8[at] = low & 127;
      low = (low >>> 7) | (high << 25);
      high >>>= 7;
    }
  }
  return refs;
}
