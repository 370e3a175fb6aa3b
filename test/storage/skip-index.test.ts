/** Data-skipping indexes of a segment: nothing that is there is ever denied, little that is not is let through, damage is found. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../engine/base/clock.ts';
import { TaskContext } from '../../engine/exec/context.ts';
import { CONTROL_SIZE, Control } from '../../engine/exec/control.ts';
import { skipConditions } from '../../engine/exec/skip/condition.ts';
import { skipFilters } from '../../engine/exec/skip/skip-filter.ts';
import { Region } from '../../engine/memory/region.ts';
import { call, column as columnExpr, type Expr, literal } from '../../engine/plan/expr.ts';
import type { SkipIndex, SkipIndexKind } from '../../engine/plan/skip-index.ts';
import type { Part } from '../../engine/plan/source.ts';
import { BOOL, FLOAT64, INT64, type LogicalType, nullable, STRING } from '../../engine/type/type.ts';
import { VECTOR_ROWS } from '../../engine/vector/vector.ts';
import { ByteReader, ByteWriter } from '../../storage/codec/byte-io.ts';
import { MemoryFile, MemoryFileSystem } from '../../storage/fs/memory.ts';
import { checkSegment } from '../../storage/repair/check-segment.ts';
import { buildSegment } from '../../storage/segment/build.ts';
import { type SegmentDescriptor, segmentPart } from '../../storage/segment/descriptor.ts';
import type { SegmentMeta } from '../../storage/segment/meta.ts';
import { FileOutput } from '../../storage/segment/output.ts';
import { SegmentReader } from '../../storage/segment/reader.ts';
import { indexBody, readIndexBody } from '../../storage/skip/entry.ts';
import type { BatchValue } from '../../storage/table/batch-builder.ts';
import {
  arena,
  column,
  frames,
  kernels,
  makeBatches,
  newContext,
  reclaiming,
  table,
} from './support/ground.ts';

const context = newContext();

const KINDS: readonly SkipIndexKind[] = [
  { type: 'minmax' },
  { type: 'set', maxRows: 0 },
  { type: 'set', maxRows: 3 },
  { type: 'bloom_filter', falsePositives: 0.025 },
  { type: 'tokenbf_v1', bytes: 512, hashes: 3, seed: 5 },
  { type: 'ngrambf_v1', bytes: 512, hashes: 2, seed: 0, length: 2 },
  { type: 'ngrambf_v1', bytes: 2048, hashes: 4, seed: 9, length: 4 },
];

const indexOf = (kind: SkipIndexKind, type: LogicalType, granularity = 1): SkipIndex => ({
  id: 4,
  name: 'i',
  terms: [columnExpr(1, type)],
  kind,
  granularity,
  typeText: kind.type,
  text: [1],
});

type Written = { readonly fs: MemoryFileSystem; readonly meta: SegmentMeta; readonly part: Part };

function write(type: LogicalType, values: readonly BatchValue[], index: SkipIndex): Written {
  const fs = new MemoryFileSystem();
  fs.makeDirectory('/d');
  fs.makeDirectory('/d/segment');
  const definition = table([column(1, 'v', type)], { indexes: [index] });
  const region = new Region(arena, arena.openOwner());
  const batches = makeBatches(region, definition, { v: values });
  const identity = { tableId: 1, segmentId: 7, partition: [] };
  const meta = buildSegment(context, definition, batches, identity, new FileOutput(fs, '/d/segment/7.seg'));
  arena.closeOwner(region.owner);
  const slots = frames.allocSlots(meta.slotCount);
  return { fs, meta, part: segmentPart(definition, meta, fs.descriptor('/d/segment/7.seg'), slots) };
}

/** The pages of the first block that the filter leaves, by the index alone; bit i is page i. */
async function pagesLeft({ part, meta }: Written, filter: Expr): Promise<{ pages: number; asked: boolean }> {
  return reclaiming(async () => {
    const owner = arena.openOwner();
    const control = new Control(arena, new Region(arena, owner, 1).allocZero(CONTROL_SIZE));
    const engine = { arena, kernels, frames, clock: systemClock, openers: new Map() };
    const task = new TaskContext(engine, control, owner);
    const reader = new SegmentReader(context, frames, structuredClone(part.descriptor) as SegmentDescriptor);
    const conditions = skipConditions(filter, { columnIds: [1] }, part.indexes ?? []);
    const all = (1 << Math.ceil(Math.min(meta.rows, 65536) / VECTOR_ROWS)) - 1;
    const pages = skipFilters(task, conditions).reduce(
      (left, { apply }) => (left === 0 ? 0 : apply(reader, part, 0, left)),
      all,
    );
    reader.close();
    task.close();
    return { pages, asked: conditions.length > 0 };
  });
}

