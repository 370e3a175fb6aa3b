/**
 * CODEC(...): what is written is checked as ClickHouse checks it, and said back as it says it; messages and numbers are its own.
 *
 * Of the codecs the last general one says which byte compressor blocks go through. The others are kept and shown, but which encoding a
 * block gets is decided by what it takes, and theirs are among those tried.
 */

import type { ColumnCodec } from '../../engine/plan/column-codec.ts';
import type { LogicalType } from '../../engine/type/type.ts';
import type { Expression, Span } from '../ast/expression.ts';
import type { CodecStep, Settings } from '../ast/statement.ts';
import type { Session } from '../bind/session.ts';
import { CODECS, type CodecRow } from './codec-row.ts';
import { isFloat, leavesOf } from './codec-type.ts';

/** @param type of the column. */
export function bindCodec(steps: readonly CodecStep[], type: LogicalType, session: Session): ColumnCodec {
  const leaves = leavesOf(type);
  const found = steps.map((step) => ({ step, ...codecOf(step, leaves, session) }));
  const text = found.map((codec) => codec.text).join(', ');
  const wanted = session.context.settings['allow_suspicious_codecs'];
  if (wanted === undefined || Number(wanted) === 0) refuseSuspicious(found, text, leaves, session);
  const last = found.findLast(({ row }) => row.compressor !== undefined);
  return { text, compressor: last?.row.compressor?.(zstdLevel(last.text)) ?? null };
}

/** The table's setting; null where it says nothing. ClickHouse reads its name whatever the case. */
export function bindDefaultCodec(settings: Settings, where: Span, session: Session): ColumnCodec | null {
  const written = settings['default_compression_codec'];
  if (written === undefined || written === '') return null;
  const [, name, level] = /^\s*(\w+)\s*(?:\(\s*(\d+)\s*\))?\s*$/.exec(String(written)) ?? [];
  if (name === undefined)
    throw session.error(
      'UNKNOWN_CODEC',
      where,
      `Unknown codec family: ${written}.`,
      "Write a byte compressor, such as 'ZSTD(3)'",
    );
  const args: readonly Expression[] =
    level === undefined ? [] : [{ ...where, kind: 'number', text: level, decimal: false }];
  const { text, row } = codecOf({ ...where, name: name.toUpperCase(), args }, [], session);
  if (row.compressor === undefined)
    throw session.error(
      'BAD_ARGUMENTS',
      where,
      `${text} is no byte compressor`,
      "Write one, such as 'ZSTD(3)'",
    );
  return { text, compressor: row.compressor(zstdLevel(text)) };
}

function codecOf(
  step: CodecStep,
  leaves: readonly LogicalType[],
  session: Session,
): { readonly row: CodecRow; readonly text: string } {
  const row = CODECS[step.name];
  if (row !== undefined) return { row, text: row.text({ step, leaves, session }) };
  if (/^AES_\d+_GCM_SIV$/.test(step.name))
    throw session.refuse(step, `The codec ${step.name}`, 'Keep the data folder on an encrypted disk');
  if (step.name === 'Multiple')
    throw session.error('UNKNOWN_CODEC', step, 'Codec Multiple cannot be specified directly');
  throw session.error(
    'UNKNOWN_CODEC',
    step,
    `Unknown codec family: ${step.name}`,
    session.didYouMean(step.name, Object.keys(CODECS)) ?? `There are ${Object.keys(CODECS).join(', ')}`,
  );
}

/** What can be done, but to no purpose. */
function refuseSuspicious(
  codecs: readonly { readonly step: CodecStep; readonly row: CodecRow; readonly text: string }[],
  text: string,
  leaves: readonly LogicalType[],
  session: Session,
): void {
  const fail = (message: string): Error =>
    session.error(
      'BAD_ARGUMENTS',
      codecs[0].step,
      `${message} (Note: you can enable setting 'allow_suspicious_codecs' to skip this check).`,
    );
  const names = codecs.map(({ step }) => step.name);
  const meaningless = `The combination of compression codecs ${text} is meaningless, because`;
  if (names.includes('NONE')) {
    if (names.length === 1) return;
    throw fail(`It does not make sense to have codec NONE along with other compression codecs: ${text}.`);
  }
  if (!codecs.some(({ row }) => row.compresses))
    throw fail(
      `Compression codec ${text} does not compress anything. You may want to add generic compression algorithm after other transformations, like: ${text}, LZ4.`,
    );
  const series = codecs.findIndex(({ row }) => row.floatSeries === true);
  if (series !== -1 && !leaves.some(isFloat))
    throw fail(
      `${meaningless} it does not make sense to apply a floating-point time series codec to non-floating-point columns`,
    );
  if (codecs.slice(0, -1).some(({ row }) => row.compressor !== undefined))
    throw fail(
      `${meaningless} it does not make sense to apply any transformations after generic compression algorithm.`,
    );
  if (codecs.slice(0, Math.max(0, series)).some(({ row }) => row.deltas === true))
    throw fail(
      `${meaningless} floating point time series codecs do delta compression implicitly by themselves.`,
    );
}

/** As the text says it: negative levels are there as Zstd has them, fast ones. */
const zstdLevel = (text: string): number => {
  const level = /^ZSTD\((\d+)/.exec(text);
  return level === null ? 0 : Math.max(-7, Number(BigInt.asIntN(64, BigInt(level[1]))));
};
