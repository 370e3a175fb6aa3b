/**
 * Functions that draw at random. ClickHouse takes an argument more than it needs, a tag: calls with other tags draw other numbers, calls that are
 * written alike the same.
 */

import { BasaltError } from '../../base/error.ts';
import { draw, ONCE, PLACE } from '../../plan/draw.ts';
import { type Expr, literal } from '../../plan/expr.ts';
import {
  FLOAT64,
  INT64,
  isFloat,
  isInteger,
  type LogicalType,
  NULL_TYPE,
  STRING,
  type,
  UINT64,
} from '../../type/type.ts';
import { apply, int } from '../call.ts';
import { DISTRIBUTIONS, type Distribution } from '../distribution.ts';
import type { Argument, FunctionRow, Resolution, Resolve, TableRow } from '../row.ts';
import { clickhouseScalar, scalar } from '../signature.ts';

const UINT32 = type('uint32');
const UUID = type('uuid');
const WORD = 32;

/** Bits that a double tells apart in [0, 1). */
const UNIT_BITS = 53;

/** Uniform in [0, 1). */
const unit = (): Expr =>
  apply(
    'mul_f64',
    [apply('i64_to_f64', [draw(UNIT_BITS)], FLOAT64), literal(2 ** -UNIT_BITS, FLOAT64)],
    FLOAT64,
  );

/** What a generator of many numbers begins with. */
const seedBits = (): Expr => draw(UNIT_BITS);

/** Of a text of any length: more bits than a double has. */
const generator = (): Expr[] => [draw(WORD, 0), draw(WORD, 1)];

/** @param most arguments, all of which only tell calls apart */
const tagged =
  (most: number, build: () => Expr): Resolve =>
  (args) =>
    args.length > most ? undefined : { casts: args.map((arg) => arg.type), build };

const NULL_OF_NULL = (args: readonly Argument[]): Resolution => ({
  casts: args.map((arg) => arg.type),
  build: () => literal(null, NULL_TYPE),
});

/** ClickHouse takes no signed integers here. */
const isParameter = ({ type: { id } }: Argument): boolean =>
  id === 'null' ||
  id === 'bool' ||
  isFloat({ id, nullable: false }) ||
  (isInteger({ id, nullable: false }) && id.startsWith('u'));

function distributed({ id, parameters, check, isWhole }: Distribution): Resolve {
  const result = id === 'randBernoulli' ? type('uint8') : isWhole ? UINT64 : FLOAT64;
  return (args) => {
    const given = args.slice(0, parameters.length);
    const isFit = given.length === parameters.length && args.length <= parameters.length + 1;
    if (!isFit || !given.every(isParameter)) return undefined;
    if (given.some((arg) => arg.type.id === 'null')) return NULL_OF_NULL(args);
    const values = given.map(({ value }, i) => {
      if (value !== undefined) return parameters[i].checked(Number(value), id);
      throw new BasaltError('ILLEGAL_COLUMN', `Parameter number ${i} of function ${id} must be constant`, {
        hint: 'Shift and scale what is drawn with fixed parameters',
      });
    });
    check?.(...values);
    return {
      casts: args.map((arg, i) => (i < given.length ? FLOAT64 : arg.type)),
      build: (exprs) => apply(id, [seedBits(), ...exprs.slice(0, given.length)], result),
    };
  };
}

const isLength = ({ type: own }: Argument): boolean => isInteger(own) || isFloat(own) || own.id === 'null';

const texts =
  (fn: string): Resolve =>
  (args) => {
    if (args.length < 1 || args.length > 2 || !isLength(args[0])) return undefined;
    const length: LogicalType = { ...INT64, nullable: args[0].type.nullable };
    return {
      casts: [length, ...args.slice(1).map((arg) => arg.type)],
      build: ([of]) => apply(fn, [...generator(), of], STRING),
    };
  };

const fixedText: Resolve = (args) => {
  if (args.length < 1 || args.length > 2) return undefined;
  const [{ type: own, value }] = args;
  if (own.id === 'null') return NULL_OF_NULL(args);
  if (!isInteger(own) || !own.id.startsWith('u')) return undefined;
  if (value === undefined)
    throw new BasaltError(
      'ILLEGAL_COLUMN',
      'First argument for function randomFixedString must be constant',
      {
        hint: 'randomString takes any length',
      },
    );
  const length = Number(value);
  if (length === 0) throw new BasaltError('ARGUMENT_OUT_OF_BOUND', 'FixedString size must be positive');
  return {
    casts: args.map((arg) => arg.type),
    build: () =>
      apply('random_bytes', [...generator(), int(length)], { id: 'fixedstring', nullable: false, length }),
  };
};

const fuzzed: Resolve = (args) => {
  if (args.length !== 2) return undefined;
  const [text, share] = args;
  if (text.type.id === 'null' || share.type.id === 'null') return NULL_OF_NULL(args);
  if (!['string', 'fixedstring'].includes(text.type.id) || !isFloat(share.type) || share.value === undefined)
    return undefined;
  const value = Number(share.value);
  if (!(value >= 0 && value <= 1))
    throw new BasaltError(
      'ARGUMENT_OUT_OF_BOUND',
      `Second argument of function fuzzBits must be from 0.0 to 1.0, not ${value}`,
    );
  return {
    casts: [text.type, FLOAT64],
    build: ([of, chance]) => apply('fuzz_bits', [seedBits(), of, chance], of.type),
  };
};

const uuid4 = (): Expr =>
  apply(
    'uuid_4',
    [0, 1, 2, 3].map((part) => draw(WORD, part)),
    UUID,
  );

