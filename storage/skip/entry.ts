/**
 * What a segment's footer says of an index: for each term, what is known of every granule.
 *
 *   index   := id:uint bodyBytes:uint body
 *   body    := form:u8 pages:u8 slot:uint granules:uint terms:uint term*     -- form 0 bounds, 1 values, 2 filter
 *   term    := kind:u8 (known:u8 entry?){granules}       -- kind of the values' blocks (0 int, 1 float, 2 bool, 4 text)
 *   entry   := min:value max:value nullCount:uint                            -- bounds
 *            | block-entry | text-entry                                      -- values: each once, NULL among them
 *            | bits:uint hashes:uint offset:uint storedBytes:uint codec:u8 checksum:u64     -- filter
 *
 * `pages` are those of a granule: 1, 2, 4 or 8. Frame slot of granule g of term t: slot + t * granules + g.
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { Zone } from '../../engine/plan/source.ts';
import { BLOCK_ROWS, VECTOR_ROWS } from '../../engine/vector/vector.ts';
import { type BlockEntry, type BlockKind, readBlockEntry, writeBlockEntry } from '../codec/block.ts';
import { BYTE_CODECS, type ByteCodec } from '../codec/byte-codec.ts';
import type { ByteReader, ByteWriter } from '../codec/byte-io.ts';
import { readTextEntry, type TextEntry, writeTextEntry } from '../codec/text-page.ts';

export const INDEX_FORMS = ['bounds', 'values', 'filter'] as const;
export type IndexForm = (typeof INDEX_FORMS)[number];

const VALUE_KINDS = ['int', 'float', 'bool', 'dict', 'text'] as const;
export type ValueKind = Exclude<BlockKind, 'dict'> | 'text';

export type FilterEntry = {
  /** Bits of the filter, and bits that each item sets. */
  readonly bits: number;
  readonly hashes: number;
  readonly offset: number;
  readonly storedBytes: number;
  readonly codec: ByteCodec;
  readonly checksum: bigint;
};

/** null: nothing is known of the granule. */
export type TermFooter =
  | { readonly form: 'bounds'; readonly granules: readonly (Zone | null)[] }
  | { readonly form: 'filter'; readonly granules: readonly (FilterEntry | null)[] }
  | {
      readonly form: 'values';
      readonly kind: Exclude<ValueKind, 'text'>;
      readonly granules: readonly (BlockEntry | null)[];
    }
  | { readonly form: 'values'; readonly kind: 'text'; readonly granules: readonly (TextEntry | null)[] };

export type IndexFooter = {
  readonly form: IndexForm;
  readonly pages: number;
  readonly slot: number;
  readonly granules: number;
  readonly terms: readonly TermFooter[];
};

/** Bits of the largest filter: 1 MiB. */
export const MAX_FILTER_BITS = 1 << 23;
export const MAX_FILTER_HASHES = 64;

export const filterBytes = ({ bits }: Pick<FilterEntry, 'bits'>): number => Math.ceil(bits / 8);

/** Granules of so many rows; all but the last have `pages` pages. */
export const granuleCount = (rows: number, pages: number): number => Math.ceil(rows / (pages * VECTOR_ROWS));

/** Frame slots of an index. */
export const slotsOf = ({ form, granules, terms }: IndexFooter): number =>
  form === 'bounds' ? 0 : granules * terms.length;

export function indexBody(out: ByteWriter, { form, pages, slot, granules, terms }: IndexFooter): void {
  out.u8(INDEX_FORMS.indexOf(form)).u8(pages).uint(slot).uint(granules).uint(terms.length);
  for (const term of terms) {
    out.u8(term.form === 'values' ? VALUE_KINDS.indexOf(term.kind) : 0);
    for (const entry of term.granules) out.u8(entry === null ? 0 : 1);
    writeEntries(out, term);
  }
}

function writeEntries(out: ByteWriter, term: TermFooter): void {
  if (term.form === 'bounds') {
    for (const { min, max, nullCount } of known(term.granules)) out.value(min).value(max).uint(nullCount);
  } else if (term.form === 'filter') {
    for (const { bits, hashes, offset, storedBytes, codec, checksum } of known(term.granules)) {
      out.uint(bits).uint(hashes).uint(offset).uint(storedBytes);
      out.u8(BYTE_CODECS.indexOf(codec)).u64(checksum);
    }
  } else if (term.kind === 'text') {
    for (const entry of known(term.granules)) writeTextEntry(out, entry);
  } else {
    for (const entry of known(term.granules)) writeBlockEntry(out, entry);
  }
}

const known = <T>(granules: readonly (T | null)[]): T[] => granules.filter((entry) => entry !== null);

/** @param rows of the segment: they say how many granules there are. */
export function readIndexBody(from: ByteReader, rows: number, what: string): IndexFooter {
  const damaged = (why: string): BasaltError =>
    new BasaltError('CORRUPTED_DATA', `${what} is damaged: ${why}`);
  const form = INDEX_FORMS[from.u8()];
  const pages = from.u8();
  const slot = from.uint();
  const granules = from.uint();
  if (form === undefined) throw damaged('the form of an index is unknown');
  if (![1, 2, 4, 8].includes(pages) || granules !== granuleCount(rows, pages))
    throw damaged(`an index has ${granules} granules of ${pages} pages`);
  const terms: TermFooter[] = [];
  for (let left = from.uint(); left > 0; left--) terms.push(readTerm(from, form, granules, damaged));
  from.end();
  return { form, pages, slot, granules, terms };
}

function readTerm(
  from: ByteReader,
  form: IndexForm,
  granules: number,
  damaged: (why: string) => BasaltError,
): TermFooter {
  const kind = VALUE_KINDS[from.u8()];
  const isKnown = from.raw(granules);
  const list = <T>(read: () => T): (T | null)[] =>
    Array.from(isKnown, (flag) => (flag === 0 ? null : read()));
  if (form === 'bounds')
    return { form, granules: list(() => ({ min: from.value(), max: from.value(), nullCount: from.uint() })) };
  if (form === 'filter') return { form, granules: list(() => readFilter(from, damaged)) };
  if (kind === undefined || kind === 'dict') throw damaged('the values of an index are of no known kind');
  const counted = <T extends { readonly rows: number }>(entry: T): T => {
    // Every value of a granule once, and NULL.
    if (entry.rows === 0 || entry.rows > BLOCK_ROWS + 1) throw damaged(`${entry.rows} values in a granule`);
    return entry;
  };
  return kind === 'text'
    ? { form, kind, granules: list(() => counted(readTextEntry(from))) }
    : { form, kind, granules: list(() => counted(readBlockEntry(from))) };
}

function readFilter(from: ByteReader, damaged: (why: string) => BasaltError): FilterEntry {
  const entry: FilterEntry = {
    bits: from.uint(),
    hashes: from.uint(),
    offset: from.uint(),
    storedBytes: from.uint(),
    codec: BYTE_CODECS[from.u8()],
    checksum: from.u64(),
  };
  const { bits, hashes, storedBytes, codec } = entry;
  if (bits === 0 || bits > MAX_FILTER_BITS || hashes === 0 || hashes > MAX_FILTER_HASHES)
    throw damaged(`a filter of ${bits} bits and ${hashes} hashes`);
  if (codec === undefined || (codec === 'none' && storedBytes !== filterBytes(entry)))
    throw damaged(`a filter of ${bits} bits in ${storedBytes} bytes`);
  return entry;
}
