/**
 * States as values: bytes that stand in columns, packed to seven bits a character (type/packed.ts). What can be done with them one
 * at a time, away from the executor: merges of tables, finalizeAggregation, text. No bytes at all are a state without values.
 */

import { assert, BasaltError } from '../../base/error.ts';
import { damagedState } from '../../sketch/byte-reader.ts';
import { STATE_KINDS, type StateKind } from '../../sketch/kind.ts';
import { blockBytes, blockOf, LocalMemory } from '../../sketch/memory.ts';
import { unpackItem } from '../../type/nested.ts';
import { packBytes } from '../../type/packed.ts';
import { isNested, type StateType, typeName, type Value } from '../../type/type.ts';
import { emptyResult } from './aggregate.ts';
import { BLOCK_AGGREGATES } from './block-aggregate.ts';
import { FIXED_AGGREGATES, readFixed, writeFixed } from './fixed-state.ts';
import { mergeNests, nestOf, nestValue, plainId } from './nest.ts';

/** What a call does with states: gives one, takes them, or both. */
export type StateForm = 'state' | 'merge' | 'mergestate';
export const STATE_FORMS: readonly StateForm[] = ['state', 'merge', 'mergestate'];

/** Ids of aggregates that have states. */
export const STATE_IDS: readonly string[] = [
  ...Object.keys(FIXED_AGGREGATES),
  ...Object.keys(BLOCK_AGGREGATES),
];
const KEEPS_STATE = new Set(STATE_IDS);

/** Whether there are states of an aggregate; those of a nest of states are its own. */
export function hasStates(id: string): boolean {
  const nest = nestOf(plainId(id));
  return nest === undefined ? KEEPS_STATE.has(plainId(id)) : hasStates(nest.inner);
}

/** Which aggregate made a state, and with which parameters. */
export type StateOf = Pick<StateType, 'fn' | 'params' | 'result'>;

const memory = new LocalMemory();

/** Reads states into blocks of a memory that is empty before and after. */
function withBlocks<T>(
  { fn, params }: StateOf,
  states: readonly Uint8Array[],
  use: (slots: readonly number[], kind: StateKind) => T,
): T {
  const row = BLOCK_AGGREGATES[fn];
  assert(row !== undefined, `no states of ${fn}`);
  const kind = STATE_KINDS[row.kind];
  try {
    const slots = states.map((bytes) => {
      const slot = memory.slot();
      if (bytes.length > 0) kind.read(memory, bytes, slot, params);
      return slot;
    });
    return use(slots, kind);
  } finally {
    memory.reset();
  }
}

/** Inside of a nest: what a state gives is the state. */
const GIVES_STATE = /^(state|mergestate)_/;

/** Two states as one. @throws CORRUPTED_DATA */
export function mergeStates(form: StateOf, a: Uint8Array, b: Uint8Array): Uint8Array {
  const of = { ...form, fn: plainId(form.fn) };
  const nest = nestOf(of.fn);
  if (nest !== undefined) return mergeNests(nest, of, [a, b], (inner, x, y) => mergeStates(inner, x, y));
  const fixed = FIXED_AGGREGATES[of.fn];
  if (fixed !== undefined) {
    const to = readFixed(fixed, a);
    fixed.merge(to, readFixed(fixed, b), of.params);
    return writeFixed(fixed, to);
  }
  return withBlocks(of, [a, b], ([to, from], kind) => {
    if (blockOf(memory, from) !== 0) kind.merge(memory, to, blockOf(memory, from), blockBytes(memory, from));
    return kind.write(memory, blockOf(memory, to), of.params);
  });
}

/** What the aggregate gives; null: no values. @throws CORRUPTED_DATA */
export function stateValue(form: StateOf, bytes: Uint8Array): Value {
  if (GIVES_STATE.test(form.fn)) return packBytes(bytes);
  const of = { ...form, fn: plainId(form.fn) };
  const nest = nestOf(of.fn);
  if (nest !== undefined)
    return nestValue(
      nest,
      of,
      bytes,
      (inner, state) => stateValue(inner, state) ?? emptyResult(inner.fn, inner.result),
    );
  const fixed = FIXED_AGGREGATES[of.fn];
  if (fixed !== undefined) return fixed.value(readFixed(fixed, bytes), of.params, of.result);
  return withBlocks(of, [bytes], ([slot]) =>
    BLOCK_AGGREGATES[of.fn].value(memory, blockOf(memory, slot), of.params, of.result),
  );
}

/** @throws CORRUPTED_DATA for bytes that are no state. */
export function checkState(of: StateOf, bytes: Uint8Array): void {
  const fixed = FIXED_AGGREGATES[of.fn];
  if (fixed !== undefined) readFixed(fixed, bytes);
  else if (nestOf(of.fn) !== undefined) stateValue(of, bytes);
  else withBlocks(of, [bytes], ([slot], { checks }) => checks === true && checkElements(of, slot));
}

/** Elements are texts of a form, which what made a state by hand need not know. */
function checkElements(of: StateOf, slot: number): boolean {
  const { value } = BLOCK_AGGREGATES[of.fn];
  try {
    const found = value(memory, blockOf(memory, slot), of.params, { ...of.result, nullable: false });
    if (isNested(of.result)) unpackItem(String(found), of.result);
    return true;
  } catch (cause) {
    throw damagedState(
      `elements that are none of ${typeName(of.result)}: ${BasaltError.from(cause).message}`,
    );
  }
}
