/** Arguments of the types of data-skipping indexes, and what is said where they are wrong. */

import { evaluateConstant } from '../../engine/function/evaluate.ts';
import type { Expression } from '../ast/expression.ts';
import type { Session } from '../bind/session.ts';
import { constantBinder } from './constant.ts';

type ErrorName = 'BAD_ARGUMENTS' | 'INCORRECT_QUERY' | 'ILLEGAL_COLUMN' | 'NUMBER_OF_ARGUMENTS_DOESNT_MATCH';
/** Says what is wrong with an index, where. */
export type Fail = (error: ErrorName, message: string, hint?: string) => Error;

export type IndexArgument = bigint | number | string | null;

/** Of a filter of hashes, where none are written. */
export const DEFAULT_FALSE_POSITIVES = 0.025;

export function constantOf(node: Expression, session: Session): IndexArgument {
  const value = evaluateConstant(constantBinder(session).bind(node));
  return typeof value === 'boolean' ? null : value;
}
