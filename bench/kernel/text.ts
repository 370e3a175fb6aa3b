/** Kernels over texts: equality, LIKE, regular expressions, hashes. The texts are near-unique addresses. */

import { likeTokens } from '../../engine/exec/expression/like.ts';
import { programBytes, regexProgram, writeProgram } from '../../engine/function/regex/program.ts';
import { regexOf } from '../../engine/function/scalar/pattern.ts';
import { REGEX_WORK_BYTES } from '../../engine/kernel/ref/regex.ts';
import { VECTOR_ROWS } from '../../engine/vector/vector.ts';
import { type CaseMaker, type Ground, type KernelCase, SLACK } from './case.ts';

const WORDS = 'google yandex search video mail photo sport music metrika forum news shop'.split(' ');
const NEEDLE = 'metrika';
/** ClickBench's, of Q29. */
const HOST = '^https?://(?:www\\.)?([^/]+)/.*$';
const encoder = new TextEncoder();

export type TextPage = {
  readonly rows: number;
  readonly offsets: number;
  readonly bytes: number;
  readonly size: number;
  readonly refs: number;
};

/** Pages of addresses, until they have this many rows or the ground's bytes. */
export function urlPages(ground: Ground, rows = Number.POSITIVE_INFINITY): TextPage[] {
  const { arena, kernels, region, random, bytes } = ground;
  const made: TextPage[] = [];
  const word = (): string => WORDS[random.below(WORDS.length)];
  let size = 0;
  for (let row = 0; row < rows && size < bytes; row += VECTOR_ROWS) {
    const texts = Array.from(
      { length: VECTOR_ROWS },
      (_, i) => `http://${word()}.example.com/${word()}/${(row + i).toString(36)}?p=${random.below(1000)}`,
    );
    const joined = encoder.encode(texts.join(''));
    const offsets = region.alloc((VECTOR_ROWS + 1) * 4);
    const at = region.alloc(joined.length + SLACK);
    const refs = region.alloc(VECTOR_ROWS * 8);
    arena.u8.set(joined, at);
    let end = 0;
    arena.u32[offsets / 4] = 0;
    for (const [i, text] of texts.entries()) arena.u32[offsets / 4 + i + 1] = end += text.length;
    kernels.refs_of_offsets(offsets, at, VECTOR_ROWS, refs);
    made.push({ rows: VECTOR_ROWS, offsets, bytes: at, size: joined.length, refs });
    size += joined.length;
  }
  return made;
}

export const textCases: CaseMaker = (ground) => {
  const { arena, kernels, region } = ground;
  const texts = urlPages(ground);
  const bytes = texts.reduce((sum, page) => sum + page.size, 0);
  const out = region.alloc(VECTOR_ROWS * 8);
  const needle = region.alloc(64);
  arena.u8.set(encoder.encode(NEEDLE), needle);
  const tokens = likeTokens('http://%/metrika/%7_', '') as number[];
  const pattern = region.alloc(tokens.length * 2);
  arena.u16.set(tokens, pattern / 2);
  const program = regexProgram(regexOf(HOST, ''));
  if (program === null) throw new Error('the pattern has no byte program');
  const code = region.alloc(programBytes(program));
  writeProgram(program, arena.u8, arena.u32, code);
  const work = region.alloc(REGEX_WORK_BYTES);
  const slots = region.alloc(VECTOR_ROWS * program.slotCount * 4);
  const over = (family: string, name: string, call: (page: TextPage) => void, read = bytes): KernelCase => ({
    family,
    name,
    bytes: read,
    values: texts.length * VECTOR_ROWS,
    run: () => texts.forEach(call),
  });
  return [
    // Lengths come first: texts of another length are not read.
    over(
      'compare',
      'eq_text_vc',
      (p) => kernels.eq_text_vc(p.offsets, p.bytes, p.rows, needle, NEEDLE.length, 0, out),
      texts.length * VECTOR_ROWS * 4,
    ),
    over('hash', 'hash_entries', (p) => kernels.hash_entries(p.offsets, p.bytes, p.rows, 1n, out)),
    over('LIKE', `find_text, '%${NEEDLE}%'`, (p) =>
      kernels.find_text(p.offsets, p.bytes, p.rows, needle, NEEDLE.length, 0, 5, out),
    ),
    over('LIKE', "like_refs, 'http://%/metrika/%7_'", (p) =>
      kernels.like_refs(p.refs, p.rows, pattern, tokens.length, out),
    ),
    over(
      'regex',
      `regex_find, ${HOST}`,
      (p) => void kernels.regex_find(code, p.refs, p.rows, work, out, slots),
    ),
  ];
};
