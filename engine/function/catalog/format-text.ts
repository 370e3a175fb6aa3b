/** ClickHouse's printf. */

import { typeText } from '../../type/literal.ts';
import { type LogicalType, STRING, tuple } from '../../type/type.ts';
import { apply, text } from '../call.ts';
import type { FunctionRow, Resolve } from '../row.ts';
import { scalar, TEXT } from '../signature.ts';
import { tupleOf } from './nested.ts';

const isPlain = ({ id }: LogicalType): boolean => /^(u?int\d+|float\d+|bool|string|null)$/.test(id);

/** (pattern, value, ...) */
const formatted: Resolve = (args, context) => {
  const [pattern, ...values] = args;
  const target = pattern === undefined ? undefined : TEXT(pattern, context);
  if (target === undefined || !values.every(({ type }) => isPlain(type))) return undefined;
  const casts = values.map(({ type }) => type);
  return {
    casts: [target, ...casts],
    build: ([of, ...given]) => {
      const fields = casts.map((type) => ({ name: null, type }));
      const packed = fields.length === 0 ? text('') : tupleOf(given, fields);
      return apply('format_text', [of, packed, text(typeText(tuple(fields)))], STRING);
    },
  };
};

export const FORMATTED_TEXTS: readonly FunctionRow[] = [
  scalar(
    { clickhouse: ['printf'] },
    formatted,
    'printf(pattern, value, ...)',
    "Values written by a pattern, as C's printf does.",
    "SELECT printf('%05d|%-4s|%.2f', 42, 'ab', 2.5)",
    '00042|ab  |2.50',
  ),
];
