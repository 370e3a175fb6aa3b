import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../engine/base/random.ts';
import { programBytes, regexProgram, writeProgram } from '../../engine/function/regex/program.ts';
import { loadKernels } from '../../engine/kernel/load.ts';
import { referenceKernels } from '../../engine/kernel/ref/index.ts';
import { NO_POSITION, REGEX_WORK_BYTES } from '../../engine/kernel/ref/regex.ts';
import { Arena } from '../../engine/memory/arena.ts';
import { Region } from '../../engine/memory/region.ts';

/**
 * The byte programs against re2js itself: the same matches, and the same text in every group, for expressions and texts that
 * are made at random from pieces that make forks, loops, empty matches and characters of several bytes.
 */
const PIECES = [
  'a',
  'b',
  'ab',
  '.',
  '[^a]',
  '[a-c]',
  '\\d',
  '[а-я]',
  'é',
  '\\w',
  '\\b',
  '\\B',
  '^',
  '$',
  '\\s',
  '(?i:aB)',
];
const TEXTS = ['a', 'b', 'c', 'ab', '/', 'é', 'я', '1', '\n', ' ', 'B', '😀'];
const arena = Arena.create({ limitBytes: 64 << 20 });
const region = new Region(arena, 5);
const encoder = new TextEncoder();

function expression(random: SeededRandom, depth: number): string {
  const pick = random.below(depth > 2 ? 1 : 8);
  const inner = (): string => expression(random, depth + 1);
  switch (pick) {
    case 1:
      return `(${inner()})`;
    case 2:
      return `(?:${inner()}|${inner()})`;
    case 3:
      return `(?:${inner()})*`;
    case 4:
      return `(${inner()})+?`;
    case 5:
      return `(?:${inner()})?`;
    case 6:
      return `${inner()}${inner()}`;
    case 7:
      return `(${inner()}|)${inner()}`;
    default:
      return PIECES[random.below(PIECES.length)];
  }
}

/** Groups as text by the kernels; undefined where they give up, null for no match. */
function byKernel(
  kernels: ReturnType<typeof referenceKernels>,
  pattern: string,
  text: string,
): readonly (string | null)[] | null | undefined {
  const program = regexProgram(RE2JS.compile(pattern));
  if (program === null) return undefined;
  const mark = region.mark();
  const address = region.alloc(programBytes(program));
  writeProgram(program, arena.u8, arena.u32, address);
  const bytes = encoder.encode(text);
  const at = region.alloc(Math.max(1, bytes.length));
  arena.u8.set(bytes, at);
  const ref = region.alloc(8);
  arena.u64[ref / 8] = (BigInt(bytes.length) << 32n) | BigInt(at);
  const [found, slots, work] = [
    region.alloc(1),
    region.alloc(program.slotCount * 4),
    region.alloc(REGEX_WORK_BYTES),
  ];
  const rows = kernels.regex_find(address, ref, 1, work, found, slots);
  const read = (k: number): string | null => {
    const [from, to] = [arena.u32[slots / 4 + 2 * k], arena.u32[slots / 4 + 2 * k + 1]];
    return from === NO_POSITION || to === NO_POSITION
      ? null
      : new TextDecoder().decode(arena.u8.slice(from, to));
  };
  const groups = Array.from({ length: program.slotCount / 2 }, (_, k) => k);
  const result = rows < 1 ? undefined : arena.u8[found] === 0 ? null : groups.map(read);
  region.reset(mark);
  return result;
}

function byRe2(pattern: string, text: string): readonly (string | null)[] | null {
  const matcher = RE2JS.compile(pattern).matcher(text);
  if (!matcher.find()) return null;
  return Array.from({ length: matcher.groupCount() + 1 }, (_, k) => matcher.group(k) ?? null);
}

describe.each([
  ['compiled', loadKernels(arena)],
  ['reference', referenceKernels(arena)],
])('regular expressions on %s kernels', (_, kernels) => {
  it('find what RE2 finds', () => {
    const random = new SeededRandom(7);
    let compared = 0;
    for (let i = 0; i < 4000; i++) {
      const pattern = expression(random, 0);
      const text = Array.from({ length: random.below(9) }, () => TEXTS[random.below(TEXTS.length)]).join('');
      const groups = byKernel(kernels, pattern, text);
      if (groups === undefined) continue;
      compared++;
      expect({ pattern, text, groups }).toEqual({ pattern, text, groups: byRe2(pattern, text) });
    }
    expect(compared).toBeGreaterThan(3500);
  });

  it('give up on texts beyond their marks instead of taking quadratic time', () => {
    expect(byKernel(kernels, '(.*)(.*)(.*)c', 'ab'.repeat(200_000))).toBeUndefined();
  });
});
