/** Values that stand in a statement as such. */

import type { Expression } from './expression.ts';

/** Nothing in it is computed. */
export function isWritten(node: Expression): boolean {
  switch (node.kind) {
    case 'number':
    case 'string':
    case 'boolean':
    case 'null':
      return true;
    case 'unary':
      return node.operand.kind === 'number';
    case 'array':
    case 'tuple':
      return node.items.every(isWritten);
    case 'entries':
      return node.entries.every(({ key, value }) => isWritten(key) && isWritten(value));
    default:
      return false;
  }
}
