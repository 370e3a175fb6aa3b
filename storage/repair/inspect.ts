/**
 * What is in a segment file, column by column: encodings, sizes, statistics and indexes. Reads the footer, and every stored piece to
 * see whether it is whole; needs no manifest, but takes names and types from one that lies where a data folder has it.
 *
 * Sizes are bytes. `plainBytes` is what the values take by themselves: their width in memory times the rows, or the texts and
 * their lengths, which ratios are taken of.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { shownPath } from '../../engine/json/path.ts';
import type { SkipIndex } from '../../engine/plan/skip-index.ts';
import { typeName, type Value } from '../../engine/type/type.ts';
import type { BlockEncoding, BlockEntry, BlockKind } from '../codec/block.ts';
import type { CodecContext } from '../codec/context.ts';
import type { TextEntry } from '../codec/text-page.ts';
import { type FileSystem, parentPath } from '../fs/file-system.ts';
import { readManifest } from '../manifest/manifest.ts';
import type { PathFooter } from '../path/entry.ts';
import type { ColumnFooter, ColumnKind, SegmentFooter } from '../segment/footer.ts';
import { type ColumnStatistics, type SegmentMeta, segmentFileName } from '../segment/meta.ts';
import type { IndexFooter, IndexForm } from '../skip/entry.ts';
import type { ColumnDefinition, TableDefinition } from '../table/definition.ts';
import { type Piece, RawSegment, uncovered } from './raw-segment.ts';

export type ColumnInspection = {
  readonly id: number;
  /** null: no manifest says. */
  readonly name: string | null;
  readonly type: string | null;
  readonly kind: ColumnKind;
  /** `packed 9 bits, LZ4` and how many blocks, pages or dictionaries are so; the most frequent first. */
  readonly encodings: readonly (readonly [encoding: string, count: number])[];
  readonly storedBytes: number;
  readonly plainBytes: number;
  readonly nulls: number;
  /** Strings in the dictionary; 0 without one. */
  readonly distinct: number;
  /** Of numbers, and of texts with a dictionary only where a manifest is found. */
  readonly min: Value;
  readonly max: Value;
  readonly bitmaps: number;
  readonly bitmapBytes: number;
  /** Of each 8,192 rows; 0 where none are kept. */
  readonly zones: number;
  /** Of a path of a JSON column: which, and how many pages are read from the documents. null: it is a column of the table. */
  readonly path: { readonly of: number; readonly path: string; readonly unfitPages: number } | null;
  /** Pieces that do not match their checksum. */
  readonly damaged: readonly string[];
};

export type IndexInspection = {
  readonly id: number;
  /** null: no manifest says. */
  readonly name: string | null;
  readonly type: string | null;
  readonly form: IndexForm;
  /** Pages of a granule, and granules of all terms; those of which nothing is known among them. */
  readonly pages: number;
  readonly granules: number;
  readonly unknown: number;
  readonly storedBytes: number;
  /** Pieces that do not match their checksum. */
  readonly damaged: readonly string[];
};

export type SegmentInspection = {
  readonly path: string;
  readonly fileBytes: number;
  readonly tableId: number;
  readonly segmentId: number;
  /** null: no manifest says. */
  readonly table: string | null;
  readonly rows: number;
  readonly blocks: number;
  readonly footerBytes: number;
  readonly columns: readonly ColumnInspection[];
  readonly indexes: readonly IndexInspection[];
  /** Of the file as a whole. */
  readonly damaged: readonly string[];
};

