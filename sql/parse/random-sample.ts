/** TABLESAMPLE and USING SAMPLE, in the forms that DuckDB knows: 10%, 100 ROWS (reservoir, 42), BERNOULLI(10 PERCENT) REPEATABLE (42). */

import type { Token } from 'antlr4ng';
import type { Span } from '../ast/expression.ts';
import type { RandomSample } from '../ast/query.ts';
import type { SampleCountContext, SampleSizeContext } from '../grammar/generated/Sql.js';
import type { Source } from './source.ts';
import { span } from './span.ts';

const METHODS = ['system', 'bernoulli', 'reservoir'] as const;
const MOST_ROWS = 1_000_000_000;
const MOST_SEED = 2 ** 31 - 1;

export function randomSample(context: SampleSizeContext, source: Source): RandomSample {
  if (source.dialect !== 'standard')
    throw source.refuse(span(context), 'A sample of a table', 'Filter by a column: WHERE id % 10 = 0');
  const { size, isPercent } = sizeOf(context.sampleCount(), source);
  const written = context._method?.getText().toLowerCase() ?? (isPercent ? 'system' : 'reservoir');
  const method = METHODS.find((known) => known === written);
  if (method === undefined)
    throw source.error(
      span(context._method!),
      `Unrecognized sampling method ${written}`,
      'The methods are system, bernoulli and reservoir',
    );
  if (!isPercent && method !== 'reservoir')
    throw source.error(
      span(context),
      `The method ${method} takes no number of rows`,
      `Write a percentage, or RESERVOIR(${size} ROWS)`,
    );
  const { _repeatable: word, _seed: seed } = context;
  if (word != null && word.text?.toLowerCase() !== 'repeatable')
    throw source.error(spanOf(word), `${word.text} is not known behind a sample`, 'Write REPEATABLE (42)');
  if (seed != null && Number(seed.text) > MOST_SEED)
    throw source.error(spanOf(seed), `The seed of a sample is at most ${MOST_SEED}`);
  return { size, isPercent, method, seed: seed?.text ?? null, ...span(context) };
}

const spanOf = ({ start, stop }: Token): Span => ({ at: start, end: stop + 1 });

function sizeOf(context: SampleCountContext, source: Source): Pick<RandomSample, 'size' | 'isPercent'> {
  const unit = context.Identifier();
  if (unit !== null && unit.getText().toLowerCase() !== 'percent')
    throw source.error(
      span(context),
      `${unit.getText()} is no unit of a sample`,
      'Write 10%, 10 PERCENT or 100 ROWS',
    );
  const isPercent = unit !== null || context.Percent() !== null;
  const number = Number((context.IntegerLiteral() ?? context.DecimalLiteral()!).getText());
  const size = isPercent ? number : Math.round(number);
  const most = isPercent ? 100 : MOST_ROWS;
  if (size <= most) return { size, isPercent };
  throw source.error(
    span(context),
    `Sample of ${number}${isPercent ? '%' : ' rows'} is out of range, must be between 0 and ${most}`,
  );
}
