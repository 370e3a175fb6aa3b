/**
 * t-digest (Dunning and Ertl, "Computing extremely accurate quantiles using t-digests", 2019) as its MergingDigest of version 3.2 works: values
 * gather behind the centroids until the block is full, then all are sorted and merged, and a centroid gets the heavier the further it is
 * from both ends.
 *
 *   block := centroids:u32 used:u32 room:u32 0:u32 compression:f64 least:f64 largest:f64 (mean:f64 weight:f64){room}
 *
 * `used` counts centroids and what is behind them. NaN is left out. Which centroids there are depends on the order of values.
 *
 * Bytes are its verbose form (big-endian); the small one is read, too:
 *
 *   verbose := 1:i32 least:f64 largest:f64 compression:f64 n:i32 (weight:f64 mean:f64){n}
 *   small   := 2:i32 least:f64 largest:f64 compression:f32 size:i16 buffer:i16 n:i16 (weight:f32 mean:f32){n}
 */

import { damagedState, viewOf } from './byte-reader.ts';
import { allocZero, blockOf, eachNumber, type StateMemory, type StateViews, setBlock } from './memory.ts';

export const MIN_COMPRESSION = 1;
export const MAX_COMPRESSION = 10_000;
const HEADER_BYTES = 40;
const ENTRY_BYTES = 16;
const FIRST_ROOM = 8;
/** Entries of a full block, a unit of compression. */
const ROOM = 5;
const VERBOSE_BYTES = 32;
const SMALL_BYTES = 30;

/** Adds values to the states of their groups. @param values 8 bytes a row. @param slots address of the column of slots. */
export function addDigests(
  memory: StateMemory,
  compression: number,
  values: number,
  gids: number,
  valid: number,
  n: number,
  slots: number,
): void {
  eachNumber(memory, values, gids, valid, n, slots, (slot, value) =>
    addEntry(memory, compression, slot, value, 1),
  );
}

function addEntry(
  memory: StateMemory,
  compression: number,
  slot: number,
  mean: number,
  weight: number,
): void {
  const block = withRoom(memory, compression, slot);
  const at = block >>> 2;
  const to = entryAt(block, memory.u32[at + 1]++);
  memory.f64[to] = mean;
  memory.f64[to + 1] = weight;
}

/** A block with room for one more entry. */
function withRoom(memory: StateMemory, compression: number, slot: number): number {
  const block = blockOf(memory, slot);
  if (block === 0) return newDigest(memory, slot, compression, FIRST_ROOM);
  const [, used, room] = memory.u32.subarray(block >>> 2, (block >>> 2) + 3);
  const full = ROOM * Math.ceil(compressionOf(memory, block)) - 1;
  // Centroids of a digest from outside may be more than ours would be.
  if (used >= full && memory.u32[block >>> 2] < used) compress(memory, block);
  else if (used === room) return grow(memory, slot, Math.max(room + 1, Math.min(2 * room, full)));
  return memory.u32[(block >>> 2) + 1] < room ? block : grow(memory, slot, 2 * room);
}

function newDigest(memory: StateMemory, slot: number, compression: number, room: number): number {
  const bytes = HEADER_BYTES + ENTRY_BYTES * room;
  const block = allocZero(memory, bytes);
  memory.u32[(block >>> 2) + 2] = room;
  memory.f64.set([compression, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], (block >>> 3) + 2);
  setBlock(memory, slot, block, bytes);
  return block;
}

function grow(memory: StateMemory, slot: number, room: number): number {
  const old = blockOf(memory, slot);
  const bytes = HEADER_BYTES + ENTRY_BYTES * room;
  const block = memory.alloc(bytes);
  memory.u8.copyWithin(block, old, old + HEADER_BYTES + ENTRY_BYTES * memory.u32[(old >>> 2) + 1]);
  memory.u32[(block >>> 2) + 2] = room;
  setBlock(memory, slot, block, bytes);
  return block;
}

const compressionOf = ({ f64 }: StateViews, block: number): number => f64[(block >>> 3) + 2];
/** Index of an entry's mean. */
const entryAt = (block: number, entry: number): number => ((block + HEADER_BYTES) >>> 3) + 2 * entry;

/** Adds the centroids of `from`, each as a value that came so often. */
export function mergeDigest(memory: StateMemory, slot: number, from: number): void {
  const { entries, least, largest } = digestOf(memory, from);
  const compression = compressionOf(memory, from);
  for (const { mean, weight } of entries) addEntry(memory, compression, slot, mean, weight);
  const ends = (blockOf(memory, slot) >>> 3) + 3;
  memory.f64[ends] = Math.min(memory.f64[ends], least);
  memory.f64[ends + 1] = Math.max(memory.f64[ends + 1], largest);
}

type Entry = { readonly mean: number; readonly weight: number };

export type Digest = {
  /** Means ascend. */
  readonly entries: readonly Entry[];
  readonly least: number;
  readonly largest: number;
};

/** What came last is first, as it is among equal means. */
function entriesOf({ f64, u32 }: StateViews, block: number): Entry[] {
  const [centroids, used] = u32.subarray(block >>> 2, (block >>> 2) + 2);
  return Array.from({ length: used }, (_, i) => {
    const at = entryAt(block, (i + centroids) % used);
    return { mean: f64[at], weight: f64[at + 1] };
  });
}

/** Centroids of all that the block has seen, which stays as it is. @param block not 0 */
export function digestOf(memory: StateViews, block: number): Digest {
  const { f64, u32 } = memory;
  const [least, largest] = [f64[(block >>> 3) + 3], f64[(block >>> 3) + 4]];
  const entries = entriesOf(memory, block);
  if (u32[block >>> 2] === entries.length) return { entries, least, largest };
  const merged = mergeEntries(entries, compressionOf(memory, block));
  return {
    entries: merged,
    least: Math.min(least, merged[0].mean),
    largest: Math.max(largest, merged[merged.length - 1].mean),
  };
}

