import { describe, expect, it } from 'vitest';
import { Arena, PAGE_BYTES } from '../../engine/memory/arena.ts';
import { Region } from '../../engine/memory/region.ts';

/** What the arena touches stays the process's: near its limit it fills holes rather than touch pages beyond. */
describe('an arena near its limit', () => {
  const LIMIT = 4096;
  const filled = (): { arena: Arena; owner: number; first: number } => {
    const arena = Arena.create({ limitBytes: LIMIT * PAGE_BYTES });
    const owner = arena.openOwner();
    return { arena, owner, first: arena.takePages(LIMIT, owner) };
  };

  it('gives a region smaller chunks from holes', () => {
    const { arena, owner, first } = filled();
    const touched = arena.touchedBytes;
    // Every other run of 16 pages is free.
    for (let page = first; page < first + LIMIT; page += 32) arena.freePages(page, 16, owner);
    const region = new Region(arena, owner, 256);
    for (let i = 0; i < 1000; i++) region.alloc(PAGE_BYTES);
    expect(region.bytes).toBeLessThanOrEqual(1024 * PAGE_BYTES);
    expect(arena.touchedBytes).toBe(touched);
    region.free();
    expect(arena.usedBytes).toBe((LIMIT / 2) * PAGE_BYTES);
  });

  it('touches more only for what must lie together and fits no hole', () => {
    const { arena, owner, first } = filled();
    const touched = arena.touchedBytes;
    for (let page = first; page < first + LIMIT; page += 32) arena.freePages(page, 16, owner);
    const region = new Region(arena, owner, 1);
    region.alloc(16 * PAGE_BYTES);
    expect(arena.touchedBytes).toBe(touched);
    region.alloc(17 * PAGE_BYTES);
    expect(arena.touchedBytes).toBe(touched + 17 * PAGE_BYTES);
  });

  it('evicts before it touches more', () => {
    const { arena, owner, first } = filled();
    const touched = arena.touchedBytes;
    arena.freePages(first, 16, owner);
    arena.freePages(first + 32, 16, owner);
    // Stands for frames between the holes, which go when room is needed.
    const asked: number[] = [];
    arena.reclaim = (pages) => {
      asked.push(pages);
      if (asked.length > 1) return 0;
      arena.freePages(first + 16, 16, owner);
      return 16;
    };
    expect(arena.takePages(32, owner)).toBe(first);
    expect(asked).toEqual([32]);
    expect(arena.touchedBytes).toBe(touched);
  });
});
