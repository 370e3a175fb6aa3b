/**
 * CODEC(...): what is written is checked as ClickHouse checks it, and said back as it says it; messages and numbers are its own.
 *
 * Of the codecs the last general one says which byte compressor blocks go through. The others are kept and shown, but which encoding a
 * block gets is decided by what it takes, and theirs are among those tried.
 */

import type { ErrorName } from '../../engine/base/error.ts';
import type { ColumnCodec } from '../../engine/plan/column-codec.ts';
import { clickhouseTypeName } from '../../engine/type/dialect-name.ts';
import { elementOf, fieldsOf, keyOf, type LogicalType } from '../../engine/type/type.ts';
import type { Expression, Span } from '../ast/expression.ts';
import type { CodecStep, Settings } from '../ast/statement.ts';
import type { Session } from '../bind/session.ts';

type Written = {
  readonly step: CodecStep;
  /** What the column's values are made of; empty of JSON, and of a table's codec. */
  readonly leaves: readonly LogicalType[];
  readonly session: Session;
};

type CodecRow = {
  /** Fewer bytes come out of it. */
  readonly compresses: boolean;
  /** Of bytes of any meaning: nothing should follow it. */
  readonly compressor?: (level: number) => ColumnCodec['compressor'];
  readonly floatSeries?: boolean;
  readonly deltas?: boolean;
  /** The codec as it is shown; refuses what it cannot be used with. */
  readonly text: (written: Written) => string;
};

const WORD_BYTES = [1, 2, 4, 8];
const MAX_ZSTD_LEVEL = 22;
const DEFAULT_ZSTD_LEVEL = 1;
const MIN_WINDOW_LOG = 10;
const MAX_WINDOW_LOG = 31;
const FPC_LEVEL = { least: 1, most: 28, usual: 12 };

const CODECS: Readonly<Record<string, CodecRow>> = {
  NONE: { compresses: false, compressor: () => ({ codec: 'none', level: 0 }), text: bare },
  LZ4: { compresses: true, compressor: () => ({ codec: 'lz4', level: 0 }), text: bare },
  LZ4HC: {
    compresses: true,
    compressor: () => ({ codec: 'lz4', level: 0 }),
    text: (written) => `LZ4HC(${levelOf(written, 0n, 1)})`,
  },
  ZSTD: {
    compresses: true,
    compressor: (level) => ({ codec: 'zstd', level }),
    text: (written) => {
      const level = levelOf(written, BigInt(DEFAULT_ZSTD_LEVEL), 2);
      if (BigInt.asIntN(64, level) > MAX_ZSTD_LEVEL)
        throw parameter(written, `ZSTD codec can't have level more than ${MAX_ZSTD_LEVEL}, given ${level}`);
      if (written.step.args.length < 2) return `ZSTD(${level})`;
      const window = uint(written, 1);
      if (window < MIN_WINDOW_LOG || window > MAX_WINDOW_LOG)
        throw parameter(
          written,
          `ZSTD codec can't have window log more than ${MAX_WINDOW_LOG} and lower than ${MIN_WINDOW_LOG}, given ${window}`,
        );
      return `ZSTD(${level}, ${window})`;
    },
  },
  Default: {
    compresses: true,
    compressor: () => null,
    text: (written) => {
      if (written.step.args.length === 0) return 'Default';
      throw refused(
        written,
        'BAD_ARGUMENTS',
        "Default codec cannot have any arguments, it's just an alias for the codec of the table",
      );
    },
  },
  Delta: {
    compresses: false,
    deltas: true,
    text: (written) => sized(written, `Delta value for delta codec`),
  },
  DoubleDelta: {
    compresses: true,
    deltas: true,
    text: (written) => {
      for (const leaf of written.leaves) {
        if (!isNumeric(leaf)) throw inapplicable(written, leaf, 'the data type is not numeric');
        wordBytes(written, leaf);
      }
      sizeArgument(written, 'Argument value for DoubleDelta codec');
      return 'DoubleDelta';
    },
  },
  Gorilla: {
    compresses: true,
    floatSeries: true,
    text: (written) => sized(written, 'Argument value for Gorilla codec'),
  },
  FPC: { compresses: true, floatSeries: true, text: fpc },
  ALP: { compresses: true, floatSeries: true, text: alp },
  T64: { compresses: true, text: t64 },
  GCD: {
    compresses: false,
    text: (written) => {
      const { leaves, step } = written;
      if (step.args.length > 0)
        throw syntax(written, `GCD codec must have 0 parameters, given ${step.args.length}`);
      const other = leaves.find((leaf) => !hasCommonDivisors(leaf));
      if (other === undefined) return 'GCD';
      throw refused(
        written,
        'BAD_ARGUMENTS',
        `Codec GCD cannot be applied to column ${clickhouseTypeName(other)} because it can only be used with Int*, UInt*, Decimal*, Date* or DateTime* types`,
      );
    },
  },
};

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
    level === undefined ? [] : [{ kind: 'number', text: level, decimal: false, ...where }];
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

