/**
 * The readers and writers on one thread, over nine-column rows held in memory. Reading includes dictionary building and
 * narrowing, of Parquet also decompressing; writing includes nothing else.
 */

import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import {
  ChunkMemory,
  formatByName,
  type InputFormat,
  type ReadColumn,
  type RowShape,
  readColumn,
  readFooter,
  readRange,
} from '../../engine/format/index.ts';
import { Region } from '../../engine/memory/region.ts';
import { type LogicalType, timestamp, type } from '../../engine/type/type.ts';
import type { ResultBatch, ResultSchema } from '../../engine/vector/batch.ts';
import { nodeInflaters } from '../../storage/index.ts';
import { type CaseMaker, type Ground, type KernelCase, SLACK } from './case.ts';

/** About what a row has as JSON. */
const ROW_BYTES = 170;
const WRITTEN_ROWS = 65536;

const TYPES: Record<string, LogicalType> = {
  time: timestamp(3, true),
  channel: type('string', true),
  user: type('string', true),
  page: type('string', true),
  isRobot: type('bool', true),
  added: type('int64', true),
  deleted: type('int64', true),
  delta: type('int64', true),
  score: type('float64', true),
};
const NAMES = Object.keys(TYPES);
const COLUMNS: readonly ReadColumn[] = NAMES.map((name, id) => ({ id, name, type: TYPES[name] }));
type Row = Readonly<Record<string, string | number | boolean>>;
const encoder = new TextEncoder();

export const formatCases: CaseMaker = async (ground) => {
  const rows = rowsOf(ground, Math.max(1000, Math.floor(ground.bytes / ROW_BYTES)));
  const cells = (quote: string, separator: string): string[] =>
    rows.map((row) =>
      Object.values(row)
        .map((v) => (typeof v === 'string' ? `${quote}${v}${quote}` : `${v}`))
        .join(separator),
    );
  const read = (name: string, lines: readonly string[]): KernelCase => readCase(ground, name, lines);
  return [
    read(
      'JSONEachRow',
      rows.map((row) => JSON.stringify(row)),
    ),
    read(
      'JSONCompactEachRow',
      rows.map((row) => JSON.stringify(Object.values(row))),
    ),
    read('CSV', cells('"', ',')),
    read('TSV', cells('', '\t')),
    await parquetCase(ground, rows),
    ...['JSONEachRow', 'JSONCompactEachRow', 'CSV', 'TabSeparated'].map((name) =>
      writeCase(name, rows.slice(0, WRITTEN_ROWS)),
    ),
  ];
};

const rowsOf = ({ random }: Ground, count: number): Row[] =>
  Array.from({ length: count }, (_, i) => ({
    time: new Date(1442016000000 + i * 997).toISOString(),
    channel: `#ch${random.below(50)}`,
    user: `User${random.below(5000)}`,
    page: `Page number ${random.below(1000000)}`,
    isRobot: random.below(2) === 0,
    added: random.below(5000),
    deleted: random.below(100),
    delta: random.below(5000) - 100,
    score: random.below(10000) / 100,
  }));

function readCase({ arena, kernels, region }: Ground, name: string, lines: readonly string[]): KernelCase {
  const format: InputFormat = (formatByName(name).read as RowShape).format(NAMES);
  const bytes = encoder.encode(`${lines.join('\n')}\n`);
  const address = region.alloc(bytes.length + SLACK);
  arena.u8.set(bytes, address);
  return {
    family: 'parse',
    name,
    bytes: bytes.length,
    values: lines.length,
    run: () => {
      const result = new Region(arena, region.owner);
      readRange(
        { arena, kernels, region: result },
        { format, columns: COLUMNS, address, bytes: bytes.length, misfit: 'row', maxBadRows: 0 },
      );
      result.free();
    },
  };
}

/** Of a file that is not compressed: the decoders, not the decompressors. GB/s of the file. */
async function parquetCase({ arena, kernels, region }: Ground, rows: readonly Row[]): Promise<KernelCase> {
  const columnData = NAMES.map(
    (name): ColumnSource => ({
      name,
      data: rows.map((row) =>
        name === 'time'
          ? new Date(row[name] as string)
          : TYPES[name].id === 'int64'
            ? BigInt(row[name])
            : row[name],
      ),
      nullable: false,
    }),
  );
  const file = new Uint8Array(parquetWriteBuffer({ columnData, codec: 'UNCOMPRESSED' }));
  const { columns, rowGroups } = await readFooter(new Blob([file]));
  const address = region.alloc(file.length + SLACK);
  arena.u8.set(file, address);
  const memory = new ChunkMemory(arena, region.owner);
  return {
    family: 'parse',
    name: 'Parquet',
    bytes: file.length,
    values: rows.length,
    run: () => {
      const result = new Region(arena, region.owner);
      const context = { arena, kernels, inflaters: nodeInflaters, region: result, memory };
      for (const [i, group] of rowGroups.entries())
        for (const column of COLUMNS) {
          const { shape, leaves } = columns[column.id];
          const chunks = leaves.map((leaf) => {
            const { offset, bytes, codec } = group.chunks[leaf.index];
            return { leaf, codec, address: address + offset, bytes };
          });
          readColumn(context, { column, shape, chunks, rowGroup: i + 1, rows: group.rows });
        }
      result.free();
    },
  };
}

function writeCase(name: string, rows: readonly Row[]): KernelCase {
  const schema: ResultSchema = ['time', 'added', 'page', 'score'].map((n) => ({ name: n, type: TYPES[n] }));
  const pages = rows.map((row) => encoder.encode(String(row['page'])));
  const offsets = new Uint32Array(pages.length + 1);
  for (const [i, page] of pages.entries()) offsets[i + 1] = offsets[i] + page.length;
  const batch: ResultBatch = {
    rows: rows.length,
    columns: [
      {
        lane: 'i64',
        values: BigInt64Array.from(rows, (row) => BigInt(Date.parse(String(row['time'])))),
        valid: null,
      },
      { lane: 'i64', values: BigInt64Array.from(rows, (row) => BigInt(row['added'])), valid: null },
      { lane: 'str', offsets, bytes: Uint8Array.from(pages.flatMap((page) => [...page])), valid: null },
      { lane: 'f64', values: Float64Array.from(rows, (row) => Number(row['score'])), valid: null },
    ],
  };
  const write = formatByName(name).write;
  if (write === null) throw new Error(`${name} is not written`);
  const writer = write(schema, {});
  return {
    family: 'write',
    name,
    bytes: writer.batch(batch).length,
    values: rows.length,
    run: () => void writer.batch(batch),
  };
}
