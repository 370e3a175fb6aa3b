/**
 * Aggregates that give their state instead of a value, or take states instead of values: any aggregator with its words
 * turned into bytes at the end, or made of bytes at the beginning (function/aggregate/state.ts).
 */

import { FIXED_AGGREGATES } from '../../function/aggregate/fixed-state.ts';
import { type BlockForm, blockForm } from '../../function/aggregate/nest.ts';
import { damagedState } from '../../sketch/byte-reader.ts';
import type { StateMemory } from '../../sketch/memory.ts';
import { packedLength, readPackedBytes, unpackedLength, writePackedBytes } from '../../type/packed.ts';
import { refVector, type Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import type { Aggregator } from './aggregator.ts';
import type { StateTask } from './block-aggregator.ts';

/** Kernels copy strings in pieces of this size. */
const SLACK_BYTES = 16;

/** What is made of states' bytes for one batch. */
export const scratchMemory = ({ arena, scratch }: StateTask): StateMemory => ({
  u8: arena.u8,
  u32: arena.u32,
  u64: arena.u64,
  f64: arena.f64,
  alloc: (bytes) => scratch.alloc(bytes),
  free: () => undefined,
});

/** @param id of the aggregate without its form */
export function givesState(id: string, params: readonly number[], inner: Aggregator): Aggregator {
  const form = blockForm(id, params);
  return {
    ...inner,
    whole: undefined,
    result: (task, columns, n) =>
      form === undefined ? fixedStates(task, id, columns, n) : blockStates(task, form, columns[0], n),
  };
}

function blockStates(task: TaskContext, { write }: BlockForm, slots: number, n: number): Vector {
  const { arena } = task;
  return stateVector(task, n, (row) => write(arena, arena.u32[(slots >>> 2) + 2 * row]));
}

function fixedStates(task: TaskContext, id: string, columns: readonly number[], n: number): Vector {
  const { u8, u32 } = task.arena;
  const { string } = FIXED_AGGREGATES[id];
  const words = string ? columns.slice(1) : columns;
  return stateVector(task, n, (row) => {
    const at = (columns[0] >>> 2) + 2 * row;
    const [address, length] = string ? [u32[at], u32[at + 1]] : [0, 0];
    const bytes = new Uint8Array(8 * words.length + length);
    words.forEach((column, w) => {
      bytes.set(u8.subarray(column + 8 * row, column + 8 * row + 8), 8 * w);
    });
    if (length > 0) bytes.set(u8.subarray(address, address + length), 8 * words.length);
    return bytes;
  });
}

function stateVector(task: TaskContext, n: number, bytesOf: (row: number) => Uint8Array): Vector {
  const { arena, scratch } = task;
  const refs = scratch.alloc(n * 8);
  for (let row = 0; row < n; row++) {
    if ((row & 255) === 0) task.check();
    const bytes = bytesOf(row);
    const length = packedLength(bytes.length);
    const address = task.strings.alloc(Math.max(1, length));
    writePackedBytes(bytes, arena.u8, address);
    arena.u32[(refs >>> 2) + 2 * row] = address;
    arena.u32[(refs >>> 2) + 2 * row + 1] = length;
  }
  return refVector(n, refs, 0);
}

/** @param id of the aggregate without its form */
export function takesStates(id: string, params: readonly number[], inner: Aggregator): Aggregator {
  const form = blockForm(id, params);
  if (form !== undefined)
    return {
      ...inner,
      update: (task, gids, [refs], valid, n, slots, heap) =>
        addBlocks(task, form, gids, refs, valid, n, (gid, slot) =>
          inner.merge(task, gid, [slot], 1, slots, heap),
        ),
    };
  if (inner.string === true) return takesTexts(inner);
  return {
    ...inner,
    whole: undefined,
    update(task, gids, [refs], valid, n, states, heap) {
      const columns = states.map(() => task.scratch.allocZero(n * 8));
      for (const [row, bytes] of statesOf(task, refs, valid, n)) putWords(task, columns, row, bytes, false);
      inner.merge(task, gids, columns, n, states, heap);
    },
  };
}

/** Strings of states came as bytes of their own: what becomes a state's is copied to its heap. */
function takesTexts(inner: Aggregator): Aggregator {
  const merge: Aggregator['merge'] = (task, gids, from, n, states, heap) => {
    inner.merge(task, gids, from, n, states, heap);
    for (let i = 0; i < n; i++) keepText(heap, states[0] + 8 * heap.u32[(gids >>> 2) + i], from[0] + 8 * i);
  };
  return {
    ...inner,
    string: false,
    block: true,
    merge,
    update(task, gids, [refs], valid, n, states, heap) {
      const { u32 } = task.arena;
      const columns = states.map(() => task.scratch.allocZero(n * 8));
      for (const [row, bytes] of statesOf(task, refs, valid, n)) {
        const text = putWords(task, columns.slice(1), row, bytes, true);
        u32[(columns[0] >>> 2) + 2 * row] = text.address;
        u32[(columns[0] >>> 2) + 2 * row + 1] = text.length;
      }
      merge(task, gids, columns, n, states, heap);
    },
    result(task, states, n) {
      const found = inner.result(task, states, n);
      const { kernels, scratch, strings } = task;
      const refs = scratch.alloc(n * 8);
      if (found.valid !== 0) kernels.clear_null_refs(found.data, found.valid, n);
      kernels.refs_copy(
        found.data,
        n,
        strings.alloc((kernels.refs_bytes(found.data, n) >>> 0) + SLACK_BYTES),
        refs,
      );
      return refVector(n, refs, found.valid);
    },
  };
}

/** The words of a state into row `row` of columns; answers where the text behind them is, in scratch. */
function putWords(
  { arena: { u8 }, scratch }: TaskContext,
  columns: readonly number[],
  row: number,
  bytes: Uint8Array,
  hasText: boolean,
): { readonly address: number; readonly length: number } {
  const ahead = 8 * columns.length;
  const length = bytes.length - ahead;
  if (hasText ? length < 0 : length !== 0)
    throw damagedState(`${bytes.length} bytes where ${hasText ? 'at least ' : ''}${ahead} are`);
  columns.forEach((column, w) => {
    u8.set(bytes.subarray(8 * w, 8 * w + 8), column + 8 * row);
  });
  if (length === 0) return { address: 0, length };
  const address = scratch.alloc(length);
  u8.set(bytes.subarray(ahead), address);
  return { address, length };
}

/** Bytes of the state in row `row`; in use until the next call. */
function* statesOf(task: StateTask, refs: number, valid: number, n: number): Generator<[number, Uint8Array]> {
  const { u8, u32 } = task.arena;
  let buffer = new Uint8Array(256);
  for (let row = 0; row < n; row++) {
    if (valid !== 0 && u8[valid + row] === 0) continue;
    const [address, length] = [u32[(refs >>> 2) + 2 * row], u32[(refs >>> 2) + 2 * row + 1]];
    // The default of a column that was added later: nothing seen.
    if (length === 0) continue;
    const bytes = unpackedLength(length);
    if (bytes > buffer.length) buffer = new Uint8Array(2 * bytes);
    readPackedBytes(u8, address, length, buffer, 0);
    yield [row, buffer.subarray(0, bytes)];
  }
}

/** Reads states that are blocks, given as a column of strings. @param add a group's state, whose slot is good until it returns */
export function addBlocks(
  task: StateTask,
  { read }: BlockForm,
  gids: number,
  refs: number,
  valid: number,
  n: number,
  add: (gids: number, slot: number) => void,
): void {
  const memory = scratchMemory(task);
  const { scratch, arena } = task;
  const slot = scratch.alloc(16);
  for (const [row, bytes] of statesOf(task, refs, valid, n)) {
    const mark = scratch.mark();
    arena.u32.fill(0, slot >>> 2, (slot >>> 2) + 2);
    read(memory, bytes, slot);
    add(gids + 4 * row, slot);
    scratch.reset(mark);
    if ((row & 63) === 0) task.check();
  }
}

/** A state that took over the text of a batch gets a copy that lasts. */
function keepText(heap: StateMemory, state: number, source: number): void {
  const { u8, u32 } = heap;
  const [address, length] = [u32[state >>> 2], u32[(state >>> 2) + 1]];
  if (address !== u32[source >>> 2] || length === 0) return;
  const copy = heap.alloc(length);
  u8.copyWithin(copy, address, address + length);
  u32[state >>> 2] = copy;
}
