/**
 * Patterns of events, as ClickHouse's sequenceMatch has them: `(?1)` an event where the first condition holds, `.` any event, `.*` any number of
 * them, `(?t<=60)` the time from the event before to the one that comes next, with any others between; behind `.*` that is none. A pattern may
 * begin anywhere.
 *
 * As numbers, since parameters of aggregates are: a kind and its value for each step.
 */

import { BasaltError } from '../../base/error.ts';
import type { Events } from './event.ts';

const KINDS = ['condition', 'any', 'many', '<=', '<', '>=', '>', '=='] as const;
type Kind = (typeof KINDS)[number];

const STEP = /\(\?(\d+)\)|\(\?t(<=|<|>=|>|==)(\d+)\)|(\.\*)|(\.)/y;

/** Steps tried from one event at most. */
const MAX_TRIES = 1_000_000;

/** @throws BasaltError SYNTAX_ERROR, BAD_ARGUMENTS */
export function sequencePattern(text: string, conditions: number): number[] {
  const steps: number[] = [];
  const push = (kind: Kind, value = 0): number => steps.push(KINDS.indexOf(kind), value);
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const at = STEP.lastIndex;
    const step = STEP.exec(text);
    if (step === null)
      throw new BasaltError('SYNTAX_ERROR', `The pattern makes no sense at \`${text.slice(at, at + 20)}\``, {
        hint: 'It is made of (?N), ., .* and (?t<=seconds)',
      });
    const [, condition, compare, time, many, any] = step;
    if (condition !== undefined) {
      const number = Number(condition);
      if (number < 1 || number > conditions)
        throw new BasaltError(
          'BAD_ARGUMENTS',
          `The pattern has (?${condition}), and there are ${conditions} conditions`,
        );
      push('condition', number - 1);
    } else if (compare !== undefined) push(compare as Kind, Number(time));
    else if (many !== undefined) push('many');
    else if (any !== undefined) push('any');
  }
  return steps;
}

type Compare = {
  readonly passes: (passed: number, wanted: number) => boolean;
  /** A later event may pass where one does not. */
  readonly waits: boolean;
};

const COMPARE: Readonly<Partial<Record<Kind, Compare>>> = {
  '<=': { passes: (passed, wanted) => passed <= wanted, waits: false },
  '<': { passes: (passed, wanted) => passed < wanted, waits: false },
  '>=': { passes: (passed, wanted) => passed >= wanted, waits: true },
  '>': { passes: (passed, wanted) => passed > wanted, waits: true },
  '==': { passes: (passed, wanted) => passed === wanted, waits: false },
};

/** How often the pattern is found, one match behind the other, and not more often than `most`. */
export function findSequences({ times, sets }: Events, pattern: readonly number[], most: number): number {
  const steps = pattern.length / 2;
  const count = times.length;
  const kinds = Array.from({ length: steps }, (_, step) => KINDS[pattern[2 * step]]);
  const asksTime = kinds.some((kind) => COMPARE[kind] !== undefined);
  /** Steps, next events and events before of which it is known that no match follows. */
  const failed = new Set<number>();
  let tries = 0;

  /** Where a match ends, -1 if there is none. @param next event @param base event that time counts from */
  const end = (step: number, next: number, base: number): number => {
    if (step === steps) return next;
    const key = (step * (count + 1) + next) * (count + 1) + (asksTime ? base : 0);
    if (failed.has(key)) return -1;
    if (++tries > MAX_TRIES)
      throw new BasaltError('TOO_SLOW', `The pattern of events took more than ${MAX_TRIES} steps`, {
        hint: 'Write a pattern with fewer .*',
      });
    const found = follow(step, next, base);
    if (found === -1) failed.add(key);
    return found;
  };
  const follow = (step: number, next: number, base: number): number => {
    const [kind, value] = [kinds[step], pattern[2 * step + 1]];
    const compare = COMPARE[kind];
    if (compare !== undefined) {
      for (let i = next; i < count; i++) {
        const passes = compare.passes(Number(times[i] - times[base]), value);
        if (!passes && !compare.waits) return -1;
        const found = passes ? end(step + 1, i, i) : -1;
        if (found !== -1) return found;
      }
      return -1;
    }
    if (kind === 'many') {
      for (let i = next; i <= count; i++) {
        const found = end(step + 1, i, Math.min(i, count - 1));
        if (found !== -1) return found;
      }
      return -1;
    }
    if (next >= count || (kind === 'condition' && (sets[next] & (1 << value)) === 0)) return -1;
    return end(step + 1, next + 1, next);
  };

  let found = 0;
  for (let start = 0; start < count && found < most; tries = 0) {
    const next = end(0, start, start);
    if (next !== -1) found++;
    start = Math.max(start + 1, next);
  }
  return found;
}
