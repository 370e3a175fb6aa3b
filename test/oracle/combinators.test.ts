/** Random combinators behind aggregates, whatever they nest to, beside chdb. */

import { Session } from 'chdb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';
import { type Random, SeededRandom } from '../../engine/base/random.ts';
import { effort } from '../effort.ts';

const ROWS = 300;

/** An aggregate under construction: its arguments are of one row, in which `n` is its number. */
type Call = {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly args: readonly string[];
};
/** @param elements what lambdas around the arguments call their elements */
type Make = (random: Random, elements: readonly string[]) => Call;

const pick = <T>(random: Random, of: readonly T[]): T => of[random.below(of.length)];

/** A small number that hangs on the row and on the elements around it. */
function number(random: Random, elements: readonly string[]): string {
  const terms = ['n', ...elements].map((of) => `${of} * ${1 + random.below(9)}`);
  return `toInt64((${terms.join(' + ')}) % ${5 + random.below(40)}) - 3`;
}

const BASES: readonly (readonly [name: string, parameters: readonly string[], args: number])[] = [
  ['sum', [], 1],
  ['count', [], 1],
  ['min', [], 1],
  ['max', [], 1],
  ['avg', [], 1],
  ['uniqExact', [], 1],
  ['groupBitXor', [], 1],
  ['quantileExact', ['0.3'], 1],
  ['sumCount', [], 1],
  ['argMin', [], 2],
  ['maxIntersections', [], 2],
  ['groupArraySorted', ['4'], 1],
];

const COMBINATORS = ['If', 'ForEach', 'Map', 'Resample', 'ArgMin', 'ArgMax', 'Array', 'OrNull', 'OrDefault'];

/** Behind `inner`, which takes a row or, for arrays and maps, an element. */
function combined(combinator: string, inner: Make, depth: number): Make {
  return (random, elements) => {
    const element = `e${depth}`;
    const isOfElements = ['ForEach', 'Map', 'Array'].includes(combinator);
    const { name, parameters, args } = inner(random, isOfElements ? [...elements, element] : elements);
    const size = `range(n % ${2 + random.below(3)})`;
    const listed = args.map((arg) => `arrayMap(${element} -> ${arg}, ${size})`);
    const row = number(random, elements);
    const made = (given: readonly string[], more: readonly string[] = []): Call => ({
      name: name + combinator,
      parameters: [...parameters, ...more],
      args: given,
    });
    switch (combinator) {
      case 'If':
        return made([...args, `${row} > 1`]);
      case 'ForEach':
      case 'Array':
        return made(listed);
      case 'Map':
        return made([
          `mapFromArrays(arrayMap(${element} -> toString(${element} + n % 3), ${size}), ${listed[0]})`,
        ]);
      case 'Resample':
        return made(
          [...args, row],
          pick(random, [
            ['-2', '9', '4'],
            ['0', '3', '1'],
            ['1', '6', '5'],
          ]),
        );
      case 'ArgMin':
      case 'ArgMax':
        return made([...args, pick(random, [row, `toString(${row})`, `(${row}, n % 2)`])]);
      default:
        return made(args);
    }
  };
}

function randomCall(random: Random): Call {
  const [name, parameters, count] = pick(random, BASES);
  let make: Make = (r, elements) => ({
    name,
    parameters,
    args: Array.from({ length: count }, () => number(r, elements)),
  });
  let arity = count;
  // A tuple is never NULL here.
  let left = name === 'sumCount' ? COMBINATORS.filter((c) => c !== 'OrNull') : COMBINATORS;
  for (let depth = 1 + random.below(3); depth > 0; depth--) {
    const combinator = pick(random, arity === 1 ? left : left.filter((c) => c !== 'Map'));
    // What no row or an unwanted one is hangs on their order.
    if (combinator === 'If' || combinator.startsWith('Or')) left = left.filter((c) => !c.startsWith('Or'));
    make = combined(combinator, make, depth);
    if (['If', 'Resample', 'ArgMin', 'ArgMax'].includes(combinator)) arity++;
    left = left.filter((c) => c !== combinator && !(c.startsWith('Arg') && combinator.startsWith('Arg')));
  }
  return make(random, []);
}

const FROM = `(SELECT number AS n FROM numbers(${ROWS}))`;

function queriesOf({ name, parameters, args }: Call): string[] {
  const list = parameters.length === 0 ? '' : `(${parameters.join(', ')})`;
  const call = (suffix: string): string => `${name}${suffix}${list}(${args.join(', ')})`;
  return [
    `SELECT toString(${call('')}), toTypeName(${call('')}) FROM ${FROM}`,
    `SELECT n % 7 AS g, toString(${call('')}) FROM ${FROM} GROUP BY g ORDER BY g`,
    `SELECT toString(${name}Merge${list}(s)) FROM (SELECT ${call('State')} AS s FROM ${FROM} GROUP BY n % 11)`,
    `SELECT toString(finalizeAggregation(${call('State')})) FROM ${FROM} WHERE n < 40`,
  ];
}

describe('random combinators', () => {
  let ours: Database;
  const peer = new Session();

  beforeAll(async () => {
    ours = await open();
  });

  afterAll(async () => {
    await ours.close();
    peer.cleanup();
  });

  const theirs = (sql: string): string[] | null => {
    try {
      return String(peer.query(sql, 'TabSeparatedRaw')).trimEnd().split('\n');
    } catch {
      return null;
    }
  };

  it('takes one answer to no rows', async () => {
    await expect(
      ours.execute('SELECT sumOrNullOrDefault(number) FROM numbers(3)', { dialect: 'clickhouse' }),
    ).rejects.toThrow('another of its kind');
  });

  it.each(Array.from({ length: effort(200, 60) }, (_, seed) => seed))('of seed %i', async (seed) => {
    for (const sql of queriesOf(randomCall(new SeededRandom(seed)))) {
      const expected = theirs(sql);
      if (expected === null) continue;
      const { rows } = await ours.execute(sql, { dialect: 'clickhouse', int64: 'string' });
      expect(rows.map((row) => row.map((value) => value ?? '\\N').join('\t')).join('\n'), sql).toBe(
        expected.join('\n'),
      );
    }
  });
});
