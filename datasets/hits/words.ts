/**
 * Made-up words for the `hits` table: pronounceable, Latin and Cyrillic, the same for every seed.
 *
 * Real titles and search phrases of the benchmark are mostly Russian, so two bytes a letter; addresses are ASCII.
 */

import { SeededRandom } from '../../engine/base/random.ts';

const LATIN =
  'ba be bi bo bu da de di do ga go ka ke ko la le li lo ma me mi mo na ne ni no pa pe po ra re ri ro sa se so ta te ti to va vi'.split(
    ' ',
  );
const CYRILLIC =
  'ба ве ви во га го да де ди до за ка ке ко ла ле ли ло ма ме ми мо на не ни но па пе по ра ре ри ро са се со та те ти то ву'.split(
    ' ',
  );

function words(syllables: readonly string[], count: number, seed: number): readonly string[] {
  const random = new SeededRandom(seed);
  const made = new Set<string>();
  while (made.size < count) {
    const length = 2 + random.below(3);
    made.add(Array.from({ length }, () => syllables[random.below(syllables.length)]).join(''));
  }
  return [...made];
}

export const LATIN_WORDS = words(LATIN, 1500, 11);
export const CYRILLIC_WORDS = words(CYRILLIC, 1500, 12);
