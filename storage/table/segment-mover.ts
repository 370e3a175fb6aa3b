/**
 * Segments between tables and out of them, without copying rows: DETACH and ATTACH, REPLACE and MOVE, FREEZE.
 *
 * A file gets a second name (a hard link) before the one manifest record that speaks of it, and loses its first name
 * after it, so that a crash at any moment leaves each segment either where it was or where it goes. Tables whose segments
 * go or come have the turn (turns.ts): nothing merges, hides or replaces their rows meanwhile.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { joinPath, removeQuietly } from '../fs/file-system.ts';
import { writeManifest } from '../manifest/manifest.ts';
import type { DetachedSegment, Edit, ManifestState } from '../manifest/state.ts';
import { byAge } from '../merge/pick.ts';
import {
  DETACHED_FOLDER,
  SEGMENT_FOLDER,
  type SegmentChoice,
  type SegmentMeta,
  SHADOW_FOLDER,
  segmentFiles,
} from '../segment/meta.ts';
import { adopted, sharedIndexes } from './adopt.ts';
import type { Flusher } from './flusher.ts';
import { arrived, type SegmentSwap } from './segment-swap.ts';
import { type StoreCore, unknownTable } from './store-core.ts';
import type { Table } from './table.ts';

/** How segments get into another table. */
export type Transfer = {
  /** Those of the other table that are chosen, too, go. */
  readonly replaces?: boolean;
  /** The table loses what it gives. */
  readonly moves?: boolean;
};

export class SegmentMover {
  readonly #core: StoreCore;
  readonly #swap: SegmentSwap;
  readonly #flusher: Flusher;

  constructor(core: StoreCore, swap: SegmentSwap, flusher: Flusher) {
    this.#core = core;
    this.#swap = swap;
    this.#flusher = flusher;
  }

  /** Those of a table, newest last. */
  detached(table: Table): readonly DetachedSegment[] {
    return this.#core.manifest.state.tables.get(table.definition.id)?.detached ?? [];
  }