/** A condition on texts, with what it means. */
type TextCase = { readonly expr: Expr; readonly holds: (text: string) => boolean };
const V = columnExpr(0, STRING);
const lit = (text: string): Expr => literal(text, STRING);
const isWord = (c: string | undefined): boolean => c !== undefined && (/[0-9A-Za-z]/.test(c) || c > '\u007f');

function hasToken(text: string, token: string): boolean {
  const all = Array.from(text);
  const tokens: string[] = [''];
  for (const c of all) {
    if (isWord(c)) tokens[tokens.length - 1] += c;
    else tokens.push('');
  }
  return tokens.includes(token);
}

const alphabet = fc.constantFrom('a', 'b', 'B', '1', ' ', '-', '_', '%', 'é', '日', '😀', '\uff21', '\\');
const texts = fc.array(alphabet, { maxLength: 9 }).map((all) => all.join(''));

const textCase: fc.Arbitrary<TextCase> = fc.oneof(
  texts.map((t) => ({ expr: call('eq_str', [V, lit(t)], BOOL), holds: (x: string) => x === t })),
  texts.map((t) => ({ expr: call('eq_str', [lit(t), V], BOOL), holds: (x: string) => x === t })),
  fc.array(texts, { maxLength: 3 }).map((list) => ({
    expr: { kind: 'in', arg: V, list, negated: false, type: BOOL } as Expr,
    holds: (x: string) => list.includes(x),
  })),
  texts.map((t) => ({ expr: call('starts_with', [V, lit(t)], BOOL), holds: (x: string) => x.startsWith(t) })),
  texts.map((t) => ({ expr: call('ends_with', [V, lit(t)], BOOL), holds: (x: string) => x.endsWith(t) })),
  texts.map((t) => ({ expr: call('contains_str', [V, lit(t)], BOOL), holds: (x: string) => x.includes(t) })),
  texts.map((t) => ({
    expr: call('gt_i64', [call('position_bytes', [V, lit(t)], INT64), literal(0n, INT64)], BOOL),
    holds: (x: string) => x.includes(t),
  })),
  texts
    .map((t) => Array.from(t).filter(isWord).join(''))
    .map((t) => ({
      expr: call('has_token', [V, lit(t)], BOOL),
      holds: (x: string) => t !== '' && hasToken(x, t),
    })),
  fc
    .array(
      fc.oneof(
        alphabet.filter((c) => c !== '\\'),
        fc.constantFrom('%', '_', '\\%'),
      ),
      { maxLength: 7 },
    )
    .map((all) => ({
      expr: call('like', [V, lit(all.join('')), lit('\\')], BOOL),
      holds: (x: string) => likeRegex(all).test(x),
    })),
  fc.tuple(texts, texts).map(([low, high]) => ({
    expr: call('and', [call('ge_str', [V, lit(low)], BOOL), call('le_str', [V, lit(high)], BOOL)], BOOL),
    holds: (x: string) =>
      Buffer.compare(Buffer.from(x), Buffer.from(low)) >= 0 &&
      Buffer.compare(Buffer.from(x), Buffer.from(high)) <= 0,
  })),
);

const likeRegex = (pieces: readonly string[]): RegExp =>
  new RegExp(
    `^${pieces
      .map((p) =>
        p === '%' ? '.*' : p === '_' ? '.' : (p === '\\%' ? '%' : p).replace(/[\\^$.|?*+()[\]{}]/g, '\\$&'),
      )
      .join('')}$`,
    'su',
  );

