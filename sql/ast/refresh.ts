/** When a materialized view is made anew, as written. */

import type { Span } from './expression.ts';
import type { Settings, TableName } from './statement.ts';

/** Counts with their units, in the singular: `1 hour 30 minute`. */
export type RefreshPeriod = Span & {
  readonly parts: readonly { readonly count: number; readonly unit: string }[];
};

export type Refresh = Span & {
  /** At fixed times, or so long after the last time. */
  readonly kind: 'every' | 'after';
  readonly period: RefreshPeriod;
  readonly offset: RefreshPeriod | null;
  /** RANDOMIZE FOR. */
  readonly spread: RefreshPeriod | null;
  readonly dependsOn: readonly TableName[];
  readonly settings: Settings;
  /** Rows are added instead of replaced. */
  readonly appends: boolean;
};

export type RefreshAction = 'refresh' | 'wait' | 'stop' | 'start' | 'cancel';

/** `view` null: all of them. */
export type RefreshCommand = Span & {
  readonly kind: 'refresh view';
  readonly action: RefreshAction;
  readonly view: TableName | null;
};
