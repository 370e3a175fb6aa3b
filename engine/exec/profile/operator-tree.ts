/**
 * The tree of operators of a profile (query-profile.ts), made from the stages as they ran, not from the plan.
 *
 * Several stages can be one operator: a sort is the sink of some and the source of the next, and every pipe that goes
 * through an operator (physical.ts) has it as a step of its own. Stages that end in the same step, or are the pipes of one
 * join, are told together again; what is left of them are the inputs of a union.
 */

import { groupingText, joinName, joinText, limitText, listText, orderText } from '../../plan/text.ts';
import type { JoinStages, SourceSpec, Stage, StepSpec } from '../stage/stage.ts';
import type { PartPruning } from './part-pruning.ts';
import type { OperatorProfile } from './query-profile.ts';
import { scanNode } from './scan-node.ts';
import type { OperatorRecord } from './stage-meter.ts';
import { type StageRecord, sumOperator, sumOperators, sumRead } from './stage-record.ts';

/** Stages with what their threads told, by stage number; a stage that did not end told nothing. */
export type Recorded = {
  readonly stages: readonly Stage[];
  readonly records: readonly (readonly StageRecord[])[];
  /** By scan number. */
  readonly scans: readonly PartPruning[];
};

export function operatorTree(recorded: Recorded): OperatorProfile {
  const last = recorded.stages.filter(({ sink }) => sink.kind === 'result').map(({ id }) => id);
  const { rowsIn, batches, busyMs } = sinkOf(recorded, last);
  return operator('result', '', { rowsIn, rowsOut: rowsIn, batches, busyMs }, [
    pipesNode(recorded, pipesOf(recorded, last)),
  ]);
}

/** The first `steps` steps of a stage, and its source; its sink belongs to whoever reads what it leaves. */
type Pipe = { readonly stage: Stage; readonly steps: number };

const pipesOf = ({ stages }: Recorded, ids: readonly number[]): Pipe[] =>
  ids.map((id) => ({ stage: stages[id], steps: stages[id].steps.length }));

/** What several pipes make together. */
function pipesNode(recorded: Recorded, pipes: readonly Pipe[]): OperatorProfile {
  const groups = [...Map.groupBy(pipes, keyOf).values()];
  const nodes = groups.map((group) => groupNode(recorded, group));
  if (nodes.length === 1) return nodes[0];
  const rows = nodes.reduce((sum, { rowsOut }) => sum + rowsOut, 0);
  const batches = nodes.reduce((sum, node) => sum + node.batches, 0);
  return operator('union all', '', { rowsIn: rows, rowsOut: rows, batches, busyMs: 0 }, nodes);
}

const lastOf = ({ stage, steps }: Pipe): SourceSpec | StepSpec =>
  steps === 0 ? stage.source : stage.steps[steps - 1];

/** What tells which operator a pipe ends in: all pipes of a join have its tables in common. */
function keyOf(pipe: Pipe): unknown {
  const last = lastOf(pipe);
  return 'build' in last ? last.build : last;
}

/** Pipes that end in the same operator. */
function groupNode(recorded: Recorded, pipes: readonly Pipe[]): OperatorProfile {
  const last = lastOf(pipes[0]);
  if ('build' in last) return joinNode(recorded, last, pipes);
  switch (last.kind) {
    case 'filter':
      return stepNode(recorded, 'filter', listText([last.predicate]), pipes);
    case 'project':
      return stepNode(recorded, 'project', listText(last.exprs), pipes);
    case 'expand':
      return stepNode(recorded, 'expand', listText(last.spec.arrays), pipes);
    case 'limit':
      return stepNode(recorded, 'limit', limitText(last).replace('limit ', '').trim(), pipes);
    case 'fetch': {
      const { plan, had } = last.spec;
      const names = plan.schema.filter((_, c) => !had.includes(c)).map(({ name }) => name);
      return stepNode(recorded, 'fetch', `${plan.tableName} (${names.join(', ')})`, pipes);
    }
    default:
      return sourceNode(recorded, pipes[0].stage);
  }
}

function stepNode(recorded: Recorded, name: string, detail: string, pipes: readonly Pipe[]): OperatorProfile {
  return operator(name, detail, stepOf(recorded, pipes), [pipesNode(recorded, pipes.map(withoutLast))]);
}

const withoutLast = ({ stage, steps }: Pipe): Pipe => ({ stage, steps: steps - 1 });