/** Each condition, or all of them joined by OR. */
const combined = (cases: readonly TextCase[], isOr: boolean): TextCase =>
  isOr
    ? {
        expr: call(
          'or',
          cases.map(({ expr }) => expr),
          BOOL,
        ),
        holds: (x) => cases.some(({ holds }) => holds(x)),
      }
    : cases[0];

describe.each(KINDS)('an index of type $type', (kind) => {
  it('never denies a text that is there', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.option(texts, { freq: 6 }), { minLength: 1, maxLength: 12 }),
        fc.array(textCase, { minLength: 2, maxLength: 3 }),
        fc.boolean(),
        async (values, cases, isOr) => {
          const isGram = kind.type === 'tokenbf_v1' || kind.type === 'ngrambf_v1';
          const rows = isGram ? values.map((value) => value ?? '') : values;
          const written = write(nullable(STRING), rows, indexOf(kind, STRING));
          const { expr, holds } = combined(cases, isOr);
          const { pages } = await pagesLeft(written, expr);
          if (rows.some((value) => value !== null && holds(value))) expect(pages).toBe(1);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('says nothing, or finds most of what is not there', async () => {
    const rows = Array.from({ length: 4 * VECTOR_ROWS }, (_, i) => `row${i}`);
    const written = write(STRING, rows, indexOf(kind, STRING));
    let [asked, left] = [0, 0];
    for (let i = 0; i < 300; i++) {
      const found = await pagesLeft(written, call('eq_str', [V, lit(`absent${i}`)], BOOL));
      asked += found.asked ? 4 : 0;
      for (let page = 0; page < 4; page++) left += found.asked ? (found.pages >> page) & 1 : 0;
    }
    if (kind.type === 'bloom_filter') expect(left / asked).toBeLessThan(kind.falsePositives * 2);
    if (kind.type === 'set' && kind.maxRows === 0) expect(left).toBe(0);
    if (kind.type === 'set' && kind.maxRows > 0) expect(left).toBe(asked);
    if (kind.type === 'minmax') expect(left).toBe(0);
  });
});

describe('an index of numbers', () => {
  const NUMBERS = KINDS.filter(({ type }) => type === 'minmax' || type === 'set' || type === 'bloom_filter');

  it.each(NUMBERS)('of type $type never denies one that is there', async (kind) => {
    const doubles = fc.oneof(fc.double(), fc.constantFrom(0, -0, Number.NaN, Number.POSITIVE_INFINITY));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.option(doubles), { minLength: 1, maxLength: 10 }),
        fc.constantFrom('eq', 'ge', 'le', 'gt'),
        doubles,
        fc.nat(),
        async (values, op, other, pick) => {
          const there = values.filter((v) => v !== null);
          const wanted = pick % 2 === 0 && there.length > 0 ? there[pick % there.length] : other;
          const written = write(nullable(FLOAT64), values, indexOf(kind, FLOAT64));
          const filter = call(`${op}_f64`, [columnExpr(0, FLOAT64), literal(wanted, FLOAT64)], BOOL);
          // NaN equals itself and is above every number.
          const order = (a: number, b: number): number =>
            Number.isNaN(a) ? (Number.isNaN(b) ? 0 : 1) : Number.isNaN(b) ? -1 : a < b ? -1 : a > b ? 1 : 0;
          const holds = (v: number): boolean => {
            const o = order(v, wanted);
            return op === 'eq' ? o === 0 : op === 'ge' ? o >= 0 : op === 'le' ? o <= 0 : o > 0;
          };
          if (there.some(holds)) expect((await pagesLeft(written, filter)).pages).toBe(1);
        },
      ),
      { numRuns: 150 },
    );
  });

  it.each([1, 2, 3, 8, 1000])('of GRANULARITY %i leaves the granule of the value', async (granularity) => {
    const rows = Array.from({ length: 8 * VECTOR_ROWS }, (_, i) => i * 3);
    const written = write(INT64, rows, indexOf({ type: 'set', maxRows: 0 }, INT64, granularity));
    const pages = granularity >= 8 ? 8 : granularity === 3 ? 4 : granularity;
    for (const page of [0, 3, 5, 7]) {
      const filter = call(
        'eq_i64',
        [columnExpr(0, INT64), literal(BigInt(page * VECTOR_ROWS * 3), INT64)],
        BOOL,
      );
      const first = Math.floor(page / pages) * pages;
      expect((await pagesLeft(written, filter)).pages).toBe(((1 << pages) - 1) << first);
    }
  });

  it('has bounds in the order of bytes, and so has a list', async () => {
    // UTF-16 would have it the other way round.
    const list = ['\u{1f600}', '\uff21'];
    const filter: Expr = { kind: 'in', arg: V, list, negated: false, type: BOOL };
    for (const value of list)
      expect(
        (await pagesLeft(write(STRING, [value], indexOf({ type: 'minmax' }, STRING)), filter)).pages,
      ).toBe(1);
  });

  it('keeps NULL among the values of a set', async () => {
    const isNull = call('is_null', [columnExpr(0, nullable(INT64))], BOOL);
    const index = indexOf({ type: 'set', maxRows: 2 }, nullable(INT64));
    expect((await pagesLeft(write(nullable(INT64), [1, null, 1], index), isNull)).pages).toBe(1);
    expect((await pagesLeft(write(nullable(INT64), [1, 2, 1], index), isNull)).pages).toBe(0);
  });
});