function leavesOf(type: LogicalType): readonly LogicalType[] {
  switch (type.id) {
    case 'array':
      return leavesOf(elementOf(type));
    case 'map':
      return [...leavesOf(keyOf(type)), ...leavesOf(elementOf(type))];
    case 'tuple':
      return fieldsOf(type).flatMap((field) => leavesOf(field.type));
    case 'json':
      return [];
    default:
      return [{ ...type, nullable: false }];
  }
}

/** Bytes of ClickHouse's values; 0: of no fixed size. */
function bytesOf(type: LogicalType): number {
  switch (type.id) {
    case 'string':
      return 0;
    case 'fixedstring':
      return type.length ?? 0;
    case 'uuid':
    case 'ipv6':
      return 16;
    case 'decimal': {
      const digits = type.precision ?? 0;
      return digits <= 9 ? 4 : digits <= 18 ? 8 : digits <= 38 ? 16 : 32;
    }
    case 'date':
      return 2;
    case 'timestamp':
      return type.precision === 0 ? 4 : 8;
    default:
      return Number(/\d+$/.exec(type.id === 'ipv4' ? 'uint32' : type.id)?.[0] ?? 8) / 8;
  }
}

const isFloat = ({ id }: LogicalType): boolean => id === 'float32' || id === 'float64';
const isNumeric = ({ id }: LogicalType): boolean => !['string', 'fixedstring', 'uuid', 'ipv6'].includes(id);
const hasCommonDivisors = (type: LogicalType): boolean =>
  isNumeric(type) && !isFloat(type) && !['enum8', 'enum16', 'ipv4'].includes(type.id);

function bare(written: Written): string {
  const { name, args } = written.step;
  if (args.length === 0) return name;
  throw refused(
    written,
    'DATA_TYPE_CANNOT_HAVE_ARGUMENTS',
    `Compression codec ${name} cannot have arguments`,
  );
}

function sized(written: Written, what: string): string {
  const { leaves, step } = written;
  const given = sizeArgument(written, what);
  const sizes = new Set(given !== null ? [given] : leaves.map((leaf) => wordBytes(written, leaf)));
  if (sizes.size > 1) return step.name;
  return `${step.name}(${[...sizes][0] ?? 1})`;
}

/** null: not given. */
function sizeArgument(written: Written, what: string): number | null {
  const { name, args } = written.step;
  if (args.length > 1) throw syntax(written, `${name} codec must have 1 parameter, given ${args.length}`);
  if (args.length === 0) return null;
  const [arg] = args;
  if (!isUnsigned(arg)) throw parameter(written, `${name} codec argument must be unsigned integer`);
  if (!WORD_BYTES.includes(Number(arg.text)))
    throw parameter(written, `${what} can be 1, 2, 4 or 8, given ${arg.text}`);
  return Number(arg.text);
}

function wordBytes(written: Written, leaf: LogicalType): number {
  const bytes = bytesOf(leaf);
  if (bytes === 0) throw inapplicable(written, leaf, 'the data type is not of fixed size');
  if (WORD_BYTES.includes(bytes)) return bytes;
  throw refused(
    written,
    'BAD_ARGUMENTS',
    `Codec ${written.step.name} is only applicable for data types of size 1, 2, 4, 8 bytes. Given type ${clickhouseTypeName(leaf)}`,
  );
}

