/**
 * Multi-values (type/multi.ts): to arrays and back, and other functions over their values one by one.
 *
 *   over_values_any(body, inputs, input, ...)    whether `body` is true of a value; unknown where it is for one and true for none
 *   over_values_all(body, inputs, input, ...)    its value of each, as a multi-value of texts
 *
 * `body` is an expression as text, of columns that are the inputs; of inputs, a JSON list says of each whether it is a multi-value
 * (null), or the type of the one value that stands in it as an array. Several multi-values give all combinations. NULL is one value.
 */

import { BasaltError } from '../../base/error.ts';
import { bodyOf } from '../../plan/body.ts';
import { typeOfText } from '../../type/literal.ts';
import {
  MULTI_ARRAY,
  multiOf,
  multiText,
  packedList,
  storedMulti,
  type Values,
  valuesOf,
} from '../../type/multi.ts';
import { laneValueOf, unpackItem } from '../../type/nested.ts';
import { array, type Value } from '../../type/type.ts';
import { evaluateOver } from '../evaluate.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';
import { STANDARD_NESTED, valueText } from '../value-text.ts';

/** Combinations of values of one row. */
const MAX_COMBINATIONS = 1_000_000;

type Text = string | null;
const TEXT = { zone: 'UTC', style: STANDARD_NESTED };

const kinds = new Map<string, readonly (string | null)[]>();

export function kindsOf(text: string): readonly (string | null)[] {
  let known = kinds.get(text);
  if (known === undefined) {
    if (kinds.size > 1000) kinds.clear();
    known = JSON.parse(text) as readonly (string | null)[];
    kinds.set(text, known);
  }
  return known;
}

const NO_VALUE: Values = [null];

/** What each input may be. */
function choices(kindText: string, inputs: readonly Text[]): readonly (readonly Value[])[] {
  const each = kindsOf(kindText).map((kind, i): readonly Value[] => {
    const input = inputs[i];
    if (kind !== null) {
      const type = typeOfText(kind);
      const [item] = input === null ? [null] : unpackItem(input, array(type));
      return [laneValueOf(item, type)];
    }
    const values = input === null ? NO_VALUE : valuesOf(input);
    return values.length === 0 ? NO_VALUE : values;
  });
  if (each.reduce((product, { length }) => product * length, 1) <= MAX_COMBINATIONS) return each;
  throw new BasaltError('LIMIT_EXCEEDED', `Multi-values have more than ${MAX_COMBINATIONS} combinations`);
}

/** Every combination, the last input changing first, until `use` answers true. */
function combine(each: readonly (readonly Value[])[], use: (values: readonly Value[]) => boolean): void {
  const places = each.map(() => 0);
  for (;;) {
    if (use(each.map((values, i) => values[places[i]]))) return;
    let i = each.length - 1;
    while (i >= 0 && places[i] === each[i].length - 1) places[i--] = 0;
    if (i < 0) return;
    places[i]++;
  }
}

function any(body: string, kindText: string, ...inputs: readonly Text[]): boolean | null {
  const test = bodyOf(body);
  let answer: boolean | null = false;
  combine(choices(kindText, inputs), (values) => {
    const found = evaluateOver(test, values);
    if (found !== false) answer = found as boolean | null;
    return found === true;
  });
  return answer;
}

function all(body: string, kindText: string, ...inputs: readonly Text[]): Text {
  const map = bodyOf(body);
  const texts: Text[] = [];
  combine(choices(kindText, inputs), (values) => {
    const value = evaluateOver(map, values);
    texts.push(value === null ? null : valueText(value, map.type, TEXT));
    return false;
  });
  return multiOf(texts);
}

const CUSTOM = { nulls: 'custom', takesTypes: true } as const;

export const MULTIS: readonly Implementation[] = [
  implement('over_values_any', ['str'], 'bool', any, { ...CUSTOM, variadic: true }),
  implement('over_values_all', ['str'], 'str', all, { ...CUSTOM, variadic: true }),
  implement('multi_to_array', ['str'], 'str', (text: string) => packedList(valuesOf(text))),
  // As it is: no values stay no values.
  implement('array_to_multi', ['str'], 'str', (packed: string) =>
    multiOf(unpackItem(packed, MULTI_ARRAY) as Values),
  ),
  implement('array_to_stored_multi', ['str'], 'str', (packed: string) =>
    storedMulti(unpackItem(packed, MULTI_ARRAY) as Values),
  ),
  implement('str_to_multi', ['str'], 'str', (text: string) => multiOf([text])),
  implement('multi_to_str', ['str'], 'str', multiText),
];
