/**
 * The process's one shared memory: 16 KiB pages that every worker sees at the same addresses.
 *
 * A page has one owner word in the page table at the bottom of the arena; taking a page is one
 * compare-and-swap on that word, so there is no lock that a terminated worker could leave locked, and
 * everything an owner (a query, a memtable, the frame cache) holds can be given back by its number alone.
 * Lowest free pages go first: a page already touched costs a tenth of a fresh one.
 *
 * Units: addresses and sizes in bytes, `page` an index of 16 KiB pages. Address 0 is never handed out and
 * means "none". Nothing here may need more than the page count it was given: over it, MEMORY_LIMIT_EXCEEDED.
 */

import { assert, BasaltError } from '../base/error.ts';

export const PAGE_BYTES = 16384;
/** The last page is never given out: kernels may read a few bytes beyond what they were given. */
const TOTAL_PAGES = 2 ** 32 / PAGE_BYTES - 1;
/** Freed at a time at least: looking for frames to evict is not done for every page. */
const MIN_RECLAIM_PAGES = 256;
/** WebAssembly counts memory in pages of its own. */
const WASM_PAGES = 65536;

/** Owner words. Positive numbers above these are given out by {@link Arena.openOwner}. */
export const OWNER_FREE = 0;
const OWNER_ARENA = 1;
/** First page of a cached frame; the pages after it carry OWNER_FRAME_TAIL. */
export const OWNER_FRAME = 2;
export const OWNER_FRAME_TAIL = 3;
const FIRST_OPEN_OWNER = 16;
/** Set in the numbers of background owners. */
const BACKGROUND_BIT = 0x40000000;
const isBackground = (owner: number): boolean => (owner & BACKGROUND_BIT) !== 0;

const PAGE_TABLE_PAGES = Math.ceil((TOTAL_PAGES * 4) / PAGE_BYTES);
const CONTROL_ADDRESS = PAGE_TABLE_PAGES * PAGE_BYTES;
/** Pages are counted in groups, so that looking for free ones skips what is full. */
const GROUP_SHIFT = 6;
const GROUP_PAGES = 1 << GROUP_SHIFT;
/** One page of control words, the budgets (4096 times four words: 4 pages), the groups' counts, then the first free page. */
const RESERVED_PAGES = PAGE_TABLE_PAGES + 6;

/** Word indices inside the control page. */
const CONTROL = CONTROL_ADDRESS / 4;
const USED_PAGES = CONTROL + 0;
const LIMIT_PAGES = CONTROL + 1;
const LOWEST_HINT = CONTROL + 2;
const NEXT_OWNER = CONTROL + 3;
const HIGH_WATER = CONTROL + 4;
const FRAME_PAGES = CONTROL + 5;
const BACKGROUND_PAGES = CONTROL + 6;
/** Budgets of open owners, direct-mapped by owner number: [owner, used, limit, most ever used]. */
const BUDGETS = CONTROL + PAGE_BYTES / 4;
const BUDGET_SLOTS = 4096;
const BUDGET_WORDS = 4;
const budgetOf = (owner: number): number => BUDGETS + (owner % BUDGET_SLOTS) * BUDGET_WORDS;
/** Pages taken, per group. */
const TAKEN = BUDGETS + BUDGET_SLOTS * BUDGET_WORDS;

/** How often room is made before pages beyond the limit are touched, which are never given back, and in all. */
const TRIES_WITHIN_LIMIT = 4;
const MAX_TRIES = 64;

export type ArenaOptions = {
  /** Most pages in use at once; default 3.5 GiB worth. */
  readonly limitBytes?: number;
};

export class Arena {
  readonly memory: WebAssembly.Memory;
  readonly u8: Uint8Array<SharedArrayBuffer>;
  /** What {@link u8} is, in the form that reads texts in place. */
  readonly bytes: Buffer<SharedArrayBuffer>;
  readonly u16: Uint16Array<SharedArrayBuffer>;
  readonly u32: Uint32Array<SharedArrayBuffer>;
  readonly i32: Int32Array<SharedArrayBuffer>;
  readonly f32: Float32Array<SharedArrayBuffer>;
  readonly f64: Float64Array<SharedArrayBuffer>;
  readonly i64: BigInt64Array<SharedArrayBuffer>;
  readonly u64: BigUint64Array<SharedArrayBuffer>;
  /** Called when the arena is full; frees cached frames and answers how many pages came back. */
  reclaim: ((pages: number) => number) | null = null;

