/**
 * ClickHouse's JSON family: JSON, JSONCompact, JSONEachRow, JSONCompactEachRow. Layout, separators and escapes
 * are ClickHouse's to the byte: clients compare text.
 */

import { bytesOfText, utf8 } from '../../base/bytes-text.ts';
import { clickhouseTypeName } from '../../type/dialect-name.ts';
import type { ResultBatch, ResultSchema } from '../../vector/batch.ts';
import { ByteSink } from '../byte-sink.ts';
import { type CellStyle, cellWriters, clickhouseFloat } from '../cell.ts';
import { writeClickHouseJsonString } from '../escape.ts';
import {
  EMPTY_BYTES,
  type Footer,
  type FormatWriter,
  type MakeWriter,
  type WriteOptions,
} from '../writer.ts';

const encoder = new TextEncoder();

const styleOf = (options: WriteOptions, nested: CellStyle['nested']): CellStyle => ({
  string: writeClickHouseJsonString,
  nullText: 'null',
  float: clickhouseFloat(() => 'null'),
  time: 'sql',
  timeQuote: '"',
  int64Quote: options.quoteInt64 ? '"' : '',
  nested,
  zone: options.zone,
});

/** How a row looks: what opens and closes it, and what stands before each value. */
type RowShape = {
  readonly open: string;
  readonly close: string;
  readonly before: (schema: ResultSchema) => readonly Uint8Array[];
};

const jsonText = (text: string): string => {
  const sink = new ByteSink();
  const bytes = bytesOfText(text);
  writeClickHouseJsonString(sink, bytes, 0, bytes.length);
  return utf8.decode(sink.take());
};

const keyed =
  (first: string, next: string, colon: string) =>
  (schema: ResultSchema): Uint8Array[] =>
    schema.map(({ name }, i) => encoder.encode(`${i === 0 ? first : next}${jsonText(name)}${colon}`));

const listed = (schema: ResultSchema): Uint8Array[] =>
  schema.map((_field, i) => encoder.encode(i === 0 ? '' : ', '));

const OBJECT_IN_DOCUMENT: RowShape = {
  open: '\t\t{\n',
  close: '\n\t\t}',
  before: keyed('\t\t\t', ',\n\t\t\t', ': '),
};
const ARRAY_IN_DOCUMENT: RowShape = { open: '\t\t[', close: ']', before: listed };
/** The one row of totals. */
const OBJECT_OF_DOCUMENT: RowShape = {
  open: '\n\t{\n',
  close: '\n\t}',
  before: keyed('\t\t', ',\n\t\t', ': '),
};
const ARRAY_OF_DOCUMENT: RowShape = { open: ' [', close: ']', before: listed };
const OBJECT_LINE: RowShape = { open: '{', close: '}\n', before: keyed('', ',', ':') };
const ARRAY_LINE: RowShape = { open: '[', close: ']\n', before: listed };

class RowsWriter {
  readonly sink = new ByteSink();
  readonly #schema: ResultSchema;
  readonly #shape: RowShape;
  readonly #between: string;
  readonly #before: readonly Uint8Array[];
  readonly #style: CellStyle;
  #isFirst = true;

  constructor(schema: ResultSchema, shape: RowShape, between: string, options: WriteOptions) {
    this.#schema = schema;
    this.#shape = shape;
    this.#between = between;
    this.#before = shape.before(schema);
    this.#style = styleOf(
      options,
      shape === OBJECT_IN_DOCUMENT || shape === OBJECT_OF_DOCUMENT ? 'lines' : 'json',
    );
  }

  batch(batch: ResultBatch): Uint8Array {
    const { sink } = this;
    const writers = cellWriters(batch, this.#schema, this.#style);
    for (let row = 0; row < batch.rows; row++) {
      if (!this.#isFirst) sink.ascii(this.#between);
      this.#isFirst = false;
      sink.ascii(this.#shape.open);
      for (let i = 0; i < writers.length; i++) {
        sink.bytes(this.#before[i]);
        writers[i](sink, row);
      }
      sink.ascii(this.#shape.close);
    }
    return sink.take();
  }
}

const lines =
  (shape: RowShape): MakeWriter =>
  (schema, options) => {
    const rows = new RowsWriter(schema, shape, '', options);
    return { begin: () => EMPTY_BYTES, batch: (b) => rows.batch(b), end: () => EMPTY_BYTES };
  };

const document =
  (shape: RowShape, single: RowShape): MakeWriter =>
  (schema, options): FormatWriter => {
    const rows = new RowsWriter(schema, shape, ',\n', options);
    return {
      begin: () => encoder.encode(documentHead(schema)),
      batch: (b) => rows.batch(b),
      end: (footer) => {
        const { totals } = footer;
        const of = new RowsWriter(schema, single, '', options);
        const text = totals === undefined || totals === null ? '' : utf8.decode(of.batch(totals));
        return encoder.encode(documentTail(footer, text));
      },
    };
  };

function documentHead(schema: ResultSchema): string {
  const meta = schema.map(
    ({ name, type }) =>
      `\t\t{\n\t\t\t"name": ${jsonText(name)},\n\t\t\t"type": ${jsonText(clickhouseTypeName(type))}\n\t\t}`,
  );
  return `{\n\t"meta":\n\t[\n${meta.join(',\n')}\n\t],\n\n\t"data":\n\t[\n`;
}

const documentTail = ({ rows, elapsedMs, rowsRead, bytesRead }: Footer, totals: string): string =>
  `\n\t],\n\n${totals === '' ? '' : `\t"totals":${totals},\n\n`}\t"rows": ${rows},\n\n\t"statistics":\n\t{\n\t\t"elapsed": ${elapsedMs / 1000},\n\t\t"rows_read": ${rowsRead},\n\t\t"bytes_read": ${bytesRead}\n\t}\n}\n`;

export const writeJson = document(OBJECT_IN_DOCUMENT, OBJECT_OF_DOCUMENT);
export const writeJsonCompact = document(ARRAY_IN_DOCUMENT, ARRAY_OF_DOCUMENT);
export const writeJsonEachRow = lines(OBJECT_LINE);
export const writeJsonCompactEachRow = lines(ARRAY_LINE);