  /** Out of the table, into `detached/`. */
  async detach(table: Table, choice: SegmentChoice): Promise<void> {
    await this.#makeFolder(DETACHED_FOLDER);
    await this.#inTurn([table], () =>
      this.#holding(table, choice, async (metas) => {
        if (metas.length === 0) return;
        const { id: tableId, columns } = table.definition;
        const remove = metas.map(({ id }) => id);
        const add = metas.map((meta) => ({ meta, columns }));
        const links = new Links(this.#core, DETACHED_FOLDER);
        await links.during(async () => {
          for (const meta of metas) links.add(SEGMENT_FOLDER, meta, meta.id);
          await this.#commit(
            [table],
            links,
            () => [
              { kind: 'swapSegments', tableId, add: [], remove },
              { kind: 'swapDetached', tableId, add, remove: [] },
            ],
            () => table.swap([], remove, []),
          );
        });
      }),
    );
  }

  /** Back into the table. Answers how many there were. */
  attach(table: Table, choice: SegmentChoice): Promise<number> {
    return this.#inTurn([table], async () => {
      const tableId = table.definition.id;
      const chosen = this.detached(table)
        .filter(({ meta }) => choice(meta))
        .sort((a, b) => byAge(a.meta, b.meta));
      if (chosen.length === 0) return 0;
      let add = chosen.map(({ meta, columns }) =>
        adopted(meta, columns, table.definition, this.#swap.nextId(), true),
      );
      const links = new Links(this.#core, SEGMENT_FOLDER);
      await links.during(async () => {
        chosen.forEach(({ meta }, i) => {
          links.add(DETACHED_FOLDER, meta, add[i].id);
        });
        await this.#commit(
          [table],
          links,
          ({ tables }) => {
            add = arrived(add, segmentsOf(tables, table));
            return [
              { kind: 'swapSegments', tableId, add, remove: [] },
              { kind: 'swapDetached', tableId, add: [], remove: chosen.map(({ meta }) => meta.id) },
            ];
          },
          () => table.swap(add, [], []),
        );
      });
      this.#removeDetached(chosen);
      return chosen.length;
    });
  }

  dropDetached(table: Table, choice: SegmentChoice): Promise<number> {
    return this.#inTurn([table], async () => {
      const tableId = table.definition.id;
      const chosen = this.detached(table).filter(({ meta }) => choice(meta));
      if (chosen.length === 0) return 0;
      const remove = chosen.map(({ meta }) => meta.id);
      await this.#commit(
        [table],
        null,
        () => [{ kind: 'swapDetached', tableId, add: [], remove }],
        () => {},
      );
      this.#removeDetached(chosen);
      return chosen.length;
    });
  }

  /** Segments of one table as segments of another. */
  async transfer(
    from: Table,
    to: Table,
    choice: SegmentChoice,
    { replaces = false, moves = false }: Transfer,
  ): Promise<void> {
    const give = async (metas: readonly SegmentMeta[]): Promise<void> => {
      if (metas.length === 0) {
        if (replaces) throw nothingThere(from);
        return;
      }
      const { columns } = from.definition;
      const indexIds = from === to ? null : sharedIndexes(from.definition, to.definition);
      let add = [...metas]
        .sort(byAge)
        .map((meta) => adopted(meta, columns, to.definition, this.#swap.nextId(), from === to, indexIds));
      const given = moves ? metas.map(({ id }) => id) : [];
      const gone = replaces ? to.segments.map(({ meta }) => meta).filter(choice) : [];
      const remove = gone.map(({ id }) => id);
      const edits = ({ tables }: ManifestState): readonly Edit[] => {
        add = arrived(add, segmentsOf(tables, to));
        const swap: Edit = { kind: 'swapSegments', tableId: to.definition.id, add, remove };
        return moves
          ? [swap, { kind: 'swapSegments', tableId: from.definition.id, add: [], remove: given }]
          : [swap];
      };
      const links = new Links(this.#core, SEGMENT_FOLDER);
      await links.during(async () => {
        metas.forEach((meta, i) => {
          links.add(SEGMENT_FOLDER, meta, add[i].id);
        });
        await this.#commit([from, to], links, edits, () => {
          to.swap(add, remove, []);
          from.swap([], given, []);
        });
      });
    };
    await this.#inTurn([from, to], () => this.#holding(from, choice, give));
  }

  /** A data folder of its own at `shadow/NAME`, with this table and the chosen segments. Answers the path. */
  async freeze(table: Table, choice: SegmentChoice, name: string | null): Promise<string> {
    await this.#flusher.flush(table);
    const { fs, dir } = this.#core.options;
    const shadow = joinPath(dir, SHADOW_FOLDER);
    await this.#makeFolder(SHADOW_FOLDER);
    const folder = joinPath(shadow, name ?? String(nextNumber(fs.list(shadow))));
    const segments = joinPath(folder, SEGMENT_FOLDER);
    if (fs.stat(folder) !== null && fs.list(folder).some((file) => file.startsWith('manifest-'))) {
      throw new BasaltError('BAD_ARGUMENTS', `${folder} exists already`, {
        hint: 'FREEZE ... WITH NAME another one',
      });
    }
    fs.makeDirectory(segments);
    // Left by one that did not end.
    for (const left of fs.list(segments)) fs.unlink(joinPath(segments, left));
    await this.#holding(table, choice, async (metas) => {
      const { definition } = table;
      for (const meta of metas)
        for (const file of segmentFiles(meta, meta.id))
          fs.link(joinPath(joinPath(dir, SEGMENT_FOLDER), file), joinPath(segments, file));
      await fs.syncDirectory(segments);
      const kept = {
        definition,
        segments: new Map(metas.map((meta) => [meta.id, meta])),
        flushedSequence: 0,
        tokens: [],
        detached: [],
      };
      await writeManifest(this.#core.context, fs, folder, {
        ...this.#core.manifest.state,
        firstWal: 1,
        tables: new Map([[definition.id, kept]]),
      });
    });
    await fs.syncDirectory(shadow);
    return folder;
  }

  /** Runs `work` with the turn of all tables, their rows in segments. */
  async #inTurn<T>(tables: readonly Table[], work: () => Promise<T>): Promise<T> {
    // In one order everywhere, so that nobody waits for who waits for him.
    const ordered = [...new Set(tables)].sort((a, b) => b.definition.id - a.definition.id);
    const run = ordered.reduce<() => Promise<T>>(
      (inner, table) => () => table.change(inner),
      async () => {
        this.#core.checkWritable();
        for (const table of ordered) {
          if (!this.#core.isLive(table)) throw unknownTable(table.definition.id);
          await this.#flusher.flush(table);
        }
        return work();
      },
    );
    return run();
  }

  /** Keeps the chosen segments' files while `work` has them. */
  async #holding(
    table: Table,
    choice: SegmentChoice,
    work: (metas: readonly SegmentMeta[]) => Promise<void>,
  ): Promise<void> {
    const held = table.segments.filter(({ meta }) => choice(meta));
    for (const handle of held) handle.acquire();
    try {
      await work(held.map(({ meta }) => meta));
    } finally {
      for (const handle of held) handle.release();
    }
  }

  /** One record, once the names it speaks of are durable; tables may have been dropped meanwhile. */
  async #commit(
    tables: readonly Table[],
    links: Links | null,
    edits: (state: ManifestState) => readonly Edit[],
    apply: () => void,
  ): Promise<void> {
    await links?.sync();
    await this.#core.manifest.commit((state) => {
      for (const { definition } of tables)
        if (!state.tables.has(definition.id)) throw unknownTable(definition.id);
      return edits(state);
    }, apply);
  }

  #removeDetached(segments: readonly DetachedSegment[]): void {
    const { fs, dir } = this.#core.options;
    for (const { meta } of segments)
      for (const file of segmentFiles(meta, meta.id))
        removeQuietly(fs, joinPath(joinPath(dir, DETACHED_FOLDER), file));
  }

  async #makeFolder(name: string): Promise<void> {
    const { fs, dir } = this.#core.options;
    fs.makeDirectory(joinPath(dir, name));
    await fs.syncDirectory(dir);
  }
}

