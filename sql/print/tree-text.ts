/**
 * A parsed statement as lines: a node a line, under the name of what it is of the node above, with its kind and its plain values. It is the tree
 * that the binder reads, in its own words, without the places of the text.
 */

import type { StatementBody } from '../ast/statement.ts';

type Node = Readonly<Record<string, unknown>>;

export const treeText = (body: StatementBody): string[] => nodeText('', body as unknown as Node, 0);

/** Where a node stands in the text. */
const PLACES: ReadonlySet<string> = new Set(['at', 'end', 'nameEnd']);

function nodeText(role: string, node: Node, depth: number): string[] {
  const parts = Object.entries(node).filter(([name]) => name !== 'kind' && !PLACES.has(name));
  const plain = parts.flatMap(([name, value]) => (isPlain(value) ? [`${name}=${plainText(value)}`] : []));
  const { kind } = node;
  const head = [
    ...(role === '' ? [] : [`${role}:`]),
    ...(kind === undefined ? [] : [String(kind)]),
    ...plain,
  ];
  const children = parts.flatMap(([name, value]) => childrenOf(name, value, depth + 1));
  return [`${' '.repeat(depth)}${head.join(' ')}`, ...children];
}

function childrenOf(role: string, value: unknown, depth: number): string[] {
  if (isSilent(value) || isPlain(value)) return [];
  if (Array.isArray(value))
    return value.flatMap((item: unknown) =>
      isPlain(item) ? [`${' '.repeat(depth)}${role}: ${plainText(item)}`] : childrenOf(role, item, depth),
    );
  const node = value as Node;
  return Object.keys(node).length === 0 ? [] : nodeText(role, node, depth);
}

/** What is not there, or not so, has no word: it would be most of them. */
const isSilent = (value: unknown): boolean => value === null || value === undefined || value === false;
const isPlain = (value: unknown): boolean => !isSilent(value) && typeof value !== 'object';
const plainText = (value: unknown): string => (typeof value === 'string' ? `'${value}'` : String(value));
