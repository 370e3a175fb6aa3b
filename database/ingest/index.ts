/** The public door of ingestion: specs, sources, the run itself, and rows of inserts. */

export { cutRanges, HeaderStream } from './cut.ts';
export { bucketEndMs, type Granularity, parseGranularity, truncateMs } from './granularity.ts';
export { inOrder } from './in-order.ts';
export { codecOf } from './index-spec.ts';
export { type InputSource, parseFormat, parseSource, type SpecFormat } from './input-spec.ts';
export { type InsertEnvironment, type InsertStream, lined, rangesOf, readInsert } from './insert.ts';
export { openFormat } from './open-format.ts';
export { type ChunksTask, type RunChunks, runChunks } from './parquet.ts';
export { type RangeResult, type RangeTask, type RunTask, runRange } from './range-task.ts';
export { type IngestSink, runIngest, type TimeBucket } from './run.ts';
export { type OutputColumn, TIME_COLUMN, TIME_TYPE } from './shape.ts';
export {
  allowedFolders,
  allowedPath,
  globPattern,
  httpInput,
  type Input,
  listInputs,
  localInput,
  type SourceRules,
} from './source.ts';
export { type IngestPlan, parseSpec } from './spec.ts';
export { SpecNode } from './spec-node.ts';