/** New names of segments' files, in one folder; they go again unless a record may speak of them. */
class Links {
  readonly #core: StoreCore;
  readonly #folder: string;
  readonly #paths: string[] = [];

  constructor(core: StoreCore, folder: string) {
    this.#core = core;
    this.#folder = joinPath(core.options.dir, folder);
  }

  async during(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (this.#core.manifest.failed === null)
        for (const path of this.#paths) removeQuietly(this.#core.options.fs, path);
      throw error;
    }
  }

  /** The segment under another id. */
  add(fromFolder: string, meta: SegmentMeta, id: number): void {
    const { fs, dir } = this.#core.options;
    const names = segmentFiles(meta, id);
    segmentFiles(meta, meta.id).forEach((file, i) => {
      const to = joinPath(this.#folder, names[i]);
      // Left by a move that failed: ids are given once, and only moves that ended are in the manifest.
      removeQuietly(fs, to);
      fs.link(joinPath(joinPath(dir, fromFolder), file), to);
      this.#paths.push(to);
    });
  }

  sync(): Promise<void> {
    return this.#core.options.fs.syncDirectory(this.#folder);
  }
}

const segmentsOf = (tables: ManifestState['tables'], { definition }: Table): Iterable<SegmentMeta> =>
  tables.get(definition.id)?.segments.values() ?? [];

const nextNumber = (names: readonly string[]): number =>
  Math.max(0, ...names.map(Number).filter(Number.isInteger)) + 1;

const nothingThere = ({ definition }: Table): BasaltError =>
  new BasaltError('BAD_ARGUMENTS', `Table ${definition.name} has no rows in that partition`, {
    hint: 'To leave nothing in its place, DROP PARTITION',
  });
