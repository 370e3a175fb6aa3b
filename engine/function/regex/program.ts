/**
 * From RE2's program (compiled by re2js, which parses and simplifies) to the byte program that `kernel/as/regex.ts` runs.
 *
 * For every fork it is worked out which next bytes each way can go on with, so that most forks cost a table look-up and leave
 * nothing to come back to; a loop over one class of characters whose exit starts with none of them becomes one instruction, and so
 * do characters that follow one another.
 * Semantics stay RE2's: leftmost match, preference by order. What is not understood has no byte program.
 */

import type { RE2JS } from 're2js';
import { BasaltError } from '../../base/error.ts';
import {
  CAPTURE,
  CHAR,
  EMPTY,
  FORK,
  INSTRUCTION_WORDS,
  LITERAL,
  LOOP,
  MATCH,
  NO_POSITION,
  UNTIL,
} from '../../kernel/ref/regex.ts';
import type { ReplacementPiece } from './replacement.ts';

/** re2js' numbers of RE2's instructions. */
export const RE2_OP = {
  alt: 1,
  altMatch: 2,
  capture: 3,
  empty: 4,
  fail: 5,
  match: 6,
  nop: 7,
  rune: 8,
  rune1: 9,
  runeAny: 10,
  runeAnyNotNewline: 11,
} as const;
const FOLD_CASE = 1;
const BEGIN_TEXT = 4;
const END_TEXT = 8;
const END_LINE = 2;
const MAX_RUNE = 0x10ffff;
const NEWLINE = 10;
/** Larger programs are left to re2js. */
const MAX_INSTRUCTIONS = 1000;

export type Re2Instruction = {
  readonly op: number;
  readonly out: number;
  readonly arg: number;
  readonly runes: ArrayLike<number>;
};
export type Re2Program = {
  readonly inst: readonly Re2Instruction[];
  readonly start: number;
  readonly numCap: number;
};

/** Inclusive ranges of code points, ascending. */
type Ranges = readonly (readonly [number, number])[];

type Instruction = {
  readonly op: number;
  readonly out: number;
  readonly arg: number;
  /** Per next byte; see the kernel. */
  readonly table: Uint8Array | null;
  readonly ranges: Ranges | null;
  /** Bytes of a literal. */
  readonly literal: Uint8Array | null;
  readonly atEnd: number;
  readonly fork: number;
};

export type RegexProgram = {
  readonly start: number;
  readonly instructions: readonly Instruction[];
  /** Bytes a match can begin with. */
  readonly first: Uint8Array;
  readonly mayMatchAtEnd: boolean;
  readonly anchored: boolean;
  readonly slotCount: number;
  readonly forks: number;
};

type Compiled = { readonly re2Input?: { readonly prog?: Re2Program; readonly longest?: boolean } };

/** What re2js made of an expression. @throws BasaltError LOGICAL_ERROR where it is of another version */
export function re2ProgramOf(regex: RE2JS): Re2Program {
  const prog = (regex as unknown as Compiled).re2Input?.prog;
  if (prog !== undefined) return prog;
  throw new BasaltError('LOGICAL_ERROR', 'A regular expression without a program');
}

/** Null when the expression has something that only re2js knows. */
export function regexProgram(regex: RE2JS): RegexProgram | null {
  const source = (regex as unknown as Compiled).re2Input;
  if (source?.prog === undefined || source.longest === true) return null;
  const { prog } = source;
  if (prog.inst.length > MAX_INSTRUCTIONS) return null;
  const classes = prog.inst.map(classOf);
  if (prog.inst.some((inst, i) => !known(inst, classes[i]))) return null;
  const reach = new Reach(prog, classes);
  let forks = 0;
  const instructions = prog.inst.map((inst, i): Instruction => {
    const made = {
      op: MATCH,
      out: inst.out,
      arg: inst.arg,
      table: null,
      ranges: null,
      literal: null,
      atEnd: 0,
      fork: 0,
    };
    switch (inst.op) {
      case RE2_OP.match:
        return made;
      case RE2_OP.fail:
        // A class without characters.
        return { ...made, op: CHAR, table: new Uint8Array(256) };
      case RE2_OP.nop:
        return { ...made, op: EMPTY, arg: 0 };
      case RE2_OP.capture:
        return { ...made, op: CAPTURE };
      case RE2_OP.empty:
        return { ...made, op: EMPTY };
      case RE2_OP.alt:
      case RE2_OP.altMatch: {
        const exit = loopExit(prog, classes, reach, i);
        if (exit !== null) {
          const table = bytesOf(classes[inst.out] as Ranges);
          const outside = table.indexOf(0);
          const butOne = outside >= 0 && table.indexOf(0, outside + 1) < 0;
          return butOne
            ? { ...made, op: UNTIL, out: exit, arg: outside }
            : { ...made, op: LOOP, out: exit, table };
        }
        const [x, y] = [reach.from(inst.out), reach.from(inst.arg)];
        const table = Uint8Array.from(x.bytes, (bit, c) => bit | (y.bytes[c] << 1));
        const atEnd = (x.atEnd ? 1 : 0) | (y.atEnd ? 2 : 0);
        const both = atEnd === 3 || table.includes(3);
        return { ...made, op: FORK, table, atEnd, fork: both ? forks++ : 0 };
      }
      default: {
        const chain = literalFrom(prog, classes, i);
        if (chain !== null)
          return { ...made, op: LITERAL, out: chain.out, arg: chain.literal.length, literal: chain.literal };
        const ranges = classes[i] as Ranges;
        return { ...made, op: CHAR, table: bytesOf(ranges), ranges };
      }
    }
  });
  const first = reach.from(prog.start);
  // A match never begins inside of a character.
  const firstBytes = Uint8Array.from(first.bytes, (bit, c) => (c >= 0x80 && c < 0xc0 ? 0 : bit));
  return {
    start: prog.start,
    instructions,
    first: firstBytes,
    mayMatchAtEnd: first.atEnd,
    anchored: beginsWithText(prog),
    slotCount: prog.numCap,
    forks,
  };
}