/** CORRUPTED_DATA when header, trailer or footer are damaged: then nothing of the file can be told. */
export function inspectSegment(context: CodecContext, fs: FileSystem, path: string): SegmentInspection {
  const file = fs.open(path);
  try {
    const segment = new RawSegment(context, file);
    const pieces = segment.pieces();
    const damaged = { column: new Map<number, string[]>(), index: new Map<number, string[]>() };
    for (const piece of pieces) {
      const why = damageOf(segment, piece);
      const found = damaged[piece.of];
      if (why !== null) found.set(piece.id, [...(found.get(piece.id) ?? []), why]);
    }
    const hole = uncovered(pieces, segment.footerOffset);
    const known = knownSegment(context, fs, path, segment.identity);
    return {
      path,
      fileBytes: file.bytes,
      tableId: known?.tableId ?? Number(segment.identity >> 40n),
      segmentId: known?.segmentId ?? Number(segment.identity & ((1n << 40n) - 1n)),
      table: known?.table ?? null,
      rows: segment.footer.rows,
      blocks: segment.footer.blocks,
      footerBytes: segment.footerBytes,
      columns: segment.footer.columnIds.map((id) => {
        const footer = segment.footer.column(id) as ColumnFooter;
        return inspectColumn(id, footer, known, pathOf(segment.footer, id), damaged.column.get(id) ?? []);
      }),
      indexes: segment.footer.indexIds.map((id) => {
        const footer = segment.footer.index(id) as IndexFooter;
        return inspectIndex(id, footer, known?.indexes.get(id) ?? null, damaged.index.get(id) ?? []);
      }),
      damaged: hole === null ? [] : [`Bytes at offset ${hole} belong to nothing`],
    };
  } finally {
    file.close();
  }
}

type StoredAt = { readonly of: number; readonly footer: PathFooter };

/** Which path of which JSON column the column of the file is. */
function pathOf(segment: SegmentFooter, columnId: number): StoredAt | null {
  for (const of of segment.documentIds) {
    const footer = segment.paths(of).find((path) => path.columnId === columnId);
    if (footer !== undefined) return { of, footer };
  }
  return null;
}

function damageOf(segment: RawSegment, piece: Piece): string | null {
  try {
    segment.check(piece);
    return null;
  } catch (error) {
    return BasaltError.from(error).text;
  }
}

type Known = {
  readonly tableId: number;
  readonly segmentId: number;
  readonly table: string;
  /** By the ids that the file has them under. */
  readonly columns: ReadonlyMap<number, ColumnDefinition>;
  readonly bounds: ReadonlyMap<number, ColumnStatistics>;
  readonly indexes: ReadonlyMap<number, SkipIndex>;
};

/**
 * What the manifest of the folder around says of the segment; null when there is none, or it does not know it. One that
 * moved between tables is told by its identity, and by its name where several tables have it.
 */
function knownSegment(context: CodecContext, fs: FileSystem, path: string, identity: bigint): Known | null {
  try {
    const { tables } = readManifest(context, fs, parentPath(parentPath(path)));
    const found = [...tables.values()].flatMap(({ definition, segments, detached }) => [
      ...[...segments.values()].map((meta) => ({ definition, columns: definition.columns, meta })),
      ...detached.map(({ meta, columns }) => ({ definition, columns, meta })),
    ]);
    const same = found.filter(({ meta }) => meta.identity === identity);
    const known = same.find(({ meta }) => path.endsWith(`/${segmentFileName(meta.id)}`)) ?? same[0];
    return known === undefined ? null : described(known.definition, known.columns, known.meta);
  } catch {
    // A file that was taken out of its folder is inspected all the same.
    return null;
  }
}

function described(
  { id: tableId, name: table, indexes: defined = [] }: TableDefinition,
  columns: readonly ColumnDefinition[],
  meta: SegmentMeta,
): Known {
  const inFile = (id: number): number | null => {
    const known = meta.columns.find((column) => column.id === id);
    return known?.stored === undefined ? id : known.stored;
  };
  const byFileId = <T extends { readonly id: number }>(all: readonly T[]): ReadonlyMap<number, T> =>
    new Map(
      all.flatMap((one) => {
        const id = inFile(one.id);
        return id === null ? [] : [[id, one] as const];
      }),
    );
  const indexes = new Map<number, SkipIndex>();
  for (const { id, stored = id } of meta.indexes ?? []) {
    const index = defined.find((one) => one.id === id);
    if (index !== undefined) indexes.set(stored, index);
  }
  const bounds = byFileId(meta.columns);
  return { tableId, segmentId: meta.id, table, columns: byFileId(columns), bounds, indexes };
}

function inspectIndex(
  id: number,
  { form, pages, terms }: IndexFooter,
  index: SkipIndex | null,
  damaged: readonly string[],
): IndexInspection {
  const granules = terms.flatMap((term): (object | null)[] => [...term.granules]);
  return {
    id,
    name: index?.name ?? null,
    type: index?.typeText ?? null,
    form,
    pages,
    granules: granules.length,
    unknown: granules.filter((entry) => entry === null).length,
    storedBytes: sum(granules, (entry) =>
      entry !== null && 'storedBytes' in entry ? Number(entry.storedBytes) : 0,
    ),
    damaged,
  };
}

