/**
 * Reader of delimited rows: CSV (quotes, doubled quotes, line ends inside quotes) and TSV (backslash escapes or
 * none). The kernel takes plain records; this file's own splitter, written apart from it, takes the rest.
 */

import { FLAG, STATE } from '../../kernel/ref/builder.ts';
import { isNested } from '../../type/type.ts';
import type { BatchBuilder } from '../builder.ts';
import type { DelimitedFormat, ReadJob } from '../column.ts';
import { type Converter, converterOf, rowValue } from '../exact.ts';
import { NumberText, type Raw } from '../raw.ts';
import { type ExactRow, type RowParser, textOf } from '../run.ts';

export function csvParser(builder: BatchBuilder, format: DelimitedFormat, job: ReadJob): RowParser {
  const { columns } = builder;
  const byName = new Map(columns.map((column, index) => [column.name, index]));
  const converters = columns.map((column) => converterOf(column, job.misfit === 'null'));
  // Strings inside of arrays have escapes of their own, which the field's must not be taken for.
  const nested = columns.map((column) => isNested(column.type));
  const inferred = columns.map((column) => column.type.id === 'variant');
  const taken = new Set<number>();
  const fieldColumns = format.fields.map((name) => {
    const index = byName.get(name) ?? -1;
    if (index < 0 || taken.has(index)) return -1;
    taken.add(index);
    return index;
  });
  const entries = builder.allocZero(4 * Math.max(1, fieldColumns.length));
  builder.arena.i32.set(fieldColumns, entries >>> 2);
  builder.set(STATE.entries, entries);
  builder.set(STATE.entryCount, fieldColumns.length);
  builder.set(STATE.delimiter, format.delimiter.charCodeAt(0));
  builder.set(STATE.flags, flagsOf(format));
  // Escapes split fields differently; only fields whose text has none are for the kernel.
  return {
    kernel: builder.kernels.csv_rows,
    exactRow: (position, end) =>
      exactRow(builder.arena.u8, position, end, format, fieldColumns, converters, { nested, inferred }),
    addKey: null,
  };
}

const flagsOf = (format: DelimitedFormat): number =>
  (format.quotes ? FLAG.quotes : 0) |
  (format.escapes ? FLAG.escapes : 0) |
  (format.emptyNull ? FLAG.emptyNull : 0) |
  (format.nullMark ? FLAG.nullMark : 0) |
  (format.exactWidth ? FLAG.exactWidth : 0) |
  (/[\w .:+-]/.test(format.delimiter) ? FLAG.inside : 0);

/** One field as split. */
type Field = {
  readonly text: string;
  /** With its escapes. */
  readonly written: string;
  readonly quoted: boolean;
  readonly isNull: boolean;
};

/** The fields of the record at `position`; `end` is the address after its line end. */
export type Split = {
  readonly fields: readonly Field[];
  readonly end: number;
  readonly lines: number;
  readonly problem: string | null;
};

const QUOTE = 34;
const NEWLINE = 10;
const RETURN = 13;
const BACKSLASH = 92;

/** Splits the record that starts at `position`. */
export function splitRecord(u8: Uint8Array, position: number, end: number, format: DelimitedFormat): Split {
  const delimiter = format.delimiter.charCodeAt(0);
  const fields: Field[] = [];
  let lines = 1;
  let problem: string | null = null;
  let p = position;
  const atEnd = (at: number) =>
    at >= end || u8[at] === delimiter || u8[at] === NEWLINE || (u8[at] === RETURN && u8[at + 1] === NEWLINE);
  for (;;) {
    if (format.quotes && u8[p] === QUOTE) {
      const bytes: number[] = [];
      let q = p + 1;
      for (; q < end; q++) {
        if (u8[q] === QUOTE && u8[q + 1] !== QUOTE) break;
        if (u8[q] === QUOTE) q++;
        if (u8[q] === NEWLINE) lines++;
        bytes.push(u8[q]);
      }
      const text = textOf(Uint8Array.from(bytes), 0, bytes.length);
      fields.push({ text, written: text, quoted: true, isNull: false });
      if (q >= end) problem ??= 'A quoted field is not closed';
      p = q + 1;
      if (!atEnd(p)) problem ??= 'A quoted field is followed by other text';
      while (!atEnd(p)) p++;
    } else {
      const from = p;
      while (!atEnd(p)) {
        if (format.escapes && u8[p] === BACKSLASH && p + 1 < end) p++;
        p++;
      }
      const text = textOf(u8, from, p);
      const isNull = format.nullMark && text === '\\N';
      fields.push({
        text: format.escapes ? unescapeTsv(text) : text,
        written: text,
        quoted: false,
        isNull,
      });
    }
    if (p >= end) return { fields, end, lines, problem };
    if (u8[p] === delimiter) {
      p++;
      continue;
    }
    return { fields, end: p + (u8[p] === RETURN ? 2 : 1), lines, problem };
  }
}

const ESCAPES: Record<string, string> = {
  t: '\t',
  n: '\n',
  r: '\r',
  b: '\b',
  f: '\f',
  0: '\0',
  a: '\x07',
  v: '\v',
  e: '\x1b',
};

/** TabSeparated's backslash escapes; an unknown one stands for its own letter. */
export const unescapeTsv = (text: string): string =>
  text.replace(/\\(?:x([0-9a-fA-F]{2})|([\s\S]))/g, (_all, hex: string | undefined, letter: string) =>
    hex === undefined ? (ESCAPES[letter] ?? letter) : String.fromCharCode(Number.parseInt(hex, 16)),
  );

function exactRow(
  u8: Uint8Array,
  position: number,
  end: number,
  format: DelimitedFormat,
  fieldColumns: readonly number[],
  converters: readonly Converter[],
  { nested, inferred }: { readonly nested: readonly boolean[]; readonly inferred: readonly boolean[] },
): ExactRow {
  const { fields, end: next, lines, problem } = splitRecord(u8, position, end, format);
  if (fields.length === 1 && fieldColumns.length > 1 && fields[0].text === '' && !fields[0].quoted) {
    return { end: next, lines, kind: 'blank' };
  }
  if (problem !== null) return { end: next, lines, kind: 'bad', reason: problem };
  if (format.exactWidth && fields.length !== fieldColumns.length) {
    const reason = `The row has ${fields.length} fields, ${fieldColumns.length} are expected`;
    return { end: next, lines, kind: 'bad', reason };
  }
  const raws = new Array<Raw>(converters.length);
  const isText = new Array<boolean>(converters.length).fill(false);
  fieldColumns.forEach((index, i) => {
    if (index < 0 || i >= fields.length) return;
    const { text, written, quoted, isNull } = fields[i];
    isText[index] = true;
    if (isNull) raws[index] = null;
    else if (text === '' && !quoted && format.emptyNull) raws[index] = undefined;
    else if (inferred[index]) raws[index] = quoted && !text.startsWith('[') ? text : new NumberText(text);
    else raws[index] = nested[index] ? written : text;
  });
  const values = converters.map((convert, index) => {
    const raw = raws[index];
    return raw === '' && isText[index] && !format.emptyNull ? convertEmpty(convert) : rowValue(convert, raw);
  });
  return { end: next, lines, kind: 'row', values };
}

/** An empty field without emptyNull: the empty string where that fits, else NULL. */
function convertEmpty(convert: Converter): ReturnType<Converter> {
  const value = convert('');
  return typeof value === 'string' ? value : convert(null);
}