function fpc(written: Written): string {
  const { leaves, step } = written;
  const other = leaves.find((leaf) => !isFloat(leaf));
  if (other !== undefined)
    throw refused(
      written,
      'BAD_ARGUMENTS',
      `Codec 'FPC' is not applicable for ${clickhouseTypeName(other)} because the data type is not Float*`,
    );
  const { args } = step;
  if (args.length > 2)
    throw syntax(written, `Codec 'FPC' must have from 0 to 2 parameters, given ${args.length}`);
  const numbers = args.map((arg, i) => {
    if (isUnsigned(arg)) return Number(arg.text);
    throw parameter(written, `${i === 0 ? '1st' : '2nd'} argument of codec 'FPC' must be unsigned integer`);
  });
  const [level = FPC_LEVEL.usual, size = 8] = numbers;
  if (level < FPC_LEVEL.least || level > FPC_LEVEL.most)
    throw parameter(written, `Codec 'FPC' level must be between ${FPC_LEVEL.least} and ${FPC_LEVEL.most}`);
  if (size !== 4 && size !== 8)
    throw parameter(written, `Float size for codec 'FPC' can be 4 or 8, given ${size}`);
  return `FPC(${level})`;
}

function alp(written: Written): string {
  const { args } = written.step;
  if (args.length > 1)
    throw syntax(written, `ALP codec must have zero or one parameter, given ${args.length}`);
  const other = written.leaves.find((leaf) => !isFloat(leaf));
  if (other !== undefined) throw inapplicable(written, other, 'the data type is not Float*');
  const [arg] = args;
  if (arg === undefined) return 'ALP';
  if (arg.kind !== 'name') throw syntax(written, 'ALP codec variant must be an identifier: AUTO, STD or RD');
  const variant = arg.parts.map(({ text }) => text).join('.');
  if (['AUTO', 'STD', 'RD'].includes(variant)) return `ALP(${variant})`;
  throw syntax(written, `ALP codec variant must be AUTO, STD or RD, given ${variant}`);
}

function t64(written: Written): string {
  const { leaves, step } = written;
  if (step.args.length > 1)
    throw syntax(written, `T64 support zero or one parameter, given ${step.args.length}`);
  const [arg] = step.args;
  if (arg !== undefined && arg.kind !== 'string')
    throw refused(written, 'BAD_GET', `Bad get: has ${literalType(arg)}, requested String`);
  if (arg !== undefined && arg.value !== 'bit' && arg.value !== 'byte')
    throw parameter(written, `Wrong modification for T64: ${arg.value}`);
  const other = leaves.find(
    (leaf) => !isNumeric(leaf) || isFloat(leaf) || !WORD_BYTES.includes(bytesOf(leaf)),
  );
  if (other !== undefined)
    throw syntax(written, `T64 codec is not supported for specified type ${clickhouseTypeName(other)}`);
  return arg?.value === 'bit' ? "T64('bit')" : 'T64';
}

function levelOf(written: Written, usual: bigint, most: number): bigint {
  const { name, args } = written.step;
  if (args.length > most)
    throw syntax(
      written,
      `${name} codec must have ${most === 1 ? '1 parameter' : '1 or 2 parameters'}, given ${args.length}`,
    );
  return args.length === 0 ? usual : uint(written, 0);
}

/** As ClickHouse reads an argument: negative numbers wrap around. */
function uint(written: Written, index: number): bigint {
  const arg = written.step.args[index];
  if (arg.kind === 'number' && !arg.decimal) return BigInt.asUintN(64, BigInt(arg.text));
  const type = literalType(arg);
  if (type === null) throw parameter(written, `${written.step.name} codec argument must be integer`);
  throw refused(written, 'BAD_GET', `Bad get: has ${type}, requested UInt64`);
}

const isUnsigned = (arg: Expression): arg is Extract<Expression, { kind: 'number' }> =>
  arg.kind === 'number' && !arg.decimal && !arg.text.startsWith('-');

/** null: no literal. */
function literalType(arg: Expression): string | null {
  if (arg.kind === 'string') return 'String';
  if (arg.kind === 'null') return 'Null';
  if (arg.kind !== 'number') return null;
  return arg.decimal ? 'Float64' : arg.text.startsWith('-') ? 'Int64' : 'UInt64';
}

const refused = ({ step, session }: Written, name: ErrorName, message: string): Error =>
  session.error(name, step, message);
const parameter = (written: Written, message: string): Error =>
  refused(written, 'ILLEGAL_CODEC_PARAMETER', message);
const syntax = (written: Written, message: string): Error =>
  refused(written, 'ILLEGAL_SYNTAX_FOR_CODEC_TYPE', message);
const inapplicable = (written: Written, leaf: LogicalType, why: string): Error =>
  refused(
    written,
    'BAD_ARGUMENTS',
    `Codec ${written.step.name} is not applicable for ${clickhouseTypeName(leaf)} because ${why}`,
  );
