/** Distributions: their parameters, what these may be, and how a number is drawn. */

import { BasaltError } from '../base/error.ts';
import type { Random } from '../base/random.ts';
import {
  bernoulli,
  binomial,
  chiSquared,
  exponential,
  fisher,
  negativeBinomial,
  normal,
  poisson,
  student,
  unit,
} from '../base/variate.ts';

export type Parameter = {
  readonly name: string;
  /** The value as the distribution takes it. @throws BAD_ARGUMENTS */
  readonly checked: (value: number, fn: string) => number;
};

export type Distribution = {
  /** Of the implementation, and what ClickHouse calls it. */
  readonly id: string;
  readonly parameters: readonly Parameter[];
  /** What must hold between them. @throws BAD_ARGUMENTS */
  readonly check?: (...parameters: readonly number[]) => void;
  readonly isWhole: boolean;
  readonly draw: (random: Random, ...parameters: readonly number[]) => number;
  readonly doc: string;
};

const bad = (fn: string, message: string): BasaltError =>
  new BasaltError('BAD_ARGUMENTS', `${fn}: ${message}`);

const parameter = (name: string, rule: string, holds: (value: number) => boolean): Parameter => ({
  name,
  checked: (value, fn) => {
    if (!Number.isFinite(value)) throw bad(fn, `${name} cannot be ${value}`);
    if (!holds(value)) throw bad(fn, `${name} must be ${rule}, not ${value}`);
    return value;
  },
});

const free = (name: string): Parameter => parameter(name, 'a number', () => true);
const positive = (name: string): Parameter => parameter(name, 'greater than zero', (value) => value > 0);
const DEVIATION = parameter('stddev', 'not negative', (value) => value >= 0);
const SHARE = parameter('probability', 'between 0 and 1', (value) => value >= 0 && value <= 1);

/** What is behind the point is cut off, as ClickHouse does. */
function count(name: string): Parameter {
  const { checked } = parameter(name, 'between 0 and 2^53', (value) => value >= 0 && value <= MOST);
  return { name, checked: (value, fn) => Math.trunc(checked(value, fn)) };
}

const MOST = Number.MAX_SAFE_INTEGER;

export const DISTRIBUTIONS: readonly Distribution[] = [
  {
    id: 'randUniform',
    parameters: [free('min'), free('max')],
    check: (min, max) => {
      if (min > max) throw bad('randUniform', `min ${min} must not be greater than max ${max}`);
    },
    isWhole: false,
    draw: (random, min, max) => min + (max - min) * unit(random),
    doc: 'Uniform from min to max.',
  },
  {
    id: 'randNormal',
    parameters: [free('mean'), DEVIATION],
    isWhole: false,
    draw: (random, mean, deviation) => mean + deviation * normal(random),
    doc: 'Of the normal distribution.',
  },
  {
    id: 'randLogNormal',
    parameters: [free('mean'), DEVIATION],
    isWhole: false,
    draw: (random, mean, deviation) => Math.exp(mean + deviation * normal(random)),
    doc: 'A number whose logarithm is of the normal distribution with this mean and deviation.',
  },
  {
    id: 'randExponential',
    parameters: [positive('lambda')],
    isWhole: false,
    draw: (random, lambda) => exponential(random) / lambda,
    doc: 'Of the exponential distribution, whose mean is 1 / lambda.',
  },
  {
    id: 'randChiSquared',
    parameters: [positive('degrees of freedom')],
    isWhole: false,
    draw: chiSquared,
    doc: 'Of the chi-squared distribution: a sum of squares of as many normal numbers.',
  },
  {
    id: 'randStudentT',
    parameters: [positive('degrees of freedom')],
    isWhole: false,
    draw: student,
    doc: "Of Student's distribution.",
  },
  {
    id: 'randFisherF',
    parameters: [positive('degrees of freedom'), positive('degrees of freedom')],
    isWhole: false,
    draw: fisher,
    doc: "Of Fisher's distribution: two means of squares, one by the other.",
  },
  {
    id: 'randBernoulli',
    parameters: [SHARE],
    isWhole: true,
    draw: bernoulli,
    doc: '1 with this probability, else 0.',
  },
  {
    id: 'randBinomial',
    parameters: [count('number of experiments'), SHARE],
    isWhole: true,
    draw: binomial,
    doc: 'How many of so many experiments succeed.',
  },
  {
    id: 'randNegativeBinomial',
    parameters: [count('number of experiments'), SHARE],
    isWhole: true,
    draw: negativeBinomial,
    doc: 'How many experiments fail before so many succeed.',
  },
  {
    id: 'randPoisson',
    parameters: [count('mean')],
    isWhole: true,
    draw: poisson,
    doc: 'Of the Poisson distribution.',
  },
];
