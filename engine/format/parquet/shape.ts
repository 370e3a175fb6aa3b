/**
 * How a column of the table is put together from the leaves of a Parquet schema, of which each is a column chunk of its own.
 *
 * A leaf's entries say by two levels where they belong (Dremel): the definition level counts the optional and repeated nodes
 * above the entry that are there, the repetition level says which list goes on with it. A node's levels are those numbers:
 * it is there when an entry's definition level is at least `present`, a list has elements from `filled` on, and goes on while the
 * repetition level is `repeat`. https://parquet.apache.org/docs/file-format/nestedencoding/
 */

import type { SchemaElement } from 'hyparquet';
import { array, type LogicalType, map, nullable, tuple } from '../../type/type.ts';
import { damagedFile } from './damage.ts';
import { type Leaf, leafOf } from './leaf.ts';
import { typeOfLeaf } from './leaf-type.ts';

/** `leaf`: the first leaf under the node, by number in its column. */
type Node = { readonly leaf: number; readonly present: number; readonly optional: boolean };
type Repeated = { readonly filled: number; readonly repeat: number };

export type Shape =
  | ({ readonly kind: 'leaf' } & Node)
  | ({ readonly kind: 'list'; readonly element: Shape } & Node & Repeated)
  | ({ readonly kind: 'map'; readonly key: Shape; readonly value: Shape } & Node & Repeated)
  | ({ readonly kind: 'struct'; readonly fields: readonly ShapeField[] } & Node);

export type ShapeField = { readonly name: string; readonly shape: Shape };

/** A column of the top level. */
export type ParquetColumn = {
  readonly name: string;
  readonly shape: Shape;
  readonly leaves: readonly Leaf[];
  /** Why its values cannot be read; null: they can. */
  readonly refusal: string | null;
};

/** A column whose values are those of its only leaf. */
export const isFlat = ({ kind }: Shape): boolean => kind === 'leaf';

/** Deeper ones are refused: readers go down by recursion. */
const MAX_DEPTH = 32;

/** @throws BasaltError CANNOT_PARSE_INPUT */
export function columnsOf(schema: readonly SchemaElement[]): readonly ParquetColumn[] {
  const reader = new SchemaReader(schema);
  return Array.from({ length: schema[0]?.num_children ?? 0 }, () => reader.column());
}

/** Levels that lie above a node. */
type Above = { readonly definition: number; readonly repetition: number };
type Branch = { readonly element: SchemaElement; readonly children: readonly Branch[] };

class SchemaReader {
  readonly #schema: readonly SchemaElement[];
  /** The first element is the root. */
  #at = 1;
  /** Of all columns so far. */
  #leafCount = 0;
  #leaves: Leaf[] = [];
  #refusal: string | null = null;

  constructor(schema: readonly SchemaElement[]) {
    this.#schema = schema;
  }

  column(): ParquetColumn {
    this.#leaves = [];
    this.#refusal = null;
    const branch = this.#branch(0);
    const shape = this.#shape(branch, { definition: 0, repetition: 0 });
    return { name: branch.element.name, shape, leaves: this.#leaves, refusal: this.#refusal };
  }

  #branch(depth: number): Branch {
    const element = this.#schema[this.#at++];
    if (element === undefined) throw damagedFile('its schema has fewer elements than it says');
    if (depth > MAX_DEPTH) throw damagedFile(`its schema is more than ${MAX_DEPTH} levels deep`);
    const children = Array.from({ length: element.num_children ?? 0 }, () => this.#branch(depth + 1));
    return { element, children };
  }

  #shape(branch: Branch, above: Above): Shape {
    const { repetition_type: repetition } = branch.element;
    if (repetition === 'REPEATED') return this.#list(branch, above, false);
    const optional = repetition === 'OPTIONAL';
    const definition = above.definition + (optional ? 1 : 0);
    return this.#value(branch, { ...above, definition }, optional);
  }

  /** A node by what it is, its own levels being in `at`. */
  #value(branch: Branch, at: Above, optional: boolean): Shape {
    const { element, children } = branch;
    const annotation = element.logical_type?.type ?? element.converted_type;
    if (children.length === 0) return this.#leaf(element, at, optional);
    const [repeated] = children;
    const isRepeated = children.length === 1 && repeated.element.repetition_type === 'REPEATED';
    if (annotation === 'LIST' && isRepeated) {
      const list = isElement(repeated, element.name) ? repeated : repeated.children[0];
      return this.#list(repeated, at, optional, list);
    }
    const isMap = annotation === 'MAP' || annotation === 'MAP_KEY_VALUE';
    if (isMap && isRepeated && repeated.children.length === 2) return this.#map(repeated, at, optional);
    if (annotation === 'VARIANT') this.#refusal ??= 'is of type VARIANT';
    const leaf = this.#leaves.length;
    const fields = children.map((child) => ({ name: child.element.name, shape: this.#shape(child, at) }));
    return { kind: 'struct', leaf, present: at.definition, optional, fields };
  }

  /** @param inner what repeats: the repeated node itself, or its only child */
  #list(repeated: Branch, at: Above, optional: boolean, inner = repeated): Shape {
    const leaf = this.#leaves.length;
    const below = inside(at);
    const element = inner === repeated ? this.#value(inner, below, false) : this.#shape(inner, below);
    return { kind: 'list', leaf, present: at.definition, optional, ...levelsOf(below), element };
  }

  #map({ children }: Branch, at: Above, optional: boolean): Shape {
    const leaf = this.#leaves.length;
    const below = inside(at);
    const [key, value] = children.map((child) => this.#shape(child, below));
    return { kind: 'map', leaf, present: at.definition, optional, ...levelsOf(below), key, value };
  }

  #leaf(element: SchemaElement, { definition, repetition }: Above, optional: boolean): Shape {
    const leaf = leafOf(element, this.#leafCount++, definition, repetition);
    this.#refusal ??= leaf.refusal;
    this.#leaves.push(leaf);
    return { kind: 'leaf', leaf: this.#leaves.length - 1, present: definition, optional };
  }
}

const inside = ({ definition, repetition }: Above): Above => ({
  definition: definition + 1,
  repetition: repetition + 1,
});

const levelsOf = ({ definition, repetition }: Above): Repeated => ({
  filled: definition,
  repeat: repetition,
});

/** Whether the repeated node of a LIST is the element itself, as older writers have it, or only wraps it. */
function isElement({ element, children }: Branch, list: string): boolean {
  if (children.length !== 1) return true;
  if (children[0].element.repetition_type === 'REPEATED') return true;
  return element.name === 'array' || element.name === `${list}_tuple`;
}

/** The type that a column has when nothing says otherwise: a file that is read as a table. */
export function typeOfColumn({ shape, leaves }: Pick<ParquetColumn, 'shape' | 'leaves'>): LogicalType {
  const typeOf = (of: Shape): LogicalType => (of.optional ? nullable(plain(of)) : plain(of));
  const plain = (of: Shape): LogicalType => {
    switch (of.kind) {
      case 'leaf':
        return typeOfLeaf(leaves[of.leaf]);
      case 'list':
        return array(typeOf(of.element));
      case 'map':
        return map(typeOf(of.key), typeOf(of.value));
      case 'struct':
        return tuple(of.fields.map(({ name, shape: field }) => ({ name, type: typeOf(field) })));
    }
  };
  return typeOf(shape);
}
