/**
 * The columns of a scan that are paths of JSON (plan/path-read.ts), part by part: out of the column that a part keeps of the path, else out of
 * its documents, for the rows that are left when they are read.
 *
 * A stored path is a lane. What a function makes of its values is what it makes of the JSON they were: most give the value itself, others are
 * asked about its text.
 */

import { apply } from '../../function/call.ts';
import { column, type Expr, literal } from '../../plan/expr.ts';
import type { ScanPlan } from '../../plan/node.ts';
import { type PathKind, type PathRead, pathCall, pathReadOf, pathRule } from '../../plan/path-read.ts';
import type { PartReader, StoredPath } from '../../plan/source.ts';
import { BOOL, FLOAT64, INT64, type LogicalType, nullable, STRING } from '../../type/type.ts';
import { VECTOR_ROWS, type Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { compile } from '../expression/compile.ts';
import type { Evaluator } from '../expression/evaluator.ts';
import type { Input } from '../input.ts';

const KIND_TYPES: Readonly<Record<PathKind, LogicalType>> = {
  int: nullable(INT64),
  float: nullable(FLOAT64),
  double: nullable(FLOAT64),
  bool: nullable(BOOL),
  string: nullable(STRING),
};

/** How a value is written in a document. */
const AS_JSON: Readonly<Record<PathKind, (stored: Expr) => Expr>> = {
  int: (stored) => apply('i64_to_str', [stored], STRING),
  float: (stored) => apply('f64_to_str', [stored], STRING),
  double: (stored) => apply('f64_to_json', [stored], STRING),
  bool: (stored) => apply('bool_to_str', [stored], STRING),
  string: (stored) => apply('json_quote', [stored], STRING),
};

/** What the read gives of a stored value, which is column 0. */
function ofStored(read: PathRead, kind: PathKind): Expr {
  const stored = column(0, KIND_TYPES[kind]);
  const { same } = pathRule(read.fn);
  if (same.includes(kind)) return stored;
  if (read.fn === 'json_float_lax' && kind === 'int') return apply('i64_to_f64', [stored], FLOAT64);
  return apply(read.fn, [AS_JSON[kind](stored), literal('', STRING)], read.type);
}

/** The column of the part that says the same as the read, for zones and bitmaps of one block; undefined: none does. */
export function storedColumn(
  plan: Pick<ScanPlan, 'paths'>,
  columnId: number,
  reader: PartReader,
  block: number,
): number | undefined {
  if (columnId >= 0) return columnId;
  const read = pathReadOf(plan, columnId);
  const stored = read && reader.path?.(read.columnId, read.path);
  if (stored === undefined || !pathRule(read!.fn).same.includes(stored.kind)) return undefined;
  return unfitPages(read!, stored, block) === 0 ? stored.columnId : undefined;
}

/** Pages of a block, a bit each, for which only the documents know. */
const unfitPages = (read: PathRead, stored: StoredPath, block: number): number =>
  stored.unfit(block) | (pathRule(read.fn).nullIsMissing ? 0 : stored.nulls(block));

export class ScanPaths {
  readonly #task: TaskContext;
  readonly #plan: ScanPlan;
  /** By path: from the document, which is column 0. */
  readonly #fromDocument = new Map<PathRead, Evaluator>();
  readonly #fromStored = new Map<string, Evaluator>();

  constructor(task: TaskContext, plan: ScanPlan) {
    this.#task = task;
    this.#plan = plan;
    for (const read of plan.paths ?? [])
      this.#fromDocument.set(read, compile(pathCall(read, column(0, read.documentType)), task));
  }

  get any(): boolean {
    return this.#fromDocument.size > 0;
  }

  read(columnId: number): PathRead | undefined {
    return pathReadOf(this.#plan, columnId);
  }

  /** What a part keeps of the path, if it says all about the rows from `from` on; they are in one page. */
  stored(reader: PartReader, read: PathRead, block: number, from: number): StoredPath | undefined {
    const stored = reader.path?.(read.columnId, read.path);
    if (stored === undefined) return undefined;
    const page = Math.floor(from / VECTOR_ROWS);
    return ((unfitPages(read, stored, block) >> page) & 1) === 0 ? stored : undefined;
  }

  /** The stored values are what is read. */
  isSame(read: PathRead, { kind }: StoredPath): boolean {
    return pathRule(read.fn).same.includes(kind);
  }

  /** @param values of the stored path, which are not what is read */
  convert(read: PathRead, { kind }: StoredPath, values: Vector): Vector {
    const key = `${read.id} ${kind}`;
    let evaluate = this.#fromStored.get(key);
    if (evaluate === undefined) {
      evaluate = compile(ofStored(read, kind), this.#task);
      this.#fromStored.set(key, evaluate);
    }
    return evaluate(over(values));
  }

  /** @param documents of the rows that are wanted */
  evaluate(read: PathRead, documents: Vector): Vector {
    return this.#fromDocument.get(read)!(over(documents));
  }
}

const over = (values: Vector): Input => ({ rows: values.rows, column: () => values });
