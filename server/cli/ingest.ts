/** `basalt ingest spec.json`: runs a Druid batch spec into a data folder, with a live progress line. */

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { BasaltError, type IngestProgress, open } from '../../database/index.ts';
import { ProgressLine } from './progress.ts';

type Options = { data: string; files: string[]; allowHost: string[] };

const collect = (value: string, all: string[]): string[] => [...all, value];

export function addIngest(program: Command): void {
  program
    .command('ingest')
    .description('run a Druid ingestion spec (index_parallel) into a data folder')
    .argument('<spec>', 'file with the spec as JSON')
    .option('--data <folder>', 'data folder', process.env['BASALT_DATA'] ?? './data')
    .option(
      '--files <folder>',
      'folder that local input sources may read (repeatable); default: beside the spec',
      collect,
      [],
    )
    .option('--allow-host <host>', 'host that http input sources may read (repeatable)', collect, [])
    .action(runIngest);
}

async function runIngest(file: string, options: Options): Promise<void> {
  const spec = readSpec(file);
  const files = options.files.length > 0 ? options.files : [dirname(resolve(file)), process.cwd()];
  await using db = await open({ path: options.data, files, allowHosts: options.allowHost });
  const line = new ProgressLine('ingest');
  let last: IngestProgress = { rows: 0, bytes: 0, totalBytes: null };
  const report = await db.ingest(spec, {
    onProgress: (progress) => {
      last = progress;
      line.show({ rows: progress.rows, bytes: progress.bytes, total: progress.totalBytes }, progress.bytes);
    },
  });
  line.end({ rows: report.rowStats.processed, bytes: last.bytes, total: last.totalBytes });
  const { processed, unparseable, thrownAway, processedWithError } = report.rowStats;
  console.log(
    `${report.dataSource}: ${processed} rows read, ${report.rowsStored} stored in ${report.segments} segments, ` +
      `${unparseable} unparseable, ${processedWithError} with errors, ${thrownAway} thrown away`,
  );
  for (const event of report.unparseableEvents)
    console.log(`  ${event.source} line ${event.line}: ${event.details.join('; ')}`);
}

function readSpec(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new BasaltError('CANNOT_READ', `Cannot read the spec ${file}`, { cause: error });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    // The parser's message quotes the file, line ends and all.
    const reason = (error as Error).message.replaceAll(/\s+/g, ' ');
    throw new BasaltError('INVALID_SPEC', `${file} is not JSON: ${reason}`);
  }
}