function compress(memory: StateMemory, block: number): void {
  const { entries, least, largest } = digestOf(memory, block);
  memory.u32.fill(entries.length, block >>> 2, (block >>> 2) + 2);
  memory.f64.set([least, largest], (block >>> 3) + 3);
  for (const [i, { mean, weight }] of entries.entries()) memory.f64.set([mean, weight], entryAt(block, i));
}

/** Neighbours become one as long as both of its ends are far enough from those of all. */
function mergeEntries(entries: readonly Entry[], compression: number): Entry[] {
  // Infinite ones, too, which have no difference.
  const sorted = [...entries].sort((a, b) => Number(a.mean > b.mean) - Number(a.mean < b.mean));
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0);
  const scale = compression / (Math.PI * total);
  const merged: Entry[] = [];
  let [last, before] = [sorted[0], 0];
  for (const entry of sorted.slice(1)) {
    const weight = last.weight + entry.weight;
    const [low, high] = [before / total, (before + weight) / total];
    const size = weight * scale;
    const mean = meanOf(last, entry);
    if (!Number.isNaN(mean) && size * size <= low * (1 - low) && size * size <= high * (1 - high)) {
      last = { mean, weight };
      continue;
    }
    before += last.weight;
    merged.push(last);
    last = entry;
  }
  return [...merged, last];
}

/** NaN between the infinities. */
const meanOf = (a: Entry, b: Entry): number =>
  a.mean === b.mean ? a.mean : a.mean + ((b.mean - a.mean) * b.weight) / (a.weight + b.weight);

/** The value below which a share `level` of all are, about; between the middles of centroids. @param block not 0 */
export function digestQuantile(memory: StateViews, block: number, level: number): number {
  const { entries, least, largest } = digestOf(memory, block);
  const total = entries.reduce((sum, { weight }) => sum + weight, 0);
  const rank = level * total;
  const [first] = entries;
  if (rank < first.weight / 2) return least + ((2 * rank) / first.weight) * (first.mean - least);
  let before = first.weight / 2;
  for (let i = 1; i < entries.length; i++) {
    const [a, b] = [entries[i - 1], entries[i]];
    const step = (a.weight + b.weight) / 2;
    if (before + step > rank) {
      const mean = (a.mean * (before + step - rank) + b.mean * (rank - before)) / step;
      return Math.max(a.mean, Math.min(b.mean, mean));
    }
    before += step;
  }
  // Version 3.2 does not go on between the last middle and the largest value.
  return largest;
}

/** @param block 0 = nothing seen */
export function writeDigest(memory: StateViews, block: number, compression: number): Uint8Array {
  const { entries, least, largest } =
    block === 0
      ? { entries: [], least: Number.POSITIVE_INFINITY, largest: Number.NEGATIVE_INFINITY }
      : digestOf(memory, block);
  const bytes = new Uint8Array(VERBOSE_BYTES + ENTRY_BYTES * entries.length);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, 1);
  view.setFloat64(4, least);
  view.setFloat64(12, largest);
  view.setFloat64(20, block === 0 ? compression : compressionOf(memory, block));
  view.setInt32(28, entries.length);
  for (const [i, { mean, weight }] of entries.entries()) {
    view.setFloat64(VERBOSE_BYTES + ENTRY_BYTES * i, weight);
    view.setFloat64(VERBOSE_BYTES + ENTRY_BYTES * i + 8, mean);
  }
  return bytes;
}

/** Reads a state into an empty slot. @throws CORRUPTED_DATA */
export function readDigest(memory: StateMemory, bytes: Uint8Array, slot: number): void {
  const view = viewOf(bytes, SMALL_BYTES, 'a t-digest');
  const form = view.getInt32(0);
  if (form !== 1 && form !== 2) throw damagedState(`a t-digest of form ${form}`);
  const isSmall = form === 2;
  if (!isSmall) viewOf(bytes, VERBOSE_BYTES, 'a t-digest');
  const compression = isSmall ? view.getFloat32(20) : view.getFloat64(20);
  const count = isSmall ? view.getInt16(28) : view.getInt32(28);
  if (!(compression >= MIN_COMPRESSION && compression <= MAX_COMPRESSION))
    throw damagedState(`a t-digest of compression ${compression}`);
  if (count < 0) throw damagedState(`a t-digest of ${count} centroids`);
  const [start, width] = isSmall ? [SMALL_BYTES, 4] : [VERBOSE_BYTES, 8];
  viewOf(bytes, start + 2 * width * count, 'a t-digest');
  if (count === 0) return;
  const number = (at: number): number => (isSmall ? view.getFloat32(at) : view.getFloat64(at));
  const block = newDigest(memory, slot, compression, count);
  const ends = [view.getFloat64(4), view.getFloat64(12)];
  let before = ends[0];
  for (let i = 0; i < count; i++) {
    const weight = number(start + 2 * width * i);
    const mean = number(start + 2 * width * i + width);
    // Rounded to 32 bits a mean may be beyond the ends.
    if (!(weight > 0 && weight < 2 ** 53) || !(mean >= before || (isSmall && !Number.isNaN(mean))))
      throw damagedState('a t-digest whose centroids do not ascend, or have no weight');
    before = mean;
    memory.f64.set([mean, weight], entryAt(block, i));
  }
  if (!(ends[1] >= before || (isSmall && ends[1] >= ends[0])))
    throw damagedState('a t-digest whose largest value is not the largest');
  memory.u32.fill(count, block >>> 2, (block >>> 2) + 2);
  memory.f64.set(ends, (block >>> 3) + 3);
}
