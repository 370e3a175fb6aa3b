/**
 * Regular expressions with a literal pattern, as kernels: matching, extracting a group, replacing the first match.
 *
 * Rows that the kernel gives up on (its work space is bounded), and expressions without a byte program, take the row form.
 * Extracted groups, and replacements of a whole text by one group, are references into the text: no bytes are written.
 */

import {
  programBytes,
  type RegexProgram,
  regexProgram,
  writeProgram,
  writeTemplate,
} from '../../function/regex/program.ts';
import { type ReplacementPiece, replacementPieces } from '../../function/regex/replacement.ts';
import { implementation } from '../../function/registry.ts';
import { regexOf } from '../../function/scalar/pattern.ts';
import { REGEX_WORK_BYTES } from '../../kernel/ref/regex.ts';
import type { CallExpr, Expr } from '../../plan/expr.ts';
import { boolVector, refVector, type Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { refsOf, validOf } from '../lane.ts';
import type { VectorFunction, VectorFunctionFactory } from './evaluator.ts';
import { rowFunction } from './row-function.ts';

const encoder = new TextEncoder();

/** What was found in a batch: a byte a row, and the slots (begin and end of the match, then of each group). */
type Found = { readonly rows: number; readonly flags: number; readonly slots: number };
/** Makes the result of a batch; undefined when only the row form can. */
type Finish = (text: Vector, refs: number, found: Found) => Vector | undefined;

/** regex_match(text, pattern, flags) */
export const regexMatch: VectorFunctionFactory = (call, task) =>
  overMatches(call, task, call.args[2], () => (text, _, { rows, flags }) => {
    return boolVector(rows, flags, validOf(task, text));
  });

/** regex_extract_*(text, pattern, group, flags); rows without a match are empty, or NULL with `orNull`. */
export const regexExtract =
  (orNull: boolean): VectorFunctionFactory =>
  (call, task) =>
    overMatches(call, task, call.args[3], ({ slotCount }) => {
      const group = integerLiteral(call.args[2]);
      if (group === undefined || group < 0 || group * 2 >= slotCount) return undefined;
      return (text, refs, { rows, flags, slots }) => {
        const out = task.scratch.alloc(rows * 8);
        task.kernels.regex_group_refs(refs, flags, slots, slotCount, group, rows, 1, out);
        const valid = validOf(task, text);
        if (!orNull) return refVector(rows, out, valid);
        if (valid !== 0) task.kernels.mask_and(flags, valid, rows, flags);
        return refVector(rows, out, flags);
      };
    });

/** regex_replace_one(text, pattern, replacement, flags) */
export const regexReplaceOne: VectorFunctionFactory = (call, task) =>
  overMatches(call, task, call.args[3], ({ slotCount }) => {
    const to = textLiteral(call.args[2]);
    if (to === undefined) return undefined;
    const pieces = replacementPieces(to);
    if (pieces.some((p) => typeof p === 'number' && p * 2 >= slotCount)) return undefined;
    const template = templateOf(pieces, task);
    const [only] = pieces;
    return (text, refs, { rows, flags, slots }) => {
      const { kernels, scratch } = task;
      const out = scratch.alloc(rows * 8);
      const whole = pieces.length === 1 && typeof only === 'number';
      if (whole && kernels.regex_whole(refs, flags, slots, slotCount, rows) === 1) {
        kernels.regex_group_refs(refs, flags, slots, slotCount, only, rows, 0, out);
      } else {
        const bytes = kernels.regex_replaced_bytes(refs, flags, slots, slotCount, rows, template);
        const room = task.strings.alloc(Math.max(1, bytes >>> 0));
        kernels.regex_replace(refs, flags, slots, slotCount, rows, template, room, out);
      }
      return refVector(rows, out, validOf(task, text));
    };
  });

/** regex_replace_all(text, pattern, replacement, flags): batches in which nothing matches need no replacing. */
export const regexReplaceAll: VectorFunctionFactory = (call, task) =>
  // A replacement that is NULL makes NULL of what has no match, too.
  call.args[2].type.nullable
    ? undefined
    : overMatches(
        call,
        task,
        call.args[3],
        () =>
          (text, refs, { rows, flags }) =>
            task.kernels.mask_count(flags, rows) === 0
              ? refVector(rows, refs, validOf(task, text))
              : undefined,
      );

/** Finds the pattern in every row of a batch and lets `finish` make the result. */
function overMatches(
  call: CallExpr,
  task: TaskContext,
  flags: Expr,
  plan: (program: RegexProgram) => Finish | undefined,
): VectorFunction | undefined {
  const [pattern, options] = [textLiteral(call.args[1]), textLiteral(flags)];
  if (pattern === undefined || options === undefined) return undefined;
  const program = regexProgram(regexOf(pattern, options));
  if (program === null) return undefined;
  const finish = plan(program);
  if (finish === undefined) return undefined;
  const byRow = rowFunction(implementation(call.fn), call, task);
  const address = task.heap.alloc(programBytes(program));
  writeProgram(program, task.arena.u8, task.arena.u32, address);
  const work = task.heap.alloc(REGEX_WORK_BYTES);
  return (args, rows) => {
    const [text] = args;
    if (text.kind === 'const') return byRow(args, rows);
    const { kernels, scratch } = task;
    const refs = refsOf(task, text);
    const found = scratch.alloc(rows);
    const slots = scratch.alloc(rows * program.slotCount * 4);
    if (kernels.regex_find(address, refs, rows, work, found, slots) < rows) return byRow(args, rows);
    return finish(text, refs, { rows, flags: found, slots }) ?? byRow(args, rows);
  };
}

function templateOf(pieces: readonly ReplacementPiece[], task: TaskContext): number {
  const texts = pieces
    .filter((piece) => typeof piece === 'string')
    .map((piece) => {
      const bytes = encoder.encode(piece);
      const address = task.heap.alloc(bytes.length);
      task.arena.u8.set(bytes, address);
      return { address, bytes: bytes.length };
    });
  const address = task.heap.alloc(4 + pieces.length * 12);
  writeTemplate(pieces, texts, task.arena.u32, address);
  return address;
}

const textLiteral = (expr: Expr | undefined): string | undefined =>
  expr?.kind === 'literal' && typeof expr.value === 'string' ? expr.value : undefined;
const integerLiteral = (expr: Expr | undefined): number | undefined =>
  expr?.kind === 'literal' && typeof expr.value === 'bigint' ? Number(expr.value) : undefined;
