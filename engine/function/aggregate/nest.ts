/**
 * Aggregates of which a group has several states, by number or by key (sketch/nest.ts). Their ids say how, and of which aggregate:
 *
 *   each(x)   a state for each place of arrays                     array of what x gives
 *   key(x)    a state for each key, whose array comes first        map, or tuple of two arrays
 *   step(x)   a state for each number, which comes first; -1: none   array
 *   best(x)   one state, of rows with the least text, which is last   what x gives
 *
 *   params := numbers there are, for `step`   1 if the last of x's arguments says which rows count   params of x
 *   bytes  := (keyBytes:u32 stateBytes:u32 key state)*      ascending by key; without keys in the order of numbers
 */

import { textOfBytes } from '../../base/bytes-text.ts';
import { damagedState } from '../../sketch/byte-reader.ts';
import { STATE_KINDS } from '../../sketch/kind.ts';
import type { StateMemory, StateViews } from '../../sketch/memory.ts';
import {
  byKey,
  compare,
  keyedRecord,
  type NestForm,
  nestKey,
  putState,
  reachRecord,
  recordAt,
  referred,
} from '../../sketch/nest.ts';
import { ARRAY_END, packElement, packField } from '../../type/nested.ts';
import { elementOf, fieldsOf, type LogicalType, type Value } from '../../type/type.ts';
import { BLOCK_AGGREGATES } from './block-aggregate.ts';
import { FIXED_AGGREGATES } from './fixed-state.ts';

export type NestShape = 'each' | 'key' | 'step' | 'best';
export type Nest = { readonly shape: NestShape; readonly inner: string };
type Called = { readonly fn: string; readonly params: readonly number[]; readonly result: LogicalType };

const NEST = /^(each|key|step|best)\((.+)\)$/;
const FORM = /^(?:state|merge|mergestate)_/;
/** The aggregate whose states another form of it has. */
export const plainId = (id: string): string => id.replace(FORM, '');

export function nestOf(id: string): Nest | undefined {
  const found = NEST.exec(id);
  return found === null ? undefined : { shape: found[1] as NestShape, inner: found[2] };
}

/** The id of a nest, and its params. @param numbers for `step` */
export const nested = (
  shape: NestShape,
  { fn, params = [] }: { readonly fn: string; readonly params?: readonly number[] },
  filtered: boolean,
  numbers = 0,
): { readonly fn: string; readonly params: readonly number[] } => ({
  fn: `${shape}(${fn})`,
  params: [numbers, filtered ? 1 : 0, ...params],
});

const innerParams = (params: readonly number[]): readonly number[] => params.slice(2);

/** What each state gives. */
export function innerType(shape: NestShape, type: LogicalType): LogicalType {
  if (shape === 'best') return type;
  return elementOf(type.id === 'tuple' ? fieldsOf(type)[1].type : type);
}

/** The aggregate that each state is of. */
export const innerOf = ({ shape, inner }: Nest, { params, result }: Called): Called => ({
  fn: inner,
  params: innerParams(params),
  result: innerType(shape, result),
});

export function formOf({ shape, inner }: Nest): NestForm {
  const fixed = FIXED_AGGREGATES[plainId(inner)];
  const keyed = shape === 'key' || shape === 'best';
  return fixed === undefined
    ? { words: 1, refers: true, keyed }
    : { words: fixed.words, refers: fixed.string, keyed };
}

/** How the block of a state of variable size becomes bytes and back. */
export type BlockForm = {
  /** @param block 0 = nothing seen */
  readonly write: (memory: StateViews, block: number) => Uint8Array;
  /** Into an empty slot. @throws CORRUPTED_DATA */
  readonly read: (memory: StateMemory, bytes: Uint8Array, slot: number) => void;
};

/** undefined: states of the aggregate are words. */
export function blockForm(fn: string, params: readonly number[]): BlockForm | undefined {
  const nest = nestOf(fn);
  if (nest !== undefined)
    return {
      write: (memory, block) => writeNest(memory, nest, params, block),
      read: (memory, bytes, slot) => readNest(memory, nest, params, bytes, slot),
    };
  const row = BLOCK_AGGREGATES[fn];
  if (row === undefined) return undefined;
  const { write, read } = STATE_KINDS[row.kind];
  return {
    write: (memory, block) => write(memory, block, params),
    read: (memory, bytes, slot) => read(memory, bytes, slot, params),
  };
}

const HEAD_BYTES = 8;

type Entry = { readonly key: Uint8Array; readonly state: Uint8Array };

/** @throws CORRUPTED_DATA */
function* entriesOf(bytes: Uint8Array): Generator<Entry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < bytes.length; ) {
    if (at + HEAD_BYTES > bytes.length) throw damagedState(`states that end at byte ${at}`);
    const key = at + HEAD_BYTES;
    const state = key + view.getUint32(at, true);
    const end = state + view.getUint32(at + 4, true);
    if (end > bytes.length) throw damagedState(`a state up to byte ${end} of ${bytes.length}`);
    yield { key: bytes.subarray(key, state), state: bytes.subarray(state, end) };
    at = end;
  }
}

function bytesOfEntries(entries: readonly Entry[]): Uint8Array {
  const size = entries.reduce((sum, { key, state }) => sum + HEAD_BYTES + key.length + state.length, 0);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { key, state } of entries) {
    view.setUint32(at, key.length, true);
    view.setUint32(at + 4, state.length, true);
    bytes.set(key, at + HEAD_BYTES);
    bytes.set(state, at + HEAD_BYTES + key.length);
    at += HEAD_BYTES + key.length + state.length;
  }
  return bytes;
}

