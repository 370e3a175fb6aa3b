/**
 * The path columns of a segment, from its JSON columns as they were just written, a page at a time: a sample says which paths, the first walk
 * through all documents collects the strings that repeat, the second writes.
 */

import { pathOfKeys, shownPath } from '../../engine/json/path.ts';
import type { Kind } from '../../engine/json/scanner.ts';
import type { Frames } from '../../engine/memory/frame-cache.ts';
import { Region } from '../../engine/memory/region.ts';
import type { PathKind } from '../../engine/plan/path-read.ts';
import { BOOL, FLOAT64, INT64, type LogicalType, nullable, STRING } from '../../engine/type/type.ts';
import { VECTOR_ROWS } from '../../engine/vector/vector.ts';
import type { CodecContext } from '../codec/context.ts';
import type { SortedDictionary } from '../segment/dictionary-builder.ts';
import type { SegmentReader } from '../segment/reader.ts';
import type { ColumnWriter } from '../segment/writer.ts';
import type { ColumnDefinition } from '../table/definition.ts';
import { type ChosenPath, PathSample } from './choose-paths.ts';
import { type Documents, withPage } from './documents.ts';
import { FIRST_PATH_COLUMN, type PathFooter } from './entry.ts';
import { PathColumn } from './path-column.ts';
import { PathNode, type PathSink, PathWalk } from './path-tree.ts';

/** Pages that say which paths there are. */
const SAMPLED_PAGES = 16;

const TYPES: Readonly<Record<PathKind, LogicalType>> = {
  int: nullable(INT64),
  float: nullable(FLOAT64),
  double: nullable(FLOAT64),
  bool: nullable(BOOL),
  string: nullable(STRING),
};

/** Of a JSON column, how many paths it may have. */
export type DocumentColumn = { readonly definition: ColumnDefinition; readonly mostPaths: number };

type OpenColumn = (definition: ColumnDefinition, dictionary: SortedDictionary | null) => ColumnWriter;

/**
 * Yields after each page.
 * @param reader reads the columns that the segment has so far.
 * @returns by the JSON column's id.
 */
export function* buildPaths(
  context: CodecContext,
  frames: Frames,
  columns: readonly DocumentColumn[],
  reader: SegmentReader,
  open: OpenColumn,
): Generator<void, ReadonlyMap<number, readonly PathFooter[]>> {
  const footers = new Map<number, readonly PathFooter[]>();
  let next = FIRST_PATH_COLUMN;
  for (const { definition, mostPaths } of columns) {
    const region = new Region(context.arena, context.scratch.owner, 4);
    try {
      const pages = new Pages(context, frames, reader, definition.id);
      const chosen = yield* sample(pages, mostPaths);
      if (chosen.length === 0) continue;
      const paths = chosen.map((path) => new PathColumn(context, region, path));
      yield* collect(pages, paths);
      for (const column of paths) {
        column.finishDictionary(reader.rows);
        column.writer = open(pathDefinition(definition, column.path, next++), column.dictionary);
      }
      yield* write(pages, paths);
      footers.set(definition.id, paths.map(footerOf));
    } finally {
      region.free();
    }
  }
  return footers;
}

const pathDefinition = (of: ColumnDefinition, { keys, kind }: ChosenPath, id: number): ColumnDefinition => ({
  id,
  name: `${of.name}.${shownPath(pathOfKeys(keys))}`,
  type: TYPES[kind],
  default: null,
  bitmap: 'never',
  ...(of.codec === undefined ? {} : { codec: of.codec }),
});

const footerOf = ({ path, unfit, nulls, writer }: PathColumn): PathFooter => ({
  path: pathOfKeys(path.keys),
  kind: path.kind,
  columnId: writer!.definition.id,
  unfit,
  nulls,
});

type Page = { readonly block: number; readonly page: number; readonly isLast: boolean };

