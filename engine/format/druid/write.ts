/**
 * Druid's five SQL result formats. `object` and `array` are one JSON array and a newline; `objectLines`,
 * `arrayLines` and `csv` are lines and one blank line more, by which a client knows that nothing was cut off.
 * With `header`, rows of names, native types and SQL types come first, in the format's own shape.
 */

import { druidSqlTypeName, druidTypeName } from '../../type/dialect-name.ts';
import type { ResultSchema } from '../../vector/batch.ts';
import { ByteSink } from '../byte-sink.ts';
import { type CellStyle, cellWriters, javaFloat, type StringWriter } from '../cell.ts';
import { writeJsonString } from '../escape.ts';
import type { MakeWriter, WriteOptions } from '../writer.ts';

const encoder = new TextEncoder();

const jsonStyle = (options: WriteOptions): CellStyle => ({
  string: writeJsonString,
  nullText: 'null',
  float: javaFloat('"'),
  time: 'iso',
  timeQuote: '"',
  int64Quote: '',
  nested: options.stringifyArrays === false ? 'json' : 'text',
  zone: options.zone,
});

const csvStyle = (options: WriteOptions): CellStyle => ({
  string: csvString,
  nullText: '',
  float: javaFloat(''),
  time: 'iso',
  timeQuote: '',
  int64Quote: '',
  nested: 'text',
  zone: options.zone,
});

/** Quotes only where the text holds a comma, a quote or a line end. */
const csvString: StringWriter = (sink, bytes, from, to) => {
  let needsQuotes = false;
  for (let i = from; i < to && !needsQuotes; i++) {
    const c = bytes[i];
    needsQuotes = c === 44 || c === 34 || c === 10 || c === 13;
  }
  if (!needsQuotes) {
    sink.bytes(bytes.subarray(from, to));
    return;
  }
  sink.byte(34);
  for (let i = from; i < to; i++) {
    if (bytes[i] === 34) sink.byte(34);
    sink.byte(bytes[i]);
  }
  sink.byte(34);
};

type Shape = {
  readonly style: (options: WriteOptions) => CellStyle;
  readonly documentOpen: string;
  readonly documentClose: string;
  readonly rowOpen: string;
  readonly rowClose: string;
  readonly between: string;
  readonly keyed: boolean;
  readonly header: (schema: ResultSchema, options: WriteOptions) => readonly string[];
};

const typeRows = (schema: ResultSchema, options: WriteOptions): string[][] => [
  schema.map((field) => field.name),
  ...(options.typesHeader ? [schema.map((field) => druidTypeName(field.type))] : []),
  ...(options.sqlTypesHeader ? [schema.map((field) => druidSqlTypeName(field.type))] : []),
];

/** Written by hand and not through an object, which would move keys that look like numbers to the front. */
function objectHeader(schema: ResultSchema, options: WriteOptions): string[] {
  const pairs = schema.map(({ name, type }) => {
    const types = [
      ...(options.typesHeader ? [`"type":${JSON.stringify(druidTypeName(type))}`] : []),
      ...(options.sqlTypesHeader ? [`"sqlType":${JSON.stringify(druidSqlTypeName(type))}`] : []),
    ];
    return `${JSON.stringify(name)}:${types.length === 0 ? 'null' : `{${types.join(',')}}`}`;
  });
  return [`{${pairs.join(',')}}`];
}

const arrayHeader = (schema: ResultSchema, options: WriteOptions): string[] =>
  typeRows(schema, options).map((row) => JSON.stringify(row));

const csvHeader = (schema: ResultSchema, options: WriteOptions): string[] =>
  typeRows(schema, options).map((row) =>
    row.map((text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(','),
  );

const OBJECT: Shape = {
  style: jsonStyle,
  documentOpen: '[',
  documentClose: ']\n',
  rowOpen: '{',
  rowClose: '}',
  between: ',',
  keyed: true,
  header: objectHeader,
};
const ARRAY: Shape = { ...OBJECT, rowOpen: '[', rowClose: ']', keyed: false, header: arrayHeader };
const OBJECT_LINES: Shape = {
  ...OBJECT,
  documentOpen: '',
  documentClose: '\n',
  rowClose: '}\n',
  between: '',
};
const ARRAY_LINES: Shape = {
  ...OBJECT_LINES,
  rowOpen: '[',
  rowClose: ']\n',
  keyed: false,
  header: arrayHeader,
};
const CSV: Shape = { ...ARRAY_LINES, style: csvStyle, rowOpen: '', rowClose: '\n', header: csvHeader };

const druidWriter =
  (shape: Shape): MakeWriter =>
  (schema, options) => {
    const sink = new ByteSink();
    const style = shape.style(options);
    const before = schema.map(({ name }, i) =>
      encoder.encode(`${i === 0 ? '' : ','}${shape.keyed ? `${JSON.stringify(name)}:` : ''}`),
    );
    let isFirst = true;
    return {
      begin: () => {
        sink.ascii(shape.documentOpen);
        for (const header of options.header ? shape.header(schema, options) : []) {
          if (!isFirst) sink.ascii(shape.between);
          isFirst = false;
          sink.text(header);
          if (shape.rowClose.endsWith('\n')) sink.byte(10);
        }
        return sink.take();
      },
      batch: (batch) => {
        const writers = cellWriters(batch, schema, style);
        for (let row = 0; row < batch.rows; row++) {
          if (!isFirst) sink.ascii(shape.between);
          isFirst = false;
          sink.ascii(shape.rowOpen);
          for (let i = 0; i < writers.length; i++) {
            sink.bytes(before[i]);
            writers[i](sink, row);
          }
          sink.ascii(shape.rowClose);
        }
        return sink.take();
      },
      end: () => encoder.encode(shape.documentClose),
    };
  };

export const writeObject = druidWriter(OBJECT);
export const writeArray = druidWriter(ARRAY);
export const writeObjectLines = druidWriter(OBJECT_LINES);
export const writeArrayLines = druidWriter(ARRAY_LINES);
export const writeDruidCsv = druidWriter(CSV);