function writeNest(memory: StateViews, nest: Nest, params: readonly number[], block: number): Uint8Array {
  const form = formOf(nest);
  const inner = blockForm(plainId(nest.inner), innerParams(params));
  return bytesOfEntries(
    Array.from(byKey(memory, form, block), (number) => {
      const key = nestKey(memory, form, block, number);
      const { address, bytes } = referred(memory, form, block, number);
      if (inner !== undefined) return { key, state: inner.write(memory, bytes === 0 ? 0 : address) };
      const record = recordAt(memory, form, block, number);
      const state = new Uint8Array(fixedBytes(form) + bytes);
      state.set(memory.u8.subarray(form.refers ? record + 8 : record, record + 8 * form.words));
      state.set(memory.u8.subarray(address, address + bytes), fixedBytes(form));
      return { key, state };
    }),
  );
}

/** Bytes of a state that are no text. */
const fixedBytes = ({ words, refers }: NestForm): number => 8 * (refers ? words - 1 : words);

function readNest(
  memory: StateMemory,
  nest: Nest,
  params: readonly number[],
  bytes: Uint8Array,
  slot: number,
): void {
  const form = formOf(nest);
  const inner = blockForm(plainId(nest.inner), innerParams(params));
  const words = memory.alloc(8 * form.words);
  const columns = Array.from({ length: form.words }, (_, w) => words + 8 * w);
  let number = 0;
  for (const { key, state } of entriesOf(bytes)) {
    memory.u8.fill(0, words, words + 8 * form.words);
    const fixed = fixedBytes(form);
    if (state.length > 0 && inner !== undefined) inner.read(memory, state, words);
    else if (state.length > 0) {
      if (form.refers ? state.length < fixed : state.length !== fixed)
        throw damagedState(`a state of ${state.length} bytes where ${fixed} are`);
      memory.u8.set(state.subarray(0, fixed), form.refers ? words + 8 : words);
      if (state.length > fixed)
        memory.u32.set([copied(memory, state.subarray(fixed)), state.length - fixed], words >>> 2);
    }
    if (form.keyed) number = keyedRecord(memory, form, slot, copied(memory, key), key.length);
    else reachRecord(memory, form, slot, number);
    putState(memory, form, slot, number, columns, 0, 0);
    number++;
  }
}

function copied(memory: StateMemory, bytes: Uint8Array): number {
  const at = memory.alloc(bytes.length);
  memory.u8.set(bytes, at);
  return at;
}

type OfBytes<T> = (of: Called, ...states: readonly Uint8Array[]) => T;

/** Two states as one. @param merge of what is inside */
export function mergeNests(
  nest: Nest,
  of: Called,
  [a, b]: readonly Uint8Array[],
  merge: OfBytes<Uint8Array>,
): Uint8Array {
  const inner = innerOf(nest, of);
  const [left, right] = [entriesOf(a), entriesOf(b)];
  const merged: Entry[] = [];
  let [x, y] = [left.next(), right.next()];
  while (x.done !== true || y.done !== true) {
    const order = x.done === true ? 1 : y.done === true ? -1 : compare(x.value.key, y.value.key);
    const entry = (order <= 0 ? x : y).value as Entry;
    merged.push(
      order === 0 ? { key: entry.key, state: merge(inner, entry.state, (y.value as Entry).state) } : entry,
    );
    if (nest.shape === 'best') break;
    if (order <= 0) x = left.next();
    if (order >= 0) y = right.next();
  }
  return bytesOfEntries(merged);
}

/** What a state gives. @param value of what is inside; never null where the type has none */
export function nestValue(nest: Nest, of: Called, bytes: Uint8Array, value: OfBytes<Value>): Value {
  const inner = innerOf(nest, of);
  const entries = [...entriesOf(bytes)];
  if (nest.shape === 'best') return value(inner, entries[0]?.state ?? new Uint8Array());
  const writer = new NestWriter(nest, of.params, of.result);
  for (const { key, state } of entries) writer.add(key, value(inner, state));
  return writer.end(() => value(inner, new Uint8Array()));
}

const MARK = '\x01';

/** Makes an array or a map of what states give. */
export class NestWriter {
  readonly #numbers: number;
  readonly #value: LogicalType;
  readonly #result: LogicalType;
  #count = 0;
  #keys = '';
  #values = '';

  /** @param result of the whole */
  constructor({ shape }: Nest, params: readonly number[], result: LogicalType) {
    this.#numbers = shape === 'step' ? params[0] : 0;
    this.#value = innerType(shape, result);
    this.#result = result;
  }

  add(key: Uint8Array, value: Value): void {
    this.#count++;
    if (this.#result.id === 'array') this.#values += packElement(value, this.#value);
    else if (this.#result.id === 'map')
      this.#values += MARK + textOfBytes(key) + packField(value, this.#value);
    else {
      this.#keys += MARK + textOfBytes(key);
      this.#values += packElement(value, this.#value);
    }
  }

  /** The packed value. @param missing what a number gives that no row had */
  end(missing: () => Value): string {
    while (this.#count < this.#numbers) this.add(NO_KEY, missing());
    return (this.#result.id === 'tuple' ? this.#keys + ARRAY_END : '') + this.#values + ARRAY_END;
  }
}
const NO_KEY = new Uint8Array();
