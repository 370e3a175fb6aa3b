/**
 * The row readers over one column at a time, by the shape of its values: what is written in a way the kernels do not know takes the
 * exact path, which costs tens of times as much and shows here.
 */

import { formatByName, type RowShape, readRange } from '../../engine/format/index.ts';
import { Region } from '../../engine/memory/region.ts';
import { type LogicalType, nullable, timestamp, type } from '../../engine/type/type.ts';
import { type CaseMaker, type Ground, type KernelCase, SLACK } from './case.ts';

type Shape = {
  readonly name: string;
  readonly type: LogicalType;
  readonly text: (random: Ground['random'], row: number) => string;
};

const word = (random: Ground['random']): bigint => (BigInt(random.uint32()) << 32n) | BigInt(random.uint32());
const clock = (row: number): string => new Date(1442016000000 + row * 9973).toISOString();

const INT64 = type('int64', true);
const UINT64 = type('uint64', true);
const FLOAT64 = type('float64', true);
const SECONDS = timestamp(0, true);
const MILLIS = timestamp(3, true);
const BERLIN = timestamp(0, true, 'Europe/Berlin');

/** Of JSON: texts as they stand behind the colon. */
const JSON_SHAPES: readonly Shape[] = [
  { name: 'Int64, 1 to 4 digits', type: INT64, text: (r) => `${r.below(5000)}` },
  { name: 'Int64, hashes', type: INT64, text: (r) => `${BigInt.asIntN(64, word(r))}` },
  { name: 'UInt64, hashes', type: UINT64, text: (r) => `${word(r)}` },
  { name: 'UInt64, hashes in quotes', type: UINT64, text: (r) => `"${word(r)}"` },
  { name: 'Float64, prices', type: FLOAT64, text: (r) => `${r.below(1000000) / 100}` },
  { name: 'Float64, 17 digits', type: FLOAT64, text: (r) => `${(r.uint32() + 1) / 4294967297}` },
  { name: 'Float64, exponents', type: FLOAT64, text: (r) => `-1.${r.below(1e9)}e-${r.below(200)}` },
  { name: 'DateTime', type: SECONDS, text: (_, i) => `"${clock(i).slice(0, 19).replace('T', ' ')}"` },
  { name: 'DateTime64(3), Z', type: MILLIS, text: (_, i) => `"${clock(i)}"` },
  { name: 'DateTime64(3), +02:00', type: MILLIS, text: (_, i) => `"${clock(i).replace('Z', '+02:00')}"` },
  {
    name: "DateTime('Europe/Berlin')",
    type: BERLIN,
    text: (_, i) => `"${clock(i).slice(0, 19).replace('T', ' ')}"`,
  },
];

/** Of CSV: texts between commas. */
const CSV_SHAPES: readonly Shape[] = [
  { name: 'UInt64, hashes', type: UINT64, text: (r) => `${word(r)}` },
  { name: 'Int64, zeros in front', type: INT64, text: (r) => `0${r.below(5000)}` },
  { name: 'Int64, as 5.0', type: INT64, text: (r) => `${r.below(5000)}.0` },
  { name: 'Float64, nan', type: FLOAT64, text: (r) => (r.below(2) === 0 ? 'nan' : '1.5') },
  { name: 'Bool, 0 and 1', type: nullable(type('bool')), text: (r) => `${r.below(2)}` },
  { name: 'Date with a time', type: type('date', true), text: (_, i) => `${clock(i).slice(0, 10)} 00:00:00` },
  { name: 'DateTime', type: SECONDS, text: (_, i) => clock(i).slice(0, 19).replace('T', ' ') },
];

const ROW_BYTES = 32;
const encoder = new TextEncoder();

export const shapeCases: CaseMaker = (ground) => [
  ...JSON_SHAPES.map((shape) => shapeCase(ground, shape, 'JSONEachRow', (text) => `{"v":${text}}`)),
  ...CSV_SHAPES.map((shape) => shapeCase(ground, shape, 'CSV', (text) => text)),
];

function shapeCase(
  { arena, kernels, region, random, bytes: room }: Ground,
  shape: Shape,
  formatName: string,
  line: (text: string) => string,
): KernelCase {
  const rows = Math.floor(room / ROW_BYTES);
  const lines = Array.from({ length: rows }, (_, row) => `${line(shape.text(random, row))}\n`);
  const bytes = encoder.encode(lines.join(''));
  const address = region.alloc(bytes.length + SLACK);
  arena.u8.set(bytes, address);
  const format = (formatByName(formatName).read as RowShape).format(['v']);
  const columns = [{ id: 0, name: 'v', type: shape.type }];
  return {
    family: 'shape',
    name: `${formatName}: ${shape.name}`,
    bytes: bytes.length,
    values: rows,
    run: () => {
      const result = new Region(arena, region.owner);
      readRange(
        { arena, kernels, region: result },
        { format, columns, address, bytes: bytes.length, misfit: 'row', maxBadRows: 0 },
      );
      result.free();
    },
  };
}
