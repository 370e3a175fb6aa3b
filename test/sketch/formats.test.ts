import { describe, expect, it } from 'vitest';
import { BasaltError } from '../../engine/base/error.ts';
import { murmur3 } from '../../engine/kernel/ref/murmur.ts';
import { addHll, estimateHll } from '../../engine/sketch/hll.ts';
import { STATE_KINDS } from '../../engine/sketch/kind.ts';
import { blockOf, LocalMemory } from '../../engine/sketch/memory.ts';
import { QuantileView } from '../../engine/sketch/quantile-view.ts';
import { addQuantiles } from '../../engine/sketch/quantiles.ts';
import { addTheta, estimateTheta } from '../../engine/sketch/theta.ts';
import { parseTheta } from '../../engine/sketch/theta-format.ts';
import { FIXTURES, type Fixture, MIXED } from './datasketches.ts';

/** Bytes of Apache DataSketches read, and written the same from the same values. */
const SEED = 9001n;
const LEVELS = [0.1, 0.25, 0.5, 0.9];
const memory = new LocalMemory();
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

const wordBytes = (write: (view: DataView) => void): Uint8Array => {
  const view = new DataView(new ArrayBuffer(8));
  write(view);
  return new Uint8Array(view.buffer);
};
const longBytes = (value: bigint): Uint8Array => wordBytes((view) => view.setBigInt64(0, value, true));
const floatBytes = (value: number): Uint8Array => wordBytes((view) => view.setFloat64(0, value, true));

function hashesOf(n: number): number {
  const at = memory.alloc(16 * n + 16);
  for (let i = 0; i < n; i++) {
    const [first, second] = murmur3(longBytes(BigInt(i)), SEED);
    memory.u64[at / 8 + 2 * i] = first;
    memory.u64[at / 8 + 2 * i + 1] = second;
  }
  return at;
}

/** A state of our own of the fixture's values; its slot. */
function made({ kind, size, n }: Fixture): number {
  const slot = memory.slot();
  const gids = memory.alloc(4 * n + 4);
  memory.u8.fill(0, gids, gids + 4 * n + 4);
  if (kind === 'quantiles') {
    const values = memory.alloc(8 * n + 8);
    for (let i = 0; i < n; i++) memory.f64[values / 8 + i] = (i * 7) % n;
    addQuantiles(memory, size, values, gids, 0, n, slot);
  } else (kind === 'hll' ? addHll : addTheta)(memory, size, hashesOf(n), gids, 0, n, slot);
  return slot;
}

const readInto = ({ kind, size, bytes }: Fixture): number => {
  const slot = memory.slot();
  STATE_KINDS[kind].read(memory, bytesOf(bytes), slot, [size]);
  return slot;
};
const written = ({ kind, size }: Fixture, slot: number): Uint8Array =>
  STATE_KINDS[kind].write(memory, blockOf(memory, slot), [size]);
const title = ({ kind, form, size, n }: Fixture): string => `${kind} ${form} ${size} of ${n} values`;
const cases = (...kinds: Fixture['kind'][]): [string, Fixture][] =>
  FIXTURES.filter(({ kind }) => kinds.includes(kind)).map((f) => [title(f), f]);

