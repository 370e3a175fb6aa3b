/** `docs/internals/hits.md`, made of what was measured. */

import { KNOWN, type Measured, type Shape } from './shape.ts';

export function hitsPage({ snappyBytes, shapes, known }: Measured, rows: number, seed: number): string {
  const zstdBytes = shapes.reduce((sum, shape) => sum + shape.zstdBytes, 0);
  const facts = known.map(
    ({ known: { what, published }, generated }) => `| \`${what}\` | ${published} | ${generated} |`,
  );
  return `# The generated \`hits\`

The web-analytics table of ClickBench cannot be had everywhere, so \`npm run bench -- clickbench\` generates one: the same 105 columns,
made from a seed by \`datasets/hits\`. This page compares it with what is published of the real one, which has 99,997,497 rows. It is
written by \`npm run bench -- hits-shape\`, from ${rows.toLocaleString('en')} generated rows of seed ${seed}.

## Published and generated

| | real table | generated |
|---|---|---|
${facts.join('\n')}
| bytes a row, one Parquet file | 148 (14.78 GB, as distributed) | ${snappyBytes.toFixed(0)} (Snappy) |
| bytes a row, a Parquet file for each column, Zstd 3 | not published | ${zstdBytes.toFixed(0)} |

The generator keeps shares, distinct values a row among them, whatever the number of rows; a million rows of the real table have
other ones than all of it. Regions and phone models come to their full number only in a larger table.

## What is assumption

What the table above shows is shaped after published figures, as close as it shows. **All else is shaped by assumption**: of the columns
named there what is not published, and every other column as a whole, from its name, its type and its part in the 43 queries. How
many values it has, how often it is empty, how skewed it is, and that what belongs to a user, a visit, a site or a page is equal
together: none of it was measured on the real table. Texts are made of 1,500 Latin and 1,500 Cyrillic words. What a query costs on the
real table can differ, most where \`Title\`, \`Referer\`, \`CounterID\`, \`ClientIP\`, \`URLHash\` or \`RefererHash\` decides, and where
compression does.

## Columns

Distinct: distinct values a row. Empty: share of rows with \`''\` or 0. Length: mean bytes of a text. Top: share of the most frequent
value. Zstd: bytes a row of a Parquet file with this column alone, Zstd level 3.

| column | type | distinct | empty | length | top | Zstd | shaped by |
|---|---|---|---|---|---|---|---|
${shapes.map(line).join('\n')}
`;
}

const line = (s: Shape): string =>
  `| ${[s.name, s.type, figure(s.distinct), figure(s.empty), Number.isNaN(s.length) ? '' : s.length.toFixed(1), figure(s.top), s.zstdBytes.toFixed(2), shapedBy(s.name)].join(' | ')} |`;

function shapedBy(column: string): string {
  const aspects = KNOWN.filter((known) => known.column === column).map((known) => known.aspect);
  return aspects.length === 0 ? 'assumption' : `published: ${aspects.join(', ')}; else assumption`;
}

const figure = (share: number): string =>
  Number.isNaN(share)
    ? ''
    : share === 0 || share === 1
      ? String(share)
      : share < 0.00005
        ? '< 0.0001'
        : share.toFixed(4);
