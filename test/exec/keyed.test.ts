import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../engine/base/random.ts';
import { KeyedRowsBuilder, type KeyedShape } from '../../engine/keyed/build.ts';
import {
  columnCell,
  hashOfKey,
  type KeyedRows,
  rowOfKey,
  rowsOfWords,
} from '../../engine/keyed/keyed-rows.ts';
import { prefixKey, rowOfAddress } from '../../engine/keyed/prefix.ts';
import { Arena } from '../../engine/memory/arena.ts';
import { Region } from '../../engine/memory/region.ts';
import { textOfRef, writeText } from '../../engine/memory/text.ts';
import { packUnsigned } from '../../engine/type/packed.ts';
import type { ResultBatch, ResultColumn } from '../../engine/vector/batch.ts';

const integers = (values: readonly bigint[]): ResultColumn => ({
  lane: 'i64',
  values: BigInt64Array.from(values),
  valid: null,
});

function texts(values: readonly string[]): ResultColumn {
  const parts = values.map((v) => new TextEncoder().encode(v));
  const offsets = new Uint32Array(values.length + 1);
  parts.forEach((part, i) => {
    offsets[i + 1] = offsets[i] + part.length;
  });
  return { lane: 'str', offsets, bytes: Uint8Array.from(parts.flatMap((part) => [...part])), valid: null };
}

const PLAIN = { range: null, parent: null, isPrefix: false } as const;

function built(arena: Arena, shape: KeyedShape, batches: readonly ResultBatch[]): KeyedRows {
  const builder = new KeyedRowsBuilder(arena, arena.openOwner(), shape);
  for (const batch of batches) builder.add(batch);
  return builder.end();
}

describe('keyed rows', () => {
  it.each(['first', 'last'] as const)(
    'keep the %s row of a key, as a map would, however many come',
    (repeats) => {
      const arena = Arena.create();
      const random = new SeededRandom(7);
      const known = new Map<bigint, string>();
      const batches = Array.from({ length: 40 }, (_, b): ResultBatch => {
        const keys = Array.from(
          { length: 1000 },
          () => BigInt(random.below(15_000)) * 0x1_0000_0001n - 7_000n,
        );
        const values = keys.map((_, i) => `${b} ${i}`);
        keys.forEach((key, i) => {
          if (repeats === 'last' || !known.has(key)) known.set(key, values[i]);
        });
        return { rows: 1000, columns: [integers(keys), texts(values)] };
      });
      const columns = [
        { lane: 'i64', nullable: false },
        { lane: 'str', nullable: false },
      ] as const;
      const rows = built(arena, { columns, key: 0, repeats, ...PLAIN }, batches);
      expect(rows.rows).toBe(known.size);
      const region = new Region(arena, arena.openOwner());
      const asked = [...known.keys(), 5n, 1n << 62n, -1n];
      const keys = region.alloc(asked.length * 8);
      asked.forEach((key, i) => {
        arena.i64[keys / 8 + i] = key;
      });
      const [out, valid] = [region.alloc(asked.length * 8), region.alloc(asked.length)];
      rowsOfWords(arena, rows.key, keys, 0, asked.length, out, valid);
      asked.forEach((key, i) => {
        const row = Number(arena.i64[out / 8 + i]);
        const value =
          arena.u8[valid + i] === 0 ? undefined : textOfRef(arena, columnCell(arena, rows.columns[1], row));
        expect(value).toBe(known.get(key));
        // One key at a time gives the same.
        const [low, high] = [arena.u32[keys / 4 + 2 * i], arena.u32[keys / 4 + 2 * i + 1]];
        expect(rowOfKey(arena, rows.key, low, high)).toBe(value === undefined ? -1 : row);
      });
    },
  );

  it('find texts by their bytes', () => {
    const arena = Arena.create();
    const words = Array.from({ length: 20_000 }, (_, i) => `${i % 3 === 0 ? 'é' : ''}${i.toString(36)}`);
    const columns = [{ lane: 'str', nullable: false }] as const;
    const shape = { columns, key: 0, repeats: 'first', ...PLAIN } as const;
    const rows = built(arena, shape, [{ rows: words.length, columns: [texts(words)] }]);
    const region = new Region(arena, arena.openOwner());
    const ref = region.alloc(8);
    for (const [i, word] of words.entries()) {
      writeText(region, word, ref);
      expect(rowOfKey(arena, rows.key, arena.u32[ref / 4], arena.u32[ref / 4 + 1])).toBe(i);
    }
    writeText(region, 'nowhere', ref);
    expect(rowOfKey(arena, rows.key, arena.u32[ref / 4], arena.u32[ref / 4 + 1])).toBe(-1);
  });

  it('spread keys that lie close together', () => {
    const arena = Arena.create();
    const slots = new Set(Array.from({ length: 4096 }, (_, i) => hashOfKey(arena, 'i64', i, 0) & 0x1fff));
    // Of 4096 balls in 8192 boxes 3223 boxes are expected to have one: 8192 (1 - e^-0.5).
    expect(slots.size).toBeGreaterThan(3000);
  });

  it('find the longest prefix of an address', () => {
    const arena = Arena.create();
    const random = new SeededRandom(3);
    const nets = Array.from({ length: 400 }, () => {
      const bits = random.below(129);
      const rest = BigInt(128 - bits);
      const address = (((BigInt(random.below(4)) << 126n) | BigInt(random.below(1 << 16))) >> rest) << rest;
      return { address, bits };
    });
    const text = (address: bigint): string =>
      (address.toString(16).padStart(32, '0').match(/.{4}/g) ?? []).join(':');
    const keys = nets.map(({ address, bits }) => prefixKey(`${text(address)}/${bits}`));
    const columns = [{ lane: 'str', nullable: false }] as const;
    const shape = { columns, key: 0, repeats: 'first', ...PLAIN, isPrefix: true } as const;
    const rows = built(arena, shape, [{ rows: keys.length, columns: [texts(keys)] }]);
    const region = new Region(arena, arena.openOwner());
    const [ref, room] = [region.alloc(8), region.alloc(32)];
    for (let i = 0; i < 2000; i++) {
      const address = (BigInt(random.below(4)) << 126n) | BigInt(random.below(1 << 16));
      const within = nets.filter(
        (n) => address >> BigInt(128 - n.bits) === n.address >> BigInt(128 - n.bits),
      );
      const longest = Math.max(-1, ...within.map((n) => n.bits));
      writeText(region, packUnsigned(address, 128), ref);
      const row = rowOfAddress(arena, rows, arena.u32[ref / 4], room);
      const found = row === -1 ? '' : textOfRef(arena, columnCell(arena, rows.columns[0], row));
      expect(row === -1 ? -1 : found.charCodeAt(19) * 16 + found.charCodeAt(20)).toBe(longest);
    }
  });
});
