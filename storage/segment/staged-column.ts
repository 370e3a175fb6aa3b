/**
 * One column of a list of batches, made uniform: pages of dense values, one page a batch, whatever shape the
 * chunks had. From it blocks are gathered in the order the segment wants.
 *
 *   form   a page holds
 *   i64    8-byte integers               codes  u32 building codes of a dictionary (0 = NULL)
 *   f64    8-byte floats                 refs   u64 references
 *   bool   one byte a row
 *
 * A page may be the chunk's own memory and is never written to. Rows are numbered page << 16 | row.
 */

import { bytesOfText } from '../../engine/base/bytes-text.ts';
import { assert } from '../../engine/base/error.ts';
import type { Region } from '../../engine/memory/region.ts';
import { type Lane, laneOf } from '../../engine/type/type.ts';
import { BLOCK_ROWS, type Chunk, constVector, VECTOR_ROWS, type Vector } from '../../engine/vector/vector.ts';
import type { CodecContext } from '../codec/context.ts';
import type { Batch } from '../table/batch.ts';
import type { ColumnDefinition } from '../table/definition.ts';
import {
  type BuiltDictionary,
  DictionaryBuilder,
  keepsDictionary,
  MAX_DISTINCT_SHARE,
  mayRepeat,
} from './dictionary-builder.ts';

export type StagedForm = 'i64' | 'f64' | 'bool' | 'codes' | 'refs';

export type StagedColumn = {
  readonly definition: ColumnDefinition;
  readonly form: StagedForm;
  /** Address of one u32 page address a batch. */
  readonly pages: number;
  /** The same for validity, or 0 when no row is NULL; 0 for codes. */
  readonly valids: number;
  readonly dictionary: BuiltDictionary | null;
};

/** Rows that a column gets to show that its strings repeat. */
const TRIAL_ROWS = 1 << 17;

/** @param form 'refs' asks for strings as references without trying a dictionary. */
export function stageColumn(
  context: CodecContext,
  region: Region,
  definition: ColumnDefinition,
  batches: readonly Batch[],
  form?: StagedForm,
): StagedColumn {
  return new Stager(context, region, definition, batches).stage(form);
}

class Stager {
  readonly #context: CodecContext;
  readonly #region: Region;
  readonly #definition: ColumnDefinition;
  readonly #batches: readonly Batch[];
  readonly #lane: Lane;
  readonly #pages: number;
  readonly #valids: number;
  #hasNulls = false;
  #allValid = 0;
  #allNull = 0;

  constructor(
    context: CodecContext,
    region: Region,
    definition: ColumnDefinition,
    batches: readonly Batch[],
  ) {
    this.#context = context;
    this.#region = region;
    this.#definition = definition;
    this.#batches = batches;
    this.#lane = laneOf(definition.type);
    this.#pages = region.allocZero(batches.length * 4);
    this.#valids = region.allocZero(batches.length * 4);
  }

  stage(form?: StagedForm): StagedColumn {
    if (form === 'refs' || !mayRepeat(this.#definition.type)) return this.#references(null, 0);
    if (this.#lane === 'str') return this.#strings();
    this.#batches.forEach((batch, i) => {
      const vector = this.#vector(batch);
      this.#put(i, this.#numbers(vector, batch.rows), this.#validity(vector));
    });
    return this.#done(this.#lane, null);
  }

  #done(form: StagedForm, dictionary: BuiltDictionary | null): StagedColumn {
    const { arena } = this.#context;
    if (this.#hasNulls) {
      this.#batches.forEach((_, i) => {
        arena.u32[(this.#valids >>> 2) + i] ||= this.#validPage();
      });
    }
    return {
      definition: this.#definition,
      form,
      pages: this.#pages,
      valids: this.#hasNulls && form !== 'codes' ? this.#valids : 0,
      dictionary,
    };
  }

