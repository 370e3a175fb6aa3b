/**
 * From a page as it is stored to where its values begin: decompressed, with the definition levels of a flat column as one
 * byte a row, and all levels of a nested one as words.
 * Version 1 compresses levels and values together; in version 2 levels stand before the values and are never compressed.
 */

import { BasaltError } from '../../base/error.ts';
import type { Kernels } from '../../kernel/load.ts';
import type { Arena } from '../../memory/arena.ts';
import type { Region } from '../../memory/region.ts';
import { decompressor, type Inflaters } from './decompress.ts';
import type { ChunkBytes } from './job.ts';
import { PAGE, type PageHeader } from './page-header.ts';
import { BadValues, ENCODING, littleU32, type ValueWork, valueDecoder } from './values.ts';

/** Room behind every buffer that kernels read. */
const SLACK_BYTES = 64;
const LEVEL_RLE = 3;

/** Bytes at an address. */
type Run = { readonly from: number; readonly bytes: number };
/** Runs of levels are empty where a column has none. */
type PageParts = { readonly repetitions: Run; readonly definitions: Run; readonly values: Run };

type Work = { readonly arena: Arena; readonly kernels: Kernels; readonly inflaters: Inflaters };

/** The bytes of a page's values, and which rows have one. */
export type PageBody = Run & {
  readonly rows: number;
  /** One byte a row, or 0 when no row is NULL. */
  readonly valid: number;
  readonly present: number;
};

/** The bytes of a page's values, and of each entry its levels: 32 bits each; 0 where they all are 0. */
export type NestedBody = Run & {
  readonly entries: number;
  readonly repetitions: number;
  readonly definitions: number;
  readonly present: number;
};

/** Of a column with at most one level. @throws BadValues, BasaltError NOT_IMPLEMENTED */
export function pageBody(work: Work, chunk: ChunkBytes, region: Region, header: PageHeader): PageBody {
  const { definitions, values } = partsOf(work, chunk, region, header);
  const { values: rows } = header;
  if (chunk.leaf.maxDefinition === 0) return { ...values, rows, valid: 0, present: rows };
  const { kernels } = work;
  const valid = region.alloc(rows + 16);
  if (kernels.hybrid_bools(definitions.from, definitions.bytes, rows, valid) < 0)
    throw new BadValues(`its definition levels end before its ${rows} rows do`);
  const present = kernels.mask_count(valid, rows);
  return { ...values, rows, valid: present === rows ? 0 : valid, present };
}

/** @throws BadValues, BasaltError NOT_IMPLEMENTED */
export function nestedBody(work: Work, chunk: ChunkBytes, region: Region, header: PageHeader): NestedBody {
  const { maxDefinition, maxRepetition } = chunk.leaf;
  const parts = partsOf(work, chunk, region, header);
  const { values: entries } = header;
  const repetitions = levels(work, region, parts.repetitions, maxRepetition, entries, 'repetition');
  const definitions = levels(work, region, parts.definitions, maxDefinition, entries, 'definition');
  let present = entries;
  if (definitions > 0) {
    const words = work.arena.u32.subarray(definitions >>> 2, (definitions >>> 2) + entries);
    for (const level of words) if (level !== maxDefinition) present--;
  }
  return { ...parts.values, entries, repetitions, definitions, present };
}

/** Address of n levels of 32 bits, each at most `max`; 0 where the column has none. */
function levels(
  { kernels }: Work,
  region: Region,
  { from, bytes }: Run,
  max: number,
  n: number,
  kind: string,
): number {
  if (max === 0) return 0;
  const out = region.alloc(n * 4 + 16);
  const taken = kernels.hybrid_u32(from, bytes, 32 - Math.clz32(max), n, max + 1, out);
  if (taken === -1) throw new BadValues(`its ${kind} levels end before its ${n} entries do`);
  if (taken < 0) throw new BadValues(`has ${kind} levels above ${max}`);
  return out;
}

/** Address of a dictionary's dense values. @throws BadValues */
export function dictionaryValues(
  work: Work,
  { leaf, codec }: ChunkBytes,
  values: ValueWork,
  { end, storedBytes, plainBytes, values: n, encoding, isCompressed }: PageHeader,
): number {
  if (encoding !== ENCODING.plain && encoding !== ENCODING.plainDictionary)
    throw new BadValues(`a dictionary of encoding ${encoding}`);
  const from = plainBytesOf(work, codec, values.region, end, storedBytes, plainBytes, isCompressed);
  const decode = valueDecoder(leaf, ENCODING.plain);
  if (decode === undefined) throw new BadValues('a dictionary of values that have none');
  return decode(values, from, plainBytes, n);
}

