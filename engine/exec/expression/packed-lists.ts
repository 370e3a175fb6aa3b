/**
 * Elements of packed arrays (type/packed.ts) as dense lanes, read where they lie: numbers are put together from their characters, texts and
 * nested values become references into the array. Every read stays inside of its array; bytes that are none end in CORRUPTED_DATA.
 */

import { BasaltError } from '../../base/error.ts';
import {
  bitsOf,
  elementOf,
  fieldsOf,
  isNested,
  isSigned,
  keyOf,
  type LogicalType,
  laneOf,
} from '../../type/type.ts';
import type { TaskContext } from '../context.ts';

export const END = 0;
export const VALUE = 1;
export const NONE = 2;
const NO_FIELD = 0x7f;

export const damaged = (): BasaltError => new BasaltError('CORRUPTED_DATA', 'A packed array is damaged');

/** From the address of a value to that behind it, at most `end`. */
type Skip = (u8: Uint8Array, at: number, end: number) => number;

const skips = new WeakMap<LogicalType, Skip>();

export function skipOf(type: LogicalType): Skip {
  let skip = skips.get(type);
  if (skip === undefined) {
    skip = makeSkip(type);
    skips.set(type, skip);
  }
  return skip;
}

const characters =
  (count: number): Skip =>
  (_, at, end) => {
    if (at + count > end) throw damaged();
    return at + count;
  };

const skipText: Skip = (u8, at, end) => {
  while (at < end && u8[at] !== 0) at++;
  if (at >= end) throw damaged();
  return at + 1;
};

/** Characters of a number or a truth value. */
const widthOf = (type: LogicalType): number =>
  type.id === 'null' ? 0 : type.id === 'bool' ? 1 : laneOf(type) === 'f64' ? 10 : Math.ceil(bitsOf(type) / 7);

function makeSkip(type: LogicalType): Skip {
  if (type.id === 'array') return skipList(skipOf(elementOf(type)));
  if (type.id === 'map') return skipList(skipFields([keyOf(type), elementOf(type)]));
  if (type.id === 'tuple') return skipFields(fieldsOf(type).map((field) => field.type));
  return laneOf(type) === 'str' ? skipText : characters(widthOf(type));
}

const skipList =
  (element: Skip): Skip =>
  (u8, at, end) => {
    while (at < end) {
      const mark = u8[at++];
      if (mark === END) return at;
      if (mark === VALUE) at = element(u8, at, end);
      else if (mark !== NONE) throw damaged();
    }
    throw damaged();
  };

function skipFields(types: readonly LogicalType[]): Skip {
  const fields = types.map((type) => ({ optional: type.nullable, skip: skipOf(type) }));
  return (u8, at, end) => {
    for (const { optional, skip } of fields) {
      if (optional) {
        if (at >= end) throw damaged();
        if (u8[at++] === NO_FIELD) continue;
      }
      at = skip(u8, at, end);
    }
    return at;
  };
}

/** Writes the value at `at` as row `row` of a lane at `out`; answers the address behind it. */
export type Store = (at: number, end: number, out: number, row: number) => number;

export function storeOf(type: LogicalType, task: TaskContext): Store {
  const { u8, u32, i32 } = task.arena;
  const skip = skipOf(type);
  const width = widthOf(type);
  const inside = (at: number, end: number): number => {
    if (at + width > end) throw damaged();
    return at + width;
  };
  switch (laneOf(type)) {
    case 'bool':
      return (at, end, out, row) => {
        const next = inside(at, end);
        u8[out + row] = u8[at] === 1 ? 1 : 0;
        return next;
      };
    case 'str':
      return isNested(type)
        ? (at, end, out, row) => {
            const next = skip(u8, at, end);
            u32[(out >>> 2) + 2 * row] = at;
            u32[(out >>> 2) + 2 * row + 1] = next - at;
            return next;
          }
        : (at, end, out, row) => {
            const next = skip(u8, at, end);
            putText(task, at, next - 1, (out >>> 2) + 2 * row);
            return next;
          };
    case 'f64':
      return (at, end, out, row) => {
        const next = inside(at, end);
        const [low, high] = [lowOf(u8, at), highOf(u8, at)];
        const flip = high >>> 31 === 1 ? 0 : -1;
        u32[(out >>> 2) + 2 * row] = low ^ flip;
        u32[(out >>> 2) + 2 * row + 1] = flip === 0 ? high ^ 0x80000000 : ~high;
        return next;
      };
    case 'i64': {
      const bits = bitsOf(type);
      const signed = isSigned(type);
      if (bits === 64 && width > 0)
        return (at, end, out, row) => {
          const next = inside(at, end);
          u32[(out >>> 2) + 2 * row] = lowOf(u8, at);
          u32[(out >>> 2) + 2 * row + 1] = signed ? highOf(u8, at) ^ 0x80000000 : highOf(u8, at);
          return next;
        };
      const least = signed ? 2 ** (bits - 1) : 0;
      return (at, end, out, row) => {
        const next = inside(at, end);
        let value = 0;
        for (let i = at; i < next; i++) value = value * 128 + u8[i];
        value -= least;
        i32[(out >>> 2) + 2 * row] = value;
        i32[(out >>> 2) + 2 * row + 1] = value < 0 ? -1 : 0;
        return next;
      };
    }
  }
}

/** Of 64 bits in ten characters. */
const lowOf = (u8: Uint8Array, at: number): number =>
  u8[at + 9] | (u8[at + 8] << 7) | (u8[at + 7] << 14) | (u8[at + 6] << 21) | (u8[at + 5] << 28);
const highOf = (u8: Uint8Array, at: number): number =>
  (u8[at + 5] >>> 4) |
  (u8[at + 4] << 3) |
  (u8[at + 3] << 10) |
  (u8[at + 2] << 17) |
  (u8[at + 1] << 24) |
  (u8[at] << 31);

const ESCAPE = 1;

/** A reference to the text, which is written anew where two of its characters are escaped. */
function putText({ arena: { u8, u32 }, strings }: TaskContext, at: number, end: number, ref: number): void {
  let escaped = at;
  while (escaped < end && u8[escaped] !== ESCAPE) escaped++;
  u32[ref] = at;
  u32[ref + 1] = end - at;
  if (escaped === end) return;
  const text = strings.alloc(end - at);
  let to = text;
  for (let from = at; from < end; from++) u8[to++] = u8[from] === ESCAPE ? u8[++from] - 1 : u8[from];
  u32[ref] = text;
  u32[ref + 1] = to - text;
}
