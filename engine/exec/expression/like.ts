/**
 * LIKE with a literal pattern. `%needle%` searches a page's contiguous bytes with SIMD; other patterns become a
 * token program that is matched without backtracking over more than the last `%`.
 */

import { bytesOfText } from '../../base/bytes-text.ts';
import { ANY_CHARACTER, ANY_RUN } from '../../kernel/ref/string.ts';
import type { CallExpr } from '../../plan/expr.ts';
import { boolVector, constVector, type Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { refsOf, validOf } from '../lane.ts';
import type { VectorFunction } from './evaluator.ts';

export function likeFunction(call: CallExpr, task: TaskContext): VectorFunction | undefined {
  const [, pattern, escaping] = call.args;
  if (pattern?.kind !== 'literal' || typeof pattern.value !== 'string') return undefined;
  if (escaping !== undefined && (escaping.kind !== 'literal' || typeof escaping.value !== 'string'))
    return undefined;
  const tokens = likeTokens(pattern.value, escaping?.kind === 'literal' ? String(escaping.value) : '');
  if (tokens === undefined) return undefined;
  const program = task.heap.alloc(tokens.length * 2 + 2);
  tokens.forEach((token, i) => {
    task.arena.u16[program / 2 + i] = token;
  });
  const needle = needleOf(tokens);
  const needleAt = needle === undefined ? 0 : task.heap.alloc(needle.length);
  if (needle !== undefined) task.arena.u8.set(needle, needleAt);
  const [probeA, probeB] = rarestBytes(needle ?? []);

  return (args, rows) => {
    const text = args[0];
    if (text.kind === 'const' && text.value === null) return constVector('bool', rows, null);
    const out = task.scratch.alloc(rows);
    if (text.kind === 'text' && needle !== undefined) {
      task.kernels.find_text(text.data, text.bytes, rows, needleAt, needle.length, probeA, probeB, out);
    } else if (needle !== undefined) {
      const refs = refsOf(task, text);
      task.kernels.find_refs(refs, rows, needleAt, needle.length, probeA, probeB, out);
    } else {
      task.kernels.like_refs(refsOf(task, text), rows, program, tokens.length, out);
    }
    return likeResult(text, rows, out, task);
  };
}

const likeResult = (text: Vector, rows: number, out: number, task: TaskContext): Vector =>
  boolVector(rows, out, validOf(task, text));

/** The pattern as bytes, ANY_CHARACTER and ANY_RUN; undefined when it ends in its escape (left to the row form). */
export function likeTokens(pattern: string, escapeCharacter: string): number[] | undefined {
  const tokens: number[] = [];
  const characters = [...pattern];
  for (let i = 0; i < characters.length; i++) {
    let c = characters[i];
    if (escapeCharacter !== '' && c === escapeCharacter) {
      c = characters[++i];
      if (c === undefined) return undefined;
    } else if (c === '%') {
      if (tokens.at(-1) !== ANY_RUN) tokens.push(ANY_RUN);
      continue;
    } else if (c === '_') {
      tokens.push(ANY_CHARACTER);
      continue;
    }
    tokens.push(...bytesOfText(c));
  }
  return tokens;
}

/** From common to rare in text and URLs; bytes not listed are rarer still. */
const COMMON = bytesOfText('e/atoinsrlcdhpmu.wg0123456789-_yfbvk?=&: xjqzETAOINSRLC');

/** Offsets of the two rarest bytes of a needle; the same one twice when it has one byte. */
function rarestBytes(needle: readonly number[]): [number, number] {
  const rank = (i: number): number => {
    const at = COMMON.indexOf(needle[i]);
    return at < 0 ? COMMON.length : at;
  };
  const order = needle.map((_, i) => i).sort((a, b) => rank(b) - rank(a) || b - a);
  return [order[0] ?? 0, order[1] ?? order[0] ?? 0];
}

/** The bytes between the two `%` of a plain `%needle%`. */
function needleOf(tokens: readonly number[]): number[] | undefined {
  if (tokens.length < 3 || tokens[0] !== ANY_RUN || tokens.at(-1) !== ANY_RUN) return undefined;
  const inner = tokens.slice(1, -1);
  return inner.every((t) => t < ANY_CHARACTER) ? inner : undefined;
}
