/** ClickHouse's functions of values that bring their type: which it is, and the value if it is of a type. */

import { type Expr, literal } from '../../plan/expr.ts';
import { clickhouseTypeName } from '../../type/dialect-name.ts';
import { BOOL, elementOf, isNested, type LogicalType, laneOf, nullable, STRING } from '../../type/type.ts';
import { hasMember } from '../../type/variant.ts';
import { zeroOf } from '../../type/zero.ts';
import { apply, text } from '../call.ts';
import type { Argument, FunctionRow, Resolve, ResolveContext } from '../row.ts';
import { clickhouseScalar } from '../signature.ts';
import { mapped } from './lambda.ts';

/** `anything` tells Dynamic from Variant. */
const isVariant = (type: LogicalType | undefined, anything: boolean): boolean =>
  type?.id === 'variant' && (type.types === undefined) === anything;

/** The value if it is of a type. What is of another one is NULL, where the type has no NULL its zero. */
export function elementOfType(value: Expr, type: LogicalType): Expr {
  const lane = laneOf(type);
  const found = apply(`variant_element_${lane}`, [value, text(clickhouseTypeName(type))], nullable(type));
  return isNested(type) ? apply(`coalesce_${lane}`, [found, literal(zeroOf(type), type)], type) : found;
}

/** The type that a literal names, as far as values of `of` can have it. */
function namedType(
  arg: Argument | undefined,
  of: LogicalType,
  context: ResolveContext,
): LogicalType | undefined {
  if (typeof arg?.value !== 'string') return undefined;
  const type = context.typeNamed?.(arg.value);
  return type !== undefined && hasMember(of, type) ? type : undefined;
}

/** (variant, name of a type): of arrays of variants, too. */
const element =
  (anything: boolean): Resolve =>
  (args, context) => {
    const [of, name, ...rest] = args;
    if (name === undefined || rest.length > (anything ? 0 : 1)) return undefined;
    const isList = of.type.id === 'array';
    const variant = isList ? elementOf(of.type) : of.type;
    if (!isVariant(variant, anything)) return undefined;
    const type = namedType(name, variant, context);
    const [otherwise] = rest;
    if (type === undefined) return undefined;
    const casts = args.map((arg) => arg.type);
    if (!isList) return { casts, build: ([value]) => elementOfType(value, type) };
    if (otherwise !== undefined) return undefined;
    const body = elementOfType({ kind: 'column', index: 0, type: variant }, type);
    return { casts, build: ([list]) => mapped({ body, parameters: 1, captured: [] }, [list]) };
  };

const NONE = 'None';

/** ClickHouse's enum of a variant's types, in their order. */
const variantType: Resolve = (args) => {
  const [of] = args;
  if (args.length !== 1 || !isVariant(of.type, false)) return undefined;
  const names = (of.type.types ?? []).map(clickhouseTypeName);
  const entries = [NONE, ...names].map((name, i) => [name, i - 1] as const);
  return {
    casts: [of.type],
    build: ([value]) =>
      apply('variant_place', [value, text(JSON.stringify(names))], { id: 'enum8', nullable: false, entries }),
  };
};

const dynamicType: Resolve = (args) =>
  args.length === 1 && isVariant(args[0].type, true)
    ? { casts: [args[0].type], fn: 'variant_type', type: STRING }
    : undefined;

const sharedData: Resolve = (args) =>
  args.length === 1 && isVariant(args[0].type, true)
    ? { casts: [args[0].type], build: () => literal(false, BOOL) }
    : undefined;

const dynamicScalar = (row: Parameters<typeof clickhouseScalar>[0]): FunctionRow => ({
  ...clickhouseScalar(row),
  takesDynamic: true,
});

export const VARIANT_FUNCTIONS: readonly FunctionRow[] = [
  clickhouseScalar([
    'variantElement',
    element(false),
    'variantElement(variant, type)',
    'The value of a Variant if it is of the type, else NULL; an empty array, map or tuple where the type has no NULL.',
    "SELECT variantElement(CAST(7, 'Variant(String, UInt8)'), 'UInt8')",
    '7',
  ]),
  clickhouseScalar([
    'variantType',
    variantType,
    'variantType(variant)',
    'The name of the type that the value of a Variant has; None of NULL.',
    "SELECT toString(variantType(CAST(7, 'Variant(String, UInt8)')))",
    'UInt8',
  ]),
  dynamicScalar([
    'dynamicElement',
    element(true),
    'dynamicElement(dynamic, type)',
    'The value of a Dynamic if it is of the type, else NULL; an empty array, map or tuple where the type has no NULL.',
    "SELECT dynamicElement(CAST('x', 'Dynamic'), 'String')",
    'x',
  ]),
  dynamicScalar([
    'dynamicType',
    dynamicType,
    'dynamicType(dynamic)',
    'The name of the type that the value of a Dynamic has; None of NULL.',
    "SELECT dynamicType(CAST(7, 'Dynamic'))",
    'UInt8',
  ]),
  dynamicScalar([
    'isDynamicElementInSharedData',
    sharedData,
    'isDynamicElementInSharedData(dynamic)',
    'Whether a value is kept apart from those of its type: never.',
    "SELECT isDynamicElementInSharedData(CAST(7, 'Dynamic'))",
    'false',
  ]),
];
