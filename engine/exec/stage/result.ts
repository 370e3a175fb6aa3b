/**
 * The sink at the end of a query: copies batches out of the arena into ordinary buffers and hands them on.
 *
 * Nothing it emits aliases the arena, so a batch can outlive the query and move to another thread without a copy.
 */

import { type LogicalType, laneOf } from '../../type/type.ts';
import type { ResultBatch, ResultColumn } from '../../vector/batch.ts';
import type { TaskContext } from '../context.ts';
import type { Input } from '../input.ts';
import { boolOf, f64Of, i64Of, refsOf, validOf } from '../lane.ts';

/** Takes a batch of a morsel; null = an ordered morsel has no more. */
export type Emit = (batch: ResultBatch | null, morsel: number) => void;

export class ResultSink {
  readonly #task: TaskContext;
  readonly #types: readonly LogicalType[];
  readonly #emit: (batch: ResultBatch) => void;

  constructor(task: TaskContext, types: readonly LogicalType[], emit: (batch: ResultBatch) => void) {
    this.#task = task;
    this.#types = types;
    this.#emit = emit;
  }

  consume(input: Input): void {
    if (input.rows === 0) return;
    this.#emit({ rows: input.rows, columns: this.#types.map((type, c) => this.#copy(input, type, c)) });
  }

  #copy(input: Input, type: LogicalType, c: number): ResultColumn {
    const { arena, kernels, scratch } = this.#task;
    const v = input.column(c);
    const { rows } = input;
    const validAt = validOf(this.#task, v);
    const valid = validAt === 0 ? null : copyBytes(arena.u8, validAt, rows);
    switch (laneOf(type)) {
      case 'i64': {
        const at = i64Of(this.#task, v);
        return { lane: 'i64', values: new BigInt64Array(copyBytes(arena.u8, at, rows * 8).buffer), valid };
      }
      case 'f64': {
        const at = f64Of(this.#task, v);
        return { lane: 'f64', values: new Float64Array(copyBytes(arena.u8, at, rows * 8).buffer), valid };
      }
      case 'bool':
        return { lane: 'bool', values: copyBytes(arena.u8, boolOf(this.#task, v), rows), valid };
      case 'str': {
        const refs = refsOf(this.#task, v);
        const size = kernels.refs_bytes(refs, rows) >>> 0;
        const offsets = scratch.alloc((rows + 1) * 4);
        const bytes = scratch.alloc(Math.max(1, size));
        kernels.refs_to_text(refs, rows, offsets, bytes);
        return {
          lane: 'str',
          offsets: new Uint32Array(copyBytes(arena.u8, offsets, (rows + 1) * 4).buffer),
          bytes: copyBytes(arena.u8, bytes, size),
          valid,
        };
      }
    }
  }
}

function copyBytes(u8: Uint8Array, at: number, length: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(length);
  copy.set(u8.subarray(at, at + length));
  return copy;
}

/** The buffers of a batch, for moving it to another thread. */
export function transferables(batch: ResultBatch): ArrayBuffer[] {
  return batch.columns.flatMap((c) => {
    const buffers = c.lane === 'str' ? [c.offsets.buffer, c.bytes.buffer] : [c.values.buffer];
    return [...buffers, ...(c.valid === null ? [] : [c.valid.buffer])] as ArrayBuffer[];
  });
}