function inspectColumn(
  id: number,
  column: ColumnFooter,
  known: Known | null,
  stored: StoredAt | null,
  damaged: readonly string[],
): ColumnInspection {
  const { kind, blocks, dictionary, bitmaps, zones, distinct } = column;
  const pages = column.pages.flat();
  const definition = known?.columns.get(stored?.of ?? id);
  const texts = [...pages, ...(dictionary === null ? [] : [dictionary])];
  const bitmapBytes = sum(bitmaps, ({ bytes }) => bytes);
  const bounds = known?.bounds.get(id) ?? (kind === 'dict' || kind === 'text' ? null : boundsOf(blocks));
  return {
    id,
    name: stored === null ? (definition?.name ?? null) : pathName(stored, definition),
    type: stored?.footer.kind ?? (definition === undefined ? null : typeName(definition.type)),
    kind,
    encodings: counted([
      ...blocks.map((block) => blockEncoding(kind as BlockKind, block)),
      ...pages.map((page) => textEncoding('text', page)),
      ...(dictionary === null ? [] : [textEncoding('dictionary', dictionary)]),
    ]),
    storedBytes: sum(blocks, (b) => b.storedBytes) + sum(texts, (t) => t.storedBytes) + bitmapBytes,
    plainBytes: sum(blocks, (b) => plainBytes(kind as BlockKind, b)) + sum(texts, textBytes),
    nulls: sum(blocks, (b) => b.nullCount) + sum(pages, (p) => p.nullCount),
    distinct: Math.max(0, distinct - 1),
    min: bounds?.min ?? null,
    max: bounds?.max ?? null,
    bitmaps: bitmaps.length,
    bitmapBytes,
    zones: zones.length,
    path: stored && pathInspection(stored),
    damaged,
  };
}

const pathName = ({ of, footer }: StoredAt, definition: ColumnDefinition | undefined): string =>
  `${definition?.name ?? `#${of}`}.${shownPath(footer.path)}`;

const pathInspection = ({ of, footer }: StoredAt): ColumnInspection['path'] => ({
  of,
  path: footer.path,
  unfitPages: sum(footer.unfit, bitCount),
});

function bitCount(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}

const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0);

/** Lanes are 8 bytes wide but for booleans; codes count as what they stand in. */
const plainBytes = (kind: BlockKind, { rows, width }: BlockEntry): number =>
  kind === 'bool' ? rows : kind === 'dict' ? rows * width : rows * 8;

const textBytes = ({ rows, width, textBytes: bytes }: TextEntry): number => rows * width + bytes;

const codecText = (codec: string): string => (codec === 'none' ? '' : `, ${codec}`);

const WITH_BITS: readonly BlockEncoding[] = ['packed', 'delta', 'delta2', 'scaled', 'decimal'];
const WITH_WIDTH: readonly BlockEncoding[] = ['plain', 'runs', 'sparse'];

const textEncoding = (what: string, { encoding, codec }: TextEntry): string =>
  `${what}${encoding === 'plain' ? '' : `, ${encoding}`}${codecText(codec)}`;

function blockEncoding(kind: BlockKind, block: BlockEntry): string {
  const { encoding, bits, width, codec } = block;
  const detail = WITH_BITS.includes(encoding)
    ? ` ${bits} bits`
    : WITH_WIDTH.includes(encoding)
      ? ` ${width} bytes`
      : '';
  return `${kind === 'dict' ? 'codes ' : ''}${encoding}${detail}${codecText(codec)}`;
}

function counted(names: readonly string[]): (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}

/** Of all blocks; null where one has none. */
function boundsOf(blocks: readonly BlockEntry[]): { readonly min: Value; readonly max: Value } {
  const valued = blocks.filter((b) => b.nullCount < b.rows);
  const mins = valued.map((b) => b.min);
  const maxs = valued.map((b) => b.max);
  if (mins.length === 0 || mins.includes(null) || maxs.includes(null)) return { min: null, max: null };
  const less = (a: Value, b: Value): boolean => (a as number | bigint) < (b as number | bigint);
  return {
    min: mins.reduce((a, b) => (less(b, a) ? b : a)),
    max: maxs.reduce((a, b) => (less(a, b) ? b : a)),
  };
}
