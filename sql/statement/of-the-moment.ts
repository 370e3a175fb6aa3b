/** Functions whose answer changes while the data stays: nothing that is kept may depend on them. */

import type { Span } from '../ast/expression.ts';
import type { Session } from '../bind/session.ts';

const NAMES =
  'now|now64|today|yesterday|current_timestamp|current_date|rand\\w*|fuzzBits|generateUUIDv\\d|gen_random_uuid';
const OF_THE_MOMENT = new RegExp(`\\b(${NAMES}|uuid(v\\d)?(?=\\s*\\())\\b`, 'i');
/** One of them with its parenthesis. */
export const CALL_OF_THE_MOMENT = new RegExp(`\\b(${NAMES}|uuid(v\\d)?)\\s*\\(`, 'i');
const TEXTS = /'(?:[^'\\]|\\.|'')*'/gs;

/** The first one that is named in the expression, outside of its texts. */
export const functionOfTheMoment = ({ at, end }: Span, session: Session): string | undefined =>
  OF_THE_MOMENT.exec(session.text.slice(at, end).replace(TEXTS, "''"))?.[0];
