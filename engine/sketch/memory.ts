/**
 * Where states of variable size lie: blocks of bytes at addresses that are multiples of 8, in the arena while a query
 * groups, in a buffer of its own where a single state is looked at.
 *
 * A block is reached through its *slot*: 8 bytes with its address and its size in bytes (the form of a string reference), zeros
 * for a state that has seen nothing. A block holds no addresses, so copying its bytes is copying the state; a block
 * that grows moves.
 */

/** Blocks to be read. */
export interface StateViews {
  readonly u8: Uint8Array;
  readonly u32: Uint32Array;
  readonly u64: BigUint64Array;
  readonly f64: Float64Array;
}

export interface StateMemory extends StateViews {
  /** Address of `bytes` uninitialised bytes. */
  alloc(bytes: number): number;
  /** Takes back what `alloc` gave for as many bytes. */
  free(address: number, bytes: number): void;
}

/** Address of the slot's block; 0 = none. */
export const blockOf = ({ u32 }: StateViews, slot: number): number => u32[slot >>> 2];
export const blockBytes = ({ u32 }: StateViews, slot: number): number => u32[(slot >>> 2) + 1];

/** Lets the slot have another block; frees the one it had. */
export function setBlock(memory: StateMemory, slot: number, address: number, bytes: number): void {
  const { u32 } = memory;
  const [old, oldBytes] = [u32[slot >>> 2], u32[(slot >>> 2) + 1]];
  u32[slot >>> 2] = address;
  u32[(slot >>> 2) + 1] = bytes;
  if (old !== 0 && old !== address) memory.free(old, oldBytes);
}

/**
 * Rows with their groups' slots, for states of numbers: NULL and NaN are left out.
 *
 * @param values 8 bytes a row. @param valid 0 = all. @param slots address of the column of slots
 */
export function eachNumber(
  { u8, u32, f64 }: StateViews,
  values: number,
  gids: number,
  valid: number,
  n: number,
  slots: number,
  use: (slot: number, value: number) => void,
): void {
  for (let i = 0; i < n; i++) {
    if (valid !== 0 && u8[valid + i] === 0) continue;
    const value = f64[(values >>> 3) + i];
    if (!Number.isNaN(value)) use(slots + 8 * u32[(gids >>> 2) + i], value);
  }
}

/** A block of zeros. */
export function allocZero(memory: StateMemory, bytes: number): number {
  const address = memory.alloc(bytes);
  memory.u8.fill(0, address, address + bytes);
  return address;
}

/** Gives an empty slot a copy of a block. */
export function copyBlock(memory: StateMemory, slot: number, from: number, bytes: number): void {
  const to = memory.alloc(bytes);
  memory.u8.copyWithin(to, from, from + bytes);
  setBlock(memory, slot, to, bytes);
}

const MAX_LOCAL_BYTES = 1 << 30;
/** Addresses below are nobody's, so that 0 is none. */
const FIRST_ADDRESS = 16;

/** Memory of a single state, or of two to be merged; given back as a whole. */
export class LocalMemory implements StateMemory {
  readonly #buffer = new ArrayBuffer(1 << 16, { maxByteLength: MAX_LOCAL_BYTES });
  readonly u8 = new Uint8Array(this.#buffer);
  readonly u32 = new Uint32Array(this.#buffer);
  readonly u64 = new BigUint64Array(this.#buffer);
  readonly f64 = new Float64Array(this.#buffer);
  #top = FIRST_ADDRESS;

  alloc(bytes: number): number {
    const address = this.#top;
    this.#top += (bytes + 7) & ~7;
    if (this.#top > this.#buffer.byteLength)
      this.#buffer.resize(Math.max(this.#top, this.#buffer.byteLength * 2));
    return address;
  }

  free(): void {}

  /** An empty slot. */
  slot(): number {
    return allocZero(this, 8);
  }

  /** Forgets everything; what grew large is given back. */
  reset(): void {
    this.#top = FIRST_ADDRESS;
    if (this.#buffer.byteLength > 1 << 20) this.#buffer.resize(1 << 16);
  }
}