describe('sketches of Apache DataSketches', () => {
  it.each(cases('hll'))('%s is the same state as ours', (_, fixture) => {
    memory.reset();
    const [theirs, ours] = [readInto(fixture), made(fixture)];
    expect(written(fixture, theirs)).toEqual(written(fixture, ours));
    const estimate = estimateHll(memory, blockOf(memory, theirs));
    // Their estimate uses the order of values, too: six standard errors apart at most.
    expect(Math.abs(estimate / Math.max(1, fixture.n) - (fixture.n === 0 ? 0 : 1))).toBeLessThan(
      fixture.n <= 8 ? 1e-6 : (6 * 1.04) / Math.sqrt(2 ** fixture.size),
    );
  });

  it.each(cases('theta').filter(([, { n, size }]) => n <= 2 ** size))(
    '%s is byte for byte ours',
    (_, fixture) => {
      memory.reset();
      const ours = written(fixture, made(fixture));
      // They leave out that a single hash stands alone, which may be said or not.
      if (fixture.n === 1) ours[5] &= ~32;
      expect(ours).toEqual(bytesOf(fixture.bytes));
    },
  );

  it.each(cases('theta'))('%s says the same when it was read', (_, fixture) => {
    memory.reset();
    // Trimmed to 2^size hashes, which theirs need not be.
    const estimate = estimateTheta(memory, blockOf(memory, readInto(fixture)));
    const bound = fixture.n <= 2 ** fixture.size ? 1e-12 : 3 / Math.sqrt(2 ** fixture.size);
    expect(Math.abs(estimate - (fixture.estimate as number))).toBeLessThanOrEqual(bound * fixture.n);
    const mine = parseTheta(written(fixture, made(fixture)));
    const theirs = parseTheta(bytesOf(fixture.bytes));
    const least = (set: typeof mine): bigint[] => [...(set?.hashes ?? [])].slice(0, 2 ** fixture.size);
    const count = Math.min(least(mine).length, least(theirs).length);
    expect(least(mine).slice(0, count)).toEqual(least(theirs).slice(0, count));
  });

  it.each(cases('quantiles'))('%s is read and written as it was', (_, fixture) => {
    memory.reset();
    const theirs = readInto(fixture);
    expect(written(fixture, theirs)).toHaveLength(bytesOf(fixture.bytes).length);
    expect(written(fixture, made(fixture))).toHaveLength(bytesOf(fixture.bytes).length);
    if (fixture.n === 0) return;
    const view = new QuantileView(memory, blockOf(memory, theirs));
    expect(LEVELS.map((level) => view.inclusive(level))).toEqual(fixture.estimate);
  });

  it('hashes values of every type as theirs', () => {
    const values = [
      floatBytes(0),
      floatBytes(1.5),
      longBytes(-3n),
      longBytes(2n ** 40n),
      wordBytes((view) => view.setBigUint64(0, 0x7ff8000000000000n, true)),
      ...['hello', 'a', 'ab'.repeat(20), 'ü€'].map((text) => new TextEncoder().encode(text)),
    ];
    const hashes = values.map((bytes) => murmur3(bytes, SEED)[0] >> 1n).sort((a, b) => (a < b ? -1 : 1));
    expect([...(parseTheta(bytesOf(MIXED))?.hashes ?? [])]).toEqual(hashes);
  });
});

describe('bytes that are no sketch', () => {
  it.each(cases('hll', 'theta', 'quantiles'))('%s with any byte changed is read or refused', (_, fixture) => {
    const bytes = bytesOf(fixture.bytes);
    for (let at = 0; at < Math.min(bytes.length, 48); at++) {
      for (const value of [0, 1, 0x7f, 0xff]) {
        memory.reset();
        const changed = bytes.slice();
        changed[at] = value;
        try {
          STATE_KINDS[fixture.kind].read(memory, changed, memory.slot(), [fixture.size]);
        } catch (error) {
          expect(error).toBeInstanceOf(BasaltError);
          expect((error as BasaltError).errorName).toBe('CORRUPTED_DATA');
        }
      }
    }
  });

  it.each(cases('hll', 'theta', 'quantiles'))('%s cut short is refused', (_, fixture) => {
    const bytes = bytesOf(fixture.bytes);
    // What stands behind the registers of eight bits means nothing.
    const needed = fixture.form.includes('updatable') ? 8 : bytes.length;
    for (let length = 0; length < needed; length++) {
      memory.reset();
      const read = () =>
        STATE_KINDS[fixture.kind].read(memory, bytes.subarray(0, length), memory.slot(), [fixture.size]);
      expect(read, `${length} bytes`).toThrow(expect.objectContaining({ errorName: 'CORRUPTED_DATA' }));
    }
  });
});
