/** Every suite by name; a new one is one more row. */

import { front } from '../front/runner.ts';
import { hitsShape } from '../hits/runner.ts';
import { http } from '../http/runner.ts';
import { ingest } from '../ingest/runner.ts';
import { kernel } from '../kernel/runner.ts';
import { clickbench } from '../suite/clickbench.ts';
import { druid } from '../suite/druid.ts';
import { gate } from '../suite/gate.ts';
import { ssb } from '../suite/ssb.ts';
import { tpch } from '../suite/tpch.ts';
import { window } from '../suite/window.ts';
import { queryRunner } from './queries.ts';
import type { Runner } from './runner.ts';

export const RUNNERS: readonly Runner[] = [
  queryRunner(gate),
  queryRunner(clickbench),
  queryRunner(druid),
  queryRunner(ssb),
  queryRunner(tpch),
  queryRunner(window),
  ingest,
  http,
  front,
  kernel,
  hitsShape,
];
