/** Literals and parameters as each dialect types them. */

import { cast } from '../../engine/function/cast.ts';
import type { Expr } from '../../engine/plan/expr.ts';
import { literal } from '../../engine/plan/expr.ts';
import { exactValue, fitsExact } from '../../engine/type/exact.ts';
import {
  BOOL,
  FLOAT64,
  INT64,
  INT128,
  type LogicalType,
  NULL_TYPE,
  STRING,
  type TypeId,
  timestamp,
  type,
  UINT128,
} from '../../engine/type/type.ts';
import type { ExpressionOf } from '../ast/expression.ts';
import type { Parameter, ParameterValue } from './context.ts';
import type { Session } from './session.ts';

const UNSIGNED: readonly (readonly [TypeId, bigint])[] = [
  ['uint8', 0xffn],
  ['uint16', 0xffffn],
  ['uint32', 0xffff_ffffn],
  ['uint64', (1n << 64n) - 1n],
];
const SIGNED: readonly (readonly [TypeId, bigint])[] = [
  ['int8', 7n],
  ['int16', 15n],
  ['int32', 31n],
  ['int64', 63n],
];

/** HUGEINT, then UHUGEINT. */
const WIDE: readonly LogicalType[] = [INT128, UINT128];

/** ClickHouse: the smallest type; standard: INTEGER, then BIGINT; Druid: BIGINT. undefined beyond 64 bits. */
export function integerType(value: bigint, dialect: Session['dialect']): LogicalType | undefined {
  if (dialect === 'clickhouse' && value >= 0n) {
    const fit = UNSIGNED.find(([, max]) => value <= max);
    return fit === undefined ? undefined : type(fit[0]);
  }
  const fits = SIGNED.find(([, bits]) => value >= -(1n << bits) && value < 1n << bits);
  if (fits === undefined) return undefined;
  if (dialect === 'clickhouse') return type(fits[0]);
  return dialect === 'druid' || fits[0] === 'int64' ? INT64 : type('int32');
}

/** Digits that every float has. */
const FLOAT_DIGITS = 15;

/** With what was written, if that may be more than a float holds. */
function float(text: string): Expr {
  const plain = literal(Number(text), FLOAT64);
  const digits = /^-?(\d+)(?:\.(\d+))?$/.exec(text);
  const count = digits === null ? 0 : digits[1].length + (digits[2] ?? '').length;
  return count > FLOAT_DIGITS ? { ...plain, digits: text } : plain;
}

export function bindNumber(node: ExpressionOf<'number'>, session: Session): Expr {
  if (node.decimal) return float(node.text);
  const negative = node.text.startsWith('-');
  const magnitude = BigInt(negative ? node.text.slice(1) : node.text);
  const value = negative ? -magnitude : magnitude;
  return integerLiteral(value, session);
}

function integerLiteral(value: bigint, { dialect }: Session): Expr {
  const fit = integerType(value, dialect);
  if (fit !== undefined) return literal(value, fit);
  const wide = dialect === 'standard' ? WIDE.find((t) => fitsExact(value, t)) : undefined;
  return wide === undefined ? float(String(value)) : literal(exactValue(value, wide), wide);
}

export function bindParameter(node: ExpressionOf<'parameter'>, session: Session): Expr {
  const given = parameterOf(node, session);
  const explicit = given !== null && typeof given === 'object' && !(given instanceof Date) ? given : null;
  const value =
    explicit === null
      ? valueLiteral(given as ParameterValue, session)
      : valueLiteral(explicit.value, session);
  const wanted = node.type !== null ? session.typeOf(node.type) : explicit?.type;
  if (wanted === undefined) return value;
  try {
    return cast(value, wanted, { ...session.strictCast(), roundFloats: false });
  } catch (error) {
    throw session.error(
      'BAD_QUERY_PARAMETER',
      node,
      `The parameter ${node.name ?? (node.index ?? 0) + 1} does not fit its type: ${error instanceof Error ? error.message : ''}`,
    );
  }
}

/** Whether a parameter by name comes with the query. */
export const isGiven = (name: string, { context: { parameters } }: Session): boolean =>
  !Array.isArray(parameters) && Object.hasOwn(parameters, name);

function parameterOf(node: ExpressionOf<'parameter'>, session: Session): Parameter {
  const { parameters } = session.context;
  const missing = (what: string): Error =>
    session.error(
      'UNKNOWN_QUERY_PARAMETER',
      node,
      `No value was given for the parameter ${what}`,
      'Pass it with the query',
    );
  if (node.index !== null) {
    const list = parameters as readonly Parameter[];
    if (!Array.isArray(parameters) || node.index >= list.length) throw missing(String(node.index + 1));
    return list[node.index];
  }
  const name = node.name ?? '';
  if (Array.isArray(parameters) || !Object.hasOwn(parameters, name)) throw missing(name);
  return (parameters as Readonly<Record<string, Parameter>>)[name];
}

export function valueLiteral(value: ParameterValue, session: Session): Expr {
  if (value === null) return literal(null, NULL_TYPE);
  if (typeof value === 'boolean') return literal(value, BOOL);
  if (typeof value === 'string') return literal(value, STRING);
  if (value instanceof Date) return literal(BigInt(value.getTime()), timestamp(3));
  if (typeof value === 'bigint' || (Number.isSafeInteger(value) && !Object.is(value, -0)))
    return integerLiteral(BigInt(value), session);
  return literal(Number(value), FLOAT64);
}
