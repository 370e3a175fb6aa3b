/**
 * Values of any type out of documents (JSONExtract, arrays and maps among them), documents of values of any type (toJSONString, to_json), and
 * what takes two documents. Types come as literal text (type/literal.ts).
 */

import { BasaltError } from '../../base/error.ts';
import { contentOf, JsonPlace } from '../../json/find.ts';
import { anyCaseStep, elementStep, keyStep, nthStep, pathOf } from '../../json/path.ts';
import { druidPath, jsonPath, standardPath } from '../../json/path-text.ts';
import { JsonScanner, type JsonVisitor, KIND, type Kind } from '../../json/scanner.ts';
import { quoteJson } from '../../json/text.ts';
import { typeOfText } from '../../type/literal.ts';
import { type Item, itemOf, laneValueOf, packItem } from '../../type/nested.ts';
import {
  array,
  bitsOf,
  elementOf,
  fieldsOf,
  integerRange,
  isFloat,
  isInteger,
  keyOf,
  type Lane,
  type LogicalType,
  map,
  STRING,
  type Value,
} from '../../type/type.ts';
import { zeroOf } from '../../type/zero.ts';
import { implement } from '../implementation.ts';
import { floatText } from '../number-text.ts';
import type { Implementation, Scalar } from '../row.ts';
import { SHORT_MOMENTS, SQL_MOMENTS } from '../time-text.ts';
import { type NestedStyle, parseValue, valueText } from '../value-text.ts';
import { itemsOf, keyTexts, laxBool, laxFloat, laxInt, laxUint, plainText, rawText } from './json.ts';

const LANES: readonly Lane[] = ['i64', 'f64', 'bool', 'str'];
const TYPED = { integers: 'bigint', takesTypes: true } as const;
const TYPED_NULLS = { ...TYPED, nulls: 'custom' } as const;

/** undefined: the value is of no such type. */
function itemAt(at: JsonPlace, type: LogicalType, zone: string): Item | undefined {
  if (at.kind <= KIND.null) return type.nullable && at.kind !== KIND.bad ? null : undefined;
  switch (type.id) {
    case 'array': {
      if (at.kind !== KIND.array) return undefined;
      const items = partsOf(at).map((part) => itemAt(part, elementOf(type), zone));
      if (items.length > 0 && items.every((item) => item === undefined)) return undefined;
      return items.map((item) => orZero(item, elementOf(type)));
    }
    case 'map': {
      if (at.kind !== KIND.object) return undefined;
      const keys = keyTexts(at);
      return partsOf(at).flatMap((part, i): Item[] => {
        const key = scalarOf(keys[i], keyOf(type), zone);
        return key === undefined ? [] : [[key, orZero(itemAt(part, elementOf(type), zone), elementOf(type))]];
      });
    }
    case 'tuple':
      return tupleAt(at, type, zone);
    default: {
      const item = scalarAt(at, type, zone);
      return item === undefined && type.nullable ? null : item;
    }
  }
}

function tupleAt(at: JsonPlace, type: LogicalType, zone: string): Item | undefined {
  const fields = fieldsOf(type);
  if (at.kind !== KIND.array && at.kind !== KIND.object) return undefined;
  const named = at.kind === KIND.object && fields.every(({ name }) => name !== null) ? keyTexts(at) : null;
  const found = partsOf(at);
  return fields.map(({ name, type: of }, i) => {
    const part = found[named === null ? i : named.indexOf(name ?? '')];
    return orZero(part === undefined ? undefined : itemAt(part, of, zone), of);
  });
}

/** Each value of an object or an array as a place of its own. */
export function partsOf(at: JsonPlace): JsonPlace[] {
  const { starts, ends } = itemsOf(at);
  return starts.map((from, i) => new JsonPlace().find(at.bytes, from, ends[i], []));
}

const orZero = (item: Item | undefined, type: LogicalType): Item =>
  item !== undefined ? item : type.nullable ? null : itemOf(zeroOf(type), type);