/** The last step of these pipes. */
const stepOf = (recorded: Recorded, pipes: readonly Pipe[]): OperatorRecord =>
  sumOperators(pipes.map(({ stage, steps }) => operatorOf(recorded, stage.id, steps)));

function sourceNode(recorded: Recorded, stage: Stage): OperatorProfile {
  const { source } = stage;
  const own = operatorOf(recorded, stage.id, 0);
  const read = sumRead(recorded.records[stage.id] ?? []);
  switch (source.kind) {
    case 'scan':
      return scanNode(source.plan, source.filters.length > 0, recorded.scans[source.scan], read, own);
    case 'range': {
      const text = `${source.plan.count} rows from ${source.plan.start}`;
      return { ...operator('range', text, { ...own, rowsIn: read.rows }, []), bytes: read.bytes };
    }
    case 'values':
      return operator('values', `${source.plan.rows.length} rows`, { ...own, rowsIn: own.rowsOut }, []);
    case 'groups':
    case 'total':
      return merged(recorded, 'aggregate', groupingText(source.spec), own, source.from);
    case 'sorted':
      return merged(recorded, 'sort', orderText(source.spec), own, source.from);
    case 'fill':
      return merged(recorded, 'fill', orderText(source.spec.sort), own, source.from);
    case 'window':
      return merged(
        recorded,
        'window',
        source.spec.calls.map(({ fn, aggregate }) => aggregate?.fn ?? fn).join(', '),
        own,
        source.from,
      );
    case 'tables':
      return merged(recorded, 'build', '', own, source.from);
    case 'grace':
      return operator('spilled partitions', '', { ...own, rowsIn: own.rowsOut }, []);
    case 'unmatched':
      return operator('unmatched rows', '', { ...own, rowsIn: own.rowsOut }, []);
  }
}

/** An operator whose first half ended other stages as their sink. */
function merged(
  recorded: Recorded,
  name: string,
  detail: string,
  own: OperatorRecord,
  from: readonly number[],
): OperatorProfile {
  const sinks = sinkOf(recorded, from);
  const both = { ...sinks, rowsOut: own.rowsOut, busyMs: own.busyMs + sinks.busyMs };
  const input = pipesNode(recorded, pipesOf(recorded, from));
  return { ...operator(name, detail, both, [input]), bytes: keptBytes(recorded, from) };
}

/**
 * A join: its left rows meet the tables as a step of their pipes; what went through files, and right rows without a
 * partner, are pipes of their own, and are told as inputs of the join if they made any rows.
 */
function joinNode(
  recorded: Recorded,
  { plan, rows, build }: JoinStages,
  pipes: readonly Pipe[],
): OperatorProfile {
  const left = pipes.filter(({ steps }) => steps > 0);
  const probe = stepOf(recorded, left);
  const others = pipes.filter(({ steps }) => steps === 0).map(({ stage }) => sourceNode(recorded, stage));
  const rowsOut = others.reduce((sum, other) => sum + other.rowsOut, probe.rowsOut);
  const idle = others.filter(({ batches }) => batches === 0);
  const busyMs = idle.reduce((sum, other) => sum + other.busyMs, probe.busyMs);
  const table = merged(recorded, 'build', '', operatorOf(recorded, build, 0), rows);
  return operator(joinName(plan), joinText(plan), { ...probe, rowsOut, busyMs }, [
    pipesNode(recorded, left.map(withoutLast)),
    { ...table, rowsOut: table.rowsIn, bytes: keptBytes(recorded, [...rows, build]) },
    ...others.filter(({ batches }) => batches > 0),
  ]);
}

const operator = (
  name: string,
  detail: string,
  { rowsIn, rowsOut, batches, busyMs }: OperatorRecord,
  inputs: readonly OperatorProfile[],
): OperatorProfile => ({
  name,
  detail,
  rowsIn,
  rowsOut,
  batches,
  busyMs,
  bytes: 0,
  pruning: [],
  inputs,
});

const operatorOf = ({ records }: Recorded, stage: number, index: number): OperatorRecord =>
  sumOperator(records[stage] ?? [], index);

const sinkOf = (recorded: Recorded, stages: readonly number[]): OperatorRecord =>
  sumOperators(stages.map((id) => operatorOf(recorded, id, recorded.stages[id].steps.length + 1)));

const keptBytes = ({ records }: Recorded, stages: readonly number[]): number =>
  stages.flatMap((id) => records[id] ?? []).reduce((sum, r) => sum + r.heapBytes, 0);
