/**
 * The sinks of stages: where a thread's rows end, and what it leaves of them.
 */

import type { ResultBatch } from '../../vector/batch.ts';
import { AggregateSink } from '../aggregate/sink.ts';
import { TotalSink } from '../aggregate/total.ts';
import type { TaskContext } from '../context.ts';
import type { Input } from '../input.ts';
import { JoinBuildSink } from '../join/build-sink.ts';
import { SortSink } from '../sort/sink.ts';
import type { SortSpec } from '../sort/spec.ts';
import { fitsPile, TopSink } from '../sort/top-sink.ts';
import { ResultSink } from './result.ts';
import type { Stage } from './stage.ts';

export type Sink = {
  consume(input: Input): void;
  /** Nothing of the morsel is in use any more. */
  endMorsel?(morsel: number): void;
  /** Plain data; its shape is the sink's and its readers' affair. */
  finish(): unknown;
  /** Of a top-N by an integer: the first key of the last row that it keeps; null as long as it keeps all. */
  readonly last?: () => bigint | null;
};

/** Joined rows come in the order in which threads happened to partition them. */
const hasJoin = ({ source, steps }: Stage): boolean =>
  'build' in source || steps.some((step) => step.kind === 'probe');

function sortSink(task: TaskContext, spec: SortSpec): Sink {
  const wanted = spec.limit === null ? Number.POSITIVE_INFINITY : spec.limit + spec.offset;
  return fitsPile(spec, wanted) ? new TopSink(task, spec, wanted) : new SortSink(task, spec);
}

export function makeSink(task: TaskContext, stage: Stage, emit: (batch: ResultBatch) => void): Sink {
  const { sink } = stage;
  switch (sink.kind) {
    case 'result': {
      const result = new ResultSink(task, sink.types, emit);
      return { consume: (input) => result.consume(input), finish: () => null };
    }
    case 'none':
      return { consume: () => undefined, finish: () => null };
    case 'aggregate':
      return new AggregateSink(task, sink.spec);
    case 'total':
      return new TotalSink(task, sink.spec.aggregates, hasJoin(stage));
    case 'sort':
      return sortSink(task, sink.spec);
    case 'build':
      return new JoinBuildSink(task, sink.plan);
  }
}
