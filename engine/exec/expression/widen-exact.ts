/** Integers and decimals of up to 64 bits as such of 128 (type/exact.ts), a vector at a time: nothing becomes a bigint. */

import { asDecimal } from '../../function/cast-packed.ts';
import { isWide, scaleOf, wideBits } from '../../type/exact.ts';
import { typeOfText } from '../../type/literal.ts';
import { isSigned, type LogicalType } from '../../type/type.ts';
import { refVector } from '../../vector/vector.ts';
import { i64Of, validOf } from '../lane.ts';
import { packWords } from '../wide-words.ts';
import type { VectorFunctionFactory } from './evaluator.ts';

/** Of `decimal_to_decimal_i64_str_checked`, where no value can fail. */
export const widenExact: VectorFunctionFactory = (call, task) => {
  const [from, to] = call.args
    .slice(1, 3)
    .map((arg) => (arg.kind === 'literal' ? typeOfText(String(arg.value)) : undefined));
  if (from === undefined || to === undefined || !alwaysFits(from, to)) return undefined;
  return ([numbers], rows) =>
    refVector(rows, packWords(task, i64Of(task, numbers), 0, rows, isSigned(to)), validOf(task, numbers));
};

/** Numbers of 64 bits without a sign would be taken for negative ones. */
function alwaysFits(from: LogicalType, to: LogicalType): boolean {
  if (!isWide(to) || wideBits(to) !== 128 || from.id === 'uint64') return false;
  if (scaleOf(from) !== scaleOf(to) || (isSigned(from) && !isSigned(to))) return false;
  return (
    to.id !== 'decimal' || (asDecimal(from)?.precision ?? Number.POSITIVE_INFINITY) <= (to.precision ?? 0)
  );
}
