/** The value at a path of a document. The whole document is read, so that what is broken behind the value does not pass. */

import { utf8 } from '../base/bytes-text.ts';
import { lowered, type Path, type Step } from './path.ts';
import { JsonScanner, type JsonVisitor, KIND, type Kind } from './scanner.ts';

const encoder = new TextEncoder();

/** Text of bytes that may be shared memory, which decoders do not take. */
export function textOf(bytes: Uint8Array, from: number, to: number): string {
  if (to - from >= 24) return utf8.decode(bytes.slice(from, to));
  let text = '';
  for (let k = from; k < to; k++) {
    if (bytes[k] >= 128) return utf8.decode(bytes.slice(from, to));
    text += String.fromCharCode(bytes[k]);
  }
  return text;
}

/** What a string of a document says, its quotes left out. */
export const contentOf = (bytes: Uint8Array, from: number, to: number, escaped: boolean): string =>
  escaped ? (JSON.parse(`"${textOf(bytes, from, to)}"`) as string) : textOf(bytes, from, to);

export function isKey(bytes: Uint8Array, from: number, to: number, key: Uint8Array): boolean {
  if (to - from !== key.length) return false;
  for (let i = 0; i < key.length; i++) if (bytes[from + i] !== key[i]) return false;
  return true;
}

/** A place in a document. Offsets are those of `bytes`, good until the next find. */
export class JsonPlace implements JsonVisitor {
  readonly #scanner = new JsonScanner();
  #path: Path = [];
  /** Steps that lead to where the scanner is; more than there are once the value was found. */
  #level = 0;
  #buffer = new Uint8Array(1024);
  kind: Kind = KIND.missing;
  bytes: Uint8Array = this.#buffer;
  from = 0;
  to = 0;
  /** Of a string. */
  escaped = false;
  /** Of the document. */
  start = 0;
  end = 0;
  /** The last key on the way to a member that was asked for by its number. */
  key: string | null = null;

  findIn(document: string, path: Path): this {
    if (document.length * 3 > this.#buffer.length) this.#buffer = new Uint8Array(document.length * 4);
    const { written } = encoder.encodeInto(document, this.#buffer);
    return this.find(this.#buffer, 0, written, path);
  }

  /** Looks in bytes [from, to). A key that occurs twice is the first of them. */
  find(bytes: Uint8Array, from: number, to: number, path: Path): this {
    this.bytes = bytes;
    this.start = from;
    this.end = to;
    this.#path = path;
    this.#level = 0;
    this.kind = KIND.missing;
    this.key = null;
    this.#scanner.open(bytes, from, to);
    const kind = this.#here(this.#scanner, 0);
    if (kind === KIND.bad || !this.#scanner.atEnd()) this.kind = KIND.bad;
    return this;
  }

  /** The value as text: a string's content, anything else as written. */
  get text(): string {
    return this.kind === KIND.string
      ? contentOf(this.bytes, this.from, this.to, this.escaped)
      : textOf(this.bytes, this.from, this.to);
  }

  member(scanner: JsonScanner, from: number, to: number, escaped: boolean): Kind {
    const level = this.#level;
    const step = this.#path[level];
    if (step?.kind === 'anyCase')
      return lowered(contentOf(this.bytes, from, to, escaped)) === step.name
        ? this.#below(scanner, level)
        : scanner.value(null);
    if (step?.kind !== 'key' && step?.kind !== 'either') return scanner.value(null);
    const fits = escaped
      ? contentOf(this.bytes, from, to, true) === step.name
      : isKey(this.bytes, from, to, step.bytes);
    return fits ? this.#below(scanner, level) : scanner.value(null);
  }

  element(scanner: JsonScanner, index: number): Kind {
    const level = this.#level;
    const step = this.#path[level];
    const fits = (step?.kind === 'element' || step?.kind === 'either') && step.index === index;
    return fits ? this.#below(scanner, level) : scanner.value(null);
  }

  /** A first key that leads nowhere is not looked for again. */
  #below(scanner: JsonScanner, level: number): Kind {
    const kind = this.#here(scanner, level + 1);
    this.#level = kind === KIND.bad ? level : Number.POSITIVE_INFINITY;
    return kind;
  }

  /** The value at the cursor, to which so many steps led. */
  #here(scanner: JsonScanner, level: number): Kind {
    const begins = scanner.peek();
    const start = scanner.at;
    if (level === this.#path.length) {
      const kind = scanner.value(null);
      this.kind = kind;
      if (kind === KIND.array || kind === KIND.object) {
        this.from = start;
        this.to = scanner.at;
      } else {
        this.from = scanner.from;
        this.to = scanner.to;
        this.escaped = scanner.escaped;
      }
      return kind;
    }
    const step = this.#path[level];
    this.#level = level;
    if (step.kind === 'nth' || (step.kind === 'element' && step.index < 0))
      return this.#nth(scanner, step, level);
    const leads =
      (begins === 0x7b && step.kind !== 'element') ||
      (begins === 0x5b && step.kind !== 'key' && step.kind !== 'anyCase');
    return scanner.value(leads ? this : null);
  }

  /** By number in objects, or from the end: the items are counted first. */
  #nth(scanner: JsonScanner, step: Extract<Step, { kind: 'nth' | 'element' }>, level: number): Kind {
    const items = new Items();
    const kind = scanner.value(items);
    const isOwn = kind === KIND.array || (kind === KIND.object && step.kind === 'nth');
    const count = items.starts.length;
    const given = step.kind === 'nth' ? step.position : step.index;
    const index = given < 0 ? count + given : step.kind === 'nth' ? given - 1 : given;
    if (!isOwn || index < 0 || index >= count) return kind;
    if (level === this.#path.length - 1 && kind === KIND.object) {
      const key = items.keys[index];
      this.key = contentOf(this.bytes, key.from, key.to, key.escaped);
    }
    const inner = new JsonScanner();
    inner.open(this.bytes, items.starts[index], items.ends[index]);
    this.#here(inner, level + 1);
    return kind;
  }
}

const checked = new JsonScanner();
const NO_BYTES = new Uint8Array(0);

/** The character of a text at which it stops to be JSON; null: it is JSON. */
export function jsonBreak(text: string): number | null {
  const bytes = encoder.encode(text);
  checked.open(bytes, 0, bytes.length);
  const isJson = checked.value(null) !== KIND.bad && checked.atEnd();
  const at = isJson ? null : utf8.decode(bytes.subarray(0, checked.at)).length;
  checked.open(NO_BYTES, 0, 0);
  return at;
}

/** Where the values of an object or an array begin, and where the keys lie. */
export class Items implements JsonVisitor {
  readonly starts: number[] = [];
  /** After the value's last byte. */
  readonly ends: number[] = [];
  readonly kinds: Kind[] = [];
  readonly keys: { readonly from: number; readonly to: number; readonly escaped: boolean }[] = [];

  member(scanner: JsonScanner, from: number, to: number, escaped: boolean): Kind {
    this.keys.push({ from, to, escaped });
    return this.element(scanner);
  }

  element(scanner: JsonScanner): Kind {
    scanner.blanks();
    this.starts.push(scanner.at);
    const kind = scanner.value(null);
    this.ends.push(scanner.at);
    this.kinds.push(kind);
    return kind;
  }
}
