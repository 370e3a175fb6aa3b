/**
 * Data-skipping indexes as ClickHouse takes them, bound over the table's columns. Conditions, messages and error numbers are
 * ClickHouse's; what it takes and we do not is refused by name.
 */

import { columnsOf, type Expr } from '../../engine/plan/expr.ts';
import type { SkipIndexKind } from '../../engine/plan/skip-index.ts';
import { dialectTypeName } from '../../engine/type/dialect-name.ts';
import type { LogicalType } from '../../engine/type/type.ts';
import type { Expression, Identifier, Span } from '../ast/expression.ts';
import type { IndexDefinition } from '../ast/statement.ts';
import type { Session } from '../bind/session.ts';
import type { IndexSpec } from './bound.ts';
import { columnBinder } from './constant.ts';
import { constantOf, DEFAULT_FALSE_POSITIVES, type Fail, type IndexArgument } from './index-argument.ts';
import { CALL_OF_THE_MOMENT } from './of-the-moment.ts';
import { checkText, textKind } from './text-index.ts';
import { writtenOver } from './written.ts';

type IndexColumn = { readonly name: string; readonly type: LogicalType };
type Arguments = readonly IndexArgument[];
/** Bytes of the largest filter, ours and ClickHouse's. */
const MAX_FILTER_BYTES = 1 << 20;
const MAX_FILTER_BYTES_THERE = 1 << 30;
const MAX_HASHES = 64;

export function bindSkipIndex(
  definition: IndexDefinition,
  columns: readonly IndexColumn[],
  session: Session,
): IndexSpec {
  const { name, value, text, granularity } = definition;
  if (definition.type === null)
    throw session.error(
      'INCORRECT_QUERY',
      name,
      'CREATE INDEX without TYPE is forbidden',
      'Write TYPE minmax, set(n), bloom_filter, tokenbf_v1(bytes, hashes, seed) or ngrambf_v1(n, bytes, hashes, seed)',
    );
  const fail: Fail = (error, message, hint) =>
    session.error(error, definition, `${message}: When validating secondary index \`${name.text}\``, hint);
  if (granularity < 1)
    throw session.error('BAD_ARGUMENTS', definition, 'Index GRANULARITY must be a positive integer');
  const terms = bindTerms(value, name.text, columns, fail, session);
  refuseType(definition.type.name, session);
  const args = definition.type.args ?? [];
  const isText = definition.type.name.text.toLowerCase() === 'text';
  const kind = isText
    ? textKind(args, fail, session)
    : kindOf(
        definition.type.name.text,
        args.map((node) => constantOf(node, session)),
        definition,
        fail,
        session,
      );
  for (const term of terms) {
    if (isText) checkText(term.type, fail);
    checkType(kind, term.type, definition, fail, session);
  }
  return {
    name: name.text,
    terms,
    kind,
    granularity: Math.min(granularity, Number.MAX_SAFE_INTEGER),
    typeText: typeText(definition.type, session),
    text: writtenOver(value, text, columns, session),
    columns: columns.map((c) => c.name),
  };
}