/** Characters an instruction takes; null for one that takes none. */
function classOf(inst: Re2Instruction): Ranges | null {
  const { op, runes } = inst;
  if (op === RE2_OP.runeAny) return [[0, MAX_RUNE]];
  if (op === RE2_OP.runeAnyNotNewline)
    return [
      [0, NEWLINE - 1],
      [NEWLINE + 1, MAX_RUNE],
    ];
  if (op !== RE2_OP.rune && op !== RE2_OP.rune1) return null;
  if (runes.length !== 1) {
    return Array.from({ length: runes.length / 2 }, (_, k) => [runes[2 * k], runes[2 * k + 1]] as const);
  }
  const rune = runes[0];
  return (inst.arg & FOLD_CASE) === 0 ? [[rune, rune]] : foldedAscii(rune);
}

/** Both cases of an ASCII character; null beyond ASCII, and for K and S, which have relatives there. */
function foldedAscii(rune: number): Ranges | null {
  const text = String.fromCodePoint(rune);
  if (rune >= 0x80 || /[ks]/i.test(text)) return null;
  const cases = [...new Set([text.toUpperCase(), text.toLowerCase()])]
    .map((c) => c.charCodeAt(0))
    .sort((a, b) => a - b);
  return cases.map((c) => [c, c] as const);
}

function known(inst: Re2Instruction, ranges: Ranges | null): boolean {
  if (inst.op < RE2_OP.alt || inst.op > RE2_OP.runeAnyNotNewline) return false;
  return inst.op < RE2_OP.rune || ranges !== null;
}

/** Per byte that begins a character: 0 not in the class, 1 in it, 2 perhaps (a character of several bytes, to be decoded). */
function bytesOf(ranges: Ranges): Uint8Array {
  const table = new Uint8Array(256);
  for (const [lo, hi] of ranges) for (let c = lo; c <= Math.min(hi, 0x7f); c++) table[c] = 1;
  const wide = ranges.filter(([, hi]) => hi >= 0x80);
  if (wide.length > 0) table.fill(wholeUpperHalf(wide) ? 1 : 2, 0x80);
  return table;
}

const wholeUpperHalf = (ranges: Ranges): boolean => ranges.some(([lo, hi]) => lo <= 0x80 && hi === MAX_RUNE);

const MAX_LITERAL = 8;

/** The ASCII characters that follow one another from instruction i on, and the instruction after them; null without any. */
function literalFrom(
  prog: Re2Program,
  classes: readonly (Ranges | null)[],
  i: number,
): { readonly literal: Uint8Array; readonly out: number } | null {
  const bytes: number[] = [];
  let at = i;
  for (; bytes.length < MAX_LITERAL; at = prog.inst[at].out) {
    const ranges = classes[at];
    if (ranges?.length !== 1 || ranges[0][0] !== ranges[0][1] || ranges[0][0] >= 0x80) break;
    bytes.push(ranges[0][0]);
  }
  return bytes.length === 0 ? null : { literal: Uint8Array.from(bytes), out: at };
}

/** What can come next on a way through the program. */
type Next = { readonly bytes: Uint8Array; readonly atEnd: boolean };

/** Which bytes each instruction can go on with, reading them or (having matched) not caring; a superset where it depends. */
class Reach {
  readonly #prog: Re2Program;
  readonly #classes: readonly (Ranges | null)[];
  readonly #known = new Map<number, Next>();

  constructor(prog: Re2Program, classes: readonly (Ranges | null)[]) {
    this.#prog = prog;
    this.#classes = classes;
  }

  from(start: number): Next {
    let next = this.#known.get(start);
    if (next === undefined) {
      next = this.#walk(start);
      this.#known.set(start, next);
    }
    return next;
  }

