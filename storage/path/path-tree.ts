/**
 * Walks documents along a tree of paths and hands out what is at each of them. A document that is no JSON fits nowhere.
 *
 * Of a key that occurs twice in an object the first counts, as for every function that reads documents.
 */

import { contentOf, isKey } from '../../engine/json/find.ts';
import { JsonScanner, type JsonVisitor, KIND, type Kind } from '../../engine/json/scanner.ts';

const encoder = new TextEncoder();

export class PathNode<T> {
  readonly keys: readonly string[];
  readonly bytes: Uint8Array;
  readonly children: PathNode<T>[] = [];
  value: T;
  /** The document it was met in last. */
  document = 0;

  constructor(keys: readonly string[], value: T) {
    this.keys = keys;
    this.bytes = encoder.encode(keys.at(-1) ?? '');
    this.value = value;
  }

  child(
    bytes: Uint8Array,
    from: number,
    to: number,
    escaped: boolean,
    guess: number,
  ): PathNode<T> | undefined {
    const { children } = this;
    if (escaped) {
      const name = contentOf(bytes, from, to, true);
      return children.find(({ keys }) => keys.at(-1) === name);
    }
    // Documents have their keys in one order, most of the time.
    for (let i = 0; i < children.length; i++) {
      const node = children[(guess + i) % children.length];
      if (isKey(bytes, from, to, node.bytes)) return node;
    }
    return undefined;
  }
}

/** What a walk tells; `from` and `to` are of the value, a string's quotes left out. */
export interface PathSink<T> {
  found(node: PathNode<T>, bytes: Uint8Array, kind: Kind, from: number, to: number, escaped: boolean): void;
  /** A node for a key that has none; undefined: what is below it is passed over. */
  missing(
    node: PathNode<T>,
    bytes: Uint8Array,
    from: number,
    to: number,
    escaped: boolean,
  ): PathNode<T> | undefined;
}

export class PathWalk<T> implements JsonVisitor {
  readonly root: PathNode<T>;
  readonly #sink: PathSink<T>;
  readonly #scanner = new JsonScanner();
  #node: PathNode<T>;
  #document = 0;
  #guess = 0;

  constructor(root: PathNode<T>, sink: PathSink<T>) {
    this.root = root;
    this.#sink = sink;
    this.#node = root;
  }

  /** False: bytes [from, to) are no JSON. */
  walk(bytes: Uint8Array, from: number, to: number): boolean {
    const scanner = this.#scanner;
    this.#document++;
    this.#node = this.root;
    this.#guess = 0;
    scanner.open(bytes, from, to);
    const kind = scanner.value(scanner.peek() === 0x7b ? this : null);
    return kind !== KIND.bad && scanner.atEnd();
  }

  member(scanner: JsonScanner, from: number, to: number, escaped: boolean): Kind {
    const outer = this.#node;
    const { bytes } = scanner;
    const node =
      outer.child(bytes, from, to, escaped, this.#guess) ??
      this.#sink.missing(outer, bytes, from, to, escaped);
    if (node === undefined || node.document === this.#document) return scanner.value(null);
    node.document = this.#document;
    const guess = this.#guess + 1;
    const first = scanner.peek();
    const start = scanner.at;
    this.#node = node;
    this.#guess = 0;
    const kind = scanner.value(first === 0x7b ? this : null);
    this.#node = outer;
    this.#guess = guess;
    if (kind === KIND.array || kind === KIND.object)
      this.#sink.found(node, bytes, kind, start, scanner.at, false);
    else if (kind !== KIND.bad)
      this.#sink.found(node, bytes, kind, scanner.from, scanner.to, scanner.escaped);
    return kind;
  }

  /** Arrays are not walked into. */
  element(scanner: JsonScanner): Kind {
    return scanner.value(null);
  }
}
