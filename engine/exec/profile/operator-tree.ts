/**
 * The tree of operators of a profile (query-profile.ts), made from the stages as they ran, not from the plan: an
 * aggregation is the sink of one stage and the source of the next, a join is a step and the sink that built its table, and
 * each pair is one operator here.
 */

import { groupingText, joinText, limitText, listText, orderText, scanText } from '../../plan/text.ts';
import type { SourceSpec, Stage, StepSpec } from '../stage/stage.ts';
import type { PartPruning } from './part-pruning.ts';
import type { OperatorProfile, PruningStep } from './query-profile.ts';
import type { OperatorRecord } from './stage-meter.ts';
import { type StageRecord, sumOperator, sumRead } from './stage-record.ts';

/** Stages with what their threads told, by stage number; a stage that did not end told nothing. */
export type Recorded = {
  readonly stages: readonly Stage[];
  readonly records: readonly (readonly StageRecord[])[];
  /** By scan number. */
  readonly scans: readonly PartPruning[];
};

export function operatorTree(recorded: Recorded): OperatorProfile {
  const last = recorded.stages[recorded.stages.length - 1];
  const input = chain(recorded, last);
  const { rowsIn, batches, busyMs } = sinkOf(recorded, last.id);
  return operator('result', '', { rowsIn, rowsOut: rowsIn, batches, busyMs }, [input]);
}

/** A stage's source and steps; its sink belongs to whoever reads what it leaves. */
function chain(recorded: Recorded, stage: Stage): OperatorProfile {
  return stage.steps.reduce(
    (input, step, i) => stepNode(recorded, step, operatorOf(recorded, stage.id, i + 1), input),
    sourceNode(recorded, stage),
  );
}

function sourceNode(recorded: Recorded, stage: Stage): OperatorProfile {
  const { source } = stage;
  const own = operatorOf(recorded, stage.id, 0);
  switch (source.kind) {
    case 'scan':
      return scanNode(recorded, stage, source, own);
    case 'range': {
      const { bytes, rows } = sumRead(recorded.records[stage.id] ?? []);
      const text = `${source.plan.count} rows from ${source.plan.start}`;
      return { ...operator('range', text, { ...own, rowsIn: rows }, []), bytes };
    }
    case 'values':
      return operator('values', `${source.plan.rows.length} rows`, { ...own, rowsIn: own.rowsOut }, []);
    case 'groups':
    case 'total':
      return merged(recorded, 'aggregate', groupingText(source.spec), own, [source.from]);
    case 'sorted':
      return merged(recorded, 'sort', orderText(source.spec), own, [source.from]);
    case 'stored':
      return merged(recorded, 'union all', '', own, source.from);
    case 'unmatched':
      return operator('unmatched rows', joinText(source.plan), { ...own, rowsIn: own.rowsOut }, []);
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
  const sinks = from.map((id) => sinkOf(recorded, id));
  const sum = (pick: (o: OperatorRecord) => number): number => sinks.reduce((n, o) => n + pick(o), 0);
  const both = {
    rowsIn: sum((o) => o.rowsIn),
    rowsOut: own.rowsOut,
    batches: sum((o) => o.batches),
    busyMs: own.busyMs + sum((o) => o.busyMs),
  };
  const inputs = from.map((id) => chain(recorded, recorded.stages[id]));
  return { ...operator(name, detail, both, inputs), bytes: heapBytes(recorded, from) };
}

function stepNode(
  recorded: Recorded,
  step: StepSpec,
  own: OperatorRecord,
  input: OperatorProfile,
): OperatorProfile {
  switch (step.kind) {
    case 'filter':
      return operator('filter', listText([step.predicate]), own, [input]);
    case 'project':
      return operator('project', listText(step.exprs), own, [input]);
    case 'limit':
      return operator(
        'limit',
        limitText(step)
          .replace(/^ limit /, '')
          .trim(),
        own,
        [input],
      );
    case 'probe': {
      const build = sinkOf(recorded, step.build);
      const both = { ...own, busyMs: own.busyMs + build.busyMs };
      const right = chain(recorded, recorded.stages[step.build]);
      return {
        ...operator(`${step.plan.join} join`, joinText(step.plan), both, [input, right]),
        bytes: heapBytes(recorded, [step.build]),
      };
    }
  }
}

function scanNode(
  recorded: Recorded,
  stage: Stage,
  source: Extract<SourceSpec, { kind: 'scan' }>,
  own: OperatorRecord,
): OperatorProfile {
  const read = sumRead(recorded.records[stage.id] ?? []);
  const parts = recorded.scans[source.scan];
  const { blockZones, bitmap, pageZones } = read;
  const row = (
    step: PruningStep['step'],
    unit: PruningStep['unit'],
    of: number,
    removed: number,
    rows: number,
  ) => ({ step, unit, of, removed, rows }) satisfies PruningStep;
  const pruning = [
    row(
      'partition',
      'partitions',
      parts.partitions,
      parts.partitions - parts.partitionsRead,
      parts.partitionRows,
    ),
    row('statistics', 'parts', parts.parts, parts.parts - parts.partsRead, parts.partRows),
    row(
      'block zones',
      'blocks',
      read.blocks + bitmap.units + blockZones.units,
      blockZones.units,
      blockZones.rows,
    ),
    row('bitmap', 'blocks', read.blocks + bitmap.units, bitmap.units, bitmap.rows),
    row('page zones', 'pages', read.pages, pageZones.units, pageZones.rows),
    row('filter', 'rows', read.rows, read.rows - own.rowsOut, read.rows - own.rowsOut),
  ];
  const measured = { ...own, rowsIn: read.rows };
  return { ...operator('scan', scanText(source.plan), measured, []), bytes: read.bytes, pruning };
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

const sinkOf = (recorded: Recorded, stage: number): OperatorRecord =>
  operatorOf(recorded, stage, recorded.stages[stage].steps.length + 1);

const heapBytes = ({ records }: Recorded, stages: readonly number[]): number =>
  stages.flatMap((id) => records[id] ?? []).reduce((sum, r) => sum + r.heapBytes, 0);
