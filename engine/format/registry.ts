/**
 * The table of formats. A format is one row here: its names, what it is called over HTTP, how it is written and
 * how it is read. `FORMAT x` in ClickHouse's SQL and its HTTP interface find rows in {@link FORMATS}; Druid's
 * `resultFormat` finds them in {@link DRUID_FORMATS}.
 */

import { BasaltError } from '../base/error.ts';
import type { InputFormat } from './column.ts';
import {
  writeCsv,
  writeCsvWithNames,
  writeCsvWithNamesAndTypes,
  writeNull,
  writeTsv,
  writeTsvRaw,
  writeTsvWithNames,
  writeTsvWithNamesAndTypes,
} from './csv/write.ts';
import { writeArray, writeArrayLines, writeDruidCsv, writeObject, writeObjectLines } from './druid/write.ts';
import { writeJson, writeJsonCompact, writeJsonCompactEachRow, writeJsonEachRow } from './json/write.ts';
import type { MakeWriter } from './writer.ts';

/** How a stream of rows is read: parser, and how many lines come before the first row. */
export type RowShape = {
  readonly kind: 'rows';
  readonly format: (fields: readonly string[]) => InputFormat;
  /** 1: a line of names (which decides the order of fields); 2: then a line of types. */
  readonly headerLines: 0 | 1 | 2;
};

/** A file that says at its end what is in it: the whole of it has to be there before anything can be read. */
export type FileShape = { readonly kind: 'parquet' };

export type ReadShape = RowShape | FileShape;

export type FormatRow = {
  /** The first is the canonical one. */
  readonly names: readonly string[];
  readonly contentType: string;
  readonly write: MakeWriter | null;
  /** In the place of `write`, where its code is loaded when it is first wanted. */
  readonly loadWrite?: () => Promise<MakeWriter>;
  readonly read: ReadShape | null;
  readonly doc: string;
};

const csvInput = (headerLines: 0 | 1 | 2): ReadShape => ({
  kind: 'rows',
  headerLines,
  format: (fields) => ({
    kind: 'delimited',
    delimiter: ',',
    quotes: true,
    escapes: false,
    emptyNull: true,
    nullMark: true,
    exactWidth: true,
    fields,
  }),
});
const tsvInput = (headerLines: 0 | 1 | 2): ReadShape => ({
  kind: 'rows',
  headerLines,
  format: (fields) => ({
    kind: 'delimited',
    delimiter: '\t',
    quotes: false,
    escapes: true,
    emptyNull: false,
    nullMark: true,
    exactWidth: true,
    fields,
  }),
});
const jsonInput = (shape: 'object' | 'array'): ReadShape => ({
  kind: 'rows',
  headerLines: 0,
  format: () => ({ kind: 'json', shape }),
});

const JSON_TYPE = 'application/json; charset=UTF-8';
const NDJSON_TYPE = 'application/x-ndjson; charset=UTF-8';
const TSV_TYPE = 'text/tab-separated-values; charset=UTF-8';
const csvType = (header: 'absent' | 'present') => `text/csv; charset=UTF-8; header=${header}`;

const row = (
  names: string,
  contentType: string,
  write: MakeWriter | null,
  read: ReadShape | null,
  doc: string,
): FormatRow => ({ names: names.split(' '), contentType, write, read, doc });

export const FORMATS: readonly FormatRow[] = [
  row('JSON', JSON_TYPE, writeJson, null, 'One JSON document: meta, data as objects, statistics.'),
  row('JSONCompact', JSON_TYPE, writeJsonCompact, null, 'Like JSON, rows as arrays.'),
  row(
    'JSONEachRow NDJSON JSONLines',
    NDJSON_TYPE,
    writeJsonEachRow,
    jsonInput('object'),
    'One JSON object a line.',
  ),
  row(
    'JSONCompactEachRow',
    NDJSON_TYPE,
    writeJsonCompactEachRow,
    jsonInput('array'),
    'One JSON array a line.',
  ),
  row('CSV', csvType('absent'), writeCsv, csvInput(0), 'Comma-separated values.'),
  row('CSVWithNames', csvType('present'), writeCsvWithNames, csvInput(1), 'CSV after a line of names.'),
  row(
    'CSVWithNamesAndTypes',
    csvType('present'),
    writeCsvWithNamesAndTypes,
    csvInput(2),
    'CSV after a line of names and one of types.',
  ),
  row('TabSeparated TSV', TSV_TYPE, writeTsv, tsvInput(0), 'Tab-separated values with backslash escapes.'),
  row(
    'TabSeparatedWithNames TSVWithNames',
    TSV_TYPE,
    writeTsvWithNames,
    tsvInput(1),
    'TabSeparated after a line of names.',
  ),
  row(
    'TabSeparatedWithNamesAndTypes TSVWithNamesAndTypes',
    TSV_TYPE,
    writeTsvWithNamesAndTypes,
    tsvInput(2),
    'TabSeparated after a line of names and one of types.',
  ),
  row('TabSeparatedRaw TSVRaw', TSV_TYPE, writeTsvRaw, null, 'Tab-separated values without escapes.'),
  {
    ...row(
      'Parquet',
      'application/vnd.apache.parquet',
      null,
      { kind: 'parquet' },
      'A Parquet file; those that are read have flat columns, matched by name.',
    ),
    loadWrite: async () => (await import('./parquet/write.ts')).loadParquetWriter(),
  },
  row('Null', 'text/plain; charset=UTF-8', writeNull, null, 'Nothing; for measuring queries.'),
];

export const DRUID_FORMATS: readonly FormatRow[] = [
  row('object', 'application/json', writeObject, null, 'A JSON array of objects.'),
  row('array', 'application/json', writeArray, null, 'A JSON array of arrays.'),
  row('objectLines', 'text/plain', writeObjectLines, null, 'One JSON object a line.'),
  row('arrayLines', 'text/plain', writeArrayLines, null, 'One JSON array a line.'),
  row('csv', 'text/csv', writeDruidCsv, null, 'Comma-separated values.'),
];

const index = (rows: readonly FormatRow[]): ReadonlyMap<string, FormatRow> =>
  new Map(rows.flatMap((format) => format.names.map((name) => [name.toLowerCase(), format] as const)));

const FORMAT_INDEX = index(FORMATS);
const DRUID_INDEX = index(DRUID_FORMATS);

/** The format of a name, in any case. @throws BasaltError UNKNOWN_FORMAT */
export function formatByName(name: string): FormatRow {
  const found = FORMAT_INDEX.get(name.toLowerCase());
  if (found !== undefined) return found;
  throw new BasaltError('UNKNOWN_FORMAT', `Unknown format ${name}`, {
    hint: `Formats are ${FORMATS.map((format) => format.names[0]).join(', ')}`,
  });
}

export const druidFormatByName = (name: string): FormatRow | undefined => DRUID_INDEX.get(name.toLowerCase());

/** How the format is written. @throws BasaltError NOT_IMPLEMENTED */
export async function writerOf({ names, write, loadWrite }: FormatRow): Promise<MakeWriter> {
  const make = loadWrite === undefined ? write : await loadWrite();
  if (make !== null) return make;
  throw new BasaltError('NOT_IMPLEMENTED', `Format ${names[0]} cannot be written`);
}
