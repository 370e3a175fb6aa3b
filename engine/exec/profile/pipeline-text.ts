/**
 * The stages that a query runs in, as lines: what each waits for, how many threads share it, and its operators from the source to what it leaves.
 *
 * It is what the executor was given, before a row is read: a stage that has little to put together may run on fewer threads than are said.
 */

import {
  groupingText,
  joinName,
  joinText,
  limitText,
  listText,
  orderText,
  scanText,
} from '../../plan/text.ts';
import { type SinkSpec, type SourceSpec, type Stage, type StepSpec, stagesRead } from '../stage/stage.ts';

/** @param threads that share a stage; 0: the calling thread runs all of them */
export const pipelineText = (stages: readonly Stage[], threads: number): string[] =>
  stages.flatMap((stage) => [
    `stage ${stage.id}${afterText(stage)}: ${threadsText(stage.serial ? Math.min(threads, 1) : threads)}${stage.ordered ? ', in order' : ''}`,
    ...[sourceText(stage.source), ...stage.steps.map(stepText), ...sinkText(stage.sink)].map(
      (line) => `  ${line}`,
    ),
  ]);

function afterText(stage: Stage): string {
  const before = [...stagesRead(stage)].sort((a, b) => a - b);
  return before.length === 0 ? '' : ` after ${before.join(', ')}`;
}

const threadsText = (threads: number): string =>
  threads === 0 ? 'the calling thread' : threads === 1 ? '1 thread' : `up to ${threads} threads`;

function sourceText(source: SourceSpec): string {
  switch (source.kind) {
    case 'scan':
      return `scan ${scanText(source.plan)}${source.filters.length === 0 ? '' : ', by the keys of joins'}`;
    case 'values':
      return `values ${source.plan.rows.length} rows`;
    case 'range':
      return `range ${source.plan.count} rows from ${source.plan.start}`;
    case 'groups':
    case 'total':
      return `merge groups ${groupingText(source.spec)}`;
    case 'sorted':
      return `merge sorted ${orderText(source.spec)}`;
    case 'window':
      return `window ${source.spec.calls.map(({ fn, aggregate }) => aggregate?.fn ?? fn).join(', ')}`;
    case 'fill':
      return `fill ${orderText(source.spec.sort)}`;
    case 'tables':
      return `hash tables of ${joinName(source.plan)} ${joinText(source.plan)}`;
    case 'unmatched':
      return `unmatched rows of ${joinName(source.plan)}`;
    case 'grace':
      return `spilled partitions of ${joinName(source.plan)}, if there are any`;
  }
}

function stepText(step: StepSpec): string {
  switch (step.kind) {
    case 'filter':
      return `filter ${listText([step.predicate])}`;
    case 'project':
      return `project ${listText(step.exprs)}`;
    case 'expand':
      return `expand ${listText(step.spec.arrays)}`;
    case 'limit':
      return limitText(step).trim();
    case 'probe':
      return `${joinName(step.plan)} ${joinText(step.plan)}`;
    case 'fetch': {
      const { plan, had } = step.spec;
      const late = plan.schema.filter((_, c) => !had.includes(c));
      return `fetch ${plan.tableName} (${late.map(({ name }) => name).join(', ')})`;
    }
  }
}

function sinkText(sink: SinkSpec): string[] {
  switch (sink.kind) {
    case 'none':
      return [];
    case 'result':
      return ['result'];
    case 'aggregate':
    case 'total':
      return [`aggregate ${groupingText(sink.spec)}`];
    case 'sort':
      return [`sort ${orderText(sink.spec)}`];
    case 'build':
      return [`partition by ${listText(sink.plan.rightKeys)}`];
  }
}
