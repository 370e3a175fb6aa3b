/**
 * What DuckDB lists of a document: its values one by one (json_each, json_tree), and its shape (json_structure). Nothing becomes an
 * object: a walk over the bytes takes down places.
 */

import { BasaltError } from '../../base/error.ts';
import { contentOf } from '../../json/find.ts';
import { pathOf, type Step } from '../../json/path.ts';
import { JsonScanner, type JsonVisitor, KIND, type Kind } from '../../json/scanner.ts';
import { compactText, quoteJson } from '../../json/text.ts';
import { type Item, packItem } from '../../type/nested.ts';
import { array, type LogicalType, nullable, STRING, tuple, UINT64 } from '../../type/type.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';

const JSON_TYPE: LogicalType = { id: 'json', nullable: true };
const OPTIONAL = nullable(STRING);

/** A row of json_each and json_tree. */
export const JSON_ENTRY: LogicalType = tuple([
  { name: 'key', type: OPTIONAL },
  { name: 'value', type: JSON_TYPE },
  { name: 'type', type: OPTIONAL },
  { name: 'atom', type: JSON_TYPE },
  { name: 'id', type: nullable(UINT64) },
  { name: 'parent', type: nullable(UINT64) },
  { name: 'fullkey', type: OPTIONAL },
  { name: 'path', type: OPTIONAL },
]);
const ENTRIES = array(JSON_ENTRY);

const encoder = new TextEncoder();
const refused = (text: string): BasaltError =>
  new BasaltError('BAD_ARGUMENTS', `Malformed JSON: '${text.slice(0, 100)}'`, {
    hint: 'json_valid(text) tells what is JSON',
  });

const MAX_INT64 = (1n << 63n) - 1n;

/** DuckDB's names of types. */
function typeOf(kind: Kind, text: string): string {
  switch (kind) {
    case KIND.null:
      return 'NULL';
    case KIND.string:
      return 'VARCHAR';
    case KIND.array:
      return 'ARRAY';
    case KIND.object:
      return 'OBJECT';
    case KIND.float:
      return 'DOUBLE';
    case KIND.int: {
      const value = BigInt(text);
      if (value < -MAX_INT64 - 1n || value > 2n * MAX_INT64 + 1n) return 'DOUBLE';
      return value < 0n ? 'BIGINT' : 'UBIGINT';
    }
    default:
      return 'BOOLEAN';
  }
}

