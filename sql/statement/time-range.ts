/**
 * A condition on `__time` as the times it holds for: OVERWRITE WHERE of Druid's REPLACE. Comparisons with constants, BETWEEN, AND, OR
 * and NOT; anything else is refused.
 */

import { cast } from '../../engine/function/cast.ts';
import { evaluateConstant } from '../../engine/function/evaluate.ts';
import { timestamp } from '../../engine/type/type.ts';
import type { Expression } from '../ast/expression.ts';
import type { Session } from '../bind/session.ts';
import { constantBinder } from './constant.ts';

/** Milliseconds since the epoch, ends exclusive and perhaps infinite; sorted, apart from each other. */
export type TimeRanges = readonly (readonly [startMs: number, endMs: number])[];

const FOREVER: TimeRanges = [[Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]];
const HINT = "Write __time >= TIMESTAMP '2015-09-12' AND __time < TIMESTAMP '2015-09-13'";

/** @throws BasaltError NOT_IMPLEMENTED, BAD_ARGUMENTS */
export function timeRanges(node: Expression, session: Session): TimeRanges {
  switch (node.kind) {
    case 'logic': {
      const parts = node.operands.map((operand) => timeRanges(operand, session));
      return node.op === 'or' ? united(parts.flat()) : parts.reduce(common);
    }
    case 'unary':
      if (node.op !== 'not') break;
      return others(timeRanges(node.operand, session));
    case 'between': {
      if (!isTime(node.operand)) break;
      const within: TimeRanges = [[instant(node.low, session), instant(node.high, session) + 1]];
      return node.negated ? others(within) : united(within);
    }
    case 'binary': {
      const { left, right, op } = node;
      if (isTime(left)) return compared(op, instant(right, session)) ?? refuse(node, session);
      if (isTime(right)) return compared(MIRRORED[op] ?? op, instant(left, session)) ?? refuse(node, session);
    }
  }
  return refuse(node, session);
}

function refuse(node: Expression, session: Session): never {
  throw session.refuse(node, 'Anything but comparisons of __time with constants in OVERWRITE WHERE', HINT);
}

const isTime = (node: Expression): boolean =>
  node.kind === 'name' && node.parts[node.parts.length - 1].text === '__time';

const MIRRORED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

function compared(op: string, ms: number): TimeRanges | null {
  const { NEGATIVE_INFINITY, POSITIVE_INFINITY } = Number;
  switch (op) {
    case '<':
      return [[NEGATIVE_INFINITY, ms]];
    case '<=':
      return [[NEGATIVE_INFINITY, ms + 1]];
    case '>':
      return [[ms + 1, POSITIVE_INFINITY]];
    case '>=':
      return [[ms, POSITIVE_INFINITY]];
    case '=':
      return [[ms, ms + 1]];
    case '<>':
      return others([[ms, ms + 1]]);
    default:
      return null;
  }
}

function instant(node: Expression, session: Session): number {
  const bound = constantBinder(session).bind(node);
  if (bound.type.id !== 'timestamp' && bound.type.id !== 'date')
    throw session.error('BAD_ARGUMENTS', node, '__time is compared with what is no TIMESTAMP', HINT);
  const value = evaluateConstant(cast(bound, timestamp(3, true), session.castOptions(false)));
  if (typeof value === 'bigint') return Number(value);
  throw session.error('BAD_ARGUMENTS', node, '__time is compared with NULL', HINT);
}

function united(ranges: TimeRanges): TimeRanges {
  const joined: [number, number][] = [];
  for (const [start, end] of ranges.toSorted((a, b) => a[0] - b[0])) {
    if (start >= end) continue;
    const last = joined.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else joined.push([start, end]);
  }
  return joined;
}

const common = (a: TimeRanges, b: TimeRanges): TimeRanges =>
  united(
    a.flatMap(([start, end]) => b.map(([from, to]) => [Math.max(start, from), Math.min(end, to)] as const)),
  );

const others = (ranges: TimeRanges): TimeRanges =>
  ranges.reduce(
    (left, [start, end]) =>
      common(left, [
        [Number.NEGATIVE_INFINITY, start],
        [end, Number.POSITIVE_INFINITY],
      ]),
    FOREVER,
  );
