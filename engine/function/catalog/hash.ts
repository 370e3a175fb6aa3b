/** ClickHouse's hashes of any number of values of any types. */

import { type Expr, literal } from '../../plan/expr.ts';
import { typeText } from '../../type/literal.ts';
import {
  fieldsOf,
  isFloat,
  type LogicalType,
  laneOf,
  notNull,
  nullable,
  type,
  UINT64,
  UINT128,
} from '../../type/type.ts';
import { apply, bool, int, nullOf, text } from '../call.ts';
import { HASHERS, type Hasher, hashOfNothing, isHashable, isNumber, textOfHash, widthOf } from '../hasher.ts';
import type { FunctionRow, Resolve } from '../row.ts';
import { clickhouseScalar } from '../signature.ts';
import { partsOf } from './compose.ts';

const resultOf = ({ bits, integer }: Hasher): LogicalType => {
  if (bits < 128) return bits === 64 ? UINT64 : type('uint32');
  return integer === true ? UINT128 : { id: 'fixedstring', nullable: false, length: 16 };
};

/** What a call hashes one after the other: tuples are their fields. */
const flattened = (args: readonly Expr[]): Expr[] =>
  args.flatMap((arg) => (arg.type.id === 'tuple' ? flattened(partsOf(arg)) : [arg]));

/** @param inside of a tuple NULL is a value; elsewhere it makes the hash NULL */
function hashOf(hasher: Hasher, value: Expr, key: readonly Expr[], inside: boolean): Expr {
  const result = resultOf(hasher);
  const own = notNull(value.type);
  const width = widthOf(own);
  if (inside && value.type.nullable) return typed(hasher, value, key, inside);
  if (own.id === 'null') return nullOf(result);
  if (isFloat(own))
    return apply(`${hasher.name}_float`, [value, int(own.id === 'float32' ? 4 : 8), ...key], result);
  if (own.id === 'string' || own.id === 'fixedstring')
    return apply(`${hasher.name}_text`, [value, ...key], result);
  if (width !== undefined && own.id !== 'bool')
    return apply(`${hasher.name}_word`, [value, int(width), bool(isNumber(own)), ...key], result);
  return typed(hasher, value, key, inside);
}

const typed = (hasher: Hasher, value: Expr, key: readonly Expr[], inside: boolean): Expr =>
  apply(
    `${hasher.name}_typed_${laneOf(value.type)}`,
    [value, text(typeText(notNull(value.type))), bool(inside), ...key],
    inside || !value.type.nullable ? resultOf(hasher) : nullable(resultOf(hasher)),
  );

const resolved =
  (hasher: Hasher): Resolve =>
  (args) => {
    const values = hasher.keyed === true ? args.slice(1) : args;
    const types = values.map((arg) => arg.type);
    if (!types.every(isHashable) || types.some((own) => own.id === 'tuple' && own.nullable)) return undefined;
    if (hasher.keyed === true && !isKey(args[0]?.type)) return undefined;
    return {
      casts: args.map((arg) => arg.type),
      build: (exprs) => {
        const key = hasher.keyed === true ? partsOf(exprs[0]) : [];
        const given = exprs.slice(key.length === 0 ? 0 : 1);
        const result = resultOf(hasher);
        const parts = given.flatMap((arg) =>
          flattened([arg]).map((value) => ({ value, inside: arg.type.id === 'tuple' })),
        );
        return (
          parts.reduce<Expr | undefined>((before, { value, inside }) => {
            const { id } = value.type;
            if (before !== undefined && (id === 'array' || id === 'map'))
              return apply(
                `${hasher.name}_list`,
                [before, value, text(typeText(value.type)), ...key],
                result,
              );
            const hash = hashOf(hasher, value, key, inside);
            return before === undefined ? hash : apply(`${hasher.name}_pair`, [before, hash, ...key], result);
          }, undefined) ?? nothing(hasher)
        );
      },
    };
  };

const isKey = (own: LogicalType | undefined): boolean =>
  own?.id === 'tuple' &&
  fieldsOf(own).length === 2 &&
  fieldsOf(own).every((field) => field.type.id === 'uint64' && !field.type.nullable);

const nothing = (hasher: Hasher): Expr => {
  const hash = hashOfNothing(hasher);
  return hasher.bits === 128
    ? literal(textOfHash(hash, hasher), resultOf(hasher))
    : literal(BigInt.asIntN(64, hash), resultOf(hasher));
};

/** By name, of `'basalt', 1`. */
const EXAMPLES: Readonly<Record<string, string>> = {
  cityHash64: '2506411452546155409',
  xxHash64: '5324530705152627303',
  sipHash64: '13159714328384256180',
  sipHash64Keyed: '11685253672562738457',
  sipHash128: '4CFDC4427F26D3E99068B512F4F59F57',
  sipHash128Keyed: '2F9F3A571359FC73ED19B54865BC126A',
  sipHash128Reference: '10C0F26F9E739D8958A633E47F9E24EE',
  sipHash128ReferenceKeyed: 'B66C9B6B1DACF7AFEE9CD4FBFF3AB323',
  halfMD5: '5220044855703089284',
  murmurHash3_128: 'A98D144DC62B9E0028D339020A214B85',
  murmurHash3_64: '6766390871411581527',
  murmurHash3_32: '1719362136',
  murmurHash2_64: '8433121167837791397',
  murmurHash2_32: '46288999',
  gccMurmurHash: '14208063152187713653',
  kafkaMurmurHash: '1071827727',
  xxHash32: '812501664',
  xxh3: '7316132886799542169',
  xxh3_128: '266467803019053667162862205133039020203',
  farmHash64: '14630378740552178936',
  farmFingerprint64: '17155789273470414379',
  metroHash64: '15695624556442015742',
  wyHash64: '3275862139712004492',
};

export const HASHES: readonly FunctionRow[] = HASHERS.map((hasher) => {
  const { name, keyed, bits, integer } = hasher;
  const call = `${name}(${keyed === true ? '(toUInt64(1), toUInt64(2)), ' : ''}'basalt', 1)`;
  return clickhouseScalar([
    [name],
    resolved(hasher),
    `${name}(${keyed === true ? 'key, ' : ''}value, ...)`,
    `A hash of ${bits} bits of the values${keyed === true ? ', with a key of two UInt64' : ''}.`,
    `SELECT ${bits === 128 && integer !== true ? 'hex' : 'toString'}(${call})`,
    EXAMPLES[name] ?? '',
  ]);
});
