/** The public door of ingestion: specs, sources, the run itself, and rows of inserts. */

export { type InsertEnvironment, type InsertStream, readInsert } from './insert.ts';
export { type ChunksTask, type RunChunks, runChunks } from './parquet.ts';
export { type RangeResult, type RangeTask, type RunTask, runRange } from './range-task.ts';
export { type IngestSink, runIngest, type TimeBucket } from './run.ts';
export { type OutputColumn, TIME_COLUMN, TIME_TYPE } from './shape.ts';
export { type Input, listInputs, type SourceRules } from './source.ts';
export { type IngestPlan, parseSpec } from './spec.ts';
