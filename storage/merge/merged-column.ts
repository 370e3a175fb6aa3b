/**
 * One column of several segments on its way into one: the merged dictionary, and each input block as a staged
 * page (segment/staged-column.ts).
 */

import type { Region } from '../../engine/memory/region.ts';
import type { Pins } from '../../engine/plan/source.ts';
import { type Lane, laneOf } from '../../engine/type/type.ts';
import { BLOCK_ROWS } from '../../engine/vector/vector.ts';
import type { CodecContext } from '../codec/context.ts';
import { DictionaryBuilder, type SortedDictionary } from '../segment/dictionary-builder.ts';
import type { SegmentReader } from '../segment/reader.ts';
import { keepsDictionary, type StagedForm, stageColumn } from '../segment/staged-column.ts';
import type { ColumnDefinition } from '../table/definition.ts';

export class MergedColumn {
  readonly definition: ColumnDefinition;
  readonly form: StagedForm;
  readonly dictionary: SortedDictionary | null;
  readonly #context: CodecContext;
  readonly #keep: Region;
  /** Address of u32 building codes by code of the input's own dictionary. */
  readonly #maps = new Map<SegmentReader, number>();
  #defaultCode = 0;
  #allValid = 0;

  /** @param keep region for dictionaries; lives as long as the merge. */
  constructor(
    context: CodecContext,
    keep: Region,
    definition: ColumnDefinition,
    inputs: readonly SegmentReader[],
    rowCount: number,
  ) {
    this.#context = context;
    this.#keep = keep;
    this.definition = definition;
    const lane = laneOf(definition.type);
    this.dictionary = lane === 'str' ? this.#mergeDictionaries(inputs, rowCount) : null;
    this.form =
      lane === 'str' ? (this.dictionary === null ? 'refs' : 'codes') : (lane satisfies Exclude<Lane, 'str'>);
  }

  /** A page of ones, for blocks without NULLs among others with them. */
  get allValid(): number {
    if (this.#allValid === 0) {
      this.#allValid = this.#keep.alloc(BLOCK_ROWS);
      this.#context.arena.u8.fill(1, this.#allValid, this.#allValid + BLOCK_ROWS);
    }
    return this.#allValid;
  }

  /** The block's values as a page in `region`, or in the frame that `pins` holds. */
  stage(reader: SegmentReader, block: number, region: Region, pins: Pins): { page: number; valid: number } {
    const rows = reader.blockRows(block);
    const chunk = reader.chunk(block, this.definition.id, pins);
    if (this.form === 'codes') {
      const page = region.alloc(rows * 4);
      this.#codes(reader, block, rows, page, pins);
      return { page, valid: 0 };
    }
    const { arena } = this.#context;
    const batch = { rows, columns: new Map([[this.definition.id, chunk]]) };
    const staged = stageColumn(this.#context, region, this.definition, [batch], this.form);
    return {
      page: arena.u32[staged.pages >>> 2],
      valid: staged.valids === 0 ? 0 : arena.u32[staged.valids >>> 2],
    };
  }

  #codes(reader: SegmentReader, block: number, rows: number, page: number, pins: Pins): void {
    const { arena, kernels } = this.#context;
    const { id } = this.definition;
    const map = this.#maps.get(reader);
    const footer = reader.columnFooter(id);
    if (map === undefined || footer === undefined) {
      arena.u32.fill(this.#defaultCode, page >>> 2, (page >>> 2) + rows);
      return;
    }
    const entry = footer.blocks[block];
    if (entry.encoding === 'constant') {
      const code = entry.nullCount === rows ? 0 : arena.u32[(map >>> 2) + Number(entry.base)];
      arena.u32.fill(code, page >>> 2, (page >>> 2) + rows);
      return;
    }
    const vector = reader.chunk(block, id, pins).whole;
    if (vector === null) return;
    if (vector.width === 1) kernels.remap_u8_u32(vector.data, rows, map, page);
    else if (vector.width === 2) kernels.remap_u16_u32(vector.data, rows, map, page);
    else kernels.remap_u32_u32(vector.data, rows, map, page);
  }

  /** null: some input has none, or together they are too large. */
  #mergeDictionaries(inputs: readonly SegmentReader[], rowCount: number): SortedDictionary | null {
    const { arena, kernels } = this.#context;
    const { id } = this.definition;
    if (inputs.some((input) => input.columnFooter(id)?.kind === 'text')) return null;
    const builder = new DictionaryBuilder(this.#context, this.#keep);
    for (const input of inputs) {
      if (input.columnFooter(id) === undefined) {
        if (!this.#enterDefault(builder)) return null;
        continue;
      }
      const { count, offsets, bytes } = input.dictionary(id);
      const refs = this.#keep.alloc(count * 8);
      kernels.refs_of_offsets(offsets, bytes, count, refs);
      const map = this.#keep.alloc(count * 4);
      arena.u32[map >>> 2] = 0;
      if (!builder.insert(refs + 8, 0, count - 1, map + 4)) return null;
      this.#maps.set(input, map);
    }
    return keepsDictionary(builder.count, rowCount) ? builder.finish() : null;
  }

  /** The default's building code, for inputs written without the column. */
  #enterDefault(builder: DictionaryBuilder): boolean {
    const { arena } = this.#context;
    const { default: value } = this.definition;
    if (value === null) return true;
    const text = new TextEncoder().encode(String(value));
    const at = this.#keep.alloc(text.length + 1);
    arena.u8.set(text, at);
    const ref = this.#keep.alloc(8);
    arena.u32[ref >>> 2] = at;
    arena.u32[(ref >>> 2) + 1] = text.length;
    const code = this.#keep.alloc(4);
    const entered = builder.insert(ref, 0, 1, code);
    this.#defaultCode = arena.u32[code >>> 2];
    return entered;
  }
}
