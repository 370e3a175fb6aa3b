/**
 * The sources of stages: tables and ranges, and what earlier stages left. A source is a number of morsels, any of which
 * can be run without the others.
 */

import { laneOf } from '../../type/type.ts';
import { intVector, VECTOR_ROWS, type Vector } from '../../vector/vector.ts';
import { AggregateMerge } from '../aggregate/merge.ts';
import type { AggregatePartial } from '../aggregate/sink.ts';
import { mergeTotals, TOTAL_BATCH_ROWS, type TotalPartial } from '../aggregate/total.ts';
import type { TaskContext } from '../context.ts';
import { FillSource } from '../fill.ts';
import { lazyInput, type Push } from '../input.ts';
import { isSpilled, TableBuilder, type TablePartial, tableSet } from '../join/build.ts';
import type { BuildPartial } from '../join/build-sink.ts';
import { GraceJoin } from '../join/grace.ts';
import { ScanFilter } from '../join/scan-filter.ts';
import { pushUnmatchedPage } from '../join/unmatched.ts';
import { denseVector, wordOfValue } from '../lane.ts';
import { leadingKey } from '../sort/leading-key.ts';
import type { SortPartial } from '../sort/sink.ts';
import { SortedSource } from '../sort/source.ts';
import { WindowSource } from '../window/source.ts';
import type { StageInputs } from './inputs.ts';
import { ScanSource } from './scan.ts';
import type { Sink } from './sink.ts';
import { type SourceSpec, type Stage, sinkPartials } from './stage.ts';

export interface Source {
  readonly morsels: number;
  /** Strings it passes on are gone with the next morsel: whoever keeps references must copy them. */
  readonly fleeting?: boolean;
  run(morsel: number, push: Push): void;
  /** What a source without a sink leaves. */
  finish?(): unknown;
}

/** @param sink of the same stage and thread */
export function makeSource(task: TaskContext, stage: Stage, inputs: StageInputs, sink: Sink): Source {
  const { source } = stage;
  const once = (run: (push: Push) => void): Source => ({ morsels: 1, run: (_, push) => run(push) });
  switch (source.kind) {
    case 'scan': {
      const key = leadingKey(stage);
      const { last } = sink;
      const scan = new ScanSource(
        task,
        source.plan,
        inputs.parts[source.scan],
        batchRows(stage),
        source.filters.map(
          (spec) =>
            new ScanFilter(
              task,
              spec,
              sinkPartials<BuildPartial>(inputs.partials, spec.rows),
              sinkPartials<TablePartial>(inputs.partials, [spec.build]),
            ),
        ),
        key === null || last === undefined ? null : { ...key, last },
      );
      return { morsels: scan.morsels, run: (morsel, push) => scan.run(morsel, push) };
    }
    case 'values':
      return once((push) => pushValues(task, source, push));
    case 'range':
      return rangeSource(task, source);
    case 'groups': {
      const partials = sinkPartials<AggregatePartial>(inputs.partials, source.from);
      return new AggregateMerge(task, source.spec, partials);
    }
    case 'total':
      return once((push) =>
        mergeTotals(
          task,
          source.spec.aggregates,
          source.from.flatMap((f, pipe) =>
            sinkPartials<TotalPartial>(inputs.partials, [f]).map((p) => inPipe(p, pipe)),
          ),
          push,
        ),
      );
    case 'sorted': {
      const partials = sinkPartials<SortPartial>(inputs.partials, source.from);
      return new SortedSource(task, source.spec, partials);
    }
    case 'window': {
      const partials = sinkPartials<SortPartial>(inputs.partials, source.from);
      return new WindowSource(task, source.spec, partials);
    }
    case 'fill': {
      const partials = sinkPartials<SortPartial>(inputs.partials, source.from);
      return new FillSource(task, source.spec, partials);
    }
    case 'tables':
      return new TableBuilder(
        task,
        source.plan,
        sinkPartials<BuildPartial>(inputs.partials, source.from),
        source.isAsked,
      );
    case 'grace':
      return graceSource(task, source, inputs);
    case 'unmatched':
      return unmatchedSource(task, source, inputs);
  }
}

