/**
 * Where a regular expression is found but for so many edits: bytes that are other ones, that are missing, or that are too many, as
 * ClickHouse's multiFuzzyMatch has it.
 *
 * RE2's program runs over the bytes with every thread at once. A thread is an instruction, and all that counts of it is the fewest edits it
 * took to come there, so a step costs at most the program's length by the edits, whatever the text: the bounds below keep that small.
 */

import type { RE2JS } from 're2js';
import { BasaltError } from '../../base/error.ts';
import { RE2_OP, type Re2Instruction, type Re2Program, re2ProgramOf } from './program.ts';

/** As ClickHouse has it. */
const MAX_DISTANCE = 16;
/** Instructions by one more than the edits. */
const MAX_STATES = 3000;

const BEGIN_LINE = 1;
const END_LINE = 2;
const BEGIN_TEXT = 4;
const END_TEXT = 8;
const ANCHORS = BEGIN_LINE | END_LINE | BEGIN_TEXT | END_TEXT;
const NEWLINE = 10;
const FOLD_CASE = 1;
const NOWHERE = 255;

export class FuzzyProgram {
  readonly #prog: Re2Program;
  readonly #distance: number;
  /** Which bytes an instruction takes; null for one that takes none. */
  readonly #takes: readonly (Uint8Array | null)[];

  /**
   * @param regex compiled from the pattern's bytes, one a code unit. @param pattern for errors
   * @throws BasaltError BAD_ARGUMENTS where it would match anything, or take too long
   */
  constructor(regex: RE2JS, pattern: string, distance: number) {
    const wrong = (message: string, hint: string): BasaltError =>
      new BasaltError('BAD_ARGUMENTS', `Pattern '${pattern.slice(0, 100)}': ${message}`, { hint });
    if (distance < 0 || distance > MAX_DISTANCE)
      throw wrong('Edit distance is too big.', `Up to ${MAX_DISTANCE} edits are counted`);
    this.#prog = re2ProgramOf(regex);
    this.#distance = distance;
    const { inst } = this.#prog;
    if (inst.length * (distance + 1) > MAX_STATES)
      throw wrong('Pattern is too large.', 'Give a shorter pattern, or a smaller distance');
    if (inst.some(({ op, arg }) => op === RE2_OP.empty && (arg & ~ANCHORS) !== 0))
      throw wrong(
        'Zero-width assertions are disallowed for approximate matching.',
        'Leave out \\b and \\B; ^ and $ are taken',
      );
    this.#takes = inst.map(bytesTaken);
    if (distance > 0 && this.#fewestBytes() <= distance)
      throw wrong(
        'Approximate matching patterns that reduce to vacuous patterns are disallowed.',
        'Give a longer pattern: one of no more bytes than edits is found in any text',
      );
  }

  /** The end of the match that ends first; -1: there is none. @param text bytes, one a code unit */
  find(text: string): number {
    const { start } = this.#prog;
    const most = this.#distance;
    const takes = this.#takes;
    const { inst } = this.#prog;
    /** By instruction: the fewest edits that a thread took to be there, before the byte and behind it. */
    const now = new Uint8Array(inst.length).fill(NOWHERE);
    const next = new Uint8Array(inst.length).fill(NOWHERE);
    for (let at = 0; ; at++) {
      const flags = flagsAt(text, at);
      // A match may begin at every place.
      let ends = this.#reach(now, start, 0, flags);
      // What was reached by a byte goes on through instructions that take none.
      for (let i = 0; i < inst.length; i++)
        if (next[i] !== NOWHERE) ends = this.#reach(now, i, next[i], flags) || ends;
      if (ends) return at;
      if (at === text.length) return -1;
      const byte = text.charCodeAt(at);
      next.fill(NOWHERE);
      for (let i = 0; i < inst.length; i++) {
        const edits = now[i];
        const taken = takes[i];
        const { op, out } = inst[i];
        if (edits === NOWHERE) continue;
        // One byte too many, before one that is wanted or before an end that is not there yet.
        const waits = taken !== null || op === RE2_OP.empty;
        if (waits && edits < most && edits + 1 < next[i]) next[i] = edits + 1;
        if (taken === null) continue;
        const through = taken[byte] === 1 ? edits : edits + 1;
        if (through <= most && through < next[out]) next[out] = through;
      }
      now.fill(NOWHERE);
    }
  }

  /** From an instruction on, without a byte. @returns whether the match is one */
  #reach(edits: Uint8Array, from: number, count: number, flags: number): boolean {
    if (edits[from] <= count) return false;
    edits[from] = count;
    const { op, out, arg } = this.#prog.inst[from];
    switch (op) {
      case RE2_OP.match:
        return true;
      case RE2_OP.fail:
        return false;
      case RE2_OP.alt:
      case RE2_OP.altMatch: {
        const first = this.#reach(edits, out, count, flags);
        return this.#reach(edits, arg, count, flags) || first;
      }
      case RE2_OP.empty:
        return (arg & ~flags) === 0 && this.#reach(edits, out, count, flags);
      case RE2_OP.capture:
      case RE2_OP.nop:
        return this.#reach(edits, out, count, flags);
      default:
        // One byte missing.
        return count < this.#distance && this.#reach(edits, out, count + 1, flags);
    }
  }

  /** Of all texts that match. */
  #fewestBytes(): number {
    const { inst, start } = this.#prog;
    const fewest = new Array<number>(inst.length).fill(Number.POSITIVE_INFINITY);
    const waiting: (readonly [at: number, bytes: number])[] = [[start, 0]];
    for (let last = waiting.pop(); last !== undefined; last = waiting.pop()) {
      const [at, bytes] = last;
      if (fewest[at] <= bytes) continue;
      fewest[at] = bytes;
      const { op, out, arg } = inst[at];
      if (op === RE2_OP.match || op === RE2_OP.fail) continue;
      waiting.push([out, bytes + (this.#takes[at] === null ? 0 : 1)]);
      if (op === RE2_OP.alt || op === RE2_OP.altMatch) waiting.push([arg, bytes]);
    }
    return Math.min(...inst.flatMap(({ op }, at) => (op === RE2_OP.match ? fewest[at] : [])));
  }
}

const flagsAt = (text: string, at: number): number =>
  (at === 0 ? BEGIN_TEXT | BEGIN_LINE : text.charCodeAt(at - 1) === NEWLINE ? BEGIN_LINE : 0) |
  (at === text.length ? END_TEXT | END_LINE : text.charCodeAt(at) === NEWLINE ? END_LINE : 0);

function bytesTaken({ op, arg, runes }: Re2Instruction): Uint8Array | null {
  if (op < RE2_OP.rune) return null;
  const taken = new Uint8Array(256);
  if (op === RE2_OP.runeAny || op === RE2_OP.runeAnyNotNewline) {
    taken.fill(1);
    if (op === RE2_OP.runeAnyNotNewline) taken[NEWLINE] = 0;
  } else if (runes.length === 1) {
    const folds = (arg & FOLD_CASE) !== 0 && /[a-z]/i.test(String.fromCharCode(runes[0]));
    for (const byte of folds ? [runes[0] | 0x20, runes[0] & ~0x20] : [runes[0]]) taken[byte] = 1;
  } else {
    for (let i = 0; i < runes.length; i += 2) taken.fill(1, runes[i], Math.min(runes[i + 1], 255) + 1);
  }
  return taken;
}
