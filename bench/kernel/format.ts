/**
 * GB/s of the readers and writers on one thread: the best of several runs, over nine-column rows held in memory.
 * Reading includes dictionary building and narrowing; writing includes nothing else.
 * Run: node bench/kernel/format.ts
 */

import { SeededRandom } from '../../engine/base/random.ts';
import {
  formatByName,
  type InputFormat,
  type ReadColumn,
  type RowShape,
  readRange,
} from '../../engine/format/index.ts';
import { loadKernels } from '../../engine/kernel/load.ts';
import { Arena } from '../../engine/memory/arena.ts';
import { Region } from '../../engine/memory/region.ts';
import { type LogicalType, timestamp, type } from '../../engine/type/type.ts';
import type { ResultBatch, ResultSchema } from '../../engine/vector/batch.ts';

const ROWS = 200000;
const RUNS = 12;

const random = new SeededRandom(1);
const rows = Array.from({ length: ROWS }, (_, i) => ({
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
const names = Object.keys(TYPES);
const columns: ReadColumn[] = names.map((name, id) => ({ id, name, type: TYPES[name] }));

const best = (run: () => void): number => {
  let ms = Number.POSITIVE_INFINITY;
  for (let i = 0; i < RUNS; i++) {
    const start = performance.now();
    run();
    ms = Math.min(ms, performance.now() - start);
  }
  return ms;
};

const show = (name: string, bytes: number, count: number, ms: number): void =>
  console.log(
    `${name.padEnd(26)} ${(bytes / ms / 1e6).toFixed(2)} GB/s  ${((ms * 1e6) / count).toFixed(0)} ns/row`,
  );

const arena = Arena.create();
const kernels = loadKernels(arena);
const owner = arena.openOwner();
const input = new Region(arena, owner);

function benchRead(name: string, format: InputFormat, lines: readonly string[]): void {
  const bytes = new TextEncoder().encode(`${lines.join('\n')}\n`);
  const address = input.alloc(bytes.length + 64);
  arena.u8.set(bytes, address);
  const ms = best(() => {
    const region = new Region(arena, owner);
    readRange(
      { arena, kernels, region },
      { format, columns, address, bytes: bytes.length, misfit: 'row', maxBadRows: 0 },
    );
    region.free();
  });
  show(`read ${name}`, bytes.length, ROWS, ms);
}

const inputFormat = (name: string): InputFormat => (formatByName(name).read as RowShape).format(names);
const cells = (quote: string) =>
  rows.map((row) => Object.values(row).map((v) => (typeof v === 'string' ? `${quote}${v}${quote}` : `${v}`)));

benchRead(
  'JSONEachRow',
  inputFormat('JSONEachRow'),
  rows.map((row) => JSON.stringify(row)),
);
benchRead(
  'JSONCompactEachRow',
  inputFormat('JSONCompactEachRow'),
  rows.map((row) => JSON.stringify(Object.values(row))),
);
benchRead(
  'CSV',
  inputFormat('CSV'),
  cells('"').map((row) => row.join(',')),
);
benchRead(
  'TSV',
  inputFormat('TSV'),
  cells('').map((row) => row.join('\t')),
);

const encoder = new TextEncoder();
const pages = rows.slice(0, 65536).map((row) => encoder.encode(row.page));
const offsets = new Uint32Array(pages.length + 1);
pages.forEach((page, i) => {
  offsets[i + 1] = offsets[i] + page.length;
});
const schema: ResultSchema = ['time', 'added', 'page', 'score'].map((name) => ({ name, type: TYPES[name] }));
const batch: ResultBatch = {
  rows: pages.length,
  columns: [
    {
      lane: 'i64',
      values: BigInt64Array.from(pages, (_, i) => BigInt(1442016000000 + i * 997)),
      valid: null,
    },
    { lane: 'i64', values: BigInt64Array.from(pages, (_, i) => BigInt(rows[i].added)), valid: null },
    { lane: 'str', offsets, bytes: Uint8Array.from(pages.flatMap((page) => [...page])), valid: null },
    { lane: 'f64', values: Float64Array.from(pages, (_, i) => rows[i].score), valid: null },
  ],
};
for (const name of ['JSONEachRow', 'JSONCompactEachRow', 'CSV', 'TabSeparated']) {
  const write = formatByName(name).write;
  if (write === null) continue;
  const writer = write(schema, {});
  let bytes = 0;
  const ms = best(() => {
    bytes = writer.batch(batch).length;
  });
  show(`write ${name}`, bytes, batch.rows, ms);
}
