/**
 * Aggregate states of rows of equal key into one: the state of the row under way is open, as bytes out of its packed form, until
 * another row's turn comes or the batch ends; only then it is written again.
 */

import { mergeStates } from '../../engine/function/aggregate/state.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import type { Region } from '../../engine/memory/region.ts';
import { packedLength, readPackedBytes, unpackedLength, writePackedBytes } from '../../engine/type/packed.ts';
import { type LogicalType, stateOf } from '../../engine/type/type.ts';

export class StateCombiner {
  readonly #arena: Arena;
  readonly #region: Region;
  readonly #type: LogicalType;
  #row = 0;
  #open: Uint8Array | null = null;

  /** @param region takes what is written. */
  constructor(arena: Arena, region: Region, type: LogicalType) {
    this.#arena = arena;
    this.#region = region;
    this.#type = type;
  }

  /** Adds the state that the reference at `from` names to the one at `to`. @throws CORRUPTED_DATA */
  readonly combine = (to: number, from: number): void => {
    if (this.#row !== to) this.close();
    this.#open = mergeStates(stateOf(this.#type), this.#open ?? this.#read(to), this.#read(from));
    this.#row = to;
  };

  /** Writes the state under way. */
  close(): void {
    const bytes = this.#open;
    if (bytes === null) return;
    const { u8, u32 } = this.#arena;
    const length = packedLength(bytes.length);
    const address = this.#region.alloc(Math.max(1, length));
    writePackedBytes(bytes, u8, address);
    u32[this.#row >>> 2] = address;
    u32[(this.#row >>> 2) + 1] = length;
    this.#open = null;
    this.#row = 0;
  }

  #read(reference: number): Uint8Array {
    const { u8, u32 } = this.#arena;
    const [address, length] = [u32[reference >>> 2], u32[(reference >>> 2) + 1]];
    const bytes = new Uint8Array(unpackedLength(length));
    readPackedBytes(u8, address, length, bytes, 0);
    return bytes;
  }
}
