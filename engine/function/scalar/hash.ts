/**
 * Hashes (function/hasher.ts) as implementations, for each hasher: `<name>_word` of an integer, `<name>_float`, `<name>_text` of
 * bytes, `<name>_typed_<lane>` of a value of a type (and whether NULL is
 * one, too), `<name>_pair` of two hashes, `<name>_list` of a hash and
 * an array. Keyed ones have the key's two halves behind. Hashes
 * of 128 bits are texts.
 */

import { bytesOfText } from '../../base/bytes-text.ts';
import { typeOfText } from '../../type/literal.ts';
import { itemOf } from '../../type/nested.ts';
import type { Lane, Value } from '../../type/type.ts';
import {
  bytesFor,
  floatBits,
  HASHERS,
  type Hasher,
  hashOfItem,
  hashOfText,
  hashOfWord,
  textOfHash,
} from '../hasher.ts';
import { BIG, implement } from '../implementation.ts';
import type { Implementation, Scalar } from '../row.ts';

const KEY: readonly Lane[] = ['i64', 'i64'];

function ofHasher(hasher: Hasher): readonly Implementation[] {
  const { name, bits, keyed } = hasher;
  const wide = bits === 128;
  const lane: Lane = wide ? 'str' : 'i64';
  const more = keyed === undefined ? [] : KEY;
  const out = (hash: bigint): Scalar =>
    wide ? textOfHash(hash, hasher) : bits === 64 ? BigInt.asIntN(64, hash) : hash;
  const back = (hash: Scalar): bigint =>
    wide ? hashOfText(hash as string, hasher) : BigInt.asUintN(bits, hash as bigint);
  const keyOf = (k0?: bigint, k1?: bigint): readonly [bigint, bigint] | undefined =>
    k0 === undefined || k1 === undefined ? undefined : [BigInt.asUintN(64, k0), BigInt.asUintN(64, k1)];
  type Key = [bigint?, bigint?];
  return [
    // value, bytes (hasher.ts), whether it is a number to the hasher.
    implement(
      `${name}_word`,
      ['i64', 'i64', 'bool', ...more],
      lane,
      (word: bigint, bytes: bigint, number: boolean, ...key: Key) =>
        out(hashOfWord(hasher, word, bytesFor(word, Number(bytes)), number, keyOf(...key))),
      BIG,
    ),
    implement(
      `${name}_float`,
      ['f64', 'i64', ...more],
      lane,
      (value: number, bytes: bigint, ...key: Key) =>
        out(hashOfWord(hasher, floatBits(value, Number(bytes)), Number(bytes), true, keyOf(...key))),
      BIG,
    ),
    implement(
      `${name}_text`,
      ['str', ...more],
      lane,
      (text: string, ...key: Key) => out(hasher.ofBytes(bytesOfText(text), keyOf(...key))),
      BIG,
    ),
    ...(['i64', 'f64', 'bool', 'str'] as const).map((of) =>
      implement(
        `${name}_typed_${of}`,
        [of, 'str', 'bool', ...more],
        lane,
        (value: Value, type: string, inside: boolean, ...key: Key) => {
          if (value === null && !inside) return null;
          const own = typeOfText(type);
          return out(hashOfItem(hasher, value === null ? null : itemOf(value, own), own, keyOf(...key)));
        },
        { ...BIG, nulls: 'custom', takesTypes: true },
      ),
    ),
    // The hash so far, an array or a map, its type.
    implement(
      `${name}_list`,
      [lane, 'str', 'str', ...more],
      lane,
      (before: Scalar, value: string, type: string, ...key: Key) => {
        const own = typeOfText(type);
        return out(hashOfItem(hasher, itemOf(value, own), own, keyOf(...key), back(before)));
      },
      { ...BIG, takesTypes: true },
    ),
    implement(
      `${name}_pair`,
      [lane, lane, ...more],
      lane,
      (a: Scalar, b: Scalar, ...key: Key) => out(hasher.combine(back(a), back(b), keyOf(...key))),
      BIG,
    ),
  ];
}

export const HASH: readonly Implementation[] = HASHERS.flatMap(ofHasher);