function graceSource(
  task: TaskContext,
  source: Extract<SourceSpec, { kind: 'grace' }>,
  { partials }: StageInputs,
): Source {
  const right = sinkPartials<BuildPartial>(partials, source.rows);
  if (!isSpilled(right)) return { morsels: 0, run: () => undefined };
  const left = source.probes
    .flatMap((stage) => partials[stage].flatMap((p) => p.probes))
    .filter((p) => p.build === source.build);
  return new GraceJoin(
    task,
    source.plan,
    left.map((p) => p.rows),
    right,
  );
}

function unmatchedSource(
  task: TaskContext,
  { plan, rows, build }: Extract<SourceSpec, { kind: 'unmatched' }>,
  { partials }: StageInputs,
): Source {
  const builds = sinkPartials<BuildPartial>(partials, rows);
  if (isSpilled(builds)) return { morsels: 0, run: () => undefined };
  const tables = tableSet(task, plan, builds, sinkPartials<TablePartial>(partials, [build]));
  return {
    morsels: tables.rows.pageCount,
    run: (page, push) => pushUnmatchedPage(task, plan, tables.rows, page, push),
  };
}

/** Morsel numbers that tell the order of pipes, too. */
const inPipe = ({ blocks }: TotalPartial, pipe: number): TotalPartial => ({
  blocks: pipe === 0 ? blocks : blocks.map((x, i) => (i % 2 === 0 ? x + pipe * 2 ** 32 : x)),
});

function pushValues(task: TaskContext, { plan }: Extract<SourceSpec, { kind: 'values' }>, push: Push): void {
  const { arena, scratch } = task;
  for (let from = 0; from < plan.rows.length; from += VECTOR_ROWS) {
    const mark = scratch.mark();
    const rows = Math.min(VECTOR_ROWS, plan.rows.length - from);
    const vectors = plan.schema.map((field, c): Vector => {
      const lane = laneOf(field.type);
      const data = scratch.allocZero(rows * 8);
      const valid = scratch.alloc(rows);
      for (let i = 0; i < rows; i++) {
        const value = plan.rows[from + i][c];
        arena.u8[valid + i] = value === null ? 0 : 1;
        if (value === null) continue;
        if (lane === 'bool') arena.u8[data + i] = value ? 1 : 0;
        else arena.u64[data / 8 + i] = BigInt.asUintN(64, wordOfValue(task, lane, value));
      }
      return denseVector(lane, rows, data, valid);
    });
    push(lazyInput(rows, (c) => vectors[c]));
    scratch.reset(mark);
  }
}

/** Totals keep no rows, so they can take longer batches and pay for fewer of them. */
const batchRows = (stage: Stage): number =>
  stage.sink.kind === 'total' && stage.steps.length === 0 ? TOTAL_BATCH_ROWS : VECTOR_ROWS;

const RANGE_MORSEL_ROWS = 65536;

function rangeSource(task: TaskContext, { plan }: Extract<SourceSpec, { kind: 'range' }>): Source {
  return {
    morsels: Math.ceil(plan.count / RANGE_MORSEL_ROWS),
    run(morsel, push) {
      const { scratch } = task;
      const end = Math.min(plan.count, (morsel + 1) * RANGE_MORSEL_ROWS);
      for (let from = morsel * RANGE_MORSEL_ROWS; from < end; from += VECTOR_ROWS) {
        task.check();
        task.place.row = from;
        const mark = scratch.mark();
        const rows = Math.min(VECTOR_ROWS, end - from);
        const data = scratch.alloc(rows * 8);
        task.kernels.series_i64(rows, plan.start + plan.step * BigInt(from), plan.step, data);
        push(lazyInput(rows, () => intVector(rows, data, 8, 0n, 0)));
        scratch.reset(mark);
      }
      const made = end - morsel * RANGE_MORSEL_ROWS;
      task.counters.readBlock(made, made, made * 8);
      task.control.addRead(made, made * 8);
    },
  };
}
