/** `basalt inspect FILE`: what is in a segment file, and whether it is whole; exit code 1 if it is not. */

import type { Command } from 'commander';
import { inspectFile, type SegmentInspection } from '../../database/index.ts';
import { textTable } from './table.ts';

export function addInspect(program: Command): void {
  program
    .command('inspect')
    .description('show columns, encodings, sizes, statistics and indexes of a segment file')
    .argument('<file>', 'a file of a data folder: segment/ID.seg')
    .option('--json', 'print everything as JSON')
    .action((file: string, { json }: { json?: boolean }) => {
      const found = inspectFile(file);
      process.stdout.write(`${json === true ? jsonText(found) : report(found)}\n`);
      if (damageOf(found).length > 0) process.exitCode = 1;
    });
}

const jsonText = (found: SegmentInspection): string =>
  JSON.stringify(found, (_, value) => (typeof value === 'bigint' ? String(value) : value), 2);

const damageOf = ({ damaged, columns, indexes }: SegmentInspection): readonly string[] => [
  ...damaged,
  ...columns.flatMap((column) => column.damaged),
  ...indexes.flatMap((index) => index.damaged),
];

function report(found: SegmentInspection): string {
  const { rows, blocks, fileBytes, footerBytes, columns, indexes } = found;
  const plain = columns.reduce((sum, c) => sum + c.plainBytes, 0);
  const damage = damageOf(found);
  return [
    `${found.path}`,
    `segment ${found.segmentId} of table ${found.table ?? found.tableId}: ${rows} rows in ${blocks} ${blocks === 1 ? 'block' : 'blocks'}`,
    `${bytesText(fileBytes)} (footer ${bytesText(footerBytes)}), ${bytesText(plain)} as plain values: ${ratio(plain, fileBytes)}`,
    '',
    textTable({ columns: HEADINGS, rows: columns.map(rowOf) }),
    '',
    ...indexes.map(indexText),
    ...(indexes.length === 0 ? [] : ['']),
    damage.length === 0 ? 'Every byte matches its checksum.' : `DAMAGED:\n${damage.join('\n')}`,
  ].join('\n');
}

const HEADINGS = [
  ['column', 'VARCHAR'],
  ['type', 'VARCHAR'],
  ['stored', 'BIGINT'],
  ['ratio', 'DOUBLE'],
  ['encodings', 'VARCHAR'],
  ['nulls', 'BIGINT'],
  ['distinct', 'BIGINT'],
  ['min', 'VARCHAR'],
  ['max', 'VARCHAR'],
  ['indexes', 'VARCHAR'],
].map(([name, type]) => ({ name, type }));

function rowOf(c: SegmentInspection['columns'][number]): string[] {
  const unfit = c.path?.unfitPages ?? 0;
  const indexes = [
    ...(unfit === 0 ? [] : [`${unfit} ${unfit === 1 ? 'page' : 'pages'} in the documents`]),
    ...(c.zones === 0 ? [] : [`${c.zones} zones`]),
    ...(c.bitmaps === 0 ? [] : [`${c.bitmaps} bitmaps, ${bytesText(c.bitmapBytes)}`]),
  ];
  return [
    c.name ?? `#${c.id}`,
    c.type ?? c.kind,
    bytesText(c.storedBytes),
    ratio(c.plainBytes, c.storedBytes),
    c.encodings.map(([name, count]) => (count === 1 ? name : `${count} x ${name}`)).join('; '),
    String(c.nulls),
    c.distinct === 0 ? '' : String(c.distinct),
    boundText(c.min),
    boundText(c.max),
    indexes.join('; '),
  ];
}

/** `index by_url bloom_filter: filters of 122 granules of 1 page (3 not known), 940 kB` */
function indexText(index: SegmentInspection['indexes'][number]): string {
  const { id, name, type, form, granules, pages, unknown, storedBytes } = index;
  const forms = { bounds: 'bounds', values: 'values', filter: 'filters' } as const;
  const notKnown = unknown === 0 ? '' : ` (${unknown} not known)`;
  const what = `${name ?? `#${id}`}${type === null ? '' : ` ${type}`}`;
  const of = `${granules} granules of ${pages} ${pages === 1 ? 'page' : 'pages'}`;
  return `index ${what}: ${forms[form]} of ${of}${notKnown}, ${bytesText(storedBytes)}`;
}

const boundText = (value: SegmentInspection['columns'][number]['min']): string =>
  value === null ? '' : String(value);

const ratio = (plain: number, stored: number): string => (stored === 0 ? '' : (plain / stored).toFixed(1));

const UNITS = ['B', 'kB', 'MB', 'GB'] as const;

/** `999 B`, `1.5 kB`, `12 MB` */
function bytesText(bytes: number): string {
  let size = bytes;
  let unit = 0;
  for (; size >= 1000 && unit < UNITS.length - 1; unit++) size /= 1000;
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${UNITS[unit]}`;
}