  private constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
    const buffer = memory.buffer as unknown as SharedArrayBuffer;
    this.u8 = new Uint8Array(buffer);
    this.bytes = Buffer.from(buffer);
    this.u16 = new Uint16Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.f32 = new Float32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.i64 = new BigInt64Array(buffer);
    this.u64 = new BigUint64Array(buffer);
  }

  /** A new arena: 4 GiB of address space, of which only touched pages cost memory. */
  static create(options: ArenaOptions = {}): Arena {
    const memory = new WebAssembly.Memory({ initial: WASM_PAGES, maximum: WASM_PAGES, shared: true });
    const arena = new Arena(memory);
    const limitPages = Math.min(TOTAL_PAGES, Math.floor((options.limitBytes ?? 3.5 * 2 ** 30) / PAGE_BYTES));
    arena.i32[LIMIT_PAGES] = limitPages;
    arena.i32[NEXT_OWNER] = FIRST_OPEN_OWNER;
    arena.i32[LOWEST_HINT] = RESERVED_PAGES;
    for (let page = 0; page < RESERVED_PAGES; page++) {
      arena.i32[page] = OWNER_ARENA;
      arena.i32[TAKEN + (page >>> GROUP_SHIFT)]++;
    }
    return arena;
  }

  /** The same arena seen from a worker. */
  static attach(memory: WebAssembly.Memory): Arena {
    return new Arena(memory);
  }

  /** Bytes ever touched, up to the last page that was in use. */
  get touchedBytes(): number {
    return Atomics.load(this.i32, HIGH_WATER) * PAGE_BYTES;
  }

  get usedBytes(): number {
    return Atomics.load(this.i32, USED_PAGES) * PAGE_BYTES;
  }

  get limitBytes(): number {
    return Atomics.load(this.i32, LIMIT_PAGES) * PAGE_BYTES;
  }

  /** What background owners hold. */
  get backgroundBytes(): number {
    return Atomics.load(this.i32, BACKGROUND_PAGES) * PAGE_BYTES;
  }

  /** What all others hold and no eviction of cached frames would give back (but for those that are pinned). */
  get heldBytes(): number {
    return this.usedBytes - this.backgroundBytes - Atomics.load(this.i32, FRAME_PAGES) * PAGE_BYTES;
  }

  /**
   * A new owner number with a budget of its own. Close it with {@link closeOwner}. What a background owner holds is not
   * counted against the arena's limit, so that it is never the reason why another is refused memory; it must take
   * little, and give way by itself.
   */
  openOwner(limitBytes = Number.POSITIVE_INFINITY, background = false): number {
    for (let tries = 0; tries < BUDGET_SLOTS; tries++) {
      const number = (Atomics.add(this.i32, NEXT_OWNER, 1) & 0x1fffffff) + FIRST_OPEN_OWNER;
      const owner = background ? number | BACKGROUND_BIT : number;
      const slot = budgetOf(owner);
      if (Atomics.compareExchange(this.i32, slot, 0, owner) !== 0) continue;
      Atomics.store(this.i32, slot + 1, 0);
      Atomics.store(this.i32, slot + 3, 0);
      Atomics.store(this.i32, slot + 2, Math.min(TOTAL_PAGES, Math.ceil(limitBytes / PAGE_BYTES)));
      return owner;
    }
    throw new BasaltError('LIMIT_EXCEEDED', `More than ${BUDGET_SLOTS} memory owners are open at once`);
  }

  /** Pages the owner holds now, in bytes. */
  ownerBytes(owner: number): number {
    const slot = budgetOf(owner);
    return Atomics.load(this.i32, slot) === owner ? Atomics.load(this.i32, slot + 1) * PAGE_BYTES : 0;
  }

  /** The most the owner ever held at once, in bytes. */
  ownerPeakBytes(owner: number): number {
    const slot = budgetOf(owner);
    return Atomics.load(this.i32, slot) === owner ? Atomics.load(this.i32, slot + 3) * PAGE_BYTES : 0;
  }

  /** Gives back every page of the owner and its budget. No worker may still be using them. */
  closeOwner(owner: number): void {
    const slot = budgetOf(owner);
    if (this.ownerBytes(owner) > 0) {
      const end = Atomics.load(this.i32, HIGH_WATER);
      for (let page = RESERVED_PAGES; page < end; page++) {
        if (this.i32[page] !== owner) continue;
        this.#release(page);
        if (isBackground(owner)) Atomics.sub(this.i32, BACKGROUND_PAGES, 1);
      }
    }
    Atomics.compareExchange(this.i32, slot, owner, 0);
  }

  /** Takes `count` contiguous pages for the owner and answers the first page's index. */
  takePages(count: number, owner: number): number {
    assert(count > 0 && count < TOTAL_PAGES, `page count ${count}`);
    this.#charge(count, owner);
    for (let attempt = 0; ; attempt++) {
      const end = attempt < TRIES_WITHIN_LIMIT ? this.#endFor(owner) : TOTAL_PAGES;
      const page = this.#find(count, owner, end);
      if (page > 0) {
        if (owner === OWNER_FRAME_TAIL) Atomics.add(this.i32, FRAME_PAGES, count);
        return page;
      }
      const freed = this.reclaim?.(count) ?? 0;
      if (freed > 0 && attempt < MAX_TRIES) continue;
      if (end < TOTAL_PAGES) {
        attempt = TRIES_WITHIN_LIMIT - 1;
        continue;
      }
      this.#discharge(count, owner);
      throw new BasaltError(
        'MEMORY_LIMIT_EXCEEDED',
        `No ${count * PAGE_BYTES} contiguous bytes are left in the arena`,
        {
          hint: 'Run fewer queries at once, or give the process a larger memory limit',
        },
      );
    }
  }

  /**
   * Takes `most` contiguous pages, or fewer, down to `least`, where as many lie together only beyond what the limit lets the
   * arena touch: memory once touched stays the process's.
   */
  takeRun(most: number, least: number, owner: number): { readonly page: number; readonly pages: number } {
    this.#charge(most, owner);
    for (let pages = most; ; pages = Math.max(least, pages >>> 2)) {
      const page = this.#find(pages, owner, this.#endFor(owner));
      if (page > 0) {
        this.#discharge(most - pages, owner);
        return { page, pages };
      }
      if (pages === least) break;
    }
    this.#discharge(most, owner);
    return { page: this.takePages(least, owner), pages: least };
  }

  /** Gives back `count` pages from `page` on. */
  freePages(page: number, count: number, owner: number): void {
    for (let i = page; i < page + count; i++) this.#release(i);
    if (owner === OWNER_FRAME_TAIL) Atomics.sub(this.i32, FRAME_PAGES, count);
    this.#discharge(count, owner, false);
  }

  #charge(count: number, owner: number): void {
    if (owner >= FIRST_OPEN_OWNER) {
      const slot = budgetOf(owner);
      const used = Atomics.add(this.i32, slot + 1, count) + count;
      const limit = Atomics.load(this.i32, slot + 2);
      if (used > limit) {
        Atomics.sub(this.i32, slot + 1, count);
        throw new BasaltError(
          'MEMORY_LIMIT_EXCEEDED',
          `The query would use ${used * PAGE_BYTES} bytes, its limit is ${limit * PAGE_BYTES}`,
          { hint: 'Raise max_memory_usage, or make the query keep less state' },
        );
      }
      this.#raise(slot + 3, used);
    }
    Atomics.add(this.i32, USED_PAGES, count);
    if (isBackground(owner)) {
      Atomics.add(this.i32, BACKGROUND_PAGES, count);
      return;
    }
    let over = this.#pagesOverLimit();
    // Other threads take pages meanwhile: what was freed for this one may be gone before it looks again.
    while (over > 0 && (this.reclaim?.(Math.max(over, MIN_RECLAIM_PAGES)) ?? 0) > 0) {
      over = this.#pagesOverLimit();
    }
    if (over <= 0) return;
    this.#discharge(count, owner);
    throw new BasaltError(
      'MEMORY_LIMIT_EXCEEDED',
      `The process would use more than ${this.limitBytes} bytes of arena`,
      {
        hint: 'Run fewer queries at once, or give the process a larger memory limit',
      },
    );
  }

  #pagesOverLimit(): number {
    const { i32 } = this;
    const limited = Atomics.load(i32, USED_PAGES) - Atomics.load(i32, BACKGROUND_PAGES);
    return limited - Atomics.load(i32, LIMIT_PAGES);
  }

  #discharge(count: number, owner: number, counted = true): void {
    if (isBackground(owner)) Atomics.sub(this.i32, BACKGROUND_PAGES, count);
    if (owner >= FIRST_OPEN_OWNER) Atomics.sub(this.i32, budgetOf(owner) + 1, count);
    if (counted) Atomics.sub(this.i32, USED_PAGES, count);
  }

  /** Sets `bytes` bytes from `address` on; an order of magnitude faster than filling a byte array. */
  fill(address: number, bytes: number, byte: number): void {
    const end = address + bytes;
    const from = Math.min(end, (address + 7) & ~7);
    const to = Math.max(from, end & ~7);
    this.u8.fill(byte, address, from);
    if (byte === 0) this.f64.fill(0, from / 8, to / 8);
    else this.u32.fill(byte * 0x01010101, from / 4, to / 4);
    this.u8.fill(byte, to, end);
  }

  #release(page: number): void {
    Atomics.store(this.i32, page, OWNER_FREE);
    Atomics.sub(this.i32, TAKEN + (page >>> GROUP_SHIFT), 1);
    Atomics.sub(this.i32, USED_PAGES, 1);
    if (page < Atomics.load(this.i32, LOWEST_HINT)) Atomics.store(this.i32, LOWEST_HINT, page);
  }

  /** Behind the last page that an owner may touch without going over its limit. */
  #endFor(owner: number): number {
    return isBackground(owner)
      ? TOTAL_PAGES
      : Math.min(TOTAL_PAGES, RESERVED_PAGES + Atomics.load(this.i32, LIMIT_PAGES));
  }

  /** First page of `count` free ones before page `end`, taken; 0 = there are none. */
  #find(count: number, owner: number, end: number): number {
    const table = this.i32;
    const hint = Atomics.load(table, LOWEST_HINT);
    let run = 0;
    for (let page = hint; page < end; page++) {
      if (page % GROUP_PAGES === 0 && this.#cannotBegin(page >>> GROUP_SHIFT, run, count)) {
        run = 0;
        page += GROUP_PAGES - 1;
        continue;
      }
      if (table[page] !== OWNER_FREE) {
        run = 0;
        continue;
      }
      if (++run < count) continue;
      const first = page - count + 1;
      if (this.#claim(first, count, owner)) {
        if (first === hint) Atomics.compareExchange(table, LOWEST_HINT, hint, page + 1);
        this.#raise(HIGH_WATER, page + 1);
        return first;
      }
      run = 0;
    }
    if (hint === RESERVED_PAGES) return 0;
    Atomics.store(table, LOWEST_HINT, RESERVED_PAGES);
    return this.#find(count, owner, end);
  }

  /** Whether the pages taken in a group and the next leave no room for `count` that begin there, or `run` pages before it. */
  #cannotBegin(group: number, run: number, count: number): boolean {
    const taken = this.i32[TAKEN + group];
    if (taken === GROUP_PAGES) return true;
    if (taken === 0 || run > 0) return false;
    const free = GROUP_PAGES - taken + GROUP_PAGES - this.i32[TAKEN + group + 1];
    return free < Math.min(count, GROUP_PAGES + 1);
  }

  #claim(first: number, count: number, owner: number): boolean {
    for (let i = 0; i < count; i++) {
      if (Atomics.compareExchange(this.i32, first + i, OWNER_FREE, owner) === OWNER_FREE) continue;
      for (let k = 0; k < i; k++) Atomics.store(this.i32, first + k, OWNER_FREE);
      return false;
    }
    for (let page = first; page < first + count; ) {
      const group = page >>> GROUP_SHIFT;
      const end = Math.min(first + count, (group + 1) * GROUP_PAGES);
      Atomics.add(this.i32, TAKEN + group, end - page);
      page = end;
    }
    return true;
  }

  /** Sets a word to `value` unless it is higher already. */
  #raise(word: number, value: number): void {
    for (;;) {
      const seen = Atomics.load(this.i32, word);
      if (seen >= value || Atomics.compareExchange(this.i32, word, seen, value) === seen) return;
    }
  }

  /** First page index above every page ever taken; for walking the page table. */
  get highWaterPage(): number {
    return Atomics.load(this.i32, HIGH_WATER);
  }

  static get firstPage(): number {
    return RESERVED_PAGES;
  }
}
