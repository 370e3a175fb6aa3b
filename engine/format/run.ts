/**
 * The loop that all row readers share: let the kernel parse, help it where it stops, close full batches.
 *
 * A format gives the kernel, the exact path for one row, and (JSON) what to do about an unknown key. Each step
 * parses at most 1 MiB, so that a call into the kernel stays near a millisecond.
 */

import { utf8 } from '../base/bytes-text.ts';
import { STATE, STATUS } from '../kernel/ref/builder.ts';
import { LIST_MARK } from '../type/multi.ts';
import type { BatchBuilder } from './builder.ts';
import type { BadRow, ReadJob, ReadResult, RowBatch } from './column.ts';
import { Misfit, type RowValue } from './exact.ts';

/** One row by the exact path: where it ends, and its values, or why it is bad. `blank`: no row at all. */
export type ExactRow =
  | { readonly end: number; readonly lines: number; readonly kind: 'blank' }
  | { readonly end: number; readonly lines: number; readonly kind: 'bad'; readonly reason: string }
  | {
      readonly end: number;
      readonly lines: number;
      readonly kind: 'row';
      readonly values: readonly RowValue[];
    };

export type RowParser = {
  readonly kernel: (state: number) => number;
  readonly exactRow: (position: number, end: number) => ExactRow;
  /** Makes the kernel know a key; false when it is no key at all and the exact path must judge the row. */
  readonly addKey: ((address: number, bytes: number) => boolean) | null;
};

const STEP_BYTES = 1 << 20;
const SHOWN_BYTES = 1000;

/** Text of arena bytes; the copy is there because decoders refuse shared memory. */
export const textOf = (u8: Uint8Array, from: number, to: number): string => utf8.decode(u8.slice(from, to));

export function readRows(builder: BatchBuilder, parser: RowParser, job: ReadJob): ReadResult {
  const { u8 } = builder.arena;
  const end = closeLastLine(u8, job.address, job.bytes);
  const batches: RowBatch[] = [];
  const badRows: BadRow[] = [];
  let rows = 0;
  let linesBefore = 0;
  let badRowCount = 0;
  let misfitRows = 0;
  const listed = builder.columns.flatMap(({ lists }, index) => (lists === undefined ? [] : [index]));
  const lists = new Set<number>();

  const closeBatch = (): void => {
    linesBefore += builder.get(STATE.line);
    rows += builder.row;
    if (builder.row > 0) batches.push(builder.finish());
    builder.begin();
  };
  const bad = (position: number, to: number, reason: string): void => {
    badRowCount++;
    if (badRows.length >= job.maxBadRows) return;
    const cut = Math.min(to, position + SHOWN_BYTES);
    const text = textOf(u8, position, cut).replace(/\r?\n$/, '');
    badRows.push({ line: linesBefore + builder.get(STATE.line) + 1, text, reason });
  };
  const exact = (position: number): void => {
    const row = parser.exactRow(position, end);
    if (row.kind === 'row') {
      const outcome = storeRow(builder, row.values, job.misfit, closeBatch);
      if (typeof outcome === 'string') bad(position, row.end, outcome);
      else {
        builder.row++;
        if (outcome) misfitRows++;
        for (const index of listed) if (isList(row.values[index])) lists.add(builder.columns[index].id);
      }
    } else if (row.kind === 'bad') {
      bad(position, row.end, row.reason);
    }
    builder.set(STATE.line, builder.get(STATE.line) + row.lines);
    builder.set(STATE.pos, row.end);
  };

  builder.set(STATE.pos, job.address);
  builder.set(STATE.end, end);
  for (;;) {
    const position = builder.get(STATE.pos);
    if (builder.row >= builder.get(STATE.rowLimit) && builder.turnPage()) closeBatch();
    if (position >= end) break;
    builder.set(STATE.stop, Math.min(end, position + STEP_BYTES));
    const status = parser.kernel(builder.state);
    if (status === STATUS.done) continue;
    builder.undoRow();
    if (status === STATUS.space) {
      if (!builder.grow(builder.get(STATE.detail))) closeBatch();
    } else if (status !== STATUS.key || !addKey(builder, parser)) {
      exact(builder.get(STATE.pos));
    }
  }
  closeBatch();
  const { nearUnique } = builder;
  return {
    batches,
    rows,
    lines: linesBefore,
    badRows,
    badRowCount,
    misfitRows,
    lists: [...lists],
    nearUnique,
  };
}

const isList = (value: RowValue): boolean => typeof value === 'string' && value.startsWith(LIST_MARK);

const addKey = (builder: BatchBuilder, parser: RowParser): boolean =>
  parser.addKey?.(builder.get(STATE.detail), builder.get(STATE.detailBytes)) ?? false;

/** Answers why the row is bad, or whether values were replaced by NULL. */
function storeRow(
  builder: BatchBuilder,
  values: readonly RowValue[],
  misfit: ReadJob['misfit'],
  closeBatch: () => void,
): string | boolean {
  let replaced = false;
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (!(value instanceof Misfit)) continue;
    if (misfit === 'row' || builder.columns[index].required) return value.reason;
    replaced = true;
  }
  for (;;) {
    const stored = values.every((value, index) => builder.put(index, value instanceof Misfit ? null : value));
    if (stored) return replaced;
    builder.undoRow();
    closeBatch();
  }
}

/** The end of the range, after making sure that its last row ends with a newline. */
function closeLastLine(u8: Uint8Array, address: number, bytes: number): number {
  const end = address + bytes;
  if (bytes === 0 || u8[end - 1] === 10) return end;
  u8[end] = 10;
  return end + 1;
}
