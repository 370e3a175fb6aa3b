/**
 * Dictionaries that go before the query that reads them does: those of files, which lie in the memory of one block.
 *
 * Others stay where they are as long as a task lasts, so what is made of one is found by its address. The address of one that passes is
 * soon another's: what is made of it is found by the dictionary itself, and lies in its memory.
 */

import type { Region } from '../memory/region.ts';
import type { Dictionary, Vector } from './vector.ts';

const memories = new WeakMap<Dictionary, Region>();

/** @param region what the dictionary lies in and goes with */
export function passesWith(dictionary: Dictionary, region: Region): Dictionary {
  memories.set(dictionary, region);
  return dictionary;
}

/** Where to put what is made of a dictionary. @param lasting memory of the task */
export const memoryOf = (dictionary: Dictionary, lasting: Region): Region =>
  memories.get(dictionary) ?? lasting;

export const sameDictionary = (a: Dictionary, b: Dictionary): boolean =>
  a === b || (a.offsets === b.offsets && !memories.has(a) && !memories.has(b));

/** Its strings stay where they are as long as a task lasts: literals, and entries of dictionaries that do. */
export const isLasting = ({ kind, dictionary }: Vector): boolean =>
  kind === 'const' || (kind === 'dict' && (dictionary === null || !memories.has(dictionary)));

/** What a task has made of dictionaries. */
export class ByDictionary<T> {
  readonly #lasting = new Map<number, T>();
  readonly #passing = new WeakMap<Dictionary, T>();

  get(dictionary: Dictionary): T | undefined {
    return memories.has(dictionary) ? this.#passing.get(dictionary) : this.#lasting.get(dictionary.offsets);
  }

  set(dictionary: Dictionary, made: T): void {
    if (memories.has(dictionary)) this.#passing.set(dictionary, made);
    else this.#lasting.set(dictionary.offsets, made);
  }
}
