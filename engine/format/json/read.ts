/**
 * Reader of JSON rows: one object (NDJSON, JSONEachRow) or array (JSONCompactEachRow) a line.
 *
 * The kernel knows keys by their raw text; one it has not met comes here, is decoded, and is from then on known,
 * as a column or as nothing. `JSON.parse` has the last word on every line that the kernel does not take.
 */

import { FLAG, STATE } from '../../kernel/ref/builder.ts';
import type { BatchBuilder } from '../builder.ts';
import type { JsonFormat, ReadJob } from '../column.ts';
import { type Converter, converterOf, rowValue } from '../exact.ts';
import { NumberText, type Raw } from '../raw.ts';
import { type ExactRow, type RowParser, textOf } from '../run.ts';

const ENTRY_BYTES = 16;
const MAX_ENTRIES = 2048;
const KEY_ROOM = 32;

export function jsonParser(builder: BatchBuilder, format: JsonFormat, job: ReadJob): RowParser {
  const { u8, u32, i32 } = builder.arena;
  const { columns } = builder;
  const byName = new Map(columns.map((column, index) => [column.name, index]));
  const converters = columns.map((column) => converterOf(column, job.misfit === 'null'));
  const isArray = format.shape === 'array';
  const entries = builder.allocZero(ENTRY_BYTES * MAX_ENTRIES);
  const encoder = new TextEncoder();
  builder.set(STATE.entries, entries);
  builder.set(STATE.flags, isArray ? FLAG.array : 0);

  const addEntry = (raw: Uint8Array, column: number): boolean => {
    const count = builder.get(STATE.entryCount);
    if (count === MAX_ENTRIES) return false;
    const key = builder.allocZero(raw.length + KEY_ROOM);
    u8.set(raw, key);
    const at = (entries + count * ENTRY_BYTES) >>> 2;
    u32[at] = key;
    u32[at + 1] = raw.length;
    i32[at + 2] = column;
    u32[at + 3] = count + 1;
    builder.set(STATE.entryCount, count + 1);
    return true;
  };
  columns.forEach((column, index) => {
    addEntry(encoder.encode(JSON.stringify(column.name)), index);
  });

  let full = false;
  const addKey = (address: number, bytes: number): boolean => {
    let name: string;
    try {
      name = JSON.parse(textOf(u8, address, address + bytes)) as string;
    } catch {
      return false;
    }
    full = !addEntry(u8.slice(address, address + bytes), byName.get(name) ?? -1) || full;
    return true;
  };

  const kernel = builder.kernels.json_rows;
  return {
    // With a full key table every line with a new key would stop the kernel twice; from then on all go the exact way.
    kernel: (state) => (full ? exactOnly(builder) : kernel(state)),
    exactRow: (position, end) => exactRow(u8, position, end, isArray, columns.length, byName, converters),
    addKey,
  };
}

const exactOnly = (builder: BatchBuilder): number =>
  builder.get(STATE.pos) < builder.get(STATE.stop) ? 1 : 0;

/** JSON.parse, with numbers whose text is not their shortest one kept as text. */
export function parseJson(text: string): unknown {
  const reviver = (_key: string, value: unknown, context: { source?: string }): unknown =>
    typeof value === 'number' && context.source !== undefined && context.source !== String(value)
      ? new NumberText(context.source)
      : value;
  return JSON.parse(text, reviver as (this: unknown, key: string, value: unknown) => unknown);
}

function exactRow(
  u8: Uint8Array,
  position: number,
  end: number,
  isArray: boolean,
  width: number,
  byName: ReadonlyMap<string, number>,
  converters: readonly Converter[],
): ExactRow {
  const newline = u8.indexOf(10, position);
  const next = newline < 0 || newline >= end ? end : newline + 1;
  const text = textOf(u8, position, next);
  if (text.trim() === '') return { end: next, lines: 1, kind: 'blank' };
  const bad = (reason: string): ExactRow => ({ end: next, lines: 1, kind: 'bad', reason });
  let parsed: unknown;
  try {
    parsed = parseJson(text);
  } catch (error) {
    return bad(`Not JSON: ${(error as Error).message}`);
  }
  let raws: Raw[];
  if (isArray) {
    if (!Array.isArray(parsed)) return bad('The row is not a JSON array');
    if (parsed.length !== width) return bad(`The row has ${parsed.length} values, ${width} are expected`);
    raws = parsed as Raw[];
  } else {
    if (
      typeof parsed !== 'object' ||
      parsed === null ||
      Array.isArray(parsed) ||
      parsed instanceof NumberText
    )
      return bad('The row is not a JSON object');
    const object = parsed as Record<string, Raw>;
    raws = new Array<Raw>(width);
    for (const [name, index] of byName) raws[index] = Object.hasOwn(object, name) ? object[name] : undefined;
  }
  const values = converters.map((convert, index) => rowValue(convert, raws[index]));
  return { end: next, lines: 1, kind: 'row', values };
}