const fits = (value: Value, type: LogicalType): Value | undefined => {
  if (value === null) return undefined;
  if (bitsOf(type) === 64) return value;
  const [min, max] = integerRange(type);
  return (value as bigint) < min || (value as bigint) > max ? undefined : value;
};

function scalarAt(at: JsonPlace, type: LogicalType, zone: string): Item | undefined {
  // Truth is a number here, as it is not in JSONExtractInt.
  const truth = at.kind === KIND.true ? 1 : at.kind === KIND.false ? 0 : null;
  if (truth !== null && isInteger(type)) return BigInt(truth);
  if (truth !== null && isFloat(type)) return truth;
  if (type.id === 'uint64') return (laxUint(at) as Value) ?? undefined;
  if (isInteger(type)) return fits(laxInt(at) as Value, type);
  if (isFloat(type)) return laxFloat(at) ?? undefined;
  if (type.id === 'bool') return laxBool(at) ?? undefined;
  if (type.id === 'json') return rawText(at, 'clickhouse');
  return scalarOf(plainText(at, 'clickhouse'), type, zone);
}

const scalarOf = (text: string, type: LogicalType, zone: string): Item | undefined =>
  parseValue(text, type, { zone, localTime: 'earliest', rounding: 'round' });

type Flavour = 'clickhouse' | 'standard';

const numberOrNull = (value: number): string =>
  Number.isFinite(value) ? floatText(value) : Number.isNaN(value) ? 'null' : value > 0 ? 'inf' : '-inf';

function styleOf(flavour: Flavour): NestedStyle {
  const string = (text: string): string => quoteJson(text, flavour === 'clickhouse' ? 'slashes' : 'standard');
  const key = (text: string): string => (text.startsWith('"') ? text : string(text));
  const object = (pairs: readonly (readonly [string, string])[]): string =>
    `{${pairs.map(([name, value]) => `${name}:${value}`).join(',')}}`;
  return {
    string,
    other: (text) => `"${text}"`,
    ...(flavour === 'clickhouse' ? SQL_MOMENTS : SHORT_MOMENTS),
    null: 'null',
    documents: true,
    float:
      flavour === 'clickhouse' ? (value) => numberOrNull(value).replace(/^-?inf$/, 'null') : standardFloat,
    array: (items) => `[${items.join(',')}]`,
    tuple: (fields, names) =>
      names === null ? `[${fields.join(',')}]` : object(fields.map((field, i) => [string(names[i]), field])),
    map: (pairs) => object(pairs.map(([name, value]) => [key(name), value])),
    zeros: flavour === 'standard',
  };
}

