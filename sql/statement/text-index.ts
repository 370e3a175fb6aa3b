/**
 * ClickHouse's inverted index, `TYPE text(tokenizer = ...)`: here the same tokens in a filter for each granule, so answers are the same
 * and other granules may be read.
 */

import type { SkipIndexKind } from '../../engine/plan/skip-index.ts';
import type { LogicalType } from '../../engine/type/type.ts';
import type { Expression } from '../ast/expression.ts';
import type { Session } from '../bind/session.ts';
import { constantOf, DEFAULT_FALSE_POSITIVES, type Fail } from './index-argument.ts';

/** For a page of texts: with 60,000 different tokens in it, one in fifty that are not there is taken for one of them. */
const FILTER = { bytes: 1 << 16, hashes: 4, seed: 0 } as const;

type TokenizerRow = {
  /** The length of a token where none is written; absent: the tokenizer takes none. */
  readonly defaultLength?: bigint;
  /** The filter that holds such tokens. */
  readonly kind: (length: number) => SkipIndexKind;
};

const TOKENIZERS: ReadonlyMap<string, TokenizerRow> = new Map<string, TokenizerRow>([
  ['splitByNonAlpha', { kind: () => ({ type: 'tokenbf_v1', ...FILTER }) }],
  ['ngrams', { defaultLength: 3n, kind: (length) => ({ type: 'ngrambf_v1', length, ...FILTER }) }],
  ['array', { kind: () => ({ type: 'bloom_filter', falsePositives: DEFAULT_FALSE_POSITIVES }) }],
]);
/** ClickHouse's, that are not there. */
const OTHER_TOKENIZERS = /^(splitByString|sparseGrams|asciiCJK|unicodeWord)$/;
const MAX_LENGTH = 100n;

export function textKind(args: readonly Expression[], fail: Fail, session: Session): SkipIndexKind {
  let kind: SkipIndexKind | null = null;
  for (const node of args) {
    if (node.kind !== 'binary' || node.op !== '=' || node.left.kind !== 'name')
      throw fail('BAD_ARGUMENTS', 'Arguments of a text index are written name = value');
    const [{ text: option }] = node.left.parts;
    if (option !== 'tokenizer')
      throw session.refuse(
        node,
        `The argument ${option} of a text index`,
        'Index what it makes of the text: INDEX i lower(s)',
      );
    kind = tokenizerOf(node.right, fail, session);
  }
  if (kind !== null) return kind;
  throw fail(
    'BAD_ARGUMENTS',
    "Text index argument 'tokenizer' is required",
    'Write text(tokenizer = splitByNonAlpha)',
  );
}

/** `splitByNonAlpha`, `'splitByNonAlpha'` or `ngrams(3)`. */
function tokenizerOf(node: Expression, fail: Fail, session: Session): SkipIndexKind {
  const name = nameOf(node);
  if (OTHER_TOKENIZERS.test(name))
    throw session.refuse(node, `The tokenizer ${name}`, `Known: ${[...TOKENIZERS.keys()].join(', ')}`);
  const row = TOKENIZERS.get(name);
  if (row === undefined) throw fail('BAD_ARGUMENTS', `Unknown tokenizer: '${name}'`);
  const given = node.kind === 'call' ? node.args.map((arg) => constantOf(arg, session)) : [];
  const { defaultLength } = row;
  if (defaultLength === undefined) {
    if (given.length === 0) return row.kind(0);
    throw fail('BAD_ARGUMENTS', `The tokenizer ${name} takes no arguments`);
  }
  const [length = defaultLength, ...more] = given;
  if (typeof length === 'bigint' && length >= 1n && length <= MAX_LENGTH && more.length === 0)
    return row.kind(Number(length));
  throw fail('BAD_ARGUMENTS', `The tokenizer ${name} takes a length, 1 to ${MAX_LENGTH}`);
}

function nameOf(node: Expression): string {
  if (node.kind === 'name') return node.parts[0].text;
  if (node.kind === 'call') return node.name;
  return node.kind === 'string' ? node.value : '';
}

export function checkText({ id, nullable }: LogicalType, fail: Fail): void {
  if ((id === 'string' || id === 'fixedstring') && !nullable) return;
  throw fail(
    'BAD_ARGUMENTS',
    'A text index is of a String or FixedString',
    "Index assumeNotNull(x), or ifNull(x, '')",
  );
}
