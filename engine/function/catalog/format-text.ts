/** ClickHouse's printf and formatRow: values as a text. */

import { BasaltError } from '../../base/error.ts';
import { formatByName } from '../../format/registry.ts';
import { typeText } from '../../type/literal.ts';
import { type LogicalType, STRING, tuple } from '../../type/type.ts';
import { apply, text, unlessNull } from '../call.ts';
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
      return unlessNull(given, apply('format_text', [of, packed, text(typeText(tuple(fields)))], STRING));
    },
  };
};

/** (format, value, ..., names of the values) */
const row =
  (fn: string): Resolve =>
  (args, { timeZone }) => {
    const [format, ...values] = args.slice(0, -1);
    const names = JSON.parse(String(args.at(-1)?.value)) as readonly string[];
    if (format === undefined || values.length === 0)
      throw new BasaltError('NUMBER_OF_ARGUMENTS_DOESNT_MATCH', 'It takes a format and the values of a row', {
        hint: "Write formatRow('CSV', a, b)",
      });
    if (typeof format.value !== 'string')
      throw new BasaltError('ILLEGAL_TYPE_OF_ARGUMENT', 'The first argument is the name of a format', {
        hint: "Write formatRow('CSV', a, b)",
      });
    const { names: formats, write } = formatByName(format.value);
    if (write === null || formats[0] === 'Null')
      throw new BasaltError('BAD_ARGUMENTS', `Format ${formats[0]} has no text of a row`, {
        hint: `Use JSONEachRow, CSV, TabSeparated or their like`,
      });
    const casts = values.map(({ type }) => type);
    const fields = casts.map((type, i) => ({ name: names[i + 1], type }));
    return {
      casts: args.map(({ type }) => type),
      build: (given) =>
        apply(
          fn,
          [given[0], tupleOf(given.slice(1, -1), fields), text(typeText(tuple(fields))), text(timeZone)],
          STRING,
        ),
    };
  };

export const FORMATTED_TEXTS: readonly FunctionRow[] = [
  {
    ...scalar(
      { clickhouse: ['formatRow'] },
      row('format_row'),
      'formatRow(format, value, ...)',
      'The values as a row of a format, under their names.',
      "SELECT formatRow('CSV', 1, 'a')",
      '1,"a"\n',
    ),
    namesArguments: true,
  },
  {
    ...scalar(
      { clickhouse: ['formatRowNoNewline'] },
      row('format_row_bare'),
      'formatRowNoNewline(format, value, ...)',
      'The values as a row of a format, under their names, without the end of the line.',
      "SELECT formatRowNoNewline('JSONEachRow', 1 AS a, 'x' AS b)",
      '{"a":1,"b":"x"}',
    ),
    namesArguments: true,
  },
  scalar(
    { clickhouse: ['printf'] },
    formatted,
    'printf(pattern, value, ...)',
    "Values written by a pattern, as C's printf does.",
    "SELECT printf('%05d|%-4s|%.2f', 42, 'ab', 2.5)",
    '00042|ab  |2.50',
  ),
];
