/**
 * Runs an expression once per distinct string instead of once per row.
 *
 * The dictionary is fed through the evaluator as if it were a column (entry 0 as NULL), the results become a
 * table with one entry per code, and rows look their code up. Tables are kept per dictionary for the query. A
 * dictionary much larger than the rows that would use it is not worth it: then rows are evaluated directly.
 */

import type { Lane } from '../../type/type.ts';
import { ByDictionary, memoryOf } from '../../vector/passing-dictionary.ts';
import { boolVector, type Dictionary, refVector, VECTOR_ROWS, type Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import type { Input } from '../input.ts';
import { boolOf, denseVector, lookUpByCode, takeByCode, validOf, wordsOf } from '../lane.ts';
import type { Evaluator } from './evaluator.ts';

/** Result per code: `data` bytes (bool) or 8-byte words; `valid` bytes. */
type Table = { readonly data: number; readonly valid: number };

/** Codes evaluated at most per row of the first batch that meets the dictionary. */
const CODES_PER_ROW = 64;

export function overDictionary(
  evaluate: Evaluator,
  column: number,
  lane: Lane,
  task: TaskContext,
): Evaluator {
  const tables = new ByDictionary<Table>();
  return (input) => {
    const source = input.column(column);
    const { dictionary } = source;
    if (dictionary === null) return evaluate(input);
    let table = tables.get(dictionary);
    if (table === undefined) {
      if (dictionary.count > input.rows * CODES_PER_ROW) return evaluate(input);
      table = tabulate(evaluate, lane, dictionary, task);
      tables.set(dictionary, table);
    }
    return lookUp(table, source, lane, task);
  };
}

function tabulate(evaluate: Evaluator, lane: Lane, dictionary: Dictionary, task: TaskContext): Table {
  const { arena, scratch } = task;
  const { count } = dictionary;
  const memory = memoryOf(dictionary, task.heap);
  const width = lane === 'bool' ? 1 : 8;
  const data = memory.alloc(count * width);
  const valid = memory.alloc(count);
  const refs = task.dictionaryRefs(dictionary);
  const entryValid = memory.alloc(VECTOR_ROWS);
  arena.fill(entryValid, VECTOR_ROWS, 1);
  const { strings } = task;
  task.strings = memory;
  for (let from = 0; from < count; from += VECTOR_ROWS) {
    const rows = Math.min(VECTOR_ROWS, count - from);
    const mark = scratch.mark();
    arena.u8[entryValid] = from === 0 ? 0 : 1;
    const entries = refVector(rows, refs + from * 8, from === 0 ? entryValid : 0);
    const input: Input = { rows, column: () => entries };
    const result = evaluate(input);
    const from8 = lane === 'bool' ? boolOf(task, result) : wordsOf(task, result);
    arena.u8.copyWithin(data + from * width, from8, from8 + rows * width);
    const resultValid = validOf(task, result);
    if (resultValid === 0) arena.fill(valid + from, rows, 1);
    else arena.u8.copyWithin(valid + from, resultValid, resultValid + rows);
    scratch.reset(mark);
  }
  task.strings = strings;
  return { data, valid };
}

function lookUp(table: Table, source: Vector, lane: Lane, task: TaskContext): Vector {
  const { rows } = source;
  const valid = task.scratch.alloc(rows);
  lookUpByCode(task, table.valid, source, valid);
  if (lane === 'bool') {
    const out = task.scratch.alloc(rows);
    lookUpByCode(task, table.data, source, out);
    return boolVector(rows, out, valid);
  }
  const out = task.scratch.alloc(rows * 8);
  takeByCode(task, table.data, source, out);
  return denseVector(lane, rows, out, valid);
}