/** DuckDB writes every double with a point or an exponent. */
const standardFloat = (value: number): string => {
  const text = numberOrNull(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
};

const STYLES: Readonly<Record<Flavour, NestedStyle>> = {
  clickhouse: styleOf('clickhouse'),
  standard: styleOf('standard'),
};

const lists = new WeakMap<LogicalType, LogicalType>();

/** The same object for the same type, so that what is kept by type is found again. */
function listOf(type: LogicalType): LogicalType {
  let list = lists.get(type);
  if (list === undefined) {
    list = array(type);
    lists.set(type, list);
  }
  return list;
}

/** NULL is the word. */
export function jsonOf(value: Value, type: LogicalType, zone: string, flavour: Flavour): string {
  if (value === null) return 'null';
  if (type.id === 'json') return value as string;
  // As the one element of an array, which quotes what has to be quoted.
  const list = listOf(type);
  const packed = packItem([itemOf(value, type)], list);
  return valueText(packed, list, { zone, style: STYLES[flavour] }).slice(1, -1);
}

/** Paths to what is neither an object nor an empty one. */
class Leaves implements JsonVisitor {
  readonly found: { readonly keys: readonly string[]; readonly at: JsonPlace }[] = [];
  readonly #elements: boolean;
  #keys: readonly string[] = [];

  /** @param elements elements of arrays have paths, too */
  constructor(elements: boolean) {
    this.#elements = elements;
  }

  member(scanner: JsonScanner, from: number, to: number, escaped: boolean): Kind {
    return this.#below(scanner, contentOf(scanner.bytes, from, to, escaped));
  }

  element(scanner: JsonScanner, index: number): Kind {
    return this.#below(scanner, `[${index}]`);
  }

  #below(scanner: JsonScanner, name: string): Kind {
    const outer = this.#keys;
    this.#keys = [...outer, name];
    const first = scanner.peek();
    const from = scanner.at;
    const goesOn = first === 0x7b || (first === 0x5b && this.#elements);
    const kind = scanner.value(goesOn ? this : null);
    if (kind !== KIND.bad && !goesOn)
      this.found.push({
        keys: this.#keys,
        at: new JsonPlace().find(scanner.bytes, from, scanner.at, []),
      });
    this.#keys = outer;
    return kind;
  }
}

function leavesOf(document: string, elements: boolean): Leaves['found'] | null {
  const root = new JsonPlace().findIn(document, []);
  if (root.kind === KIND.bad) return null;
  const leaves = new Leaves(elements);
  if (root.kind !== KIND.object && !(elements && root.kind === KIND.array)) return [];
  const scanner = new JsonScanner();
  scanner.open(root.bytes, root.from, root.to);
  scanner.value(leaves);
  return leaves.found;
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** ClickHouse's `{path: type}` of a document. */
function pathTypes(document: string): (readonly [path: string, type: string])[] {
  return (leavesOf(document, false) ?? [])
    .filter(({ at }) => at.kind !== KIND.null)
    .map(({ keys, at }) => [keys.join('.'), typeOfPlace(at)] as const)
    .sort((a, b) => byText(a[0], b[0]));
}

function typeOfPlace(at: JsonPlace): string {
  switch (at.kind) {
    case KIND.int:
      return BigInt(at.text) > (1n << 63n) - 1n ? 'UInt64' : 'Int64';
    case KIND.float:
      return 'Float64';
    case KIND.true:
    case KIND.false:
      return 'Bool';
    case KIND.array: {
      const kinds = new Set(
        partsOf(at).flatMap((part) => (part.kind === KIND.null ? [] : [typeOfPlace(part)])),
      );
      const [only = 'String'] = kinds;
      return `Array(Nullable(${kinds.size > 1 ? 'String' : only}))`;
    }
    default:
      return 'String';
  }
}

const STRINGS = array(STRING);
const TYPES_BY_PATH = map(STRING, STRING);

/** Jackson's paths: `$.a.b[0]`, and `$` of what is neither an object nor an array. */
function druidPaths(document: string): string {
  const leaves = leavesOf(document, true);
  const shown = (leaves ?? []).map(
    ({ keys }) => `$${keys.map((k) => (k.startsWith('[') ? k : `.${k}`)).join('')}`,
  );
  return packItem(shown.length === 0 && leaves !== null ? ['$'] : shown, STRINGS);
}

/** DuckDB: everything in `wanted` is somewhere in the document. */
function contains(document: JsonPlace, wanted: JsonPlace): boolean {
  return (
    equals(document, wanted) || (isList(document) && partsOf(document).some((part) => contains(part, wanted)))
  );
}

const isList = ({ kind }: JsonPlace): boolean => kind === KIND.array || kind === KIND.object;

/** Objects need only have what is wanted of them, arrays an equal of each element that is wanted. */
function equals(have: JsonPlace, wanted: JsonPlace): boolean {
  if (have.kind !== wanted.kind) return false;
  if (have.kind === KIND.object) {
    const [names, values] = [keyTexts(have), partsOf(have)];
    return partsOf(wanted).every((part, i) => {
      const at = names.indexOf(keyTexts(wanted)[i]);
      return at >= 0 && equals(values[at], part);
    });
  }
  if (have.kind === KIND.array) {
    const elements = partsOf(have);
    return partsOf(wanted).every((part) => elements.some((element) => equals(element, part)));
  }
  return have.text === wanted.text;
}

/** A merge patch (RFC 7396), or Druid's merge: there null is a value like others. */
function merged(target: JsonPlace | null, patch: JsonPlace, nullDeletes: boolean): string {
  if (patch.kind !== KIND.object) return rawText(patch, 'standard');
  const members = new Map<string, JsonPlace>();
  if (target?.kind === KIND.object) {
    const values = partsOf(target);
    keyTexts(target).forEach((key, i) => void (members.has(key) || members.set(key, values[i])));
  }
  const texts = new Map(Array.from(members, ([key, at]) => [key, rawText(at, 'standard')]));
  const changes = partsOf(patch);
  keyTexts(patch).forEach((key, i) => {
    if (nullDeletes && changes[i].kind === KIND.null) texts.delete(key);
    else texts.set(key, merged(members.get(key) ?? null, changes[i], nullDeletes));
  });
  return `{${Array.from(texts, ([key, text]) => `${quoteJson(key, 'standard')}:${text}`).join(',')}}`;
}

const whole = (document: string): JsonPlace => new JsonPlace().findIn(document, []);

export const JSON_TYPED: readonly Implementation[] = [
  ...LANES.flatMap((lane): Implementation[] => [
    implement(
      `json_typed_${lane}`,
      ['str', 'str', 'str', 'str'],
      lane,
      (document: string, path: string, type: string, zone: string): Scalar => {
        const to = typeOfText(type);
        const item = itemAt(new JsonPlace().findIn(document, pathOf(path)), to, zone);
        return item === undefined || item === null ? null : laneValueOf(item, to);
      },
      TYPED,
    ),
    // In arrays and objects NULL is a value; by itself it stays what it is.
    ...(['value_in_json', 'value_to_json'] as const).map((family) =>
      implement(
        `${family}_${lane}`,
        [lane, 'str', 'str', 'str'],
        'str',
        (value: Value, type: string, zone: string, flavour: Flavour) =>
          jsonOf(value, typeOfText(type), zone, flavour),
        family === 'value_in_json' ? TYPED_NULLS : TYPED,
      ),
    ),
  ]),
  implement('f64_to_json', ['f64'], 'str', standardFloat),
  implement('json_quote', ['str'], 'str', (text: string) => quoteJson(text, 'standard')),
  implement('json_key_step', ['str'], 'str', keyStep),
  implement('json_any_case_step', ['str'], 'str', anyCaseStep),
  implement('json_nth_step', ['i64'], 'str', nthStep),
  implement('json_element_step', ['i64'], 'str', elementStep),
  implement('json_path', ['str'], 'str', jsonPath),
  implement('json_path_standard', ['str'], 'str', standardPath),
  implement('json_path_druid', ['str'], 'str', druidPath),
  implement('str_to_json_checked', ['str'], 'str', (document: string) => {
    if (whole(document).kind !== KIND.bad) return document;
    throw new BasaltError('INCORRECT_DATA', `Cannot parse JSON object here: ${document.slice(0, 100)}`, {
      hint: 'isValidJSON(text) and json_valid(text) tell what is JSON',
    });
  }),
  implement('str_to_json_null', ['str'], 'str', (document: string) =>
    whole(document).kind === KIND.bad ? null : document,
  ),
  implement('json_is_valid', ['str'], 'bool', (document: string) => whole(document).kind !== KIND.bad),
  implement('json_paths', ['str'], 'str', (document: string) =>
    packItem(
      pathTypes(document).map(([path]) => path),
      STRINGS,
    ),
  ),
  implement('json_path_types', ['str'], 'str', (document: string) =>
    packItem(
      pathTypes(document).map(([path, type]) => [path, type]),
      TYPES_BY_PATH,
    ),
  ),
  implement('json_paths_from_root', ['str'], 'str', druidPaths),
  implement('json_contains', ['str', 'str'], 'bool', (document: string, wanted: string) =>
    contains(whole(document), whole(wanted)),
  ),
  implement('json_merge_patch', ['str', 'str'], 'str', (target: string, patch: string) =>
    merged(whole(target), whole(patch), true),
  ),
  implement('json_merge', ['str', 'str'], 'str', (target: string, patch: string) =>
    merged(whole(target), whole(patch), false),
  ),
];
