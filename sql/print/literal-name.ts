/**
 * Literals in ClickHouse's names of columns: floats end in a point (`1.`), an array has one type (`[1., 2.5]`), truth in it is a number, and a
 * literal before `::` stands as text.
 */

import { floatText } from '../../engine/function/number-text.ts';
import type { Expression, TypeArgument, TypeName } from '../ast/expression.ts';

export const quoted = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\0', '\\0')}'`;

const SPECIAL = /^(nan|inf)$/i;

/** Whether it is a literal, or made of some. */
export function isLiteral(node: Expression): boolean {
  switch (node.kind) {
    case 'null':
    case 'boolean':
    case 'number':
    case 'string':
      return true;
    case 'name':
      return isSpecial(node);
    case 'unary':
      return node.op === '-' && isSpecial(node.operand);
    case 'array':
    case 'tuple':
      return node.items.every(isLiteral);
    default:
      return false;
  }
}

/** `nan` and `inf` are literals where no column is called so. */
const isSpecial = (node: Expression): boolean =>
  node.kind === 'name' && node.parts.length === 1 && SPECIAL.test(node.parts[0].text);

/** Numbers of an array are floats if one of them is. */
function hasFloat(node: Expression): boolean {
  if (node.kind === 'number') return node.decimal;
  if (node.kind === 'array') return node.items.some(hasFloat);
  return node.kind === 'name' || node.kind === 'unary';
}

export function numberName(text: string, isFloat: boolean): string {
  if (!isFloat) return /^0x/i.test(text) ? String(BigInt(text)) : text;
  const value = Number(text);
  const shown = floatText(value);
  return Number.isInteger(value) && !shown.includes('e') ? `${shown}.` : shown;
}

/** @param asFloat of numbers in an array of floats */
export function literalName(node: Expression, inside = false, asFloat = false): string {
  switch (node.kind) {
    case 'boolean':
      return inside ? (node.value ? '1' : '0') : String(node.value);
    case 'number':
      return numberName(node.text, node.decimal || asFloat);
    case 'string':
      return quoted(node.value);
    case 'name':
      return node.parts[0].text.toLowerCase();
    case 'unary':
      return `-${literalName(node.operand)}`;
    case 'array': {
      const floats = asFloat || hasFloat(node);
      return `[${node.items.map((item) => literalName(item, true, floats)).join(', ')}]`;
    }
    case 'tuple':
      return `(${node.items.map((item) => literalName(item, true)).join(', ')})`;
    default:
      return 'NULL';
  }
}

export function typeNameText({ name, args, arrays }: TypeName): string {
  const inner = args.length === 0 ? '' : `(${args.map(argumentText).join(', ')})`;
  return `${name}${inner}${'[]'.repeat(arrays)}`;
}

function argumentText(argument: TypeArgument): string {
  switch (argument.kind) {
    case 'type':
      return typeNameText(argument.type);
    case 'number':
      return String(argument.value);
    case 'string':
      return quoted(argument.value);
    case 'entry':
      return `${quoted(argument.name)} = ${argument.code}`;
    case 'option':
      return `${argument.name} = ${argument.value}`;
    case 'field':
      return `${argument.name} ${typeNameText(argument.type)}`;
  }
}
