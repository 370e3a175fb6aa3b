/**
 * The `basalt` command. Each subcommand is a file; this one names them, and turns a failure into one clear line and a
 * non-zero exit code.
 */

import { Command, CommanderError } from 'commander';
import { BasaltError, version } from '../../database/index.ts';
import { checkNode } from '../../database/node.ts';
import { addIngest } from './ingest.ts';
import { addInspect } from './inspect.ts';
import { addQuery } from './query.ts';
import { addServe } from './serve.ts';

/** `basalt query ... | head` closes our output early; that is no failure. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}

export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', endWithReader);
  const program = new Command('basalt')
    .description(
      'A columnar analytics database in one process: Druid API, ClickHouse HTTP interface, embedded library.',
    )
    .version(version)
    .exitOverride();
  addServe(program);
  addQuery(program);
  addIngest(program);
  addInspect(program);
  try {
    checkNode();
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode;
      return;
    }
    console.error(`basalt: ${describe(error)}`);
    process.exitCode = 1;
  }
}

function describe(error: unknown): string {
  const known = BasaltError.from(error);
  const place =
    known.position === undefined ? '' : `(line ${known.position.line}, column ${known.position.column})`;
  const at = known.text.includes(place) ? '' : ` ${place}`;
  const internal =
    known.errorName === 'LOGICAL_ERROR' && error instanceof Error ? `\n${error.stack ?? ''}` : '';
  return `${known.text}${at}${internal}`;
}