  #walk(start: number): Next {
    const bytes = new Uint8Array(256);
    let atEnd = false;
    // An instruction is reached with a byte before it or at the end only (behind `$`); the latter adds no bytes.
    const seen = new Set<string>();
    const visit = (i: number, endOnly: boolean): void => {
      if (seen.has(`${i} ${endOnly}`)) return;
      seen.add(`${i} ${endOnly}`);
      const inst = this.#prog.inst[i];
      switch (inst.op) {
        case RE2_OP.alt:
        case RE2_OP.altMatch:
          visit(inst.out, endOnly);
          visit(inst.arg, endOnly);
          return;
        case RE2_OP.capture:
        case RE2_OP.nop:
          visit(inst.out, endOnly);
          return;
        case RE2_OP.empty:
          // Behind `$` of a line there may be a newline: taken as any byte.
          visit(inst.out, endOnly || ((inst.arg & END_TEXT) !== 0 && (inst.arg & END_LINE) === 0));
          return;
        case RE2_OP.match:
          atEnd = true;
          if (!endOnly) bytes.fill(1);
          return;
        case RE2_OP.fail:
          return;
        default:
          if (endOnly) return;
          bytesOf(this.#classes[i] as Ranges).forEach((bit, c) => {
            if (bit !== 0) bytes[c] = 1;
          });
      }
    };
    visit(start, false);
    return { bytes, atEnd };
  }
}

/** The exit of `class*` (greedy) when what follows cannot begin with a character of the class; null otherwise. */
function loopExit(
  prog: Re2Program,
  classes: readonly (Ranges | null)[],
  reach: Reach,
  i: number,
): number | null {
  const { out, arg } = prog.inst[i];
  const ranges = classes[out];
  if (ranges === null || prog.inst[out].out !== i) return null;
  const inside = bytesOf(ranges);
  // Bytes of longer characters are taken one by one, which is right only if the class has all of them or none.
  if (inside.includes(2)) return null;
  // What always matches is never reason to give characters back.
  if (alwaysMatches(prog, arg)) return arg;
  const after = reach.from(arg);
  return after.bytes.some((bit, c) => bit !== 0 && inside[c] !== 0) ? null : arg;
}

function alwaysMatches(prog: Re2Program, start: number): boolean {
  let i = start;
  while (prog.inst[i].op === RE2_OP.capture || prog.inst[i].op === RE2_OP.nop) i = prog.inst[i].out;
  return prog.inst[i].op === RE2_OP.match;
}

/** Every match begins with the text. */
function beginsWithText(prog: Re2Program): boolean {
  for (let i = prog.start; ; i = prog.inst[i].out) {
    const { op, arg } = prog.inst[i];
    if (op === RE2_OP.empty && (arg & BEGIN_TEXT) !== 0) return true;
    if (op !== RE2_OP.capture && op !== RE2_OP.nop) return false;
  }
}

/** Bytes that {@link writeProgram} needs. */
export const programBytes = (program: RegexProgram): number =>
  32 +
  program.instructions.length * INSTRUCTION_WORDS * 4 +
  256 * (1 + program.instructions.filter((i) => i.table !== null).length) +
  program.instructions.reduce((sum, i) => sum + (i.ranges === null ? 0 : 4 + i.ranges.length * 8), 0);

/** Lays the program out at `address` (a multiple of 4), as the kernel reads it. */
export function writeProgram(program: RegexProgram, u8: Uint8Array, u32: Uint32Array, address: number): void {
  const code = address + 32;
  let at = code + program.instructions.length * INSTRUCTION_WORDS * 4;
  const table = (bytes: Uint8Array | null): number => {
    if (bytes === null) return 0;
    u8.set(bytes, at);
    at += 256;
    return at - 256;
  };
  const ranges = (list: Ranges | null): number => {
    if (list === null) return 0;
    const start = at;
    u32[at / 4] = list.length;
    list.forEach(([lo, hi], k) => {
      u32[at / 4 + 1 + 2 * k] = lo;
      u32[at / 4 + 2 + 2 * k] = hi;
    });
    at += 4 + list.length * 8;
    return start;
  };
  const { start, mayMatchAtEnd, anchored, slotCount, forks } = program;
  u32.set(
    [start, code, table(program.first), mayMatchAtEnd ? 1 : 0, anchored ? 1 : 0, slotCount, forks],
    address / 4,
  );
  program.instructions.forEach((inst, i) => {
    const word = code / 4 + i * INSTRUCTION_WORDS;
    u32.set(
      [inst.op, inst.out, inst.arg, table(inst.table), ranges(inst.ranges), inst.atEnd, inst.fork, 0],
      word,
    );
    if (inst.literal !== null) u8.set(inst.literal, (word + 4) * 4);
  });
}

/** Lays a replacement out at `address`; `texts` are the addresses and lengths of its fixed pieces, in order. */
export function writeTemplate(
  pieces: readonly ReplacementPiece[],
  texts: readonly { readonly address: number; readonly bytes: number }[],
  u32: Uint32Array,
  address: number,
): void {
  u32[address / 4] = pieces.length;
  let text = 0;
  pieces.forEach((piece, k) => {
    const at = address / 4 + 1 + 3 * k;
    if (typeof piece === 'number') u32.set([piece, 0, 0], at);
    else {
      u32.set([NO_POSITION, texts[text].address, texts[text].bytes], at);
      text++;
    }
  });
}
