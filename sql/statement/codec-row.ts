/** The codecs that CODEC(...) can name, one row each, and what their arguments may be. */

import type { ErrorName } from '../../engine/base/error.ts';
import type { ColumnCodec } from '../../engine/plan/column-codec.ts';
import { clickhouseTypeName } from '../../engine/type/dialect-name.ts';
import type { LogicalType } from '../../engine/type/type.ts';
import type { Expression } from '../ast/expression.ts';
import type { CodecStep } from '../ast/statement.ts';
import type { Session } from '../bind/session.ts';
import { bytesOf, hasCommonDivisors, isFloat, isNumeric } from './codec-type.ts';

export type Written = {
  readonly step: CodecStep;
  /** What the column's values are made of; empty of JSON, and of a table's codec. */
  readonly leaves: readonly LogicalType[];
  readonly session: Session;
};

export type CodecRow = {
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

export const CODECS: Readonly<Record<string, CodecRow>> = {
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