  #put(page: number, address: number, valid: number): void {
    const { arena } = this.#context;
    arena.u32[(this.#pages >>> 2) + page] = address;
    arena.u32[(this.#valids >>> 2) + page] = valid;
    if (valid !== 0) this.#hasNulls = true;
  }

  #validPage(): number {
    if (this.#allValid === 0) {
      this.#allValid = this.#region.alloc(BLOCK_ROWS);
      this.#context.arena.fill(this.#allValid, BLOCK_ROWS, 1);
    }
    return this.#allValid;
  }

  #nullPage(): number {
    this.#allNull ||= this.#region.allocZero(BLOCK_ROWS);
    return this.#allNull;
  }

  #chunk(batch: Batch): Chunk | undefined {
    return batch.columns.get(this.#definition.id);
  }

  /** The batch's column as one vector; a missing one as its default. */
  #vector(batch: Batch): Vector {
    const chunk = this.#chunk(batch);
    const vector =
      chunk === undefined ? constVector(this.#lane, batch.rows, this.#definition.default) : chunk.whole;
    assert(
      vector !== null && (vector.lane === this.#lane || vector.kind === 'const'),
      `column ${this.#definition.name} takes ${this.#lane}, got ${vector?.lane ?? 'text pages'}`,
    );
    return vector;
  }

  #validity(vector: Vector): number {
    return vector.kind === 'const' && vector.value === null ? this.#nullPage() : vector.valid;
  }

  /** Address of the page's dense values. */
  #numbers(vector: Vector, rows: number): number {
    const { arena, kernels } = this.#context;
    const { kind, width, data, base, value } = vector;
    if (kind === 'bool' || ((kind === 'int' || kind === 'float') && width === 8)) return data;
    if (this.#lane === 'bool') {
      const page = this.#region.alloc(rows);
      arena.fill(page, rows, value === true ? 1 : 0);
      return page;
    }
    const page = this.#region.alloc(rows * 8);
    if (kind === 'const') {
      if (this.#lane === 'f64') arena.f64.fill(Number(value ?? 0), page >>> 3, (page >>> 3) + rows);
      else kernels.fill_u64(rows, BigInt.asIntN(64, BigInt((value as bigint | number | null) ?? 0n)), page);
    } else if (kind === 'float') kernels.widen_f32_f64(data, rows, page);
    else if (width === 1) kernels.widen_u8_i64(data, rows, base, page);
    else if (width === 2) kernels.widen_u16_i64(data, rows, base, page);
    else kernels.widen_u32_i64(data, rows, base, page);
    return page;
  }

  #strings(): StagedColumn {
    const builder = new DictionaryBuilder(this.#context, this.#region);
    let seen = 0;
    for (let i = 0; i < this.#batches.length; i++) {
      const before = builder.count;
      const { rows } = this.#batches[i];
      if (!this.#codes(builder, i)) return this.#references(builder, i);
      seen += rows;
      // What the last batch still brought tells more than the share so far: repeats come with more rows.
      const mostlyNew = builder.count - before > rows * MAX_DISTINCT_SHARE;
      const isLast = i === this.#batches.length - 1;
      if (isLast ? !keepsDictionary(builder.count, seen) : mostlyNew && seen >= TRIAL_ROWS) {
        return this.#references(builder, i + 1);
      }
    }
    return this.#done('codes', builder.finish());
  }

  /** Puts batch i's page of building codes; false when the dictionary is full. */
  #codes(builder: DictionaryBuilder, i: number): boolean {
    const { arena, kernels, scratch } = this.#context;
    const batch = this.#batches[i];
    const page = this.#region.alloc(batch.rows * 4);
    const whole = this.#chunk(batch)?.whole;
    if (whole?.kind === 'dict' && whole.dictionary !== null && whole.dictionary.count <= batch.rows) {
      // Strings of a batch's own dictionary are entered once each, then codes are only looked up.
      const { count, offsets, bytes } = whole.dictionary;
      const mark = scratch.mark();
      const refs = this.#region.alloc(count * 8);
      kernels.refs_of_offsets(offsets, bytes, count, refs);
      const map = scratch.alloc(count * 4);
      const entered = builder.insert(refs + 8, 0, count - 1, map + 4);
      arena.u32[map >>> 2] = 0;
      if (whole.width === 1) kernels.remap_u8_u32(whole.data, batch.rows, map, page);
      else if (whole.width === 2) kernels.remap_u16_u32(whole.data, batch.rows, map, page);
      else kernels.remap_u32_u32(whole.data, batch.rows, map, page);
      scratch.reset(mark);
      if (!entered) return false;
    } else {
      const { refs, valid } = this.#refsOf(batch);
      if (!builder.insert(refs, valid, batch.rows, page)) return false;
    }
    arena.u32[(this.#pages >>> 2) + i] = page;
    return true;
  }

  /** The column as references: the first `coded` pages from their codes, the others from their chunks. */
  #references(builder: DictionaryBuilder | null, coded: number): StagedColumn {
    const { arena, kernels } = this.#context;
    this.#batches.forEach((batch, i) => {
      if (i >= coded || builder === null) {
        const { refs, valid } = this.#refsOf(batch);
        this.#put(i, refs, valid);
        return;
      }
      const codes = arena.u32[(this.#pages >>> 2) + i];
      const refs = this.#region.alloc(batch.rows * 8);
      kernels.take_u64_by_u32(builder.refsByCode, codes, batch.rows, refs);
      const valid = this.#region.alloc(batch.rows);
      kernels.valid_of_u32(codes, batch.rows, valid);
      this.#put(i, refs, kernels.mask_count(valid, batch.rows) === batch.rows ? 0 : valid);
    });
    return this.#done('refs', null);
  }

  /** The batch's strings as references in the region. */
  #refsOf(batch: Batch): { refs: number; valid: number } {
    const { arena, kernels } = this.#context;
    const { rows } = batch;
    const chunk = this.#chunk(batch);
    const refs = this.#region.alloc(rows * 8);
    if (chunk?.pages) return { refs, valid: this.#refsOfPages(chunk.pages, rows, refs) };
    const vector = this.#vector(batch);
    switch (vector.kind) {
      case 'ref':
        return { refs: vector.data, valid: vector.valid };
      case 'text':
        kernels.refs_of_offsets(vector.data, vector.bytes, rows, refs);
        return { refs, valid: vector.valid };
      case 'dict': {
        assert(vector.dictionary !== null, 'a dict vector without a dictionary');
        const { count, offsets, bytes } = vector.dictionary;
        const table = this.#region.alloc(count * 8);
        kernels.refs_of_offsets(offsets, bytes, count, table);
        const valid = this.#region.alloc(rows);
        const suffix = vector.width === 1 ? 'u8' : vector.width === 2 ? 'u16' : 'u32';
        kernels[`take_u64_by_${suffix}`](table, vector.data, rows, refs);
        kernels[`valid_of_${suffix}`](vector.data, rows, valid);
        return { refs, valid };
      }
      default: {
        if (vector.value === null) {
          kernels.fill_u64(rows, 0n, refs);
          return { refs, valid: this.#nullPage() };
        }
        const bytes = bytesOfText(String(vector.value));
        const at = this.#region.alloc(bytes.length + 1);
        arena.u8.set(bytes, at);
        kernels.fill_u64(rows, BigInt.asIntN(64, (BigInt(bytes.length) << 32n) | BigInt(at)), refs);
        return { refs, valid: 0 };
      }
    }
  }

  #refsOfPages(pages: readonly Vector[], rows: number, refs: number): number {
    const { arena, kernels } = this.#context;
    const anyNull = pages.some((page) => page.valid !== 0);
    const valid = anyNull ? this.#region.alloc(rows) : 0;
    pages.forEach((page, i) => {
      const start = i * VECTOR_ROWS;
      kernels.refs_of_offsets(page.data, page.bytes, page.rows, refs + start * 8);
      if (!anyNull) return;
      if (page.valid === 0) arena.fill(valid + start, page.rows, 1);
      else arena.u8.copyWithin(valid + start, page.valid, page.valid + page.rows);
    });
    return valid;
  }
}
