/**
 * ClickHouse's delimited formats: CSV (strings and times always in double quotes, NULL as \N) and TabSeparated
 * (backslash escapes, NULL as \N), each with or without a line of names and a line of types. And the plain CSV of files that
 * others read: quotes where they are needed, NULL as nothing.
 */

import { bytesOfText } from '../../base/bytes-text.ts';
import { clickhouseTypeName } from '../../type/dialect-name.ts';
import type { ResultBatch, ResultSchema } from '../../vector/batch.ts';
import { ByteSink } from '../byte-sink.ts';
import { bareNonFinite, type CellStyle, cellWriters, clickhouseFloat, type StringWriter } from '../cell.ts';
import { CSV_ESCAPES, TSV_ESCAPES, writeEscaped } from '../escape.ts';
import { EMPTY_BYTES, type MakeWriter } from '../writer.ts';

const csvString: StringWriter = (sink, bytes, from, to) => {
  sink.byte(34);
  writeEscaped(sink, bytes, from, to, CSV_ESCAPES);
  sink.byte(34);
};
/** Quoted where it would be read otherwise; an empty text is no NULL. */
const plainString: StringWriter = (sink, bytes, from, to) => {
  const isBare = to > from && bytes.subarray(from, to).every((byte) => !QUOTED.has(byte));
  if (isBare) sink.bytes(bytes.subarray(from, to));
  else csvString(sink, bytes, from, to);
};
/** Quote, comma, ends of lines. */
const QUOTED: ReadonlySet<number> = new Set([34, 44, 10, 13]);
const tsvString: StringWriter = (sink, bytes, from, to) => writeEscaped(sink, bytes, from, to, TSV_ESCAPES);
const rawString: StringWriter = (sink, bytes, from, to) => sink.bytes(bytes.subarray(from, to));

type Delimited = {
  readonly delimiter: number;
  readonly string: StringWriter;
  readonly timeQuote: string;
  readonly nested: CellStyle['nested'];
  readonly nullText: string;
};

const CSV: Delimited = {
  delimiter: 44,
  string: csvString,
  timeQuote: '"',
  nested: 'string',
  nullText: '\\N',
};
const PLAIN: Delimited = {
  delimiter: 44,
  string: plainString,
  timeQuote: '',
  nested: 'string',
  nullText: '',
};
const TSV: Delimited = { delimiter: 9, string: tsvString, timeQuote: '', nested: 'bare', nullText: '\\N' };
const RAW: Delimited = { delimiter: 9, string: rawString, timeQuote: '', nested: 'bare', nullText: '\\N' };

const delimited =
  (kind: Delimited, names: boolean, types: boolean): MakeWriter =>
  (schema, options) => {
    const sink = new ByteSink();
    const style: CellStyle = {
      string: kind.string,
      nullText: kind.nullText,
      float: clickhouseFloat(bareNonFinite),
      time: 'sql',
      timeQuote: kind.timeQuote,
      int64Quote: '',
      nested: kind.nested,
      zone: options.zone,
    };
    const rows = (batch: ResultBatch): void => {
      const writers = cellWriters(batch, schema, style);
      for (let row = 0; row < batch.rows; row++) {
        for (let i = 0; i < writers.length; i++) {
          if (i > 0) sink.byte(kind.delimiter);
          writers[i](sink, row);
        }
        sink.byte(10);
      }
    };
    return {
      begin: () => {
        if (names)
          line(
            sink,
            kind,
            schema.map((field) => field.name),
          );
        if (types)
          line(
            sink,
            kind,
            schema.map((field) => clickhouseTypeName(field.type)),
          );
        return sink.take();
      },
      batch: (batch) => {
        rows(batch);
        return sink.take();
      },
      end: ({ totals }) => {
        if (totals === undefined || totals === null) return EMPTY_BYTES;
        sink.byte(10);
        rows(totals);
        return sink.take();
      },
    };
  };

function line(sink: ByteSink, kind: Delimited, texts: readonly string[]): void {
  texts.forEach((text, i) => {
    if (i > 0) sink.byte(kind.delimiter);
    const bytes = bytesOfText(text);
    kind.string(sink, bytes, 0, bytes.length);
  });
  sink.byte(10);
}

export const writeCsv = delimited(CSV, false, false);
export const writeCsvWithNames = delimited(CSV, true, false);
export const writeCsvWithNamesAndTypes = delimited(CSV, true, true);
export const writePlainCsv = delimited(PLAIN, false, false);
export const writePlainCsvWithNames = delimited(PLAIN, true, false);
export const writeTsv = delimited(TSV, false, false);
export const writeTsvWithNames = delimited(TSV, true, false);
export const writeTsvWithNamesAndTypes = delimited(TSV, true, true);
export const writeTsvRaw = delimited(RAW, false, false);

/** Reads everything, writes nothing. */
export const writeNull: MakeWriter = (_schema: ResultSchema) => ({
  begin: () => EMPTY_BYTES,
  batch: () => EMPTY_BYTES,
  end: () => EMPTY_BYTES,
});
