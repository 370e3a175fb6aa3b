/**
 * Druid's rules as they are kept in the manifest: those of each datasource, those of `_default`, and what changed when.
 * A datasource's own rules come first, then the default ones.
 */

import type { Clock } from '../../engine/base/clock.ts';
import type { Store } from '../../storage/index.ts';
import type { DruidRule, RuleBook, RuleChange } from '../types.ts';
import { readRules } from './druid-rule.ts';

export const DEFAULT_RULES_NAME = '_default';

const KEY = 'druid.rules/';
const HISTORY_KEY = 'druid.rule-history';
/** Changes that are remembered. */
const MOST_CHANGES = 200;

/** Druid's own: everything stays. */
const UNSET_DEFAULT: readonly DruidRule[] = [
  { type: 'loadForever', tieredReplicants: { _default_tier: 2 }, useDefaultTierForNull: true },
];

/** What rules need of the store. */
export type RuleStore = Pick<Store, 'value' | 'keys' | 'putValues'>;

const stored = (store: Pick<Store, 'value'>, name: string): readonly DruidRule[] | undefined =>
  store.value(KEY + name) as readonly DruidRule[] | undefined;

/** The rules that decide about a datasource's segments, in order. */
export const decidingRules = (store: Pick<Store, 'value'>, name: string): readonly DruidRule[] => [
  ...(stored(store, name) ?? []),
  ...(stored(store, DEFAULT_RULES_NAME) ?? UNSET_DEFAULT),
];

export function ruleBook(store: RuleStore, clock: Clock, changed: () => void): RuleBook {
  const own = (name: string): readonly DruidRule[] =>
    stored(store, name) ?? (name === DEFAULT_RULES_NAME ? UNSET_DEFAULT : []);
  const changes = (): readonly RuleChange[] =>
    (store.value(HISTORY_KEY) as readonly RuleChange[] | undefined) ?? [];
  return {
    all: () => {
      const names = store
        .keys()
        .filter((key) => key.startsWith(KEY))
        .map((key) => key.slice(KEY.length));
      return Object.fromEntries(
        [...new Set([...names, DEFAULT_RULES_NAME])].map((name) => [name, own(name)]),
      );
    },
    rulesOf: (name, full) =>
      full && name !== DEFAULT_RULES_NAME ? [...own(name), ...own(DEFAULT_RULES_NAME)] : own(name),
    set: async (name, given, audit) => {
      const rules = readRules(given);
      const { author = '', comment = '', ip = '' } = audit;
      const change: RuleChange = {
        key: name,
        type: 'rules',
        auditInfo: { author, comment, ip },
        payload: JSON.stringify(rules),
        auditTime: new Date(clock.nowMs()).toISOString(),
      };
      await store.putValues([
        [KEY + name, rules.length === 0 ? null : rules],
        [HISTORY_KEY, [change, ...changes()].slice(0, MOST_CHANGES)],
      ]);
      changed();
    },
    history: (name, count) =>
      changes()
        .filter(({ key }) => name === null || key === name)
        .slice(0, count),
  };
}