/** A key as a path writes it. */
const stepText = (key: string): string =>
  /[."[\]]/.test(key) || key === '' ? `.${quoteJson(key, 'standard')}` : `.${key}`;

type Place = { readonly id: number; readonly fullkey: string; readonly level: number };

/** Numbers values in the order in which they stand, keys among them, and takes down those at a path. */
class Listing implements JsonVisitor {
  readonly rows: Item[] = [];
  readonly #path: readonly Step[];
  readonly #deep: boolean;
  #next = 0;
  /** What the cursor is within. */
  #within: Place = { id: 0, fullkey: '$', level: 0 };

  constructor(path: readonly Step[], deep: boolean) {
    this.#path = path;
    this.#deep = deep;
  }

  member(scanner: JsonScanner, from: number, to: number, escaped: boolean): Kind {
    // A key is a value of its own.
    this.#next++;
    const key = contentOf(scanner.bytes, from, to, escaped);
    const step = this.#path[this.#within.level];
    const fits =
      step === undefined || ((step.kind === 'key' || step.kind === 'either') && nameOf(step) === key);
    return this.#child(scanner, key, stepText(key), fits);
  }

  element(scanner: JsonScanner, index: number): Kind {
    const step = this.#path[this.#within.level];
    const fits =
      step === undefined || ((step.kind === 'element' || step.kind === 'either') && step.index === index);
    return this.#child(scanner, String(index), `[${index}]`, fits);
  }

  #child(scanner: JsonScanner, key: string, step: string, fits: boolean): Kind {
    const { level } = this.#within;
    const within = fits ? level + 1 : Number.NEGATIVE_INFINITY;
    return this.read(scanner, key, step, within);
  }

  /** The value at the cursor. @param level how many steps led to it; below 0 the path leads elsewhere */
  read(scanner: JsonScanner, key: string | null, step: string, level: number): Kind {
    const around = this.#within;
    const place: Place = { id: this.#next++, fullkey: around.fullkey + step, level };
    const wanted = this.#path.length;
    // json_each lists what is in the value that the path leads to, or that value if nothing can be in it.
    const isTop = level === wanted;
    scanner.blanks();
    const start = scanner.at;
    const at = this.rows.length;
    const isListed = level >= wanted && (this.#deep || level <= wanted + 1);
    if (isListed) this.rows.push(null);
    this.#within = place;
    const kind = scanner.value(this);
    this.#within = around;
    if (kind === KIND.bad || !isListed) return kind;
    const isNested = kind === KIND.array || kind === KIND.object;
    if (!this.#deep && isTop && isNested) {
      this.rows.splice(at, 1);
      return kind;
    }
    const text = compactText(scanner.bytes, start, scanner.at, 'standard');
    this.rows[at] = [
      isTop ? null : key,
      text,
      typeOf(kind, text),
      isNested || kind === KIND.null ? null : text,
      BigInt(place.id),
      this.#deep && !isTop ? BigInt(around.id) : null,
      place.fullkey,
      isTop ? place.fullkey : around.fullkey,
    ];
    return kind;
  }
}

const nameOf = (step: Step): string =>
  'name' in step ? step.name : 'index' in step ? String(step.index) : '';

function entries(document: string, path: string, deep: boolean): string {
  const scanner = new JsonScanner();
  const bytes = encoder.encode(document);
  scanner.open(bytes, 0, bytes.length);
  const listing = new Listing(pathOf(path), deep);
  if (listing.read(scanner, null, '', 0) === KIND.bad || !scanner.atEnd()) throw refused(document);
  return packItem(listing.rows, ENTRIES);
}

/** A type's name, elements' shape, or fields' shapes. */
type Shape = string | { readonly element: Shape } | { readonly fields: Map<string, Shape> };

const NUMBERS = ['UBIGINT', 'BIGINT', 'HUGEINT', 'DOUBLE'];

function merged(a: Shape, b: Shape): Shape {
  if (a === 'NULL') return b;
  if (b === 'NULL' || a === b) return a;
  if (typeof a === 'string' && typeof b === 'string') {
    const [x, y] = [NUMBERS.indexOf(a), NUMBERS.indexOf(b)];
    if (x < 0 || y < 0) return 'JSON';
    return x + y === 1 ? 'HUGEINT' : NUMBERS[Math.max(x, y)];
  }
  if (typeof a === 'string' || typeof b === 'string') return 'JSON';
  if ('element' in a && 'element' in b) return { element: merged(a.element, b.element) };
  if (!('fields' in a) || !('fields' in b)) return 'JSON';
  const fields = new Map(a.fields);
  for (const [key, shape] of b.fields) fields.set(key, merged(fields.get(key) ?? 'NULL', shape));
  return { fields };
}

class Shaping implements JsonVisitor {
  #shape: Shape = 'NULL';

  member(scanner: JsonScanner, from: number, to: number, escaped: boolean): Kind {
    const key = contentOf(scanner.bytes, from, to, escaped);
    const [kind, shape] = shapeAt(scanner);
    const fields =
      typeof this.#shape !== 'string' && 'fields' in this.#shape ? this.#shape.fields : new Map();
    fields.set(key, shape);
    this.#shape = { fields };
    return kind;
  }

  element(scanner: JsonScanner): Kind {
    const [kind, shape] = shapeAt(scanner);
    const known = typeof this.#shape !== 'string' && 'element' in this.#shape ? this.#shape.element : 'NULL';
    this.#shape = { element: merged(known, shape) };
    return kind;
  }

  /** Of the value of this kind. */
  shape(kind: Kind, text: string): Shape {
    if (kind === KIND.array) return this.#shape === 'NULL' ? { element: 'NULL' } : this.#shape;
    if (kind === KIND.object) return this.#shape === 'NULL' ? 'JSON' : this.#shape;
    return typeOf(kind, text);
  }
}

function shapeAt(scanner: JsonScanner): readonly [Kind, Shape] {
  const shaping = new Shaping();
  scanner.blanks();
  const start = scanner.at;
  const kind = scanner.value(shaping);
  if (kind === KIND.bad) return [kind, 'NULL'];
  const text = kind === KIND.int ? compactText(scanner.bytes, start, scanner.at, 'standard') : '';
  return [kind, shaping.shape(kind, text)];
}

function shapeText(shape: Shape): string {
  if (typeof shape === 'string') return `"${shape}"`;
  if ('element' in shape) return `[${shapeText(shape.element)}]`;
  const fields = Array.from(shape.fields, ([key, of]) => `${quoteJson(key, 'standard')}:${shapeText(of)}`);
  return `{${fields.join(',')}}`;
}

function structure(document: string): string {
  const scanner = new JsonScanner();
  const bytes = encoder.encode(document);
  scanner.open(bytes, 0, bytes.length);
  const [kind, shape] = shapeAt(scanner);
  if (kind === KIND.bad || !scanner.atEnd()) throw refused(document);
  return shapeText(shape);
}

/** A line for each value, four blanks a level. The document is compact. */
function pretty(compact: string): string {
  let out = '';
  let depth = 0;
  const line = (): string => `\n${' '.repeat(4 * depth)}`;
  for (const [token] of compact.matchAll(/"(?:[^"\\]|\\.)*"|\[\]|\{\}|[[\]{},:]|[^"[\]{},:]+/g)) {
    if (token === '{' || token === '[') {
      depth++;
      out += token + line();
    } else if (token === '}' || token === ']') {
      depth--;
      out += line() + token;
    } else if (token === ',') out += token + line();
    else out += token === ':' ? ': ' : token;
  }
  return out;
}

export const JSON_ENTRIES: readonly Implementation[] = [
  // document, path, whether with what is within values.
  implement('json_entries', ['str', 'str', 'bool'], 'str', entries),
  implement('json_structure', ['str'], 'str', structure),
  // A document without blanks.
  implement('json_pretty', ['str'], 'str', pretty),
];