describe('damage', () => {
  const rows = Array.from({ length: 3000 }, (_, i) => `some text ${i} of many`);

  it.each(KINDS)('of an index of type $type is found, whichever byte it hit', (kind) => {
    const { fs, meta } = write(STRING, rows, indexOf(kind, STRING));
    const path = '/d/segment/7.seg';
    const whole = fs.files.get(path)?.contents().slice() ?? new Uint8Array();
    const check = (): void => {
      for (const _ of checkSegment(context, fs, '/d', meta));
    };
    check();
    for (let at = 8; at < whole.length; at += Math.max(1, Math.floor(whole.length / 150))) {
      const bytes = whole.slice();
      bytes[at] ^= 16;
      const file = new MemoryFile();
      file.write(bytes, 0);
      fs.put(path, file);
      expect(check, `byte ${at}`).toThrowError(expect.objectContaining({ name: 'BasaltError' }) as Error);
    }
  });

  it('of a footer with a right checksum is CORRUPTED_DATA, or a footer within its bounds', () => {
    for (const kind of KINDS) {
      const { fs, meta, part } = write(STRING, rows, indexOf(kind, STRING));
      const reader = new SegmentReader(context, frames, part.descriptor as SegmentDescriptor);
      const footer = reader.indexFooter(4);
      reader.close();
      if (footer === undefined) throw new TypeError('there is an index');
      expect(fs.stat('/d/segment/7.seg')?.bytes).toBe(meta.fileBytes);
      const body = new ByteWriter();
      indexBody(body, footer);
      const bytes = body.bytes.slice();
      for (let at = 0; at < bytes.length; at++)
        for (const by of [1, 0x80, 0xff]) {
          const wrong = bytes.slice();
          wrong[at] ^= by;
          try {
            const read = readIndexBody(new ByteReader(wrong, 'a footer'), meta.rows, 'a footer');
            expect(read.granules).toBe(Math.ceil(meta.rows / (read.pages * VECTOR_ROWS)));
            for (const term of read.terms) expect(term.granules).toHaveLength(read.granules);
          } catch (error) {
            expect(error).toMatchObject({ errorName: 'CORRUPTED_DATA' });
          }
        }
    }
  });

  it('is none where a table has no index: files are what they were', () => {
    const { fs } = write(STRING, rows, indexOf({ type: 'minmax' }, STRING));
    const withIndex = fs.files.get('/d/segment/7.seg')?.contents() ?? new Uint8Array();
    const features = (bytes: Uint8Array): number => new DataView(bytes.slice().buffer).getUint32(12, true);
    expect(features(withIndex)).toBe(1);
    const definition = table([column(1, 'v', STRING)]);
    const region = new Region(arena, arena.openOwner());
    const batches = makeBatches(region, definition, { v: rows });
    buildSegment(
      context,
      definition,
      batches,
      { tableId: 1, segmentId: 8, partition: [] },
      new FileOutput(fs, '/d/segment/8.seg'),
    );
    arena.closeOwner(region.owner);
    expect(features(fs.files.get('/d/segment/8.seg')?.contents() ?? new Uint8Array())).toBe(0);
  });
});
