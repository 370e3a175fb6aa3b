/**
 * What a stage needs on a thread besides its description (stage.ts): plain data, sent along with it.
 */

import type { SpillPlan } from '../../memory/spill.ts';
import type { KeyedTables } from '../context.ts';
import type { ScanParts } from './scan.ts';
import type { Partials } from './stage.ts';

export type StageInputs = {
  /** Arena owner of the query's memory. */
  readonly owner: number;
  readonly control: number;
  /** Threads that may run the stage at once. */
  readonly threads: number;
  /** Where and when to spill; null = nowhere. */
  readonly spill: SpillPlan | null;
  /** Pruned parts by scan number. */
  readonly parts: readonly ScanParts[];
  /** Partials of earlier stages: [stage][thread]. */
  readonly partials: Partials;
  /** Every operator is measured. */
  readonly profile: boolean;
  /** Of all that the query draws at random. */
  readonly seed: bigint;
  /** Rows that are asked by key. */
  readonly keyed: KeyedTables;
  /** An expression in several places is computed once. */
  readonly sharesTerms: boolean;
};