/** Address of a page's codes, 32 bits each and below `count`. @throws BadValues */
export function dictionaryCodes(
  { arena, kernels }: Work,
  region: Region,
  { from, bytes }: Run,
  present: number,
  count: number,
): number {
  const codes = region.alloc(present * 4 + 16);
  if (present === 0) return codes;
  if (bytes < 1) throw new BadValues('has no codes');
  const bits = arena.u8[from];
  if (bits > 32) throw new BadValues(`has codes of ${bits} bits`);
  const taken = kernels.hybrid_u32(from + 1, bytes - 1, bits, present, count, codes);
  if (taken === -1) throw new BadValues(`ends before its ${present} codes do`);
  if (taken < 0) throw new BadValues(`has a code that is not below the dictionary's ${count} entries`);
  return codes;
}

/** Address of `plainBytes` bytes; of the page itself when nothing has to be done to it. @throws BadValues */
export function plainBytesOf(
  work: Work,
  codec: string,
  region: Region,
  from: number,
  storedBytes: number,
  plainBytes: number,
  isCompressed: boolean,
): number {
  const decompress = decompressor(codec);
  if (decompress === null || !isCompressed) {
    if (storedBytes === plainBytes) return from;
    throw new BadValues(`has ${storedBytes} bytes instead of ${plainBytes}`);
  }
  const to = region.alloc(plainBytes + SLACK_BYTES);
  // An empty page may be stored as nothing at all.
  if (plainBytes === 0 || decompress(work, from, storedBytes, to, plainBytes)) return to;
  throw new BadValues(`its ${codec} data does not decompress to ${plainBytes} bytes`);
}

const partsOf = (work: Work, chunk: ChunkBytes, region: Region, header: PageHeader): PageParts =>
  header.kind === PAGE.data ? partsV1(work, chunk, region, header) : partsV2(work, chunk, region, header);

function partsV1(
  work: Work,
  { leaf, codec }: ChunkBytes,
  region: Region,
  { end, storedBytes, plainBytes, definitionEncoding, repetitionEncoding }: PageHeader,
): PageParts {
  let from = plainBytesOf(work, codec, region, end, storedBytes, plainBytes, true);
  let left = plainBytes;
  const take = (max: number, encoding: number, kind: string): Run => {
    if (max === 0) return { from, bytes: 0 };
    if (encoding !== LEVEL_RLE) {
      throw new BasaltError('NOT_IMPLEMENTED', `Column ${leaf.name}: its ${kind} levels are bit-packed`, {
        hint: 'Write the file with a newer program',
      });
    }
    if (left < 4) throw new BadValues(`is too short for its ${kind} levels`);
    const bytes = littleU32(work.arena.u8, from);
    if (bytes > left - 4) throw new BadValues(`says it has ${bytes} bytes of ${kind} levels in ${left}`);
    const run = { from: from + 4, bytes };
    from += 4 + bytes;
    left -= 4 + bytes;
    return run;
  };
  const repetitions = take(leaf.maxRepetition, repetitionEncoding, 'repetition');
  const definitions = take(leaf.maxDefinition, definitionEncoding, 'definition');
  return { repetitions, definitions, values: { from, bytes: left } };
}

function partsV2(work: Work, { codec }: ChunkBytes, region: Region, header: PageHeader): PageParts {
  const { definitionBytes, repetitionBytes, storedBytes, plainBytes, end } = header;
  const levelBytes = definitionBytes + repetitionBytes;
  if (levelBytes > Math.min(storedBytes, plainBytes)) {
    throw new BadValues(`says it has ${levelBytes} bytes of levels in ${storedBytes}`);
  }
  const bytes = plainBytes - levelBytes;
  const stored = storedBytes - levelBytes;
  const from = plainBytesOf(work, codec, region, end + levelBytes, stored, bytes, header.isCompressed);
  return {
    repetitions: { from: end, bytes: repetitionBytes },
    definitions: { from: end + repetitionBytes, bytes: definitionBytes },
    values: { from, bytes },
  };
}