function bindTerms(
  value: Expression,
  name: string,
  columns: readonly IndexColumn[],
  fail: Fail,
  session: Session,
): readonly Expr[] {
  const text = session.text.slice(value.at, value.end);
  const moment = CALL_OF_THE_MOMENT.exec(text)?.[0];
  if (moment !== undefined)
    throw fail(
      'BAD_ARGUMENTS',
      `Expression must be deterministic but it contains non-deterministic part \`${moment})\`: for secondary index '${name}'`,
    );
  if (/\barrayJoin\s*\(/i.test(text))
    throw fail('INCORRECT_QUERY', `Secondary index '${name}' cannot contain array joins`);
  const binder = columnBinder(columns, session, 'INDEX');
  return itemsOf(value).map((item) => {
    const term = binder.bind(item);
    if (columnsOf(term).length > 0) return term;
    throw fail('INCORRECT_QUERY', `Secondary index '${name}' cannot contain constants`);
  });
}

/** The items of a tuple, each of which is indexed. */
function itemsOf(value: Expression): readonly Expression[] {
  if (value.kind === 'tuple') return value.items;
  return value.kind === 'call' && value.name === 'tuple' ? value.args : [value];
}

function kindOf(written: string, args: Arguments, where: Span, fail: Fail, session: Session): SkipIndexKind {
  const type = written.toLowerCase();
  switch (type) {
    case 'minmax':
      return { type };
    case 'set': {
      if (args.length !== 1) throw fail('INCORRECT_QUERY', 'Set index must have exactly one argument');
      const [maxRows] = args;
      if (typeof maxRows === 'bigint' && maxRows >= 0n) return { type, maxRows: Number(maxRows) };
      throw fail('INCORRECT_QUERY', 'Set index argument must be positive integer');
    }
    case 'bloom_filter':
      return { type, falsePositives: falsePositives(args, fail) };
    case 'tokenbf_v1':
      return { type, ...filterSize('tokenbf', args, 3, where, fail, session) };
    case 'ngrambf_v1': {
      const [length, ...size] = args.length === 4 ? args : [null];
      const kind = {
        type,
        ...filterSize('ngrambf', size, 4, where, fail, session),
      } as const;
      if (typeof length !== 'bigint' || length < 0n) throw fail('BAD_ARGUMENTS', NO_INTEGERS);
      if (length === 0n) throw fail('BAD_ARGUMENTS', 'ngram length must be at least 1');
      return { ...kind, length: Math.min(Number(length), MAX_FILTER_BYTES) };
    }
    default:
      throw fail(
        'INCORRECT_QUERY',
        `Unknown Index type '${written}'. Available index types: bloom_filter, tokenbf_v1, ngrambf_v1, set, minmax, text`,
      );
  }
}

function falsePositives(args: Arguments, fail: Fail): number {
  if (args.length > 1)
    throw fail('NUMBER_OF_ARGUMENTS_DOESNT_MATCH', 'BloomFilter index cannot have more than one parameter');
  const [rate = DEFAULT_FALSE_POSITIVES] = args;
  if (typeof rate === 'number' && rate > 0 && rate < 1) return rate;
  throw fail('BAD_ARGUMENTS', 'The BloomFilter false positive must be a double number between 0 and 1');
}

/** Types that ClickHouse has, or had, and that are not there. */
function refuseType(name: Identifier, session: Session): void {
  const type = name.text.toLowerCase();
  if (type === 'hypothesis')
    throw session.error('ILLEGAL_INDEX', name, "Index of type 'hypothesis' is no longer supported");
  if (type === 'vector_similarity' || type === 'sparse_grams')
    throw session.refuse(
      name,
      `An index of type ${type}`,
      'Known: minmax, set, bloom_filter, tokenbf_v1, ngrambf_v1, text',
    );
}

const NO_INTEGERS = 'All parameters to *bf_v1 index must be unsigned integers';

function filterSize(
  index: string,
  args: Arguments,
  count: number,
  where: Span,
  fail: Fail,
  session: Session,
): { readonly bytes: number; readonly hashes: number; readonly seed: number } {
  if (args.length !== 3)
    throw fail('BAD_ARGUMENTS', `\`${index}\` index must have exactly ${count} arguments`);
  const numbers = args.map((arg) => {
    if (typeof arg === 'bigint' && arg >= 0n) return Number(arg);
    throw fail('BAD_ARGUMENTS', NO_INTEGERS);
  });
  const [bytes, hashes, seed] = numbers;
  if (bytes === 0) throw fail('BAD_ARGUMENTS', 'The size of bloom filter cannot be zero');
  if (hashes === 0)
    throw fail('BAD_ARGUMENTS', 'The number of hash functions for bloom filter cannot be zero');
  if (bytes > MAX_FILTER_BYTES_THERE)
    throw fail('BAD_ARGUMENTS', `The size of bloom filter cannot be more than ${MAX_FILTER_BYTES_THERE}`);
  if (bytes > MAX_FILTER_BYTES)
    throw session.refuse(
      where,
      `A filter of ${bytes} bytes`,
      `At most ${MAX_FILTER_BYTES}: there is one for each granule`,
    );
  if (hashes > MAX_HASHES || !Number.isSafeInteger(seed))
    throw session.refuse(
      where,
      `A filter of ${hashes} hash functions and seed ${seed}`,
      `At most ${MAX_HASHES} hash functions, a seed below 2^53`,
    );
  return { bytes, hashes, seed };
}

const BLOOM_TYPES =
  /^(u?int(8|16|32|64|128|256)|float(32|64)|bool|date|timestamp|string|fixedstring|enum(8|16)|uuid|ipv[46])$/;

function checkType(kind: SkipIndexKind, type: LogicalType, where: Span, fail: Fail, session: Session): void {
  if (kind.type === 'minmax' || kind.type === 'set') return;
  if (type.id === 'array')
    throw session.refuse(
      where,
      `A ${kind.type} index of an array`,
      'Index an element, or arrayStringConcat of it',
    );
  if (kind.type === 'bloom_filter') {
    if (BLOOM_TYPES.test(type.id)) return;
    throw fail(
      'ILLEGAL_COLUMN',
      `Unexpected type ${dialectTypeName(type, 'clickhouse')} of bloom filter index`,
    );
  }
  if ((type.id === 'string' || type.id === 'fixedstring') && !type.nullable) return;
  throw fail(
    'BAD_ARGUMENTS',
    'Ngram and token bloom filter indexes can only be used with column types `String`, `FixedString`, `LowCardinality(String)` or `LowCardinality(FixedString)`',
    "Index assumeNotNull(x), or ifNull(x, '')",
  );
}

/** The type as ClickHouse shows it: arguments with one space between. */
function typeText({ name, args }: NonNullable<IndexDefinition['type']>, session: Session): string {
  if (args === null) return name.text;
  return `${name.text}(${args.map(({ at, end }) => session.text.slice(at, end)).join(', ')})`;
}
