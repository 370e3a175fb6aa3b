/**
 * The one walker over JSON (RFC 8259): bytes in, the kind and place of values out. Every function of JSON and the path columns
 * of segments are made of it, so all of them agree on what a document says.
 *
 * Nothing is turned into objects: a value is two offsets. Numbers keep all of their digits. A surrogate by itself is no
 * character, and a document nested deeper than {@link MAX_DEPTH} is none. Bytes outside of ASCII are taken as they are.
 */

export const MAX_DEPTH = 1024;

/** What a value is; below `null` there is none. */
export const KIND = {
  /** The text is no JSON. */
  bad: 0,
  missing: 1,
  null: 2,
  false: 3,
  true: 4,
  int: 5,
  float: 6,
  string: 7,
  array: 8,
  object: 9,
} as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;

const isDigit = (c: number): boolean => c >= 0x30 && c <= 0x39;

const hexOf = (c: number): number =>
  isDigit(c) ? c - 0x30 : (c | 0x20) >= 0x61 && (c | 0x20) <= 0x66 ? (c | 0x20) - 0x57 : -1;

/** What follows a backslash, but `u`. */
const isEscape = (c: number): boolean =>
  c === QUOTE ||
  c === BACKSLASH ||
  c === 0x2f ||
  c === 0x62 ||
  c === 0x66 ||
  c === 0x6e ||
  c === 0x72 ||
  c === 0x74;

/** Who wants to know what is in an object or an array. */
export interface JsonVisitor {
  /** The cursor is at the value of a key between two offsets, quotes left out: read it with {@link JsonScanner.value}. */
  member(scanner: JsonScanner, from: number, to: number, escaped: boolean): Kind;
  /** The same of an element; numbered from 0. */
  element(scanner: JsonScanner, index: number): Kind;
}

/** Reads one document. Whoever reads goes on only while what comes back is not {@link KIND.bad}. */
export class JsonScanner {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  end = 0;
  /** Of the last string: whether it has escapes. */
  escaped = false;
  /** Of the last scalar: where it begins, a string's quote left out. */
  from = 0;
  /** And ends. */
  to = 0;
  #depth = 0;

  /** Bytes [from, to) are to be read. */
  open(bytes: Uint8Array, from: number, to: number): void {
    this.bytes = bytes;
    this.at = from;
    this.end = to;
    this.#depth = 0;
  }

  /** Nothing but blanks is left. */
  atEnd(): boolean {
    this.blanks();
    return this.at === this.end;
  }

  blanks(): void {
    const { bytes, end } = this;
    while (this.at < end) {
      const c = bytes[this.at];
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return;
      this.at++;
    }
  }

  /** The next value's first byte; -1 at the end. */
  peek(): number {
    this.blanks();
    return this.at < this.end ? this.bytes[this.at] : -1;
  }

  /** Reads a value; what is inside of it goes to the visitor, if there is one. */
  value(visitor: JsonVisitor | null): Kind {
    switch (this.peek()) {
      case QUOTE:
        return this.string() ? KIND.string : KIND.bad;
      case 0x7b:
        return this.#object(visitor);
      case 0x5b:
        return this.#array(visitor);
      case 0x74:
        return this.#word('true', KIND.true);
      case 0x66:
        return this.#word('false', KIND.false);
      case 0x6e:
        return this.#word('null', KIND.null);
      default:
        return this.#number();
    }
  }

  #object(visitor: JsonVisitor | null): Kind {
    if (++this.#depth > MAX_DEPTH) return KIND.bad;
    this.at++;
    if (this.peek() === 0x7d) return this.#close(KIND.object);
    for (;;) {
      if (this.peek() !== QUOTE || !this.string()) return KIND.bad;
      const { from, to, escaped } = this;
      if (this.peek() !== COLON) return KIND.bad;
      this.at++;
      const kind = visitor === null ? this.value(null) : visitor.member(this, from, to, escaped);
      if (kind === KIND.bad) return KIND.bad;
      const next = this.peek();
      if (next === 0x7d) return this.#close(KIND.object);
      if (next !== COMMA) return KIND.bad;
      this.at++;
    }
  }

  #array(visitor: JsonVisitor | null): Kind {
    if (++this.#depth > MAX_DEPTH) return KIND.bad;
    this.at++;
    if (this.peek() === 0x5d) return this.#close(KIND.array);
    for (let index = 0; ; index++) {
      const kind = visitor === null ? this.value(null) : visitor.element(this, index);
      if (kind === KIND.bad) return KIND.bad;
      const next = this.peek();
      if (next === 0x5d) return this.#close(KIND.array);
      if (next !== COMMA) return KIND.bad;
      this.at++;
    }
  }

  #close(kind: Kind): Kind {
    this.at++;
    this.#depth--;
    return kind;
  }

  #word(word: string, kind: Kind): Kind {
    const { at, bytes, end } = this;
    if (at + word.length > end) return KIND.bad;
    for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word.charCodeAt(i)) return KIND.bad;
    this.from = at;
    this.to = this.at = at + word.length;
    return kind;
  }

  #number(): Kind {
    const { bytes, end } = this;
    let i = this.at;
    this.from = i;
    if (bytes[i] === 0x2d && i < end) i++;
    const whole = i;
    while (i < end && isDigit(bytes[i])) i++;
    if (i === whole || (bytes[whole] === 0x30 && i > whole + 1)) return KIND.bad;
    let kind: Kind = KIND.int;
    if (i < end && bytes[i] === 0x2e) {
      const fraction = ++i;
      while (i < end && isDigit(bytes[i])) i++;
      if (i === fraction) return KIND.bad;
      kind = KIND.float;
    }
    if (i < end && (bytes[i] | 0x20) === 0x65) {
      i++;
      if (i < end && (bytes[i] === 0x2b || bytes[i] === 0x2d)) i++;
      const exponent = i;
      while (i < end && isDigit(bytes[i])) i++;
      if (i === exponent) return KIND.bad;
      kind = KIND.float;
    }
    this.to = this.at = i;
    return kind;
  }

  /** A string at its quote: `from`, `to` and `escaped` are set. */
  string(): boolean {
    const { bytes, end } = this;
    let i = this.at + 1;
    this.from = i;
    this.escaped = false;
    while (i < end) {
      const c = bytes[i];
      if (c === QUOTE) {
        this.to = i;
        this.at = i + 1;
        return true;
      }
      if (c < 0x20) return false;
      if (c !== BACKSLASH) {
        i++;
        continue;
      }
      this.escaped = true;
      const next = i + 1 < end ? bytes[i + 1] : 0;
      if (next !== 0x75) {
        if (!isEscape(next)) return false;
        i += 2;
        continue;
      }
      const unit = this.#unit(i);
      if (unit < 0 || (unit >= 0xdc00 && unit <= 0xdfff)) return false;
      i += 6;
      if (unit >= 0xd800 && unit <= 0xdbff) {
        const low = this.#unit(i);
        if (low < 0xdc00 || low > 0xdfff) return false;
        i += 6;
      }
    }
    return false;
  }

  /** The UTF-16 unit of the \\uXXXX at an offset; -1 if there is none. */
  #unit(at: number): number {
    const { bytes, end } = this;
    if (at + 6 > end || bytes[at] !== BACKSLASH || bytes[at + 1] !== 0x75) return -1;
    let unit = 0;
    for (let k = at + 2; k < at + 6; k++) {
      const hex = hexOf(bytes[k]);
      if (hex < 0) return -1;
      unit = unit * 16 + hex;
    }
    return unit;
  }
}
