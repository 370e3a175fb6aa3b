/** Packed arrays of a batch, written element by element and moved into the arena when a row is complete. */

import { text } from '../../function/call.ts';
import { call, type Expr } from '../../plan/expr.ts';
import { typeText } from '../../type/literal.ts';
import { isNested, laneOf, STRING } from '../../type/type.ts';
import { refVector, type Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import type { Input } from '../input.ts';
import { boolOf, refsOf, validOf } from '../lane.ts';
import type { Compile } from './evaluator.ts';
import { END, NONE, VALUE } from './packed-lists.ts';

/** Bytes that wait for their move at most, but for those of one row. */
const MAX_WAITING = 1 << 20;
/** Kernels read strings in pieces of this size. */
const SLACK_BYTES = 16;

export class ListWriter {
  readonly #task: TaskContext;
  readonly #rows: number;
  readonly #refs: number;
  readonly #valid: number;
  #bytes = new Uint8Array(4096);
  #length = 0;
  /** Where each row since the last move ends. */
  #ends: number[] = [];
  #row = 0;
  #nulls = false;

  constructor(task: TaskContext, rows: number) {
    this.#task = task;
    this.#rows = rows;
    this.#refs = task.scratch.alloc(rows * 8);
    this.#valid = task.scratch.alloc(rows);
    task.arena.fill(this.#valid, rows, 1);
  }

  /** Room for so many bytes, to be written at {@link length} of what it answers. */
  room(count: number): Uint8Array {
    if (this.#length + count > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length + count, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    return this.#bytes;
  }

  get length(): number {
    return this.#length;
  }

  wrote(count: number): void {
    this.#length += count;
  }

  endRow(): void {
    this.room(1)[this.#length++] = END;
    this.#ends.push(this.#length);
  }

  nullRow(): void {
    this.#nulls = true;
    this.#task.arena.u8[this.#valid + this.#row + this.#ends.length] = 0;
    this.#ends.push(this.#length);
  }

  /** To be called where nothing in scratch is needed but what was there before. */
  move(force = false): void {
    if (!force && this.#length < MAX_WAITING) return;
    const { arena, strings } = this.#task;
    const done = this.#ends.at(-1) ?? 0;
    const text = strings.alloc(done + SLACK_BYTES);
    arena.u8.set(this.#bytes.subarray(0, done), text);
    let from = 0;
    for (const end of this.#ends) {
      const ref = (this.#refs >>> 2) + 2 * this.#row++;
      arena.u32[ref] = text + from;
      arena.u32[ref + 1] = end - from;
      from = end;
    }
    this.#bytes.copyWithin(0, done, this.#length);
    this.#length -= done;
    this.#ends = [];
  }

  vector(): Vector {
    this.move(true);
    return refVector(this.#rows, this.#refs, this.#nulls ? this.#valid : 0);
  }
}

/** Evaluates an expression over elements; answers what writes some of them, packed as elements. */
export type ElementWriter = (input: Input) => (from: number, to: number, writer: ListWriter) => void;

export function elementWriter(body: Expr, task: TaskContext, compile: Compile): ElementWriter {
  const lane = laneOf(body.type);
  if (body.type.id === 'null') return () => (from, to, writer) => fill(from, to, writer);
  if (lane === 'str') return textWriter(body, task, compile);
  if (lane === 'bool') return boolWriter(body, task, compile);
  // Numbers are packed by the function that packs them everywhere.
  const packed = compile(call(`pack_element_${lane}`, [body, text(typeText(body.type))], STRING), task);
  return (input) => {
    const refs = refsOf(task, packed(input)) >>> 2;
    const { u8, u32 } = task.arena;
    return (from, to, writer) => {
      for (let i = from; i < to; i++) {
        const [text, length] = [u32[refs + 2 * i], u32[refs + 2 * i + 1]];
        const bytes = writer.room(length);
        const at = writer.length;
        for (let k = 0; k < length; k++) bytes[at + k] = u8[text + k];
        writer.wrote(length);
      }
    };
  };
}

function fill(from: number, to: number, writer: ListWriter): void {
  writer.room(to - from).fill(NONE, writer.length, writer.length + to - from);
  writer.wrote(to - from);
}

function boolWriter(body: Expr, task: TaskContext, compile: Compile): ElementWriter {
  const evaluate = compile(body, task);
  return (input) => {
    const vector = evaluate(input);
    const [data, valid] = [boolOf(task, vector), validOf(task, vector)];
    const { u8 } = task.arena;
    return (from, to, writer) => {
      const bytes = writer.room((to - from) * 2);
      let at = writer.length;
      const start = at;
      for (let i = from; i < to; i++) {
        if (valid !== 0 && u8[valid + i] === 0) bytes[at++] = NONE;
        else {
          bytes[at++] = VALUE;
          bytes[at++] = u8[data + i];
        }
      }
      writer.wrote(at - start);
    };
  };
}

/** Nested values stand as they are; of a text two characters are escaped. */
function textWriter(body: Expr, task: TaskContext, compile: Compile): ElementWriter {
  const evaluate = compile(body, task);
  const nested = isNested(body.type);
  return (input) => {
    const vector = evaluate(input);
    const [refs, valid] = [refsOf(task, vector) >>> 2, validOf(task, vector)];
    const { u8, u32 } = task.arena;
    return (from, to, writer) => {
      for (let i = from; i < to; i++) {
        const [text, length] = [u32[refs + 2 * i], u32[refs + 2 * i + 1]];
        const bytes = writer.room(2 * length + 2);
        let at = writer.length;
        const start = at;
        if (valid !== 0 && u8[valid + i] === 0) bytes[at++] = NONE;
        else {
          bytes[at++] = VALUE;
          for (let k = text; k < text + length; k++) {
            const byte = u8[k];
            if (byte > 1 || nested) bytes[at++] = byte;
            else {
              bytes[at++] = 1;
              bytes[at++] = byte + 1;
            }
          }
          if (!nested) bytes[at++] = END;
        }
        writer.wrote(at - start);
      }
    };
  };
}