/** @param counter 42 bits */
const uuid7 =
  (most: number, counter: () => Expr): Resolve =>
  (args, context) =>
    tagged(most, () => apply('uuid_7', [context.nowMs, counter(), draw(WORD, 1)], UUID))(args, context);

/** Of distributions, by name: arguments under which a number is certain. */
const CERTAIN: Readonly<Record<string, readonly [sql: string, result: string]>> = {
  randUniform: ['SELECT randUniform(2, 2)', '2.0'],
  randNormal: ['SELECT randNormal(5, 0)', '5.0'],
  randLogNormal: ['SELECT randLogNormal(0, 0)', '1.0'],
  randExponential: ['SELECT randExponential(2) >= 0', '1'],
  randChiSquared: ['SELECT randChiSquared(3) >= 0', '1'],
  randStudentT: ['SELECT randStudentT(3) = randStudentT(3)', '1'],
  randFisherF: ['SELECT randFisherF(3, 4) >= 0', '1'],
  randBernoulli: ['SELECT randBernoulli(1.0)', '1'],
  randBinomial: ['SELECT randBinomial(10, 1.0)', '10'],
  randNegativeBinomial: ['SELECT randNegativeBinomial(10, 1.0)', '0'],
  randPoisson: ['SELECT randPoisson(0)', '0'],
};

const CLICKHOUSE: readonly TableRow<string | readonly string[]>[] = [
  [
    ['rand', 'rand32'],
    tagged(1, () => draw(32, 0, UINT32)),
    'rand([tag])',
    'A UInt32 for each row, all as likely.',
    'SELECT rand() = rand() AND rand(1) <> rand(2)',
    '1',
  ],
  [
    'rand64',
    tagged(1, () => draw(64, 0, UINT64)),
    'rand64([tag])',
    'A UInt64 for each row, all as likely.',
    'SELECT rand64() = rand64()',
    '1',
  ],
  [
    'randConstant',
    tagged(1, () => draw(32, 0, UINT32, ONCE)),
    'randConstant([tag])',
    'A UInt32 that is the same in all rows of the query.',
    'SELECT uniqExact(randConstant()) FROM numbers(100)',
    '1',
  ],
  [
    'randCanonical',
    tagged(1, unit),
    'randCanonical([tag])',
    'Uniform from 0 to below 1.',
    'SELECT randCanonical() < 1',
    '1',
  ],
  ...DISTRIBUTIONS.map((distribution): TableRow<string> => {
    const { id, parameters, doc } = distribution;
    const words = parameters.map(({ name }) => name.replaceAll(' ', '_')).join(', ');
    return [id, distributed(distribution), `${id}(${words} [, tag])`, doc, ...CERTAIN[id]];
  }),
  [
    'randomString',
    texts('random_bytes'),
    'randomString(length [, tag])',
    'A text of as many random bytes.',
    'SELECT length(randomString(5))',
    '5',
  ],
  [
    'randomFixedString',
    fixedText,
    'randomFixedString(length [, tag])',
    'Random bytes as a FixedString of this length.',
    'SELECT toTypeName(randomFixedString(5))',
    'FixedString(5)',
  ],
  [
    'randomPrintableASCII',
    texts('random_printable'),
    'randomPrintableASCII(length [, tag])',
    'A text of as many printable characters of ASCII.',
    "SELECT match(randomPrintableASCII(20), '^[ -~]{20}$')",
    '1',
  ],
  [
    'randomStringUTF8',
    texts('random_characters'),
    'randomStringUTF8(length [, tag])',
    'A text of as many characters of Unicode.',
    'SELECT lengthUTF8(randomStringUTF8(5))',
    '5',
  ],
  [
    'fuzzBits',
    fuzzed,
    'fuzzBits(text, probability)',
    'The text with each of its bits turned over with this probability, a constant float.',
    "SELECT hex(fuzzBits('abcd', 1.0))",
    '9E9D9C9B',
  ],
  [
    'generateUUIDv4',
    tagged(1, uuid4),
    'generateUUIDv4([tag])',
    'A random UUID.',
    'SELECT substring(toString(generateUUIDv4()), 15, 1)',
    '4',
  ],
  [
    'generateUUIDv7',
    uuid7(1, () => apply('add_wrap_i64', [draw(41, 0, INT64, ONCE), draw(42, 0, INT64, PLACE)], INT64)),
    'generateUUIDv7([tag])',
    'A UUID of the time of the statement, a number that ascends from row to row, and random bits.',
    'SELECT substring(toString(generateUUIDv7()), 15, 1)',
    '7',
  ],
];

export const RANDOMS: readonly FunctionRow[] = [
  scalar(
    { standard: ['random'] },
    tagged(0, unit),
    'random()',
    'Uniform from 0 to below 1, drawn for each row and call.',
    'SELECT random() < 1',
    'true',
  ),
  scalar(
    { standard: ['uuid', 'gen_random_uuid', 'uuidv4'] },
    tagged(0, uuid4),
    'uuid()',
    'A random UUID.',
    'SELECT substring(CAST(uuid() AS VARCHAR), 15, 1)',
    '4',
  ),
  scalar(
    { standard: ['uuidv7'] },
    uuid7(0, () => draw(42)),
    'uuidv7()',
    'A UUID of the time of the statement and random bits.',
    'SELECT substring(CAST(uuidv7() AS VARCHAR), 15, 1)',
    '7',
  ),
  ...CLICKHOUSE.map(clickhouseScalar),
].map((row) => ({ ...row, draws: true }));
