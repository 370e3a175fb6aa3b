/** Twins of as/regex.ts, which says what a program and its tables are. */

import type { Arena } from '../../memory/arena.ts';

/** Instructions of a program. */
export const CHAR = 0;
export const FORK = 1;
export const LOOP = 2;
export const CAPTURE = 3;
export const EMPTY = 4;
export const MATCH = 5;
export const LITERAL = 6;
export const UNTIL = 7;
/** Words of an instruction. */
export const INSTRUCTION_WORDS = 8;
const MARK_BYTES = 32768;
const STACK_PAIRS = 4000;
export const REGEX_WORK_BYTES = MARK_BYTES + STACK_PAIRS * 8;
export const NO_POSITION = 0xffffffff;
const GAVE_UP = -1;

const widthOf = (c: number): number => (c < 0xc0 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4);

export const regexKernels = (arena: Arena) => {
  const { u8, u32, u64 } = arena;

  const runeAt = (p: number, end: number): number => {
    const c = u8[p];
    const width = widthOf(c);
    if (width === 1 || p + width > end) return c < 0x80 ? c : 0xfffd;
    let rune = c & (0xff >> (width + 1));
    for (let k = 1; k < width; k++) rune = (rune << 6) | (u8[p + k] & 0x3f);
    return rune;
  };
  const isWord = (p: number): boolean => /\w/.test(String.fromCharCode(u8[p]));
  const holds = (flags: number, p: number, begin: number, end: number): boolean => {
    if ((flags & 1) !== 0 && p !== begin && u8[p - 1] !== 10) return false;
    if ((flags & 2) !== 0 && p !== end && u8[p] !== 10) return false;
    if ((flags & 4) !== 0 && p !== begin) return false;
    if ((flags & 8) !== 0 && p !== end) return false;
    const boundary = (p > begin && isWord(p - 1)) !== (p < end && isWord(p));
    return !((flags & 16) !== 0 && !boundary) && !((flags & 32) !== 0 && boundary);
  };
  const inRanges = (ranges: number, rune: number): boolean => {
    for (let i = 0; i < u32[ranges / 4]; i++) {
      if (rune >= u32[ranges / 4 + 1 + 2 * i] && rune <= u32[ranges / 4 + 2 + 2 * i]) return true;
    }
    return false;
  };

  const matchAt = (
    program: number,
    begin: number,
    end: number,
    from: number,
    marks: Set<number>,
    slots: number,
  ): number => {
    const code = u32[program / 4 + 1];
    const stack: [number, number][] = [];
    let at = u32[program / 4];
    let p = from;
    for (;;) {
      const inst = code / 4 + at * INSTRUCTION_WORDS;
      let next = -1;
      switch (u32[inst]) {
        case CHAR: {
          const t = p < end ? u8[u32[inst + 3] + u8[p]] : 0;
          if (t === 1 || (t === 2 && inRanges(u32[inst + 4], runeAt(p, end)))) {
            p += u8[p] < 0x80 ? 1 : Math.min(widthOf(u8[p]), end - p);
            next = u32[inst + 1];
          }
          break;
        }
        case FORK: {
          const ways = p < end ? u8[u32[inst + 3] + u8[p]] : u32[inst + 5];
          const mark = u32[inst + 6] * (end - begin + 1) + p - begin;
          if (ways === 1) next = u32[inst + 1];
          else if (ways === 2) next = u32[inst + 2];
          else if (ways === 3 && !marks.has(mark)) {
            marks.add(mark);
            if (stack.length === STACK_PAIRS) return GAVE_UP;
            stack.push([u32[inst + 2], p]);
            next = u32[inst + 1];
          }
          break;
        }
        case LITERAL: {
          const length = u32[inst + 2];
          const wanted = u8.subarray((inst + 4) * 4, (inst + 4) * 4 + length);
          if (p + length <= end && wanted.every((c, k) => u8[p + k] === c)) {
            p += length;
            next = u32[inst + 1];
          }
          break;
        }
        case UNTIL:
          while (p < end && u8[p] !== u32[inst + 2]) p++;
          next = u32[inst + 1];
          break;
        case LOOP:
          while (p < end && u8[u32[inst + 3] + u8[p]] !== 0) p++;
          next = u32[inst + 1];
          break;
        case CAPTURE: {
          const slot = slots / 4 + u32[inst + 2];
          if (stack.length > 0) {
            if (stack.length === STACK_PAIRS) return GAVE_UP;
            stack.push([-1 - u32[inst + 2], u32[slot]]);
          }
          u32[slot] = p;
          next = u32[inst + 1];
          break;
        }
        case EMPTY:
          if (holds(u32[inst + 2], p, begin, end)) next = u32[inst + 1];
          break;
        case MATCH:
          u32[slots / 4] = from;
          u32[slots / 4 + 1] = p;
          return 1;
      }
      while (next < 0) {
        const back = stack.pop();
        if (back === undefined) return 0;
        if (back[0] >= 0) [next, p] = back;
        else u32[slots / 4 - 1 - back[0]] = back[1];
      }
      at = next;
    }
  };

  const find = (program: number, begin: number, end: number, slots: number): number => {
    const [, , first, atEnd, anchored, slotCount, forks] = u32.subarray(program / 4, program / 4 + 7);
    if ((forks * (end - begin + 1) + 7) >>> 3 > MARK_BYTES) return GAVE_UP;
    const marks = new Set<number>();
    for (let from = begin; ; from++) {
      u32.fill(NO_POSITION, slots / 4, slots / 4 + slotCount);
      if (anchored === 0) while (from < end && u8[first + u8[from]] === 0) from++;
      if (from === end && atEnd === 0) return 0;
      const found = matchAt(program, begin, end, from, marks, slots);
      if (found !== 0 || anchored !== 0 || from >= end) return found;
    }
  };

  const rangeOf = (refs: number, i: number): [number, number] => {
    const begin = u32[refs / 4 + 2 * i];
    return [begin, begin + u32[refs / 4 + 2 * i + 1]];
  };
  /** Pieces of row i's replaced text, as ranges of addresses. */
  const piecesOf = (refs: number, i: number, slots: number, template: number): [number, number][] => {
    const [begin, end] = rangeOf(refs, i);
    const pieces: [number, number][] = [[begin, u32[slots / 4]]];
    for (let k = 0; k < u32[template / 4]; k++) {
      const [group, address, length] = u32.subarray(template / 4 + 1 + 3 * k, template / 4 + 4 + 3 * k);
      if (group === NO_POSITION) pieces.push([address, address + length]);
      else {
        const [a, b] = u32.subarray(slots / 4 + 2 * group, slots / 4 + 2 * group + 2);
        if (a !== NO_POSITION && b !== NO_POSITION) pieces.push([a, b]);
      }
    }
    pieces.push([u32[slots / 4 + 1], end]);
    return pieces;
  };
  const bytesOf = (pieces: readonly [number, number][]): number =>
    pieces.reduce((sum, [a, b]) => sum + b - a, 0);

  return {
    regex_find(program: number, refs: number, n: number, _work: number, out: number, slots: number): number {
      const bytes = u32[program / 4 + 5] * 4;
      for (let i = 0; i < n; i++) {
        const found = find(program, ...rangeOf(refs, i), slots + i * bytes);
        if (found === GAVE_UP) return i;
        u8[out + i] = found;
      }
      return n;
    },
    regex_group_refs(
      refs: number,
      found: number,
      slots: number,
      slotCount: number,
      group: number,
      n: number,
      empty: number,
      out: number,
    ): void {
      for (let i = 0; i < n; i++) {
        const [from, to] = u32.subarray(
          slots / 4 + i * slotCount + group * 2,
          slots / 4 + i * slotCount + group * 2 + 2,
        );
        const ref = u64[refs / 8 + i];
        const nothing = ref & 0xffffffffn;
        if (u8[found + i] === 0) u64[out / 8 + i] = empty !== 0 ? nothing : ref;
        else if (from === NO_POSITION || to === NO_POSITION) u64[out / 8 + i] = nothing;
        else u64[out / 8 + i] = (BigInt(to - from) << 32n) | BigInt(from);
      }
    },
    regex_whole(refs: number, found: number, slots: number, slotCount: number, n: number): number {
      for (let i = 0; i < n; i++) {
        const [begin, end] = rangeOf(refs, i);
        const at = slots / 4 + i * slotCount;
        if (u8[found + i] !== 0 && (u32[at] !== begin || u32[at + 1] !== end)) return 0;
      }
      return 1;
    },
    regex_replaced_bytes(
      refs: number,
      found: number,
      slots: number,
      slotCount: number,
      n: number,
      template: number,
    ): number {
      let total = 0;
      for (let i = 0; i < n; i++) {
        if (u8[found + i] !== 0) total += bytesOf(piecesOf(refs, i, slots + i * slotCount * 4, template));
      }
      return total;
    },
    regex_replace(
      refs: number,
      found: number,
      slots: number,
      slotCount: number,
      n: number,
      template: number,
      to: number,
      out: number,
    ): void {
      for (let i = 0; i < n; i++) {
        if (u8[found + i] === 0) {
          u64[out / 8 + i] = u64[refs / 8 + i];
          continue;
        }
        const start = to;
        for (const [a, b] of piecesOf(refs, i, slots + i * slotCount * 4, template)) {
          u8.copyWithin(to, a, b);
          to += b - a;
        }
        u64[out / 8 + i] = (BigInt(to - start) << 32n) | BigInt(start);
      }
    },
  };
};
