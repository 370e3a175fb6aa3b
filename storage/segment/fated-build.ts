/**
 * Columns of sorted rows of which some are left out or become one (policy/sorted-fates.ts), for whoever writes them: a
 * segment, or the batch of an insert.
 */

import { Region } from '../../engine/memory/region.ts';
import { ruleOf } from '../../engine/plan/row-policy.ts';
import { VECTOR_ROWS } from '../../engine/vector/vector.ts';
import type { CodecContext } from '../codec/context.ts';
import { FatedColumn, type FatedColumnOptions } from '../policy/fated-column.ts';
import { gatherRows } from '../policy/gather-rows.ts';
import type { RowFates } from '../policy/row-fates.ts';
import { UsedCodes } from '../policy/used-codes.ts';
import type { TableDefinition } from '../table/definition.ts';
import type { BuiltDictionary } from './dictionary-builder.ts';
import type { StagedColumn } from './staged-column.ts';

/** Hands the rows of the output on, in blocks (text in pages). Codes are final ones, of `staged.dictionary`. */
export function fateStaged(
  context: CodecContext,
  table: TableDefinition,
  staged: StagedColumn,
  rows: number,
  fates: RowFates,
  write: FatedColumnOptions['write'],
): void {
  const { definition, form } = staged;
  const rule = table.sortKey.includes(definition.id) ? null : ruleOf(table.policy, definition.id);
  const isNullable = staged.valids !== 0;
  const mostRows = fates.rowCount;
  const fated = new FatedColumn(context, { type: definition.type, form, rule, isNullable, mostRows, write });
  const region = new Region(context.arena, context.scratch.owner, 4);
  try {
    const empty = region.mark();
    for (let first = 0; first < fates.rowCount; first += VECTOR_ROWS) {
      const count = Math.min(VECTOR_ROWS, fates.rowCount - first);
      const { data, valid } = gatherRows(context, region, staged, rows + first * 4, count);
      fated.add(data, valid, fates.at(first), count);
      region.reset(empty);
    }
    fated.end();
  } finally {
    region.free();
    fated.free();
  }
}

/** The column with the strings that rows of the output have, and no others. */
export function keepUsedStrings(
  context: CodecContext,
  region: Region,
  table: TableDefinition,
  staged: StagedColumn,
  rows: number,
  fates: RowFates,
): StagedColumn {
  const { dictionary } = staged;
  if (dictionary === null) return staged;
  const used = new UsedCodes(context, region, dictionary);
  fateStaged(context, table, staged, rows, fates, (codes, _, count) => used.add(codes, count));
  const kept = used.finish();
  const { arena, kernels } = context;
  const codes = region.alloc(dictionary.count * 4);
  kernels.remap_u32_u32(dictionary.codes, dictionary.count, kept.codes, codes);
  const { refs, count } = kept.dictionary;
  let textBytes = 0;
  for (let code = 1; code < count; code++) textBytes += arena.u32[(refs >>> 2) + code * 2 + 1];
  const smaller: BuiltDictionary = { refs, count, codes, textBytes };
  return { ...staged, dictionary: smaller };
}
