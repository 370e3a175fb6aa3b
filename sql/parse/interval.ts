/**
 * Calls that are read as something else. ClickHouse's: `toIntervalDay(n)` is an INTERVAL, `dateAdd(...)` a sum with one. BigQuery's in the
 * standard dialect: `TIMESTAMP_TRUNC(moment, DAY)` is `date_trunc('day', moment)`.
 */

import type { CallExpression, Expression } from '../ast/expression.ts';
import { INTERVAL_UNITS } from '../dialect/interval-unit.ts';

const SHIFT = /^(?:date|timestamp)_?(add|sub)$/i;
const OF_UNIT = /^toInterval([A-Z][a-z]+)?$/;

const isPlain = (call: CallExpression): boolean =>
  call.parameters === null && call.filter === null && call.over === null && !call.distinct;

/** The call itself where it is none of these. */
export function intervalOrCall(call: CallExpression): Expression {
  if (!isPlain(call)) return call;
  return intervalOf(call) ?? shifted(call) ?? call;
}

function intervalOf({ name, args, at, end }: CallExpression): Expression | undefined {
  const found = OF_UNIT.exec(name);
  if (found === null) return undefined;
  const [value, word] = args;
  const unit = found[1] ?? (args.length === 2 && word.kind === 'string' ? word.value : '');
  if (args.length !== (found[1] === undefined ? 2 : 1) || !INTERVAL_UNITS.has(unit.toLowerCase()))
    return undefined;
  return { kind: 'interval', value, unit: unit.toLowerCase(), at, end };
}

/** `dateAdd(moment, INTERVAL n unit)` and `dateAdd(unit, n, moment)`. */
function shifted({ name, args, at, end }: CallExpression): Expression | undefined {
  const op = SHIFT.exec(name)?.[1].toLowerCase() === 'sub' ? '-' : '+';
  if (!SHIFT.test(name)) return undefined;
  if (args.length === 2) return { kind: 'binary', op, left: args[0], right: args[1], at, end };
  const [word, value, moment] = args;
  if (args.length !== 3 || word.kind !== 'name' || word.parts.length !== 1) return undefined;
  const unit = word.parts[0].text.toLowerCase().replace(/^sql_tsi_/, '');
  if (!INTERVAL_UNITS.has(unit)) return undefined;
  const interval: Expression = { kind: 'interval', value, unit, at: value.at, end: value.end };
  return { kind: 'binary', op, left: moment, right: interval, at, end };
}

const TRUNCATES = /^(date|datetime|timestamp)_trunc$/i;

/** The call itself where it is no truncation with its unit behind. */
export function truncationOrCall(call: CallExpression): CallExpression {
  const [moment, unit] = call.args;
  if (!TRUNCATES.test(call.name) || call.args.length !== 2 || moment.kind === 'string') return call;
  if (unit.kind !== 'name' || unit.parts.length !== 1) return call;
  const [{ text: word, at, end }] = unit.parts;
  if (!INTERVAL_UNITS.has(word.toLowerCase())) return call;
  return {
    ...call,
    name: 'date_trunc',
    args: [{ kind: 'string', value: word.toLowerCase(), at, end }, moment],
  };
}
