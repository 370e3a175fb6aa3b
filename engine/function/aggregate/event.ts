/**
 * Aggregates of events: a time and a set of conditions that held then, as bits. All are kept (sketch/value-list.ts) and put in order of
 * time for the answer. Parameters: 0, then the call's.
 */

import type { StateViews } from '../../sketch/memory.ts';
import { valueCount, valuesAt } from '../../sketch/value-list.ts';
import type { BlockAggregate } from './block-aggregate.ts';
import { findSequences } from './sequence.ts';

export type Events = { readonly times: BigInt64Array; readonly sets: Uint32Array };

/** In order of time; those of one time by their smallest condition, as they are told one by one. */
function eventsOf(memory: StateViews, block: number): Events {
  const at = valuesAt(block) / 8;
  const words = new BigInt64Array(memory.u64.slice(at, at + valueCount(memory, block)).buffer);
  const order = Uint32Array.from({ length: words.length >> 1 }, (_, i) => 2 * i).sort((a, b) => {
    if (words[a] !== words[b]) return words[a] < words[b] ? -1 : 1;
    return Number(words[a + 1]) - Number(words[b + 1]);
  });
  return {
    times: BigInt64Array.from(order, (i) => words[i]),
    sets: Uint32Array.from(order, (i) => Number(words[i + 1])),
  };
}

/** How a funnel counts: bits of a parameter. */
export const FUNNEL_MODES = { strict_deduplication: 1, strict_order: 2, strict_increase: 4 } as const;

/** How many conditions held one after the other within a time of the first. Parameters: the time, modes, number of conditions. */
function funnel({ times, sets }: Events, [window, modes, conditions]: readonly number[]): number {
  const has = (mode: keyof typeof FUNNEL_MODES): boolean => (modes & FUNNEL_MODES[mode]) !== 0;
  const [deduplicated, inOrder, increasing] = [
    has('strict_deduplication'),
    has('strict_order'),
    has('strict_increase'),
  ];
  /** By condition: when its chain began, and when it held. */
  const began = new Array<bigint | null>(conditions).fill(null);
  const held = new Array<bigint>(conditions).fill(0n);
  const reached = (): number => began.findLastIndex((time) => time !== null) + 1;
  for (const [time, event] of eachEvent(times, sets, conditions)) {
    if (event === -1) {
      if (inOrder && began[0] !== null) return reached();
      continue;
    }
    if (event === 0) [began[0], held[0]] = [time, time];
    else if (deduplicated && began[event] !== null) return reached();
    else if (inOrder && began[0] !== null && began[event - 1] === null) return began.indexOf(null);
    else {
      const start = began[event - 1];
      if (start !== null && time <= start + BigInt(window) && !(increasing && held[event - 1] >= time)) {
        [began[event], held[event]] = [start, time];
        if (event + 1 === conditions) return conditions;
      }
    }
  }
  return reached();
}

/** Each condition that held, by time and by number; -1: none did. */
function* eachEvent(
  times: BigInt64Array,
  sets: Uint32Array,
  conditions: number,
): Generator<readonly [time: bigint, condition: number]> {
  for (let from = 0, to = 0; from < times.length; from = to) {
    while (to < times.length && times[to] === times[from]) to++;
    for (let condition = -1; condition < conditions; condition++)
      for (let i = from; i < to; i++)
        if (condition === -1 ? sets[i] === 0 : (sets[i] & (1 << condition)) !== 0)
          yield [times[from], condition];
  }
}

/** Events that count where conditions alone do: those without any are left out. */
function someOf({ times, sets }: Events): Events {
  const places = Uint32Array.from(sets, (_, i) => i).filter((i) => sets[i] !== 0);
  return {
    times: BigInt64Array.from(places, (i) => times[i]),
    sets: Uint32Array.from(places, (i) => sets[i]),
  };
}

const NONE: Events = { times: new BigInt64Array(0), sets: new Uint32Array(0) };

const ofEvents = (read: (events: Events, params: readonly number[]) => number | boolean): BlockAggregate => ({
  kind: 'values',
  lane: 'i64',
  second: 'i64',
  result: 'i64',
  value: (memory, block, [, ...params], type) => {
    if (block === 0 && type.nullable) return null;
    return BigInt(read(block === 0 ? NONE : eventsOf(memory, block), params));
  },
});

export const EVENTS: Readonly<Record<string, BlockAggregate>> = {
  funnel: ofEvents(funnel),
  // A pattern of nothing is found among no events, too.
  sequence_match: ofEvents(
    (events, pattern) => pattern.length === 0 || findSequences(someOf(events), pattern, 1) > 0,
  ),
  sequence_count: ofEvents((events, pattern) =>
    findSequences(someOf(events), pattern, Number.POSITIVE_INFINITY),
  ),
};
