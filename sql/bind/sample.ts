/**
 * SAMPLE as ClickHouse has it: the rows whose sampling key lies in a range of its type, so that the same share of keys is taken of
 * every table that is sampled by them. Exact fractions, as there; so are messages and error numbers.
 */

import { allOf } from '../../engine/function/call.ts';
import { column, type Expr, literal } from '../../engine/plan/expr.ts';
import type { Plan, ScanPlan } from '../../engine/plan/node.ts';
import type { LogicalType } from '../../engine/type/type.ts';
import type { Expression } from '../ast/expression.ts';
import type { Sample } from '../ast/query.ts';
import { asCondition } from './call.ts';
import type { TableInfo } from './context.ts';
import { filter } from './plan.ts';
import type { Session } from './session.ts';

type Fraction = { readonly over: bigint; readonly under: bigint };

export type Sampled = {
  readonly plan: Plan;
  /** How many rows each one stands for. */
  readonly factor: number;
};

export function sampled(table: TableInfo, scan: ScanPlan, sample: Sample, session: Session): Sampled {
  const { sampleBy, name, keys = [], columns } = table;
  if (sampleBy === undefined)
    throw session.error(
      'SAMPLING_NOT_SUPPORTED',
      sample,
      `Storage ${name} doesn't support sampling`,
      'Make the table with SAMPLE BY, or filter by a hash: WHERE cityHash64(id) % 10 = 0',
    );
  const size = shareOf(sample.size, table, session);
  const offset = sample.offset === null ? NOTHING : shareOf(sample.offset, table, session);
  const isAll = size.over === 0n || size.over >= size.under;
  if (isAll && size.over === 0n && offset.over > 0n)
    throw session.error(
      'ARGUMENT_OUT_OF_BOUND',
      sample,
      'Sampling offset is incorrect because no sampling',
      'Write SAMPLE 1/10 OFFSET 1/2',
    );
  if (isAll && offset.over === 0n) return { plan: scan, factor: 1 };
  const { type } = [...columns, ...keys].find((c) => c.id === sampleBy)!;
  const at = scan.columnIds.indexOf(sampleBy);
  const read: ScanPlan =
    at >= 0
      ? scan
      : {
          ...scan,
          columnIds: [...scan.columnIds, sampleBy],
          schema: [...scan.schema, { name: 'sample', type }],
        };
  const key = column(at >= 0 ? at : scan.columnIds.length, type);
  const taken = isAll ? NOTHING : size;
  const bounds = boundsOf(key, type, offset, isAll ? null : sum(offset, taken), session);
  return {
    plan: filter(read, allOf(bounds.map((bound) => asCondition(bound, sample, session)))),
    factor: isAll ? 1 : Number(size.under) / Number(size.over),
  };
}

const NOTHING: Fraction = { over: 0n, under: 1n };

const sum = (a: Fraction, b: Fraction): Fraction => ({
  over: a.over * b.under + b.over * a.under,
  under: a.under * b.under,
});

/** @param end null: none. */
function boundsOf(
  key: Expr,
  type: LogicalType,
  begin: Fraction,
  end: Fraction | null,
  session: Session,
): readonly Expr[] {
  const universe = 1n << BigInt(/\d+/.exec(type.id)![0]);
  const compare = (fn: string, bound: bigint): Expr =>
    session.resolveContext.call!(fn, [key, literal(BigInt.asIntN(64, bound), type)]);
  const lower = (begin.over * universe) / begin.under;
  const upper = end === null ? universe : (end.over * universe) / end.under;
  return [
    ...(lower > 0n ? [compare('greaterOrEquals', lower)] : []),
    ...(upper < universe ? [compare('less', upper)] : []),
  ];
}

/** A share of the rows; numbers above 1 are rows. */
function shareOf(node: Expression, { id }: TableInfo, session: Session): Fraction {
  const given = fractionOf(node, session);
  if (given.over <= given.under) return given;
  const rows = BigInt(session.context.rowsOf?.(id) ?? 0);
  const share = { over: given.over, under: given.under * (rows > 0n ? rows : 1n) };
  return share.over >= share.under ? { over: 1n, under: 1n } : share;
}

/** `1/10`, `0.1`, `1e-3`, `1000`. */
function fractionOf(node: Expression, session: Session): Fraction {
  if (node.kind === 'binary' && node.op === '/') {
    const [over, under] = [fractionOf(node.left, session), fractionOf(node.right, session)];
    if (under.over === 0n)
      throw session.error('BAD_ARGUMENTS', node, 'A share of the rows is divided by zero');
    return { over: over.over * under.under, under: over.under * under.over };
  }
  const text = node.kind === 'number' ? /^(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i.exec(node.text) : null;
  if (text === null)
    throw session.error(
      'SYNTAX_ERROR',
      node,
      'SAMPLE takes a share of the rows, or a number of rows',
      'Write SAMPLE 0.1, SAMPLE 1/10 or SAMPLE 1000',
    );
  const [, whole, part = '', exponent = '0'] = text;
  const digits = BigInt(`${whole}${part}` || '0');
  const power = BigInt(exponent) - BigInt(part.length);
  return power >= 0n ? { over: digits * 10n ** power, under: 1n } : { over: digits, under: 10n ** -power };
}