class Pages {
  readonly all: readonly Page[];
  readonly #context: CodecContext;
  readonly #frames: Frames;
  readonly #reader: SegmentReader;
  readonly #columnId: number;

  constructor(context: CodecContext, frames: Frames, reader: SegmentReader, columnId: number) {
    this.#context = context;
    this.#frames = frames;
    this.#reader = reader;
    this.#columnId = columnId;
    this.all = Array.from({ length: reader.blockCount }, (_, block) => {
      const pages = Math.ceil(reader.blockRows(block) / VECTOR_ROWS);
      return Array.from({ length: pages }, (_, page) => ({
        block,
        page,
        isLast: block === reader.blockCount - 1 && page === pages - 1,
      }));
    }).flat();
  }

  use({ block, page }: Page, use: (bytes: Uint8Array, documents: Documents) => void): void {
    withPage(this.#context, this.#frames, this.#reader, this.#columnId, block, page, (documents) =>
      use(this.#context.arena.u8, documents),
    );
  }
}

function* sample(pages: Pages, mostPaths: number): Generator<void, readonly ChosenPath[]> {
  const found = new PathSample();
  const count = Math.min(SAMPLED_PAGES, pages.all.length);
  for (let i = 0; i < count; i++) {
    pages.use(pages.all[Math.floor((i * pages.all.length) / count)], (bytes, documents) =>
      found.add(bytes, documents),
    );
    yield;
  }
  return found.chosen(mostPaths);
}

/** Hands values to columns. */
class ToColumns implements PathSink<PathColumn | null> {
  readonly #walk: PathWalk<PathColumn | null>;
  readonly #columns: readonly PathColumn[];

  constructor(columns: readonly PathColumn[]) {
    this.#columns = columns;
    const root = new PathNode<PathColumn | null>([], null);
    for (const column of columns) nodeOf(root, column.path.keys).value = column;
    this.#walk = new PathWalk(root, this);
  }

  page(bytes: Uint8Array, { rows, ends }: Documents): void {
    for (const column of this.#columns) column.beginPage();
    for (let i = 0; i < rows; i++) {
      const [from, to] = [ends[2 * i], ends[2 * i + 1]];
      if (to === 0) continue;
      for (const column of this.#columns) column.row = i;
      if (!this.#walk.walk(bytes, from, to)) for (const column of this.#columns) column.spoil();
    }
  }

  found(
    { value }: PathNode<PathColumn | null>,
    bytes: Uint8Array,
    kind: Kind,
    from: number,
    to: number,
    escaped: boolean,
  ): void {
    value?.put(bytes, kind, from, to, escaped);
  }

  missing(): undefined {
    return undefined;
  }
}

function nodeOf(root: PathNode<PathColumn | null>, keys: readonly string[]): PathNode<PathColumn | null> {
  let node = root;
  keys.forEach((key, depth) => {
    let child = node.children.find(({ keys: own }) => own[depth] === key);
    if (child === undefined) {
      child = new PathNode(keys.slice(0, depth + 1), null);
      node.children.push(child);
    }
    node = child;
  });
  return node;
}

function* collect(pages: Pages, columns: readonly PathColumn[]): Generator<void, void> {
  const strings = columns.filter(({ isString }) => isString);
  const walk = new ToColumns(strings);
  for (const page of pages.all) {
    if (!strings.some(({ collects }) => collects)) return;
    pages.use(page, (bytes, documents) => {
      walk.page(bytes, documents);
      for (const column of strings) column.collect(documents.rows);
    });
    yield;
  }
}

function* write(pages: Pages, columns: readonly PathColumn[]): Generator<void, void> {
  const walk = new ToColumns(columns);
  for (const page of pages.all) {
    pages.use(page, (bytes, documents) => {
      walk.page(bytes, documents);
      for (const column of columns) column.endPage(page.block, page.page, documents.rows, page.isLast);
    });
    yield;
  }
  for (const { writer } of columns) writer?.seal();
}
