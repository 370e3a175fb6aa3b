/**
 * Druid's retention rules: a row for each type, with the field it needs and whether a segment's interval matches it.
 *
 * Rules are tried in order and the first that matches decides; a segment that none matches is kept, as Druid keeps it.
 * Intervals are [from, to) in milliseconds. Load rules match what overlaps, drop rules only what lies wholly inside.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { type Period, parsePeriod } from '../../engine/function/period.ts';
import { parseInterval } from '../ingest/granularity.ts';
import type { Span } from '../segment-span.ts';
import type { DruidRule } from '../types.ts';

type Field = 'none' | 'period' | 'interval';
type RuleRow = {
  readonly field: Field;
  readonly action: 'load' | 'drop';
  /** @param span of the segment. @param given of the rule's field; everything for `none`. */
  readonly matches: (span: Span, given: Span, includeFuture: boolean) => boolean;
};

const always = (): boolean => true;
const overlaps = (span: Span, given: Span): boolean => span.fromMs < given.toMs && span.toMs > given.fromMs;
const inside = (span: Span, given: Span): boolean => span.fromMs >= given.fromMs && span.toMs <= given.toMs;

const RULES: Readonly<Record<string, RuleRow>> = {
  loadForever: { field: 'none', action: 'load', matches: always },
  loadByInterval: { field: 'interval', action: 'load', matches: overlaps },
  loadByPeriod: {
    field: 'period',
    action: 'load',
    matches: (span, given, includeFuture) =>
      overlaps(span, includeFuture ? { ...given, toMs: Number.POSITIVE_INFINITY } : given),
  },
  dropForever: { field: 'none', action: 'drop', matches: always },
  dropByInterval: { field: 'interval', action: 'drop', matches: inside },
  dropByPeriod: {
    field: 'period',
    action: 'drop',
    matches: (span, given, includeFuture) =>
      inside(span, includeFuture ? { ...given, toMs: Number.POSITIVE_INFINITY } : given),
  },
  dropBeforeByPeriod: {
    field: 'period',
    action: 'drop',
    matches: (span, given) => span.toMs <= given.fromMs,
  },
};

const EVERYTHING: Span = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };

/** The action of the first rule that matches; null: none does. */
export function actionOf(rules: readonly DruidRule[], span: Span, nowMs: number): 'load' | 'drop' | null {
  const matching = rules.find((rule) => {
    const row = RULES[rule.type];
    return row.matches(span, spanOf(rule, row.field, nowMs), rule['includeFuture'] !== false);
  });
  return matching === undefined ? null : RULES[matching.type].action;
}

export const canDrop = (rules: readonly DruidRule[]): boolean =>
  rules.some(({ type }) => RULES[type].action === 'drop');

/** @throws BasaltError INVALID_SPEC naming the rule and the field that is wrong */
export function readRules(given: unknown): readonly DruidRule[] {
  if (!Array.isArray(given)) throw fail('Rules are a list', 'Send [{"type": "loadForever"}]');
  return given.map(readRule);
}

function readRule(rule: unknown, at: number): DruidRule {
  if (typeof rule !== 'object' || rule === null) throw fail(`Rule ${at} is no object`, 'Give it a type');
  const { type, period, interval } = rule as Record<string, unknown>;
  if (typeof type !== 'string' || !Object.hasOwn(RULES, type))
    throw fail(`Rule ${at} has the type ${String(type)}`, `Known types: ${Object.keys(RULES).join(', ')}`);
  const { field } = RULES[type];
  if (field === 'period' && (typeof period !== 'string' || parsePeriod(period) === undefined))
    throw fail(
      `Rule ${at} (${type}) has the period ${String(period)}`,
      'Write an ISO 8601 period such as P1M',
    );
  if (field === 'interval' && (typeof interval !== 'string' || parseInterval(interval) === null))
    throw fail(
      `Rule ${at} (${type}) has the interval ${String(interval)}`,
      'Write from/to: 2020-01-01/2021-01-01',
    );
  return rule as DruidRule;
}

const fail = (message: string, hint: string): BasaltError =>
  new BasaltError('INVALID_SPEC', message, { hint });

function spanOf(rule: DruidRule, field: Field, nowMs: number): Span {
  if (field === 'none') return EVERYTHING;
  if (field === 'period') {
    const period = parsePeriod(String(rule['period']));
    return period === undefined ? EVERYTHING : { fromMs: before(nowMs, period), toMs: nowMs };
  }
  const [fromMs, toMs] = parseInterval(String(rule['interval'])) ?? [EVERYTHING.fromMs, EVERYTHING.toMs];
  return { fromMs, toMs };
}

/** The moment a period before another one, in UTC; of a month that is too short the last day. */
function before(ms: number, { months, days, seconds, ms: rest }: Period): number {
  const date = new Date(ms);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() - months);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  return date.getTime() - (days * 86_400 + seconds) * 1000 - rest;
}
