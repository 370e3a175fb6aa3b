/**
 * What a damaged input may end in: a result, or an error of the table that is not our own fault. A statement that
 * neither ends nor hears its cancel is a hang.
 */

import { BasaltError, type Database, type Dialect, ERRORS } from '../../database/index.ts';

/** Far above what any of these statements takes; a cancel comes first, then the verdict `hangs`. */
const CANCEL_MS = 2000;
const HANG_MS = 20_000;
const MAX_ROWS = 10_000;

/** Null when all is well, else what is wrong. */
export type Verdict = string | null;

export function verdictOf(error: unknown): Verdict {
  if (error instanceof BasaltError && error.row.class !== 'internal') return null;
  return error instanceof Error
    ? ((error.cause instanceof Error ? error.cause.stack : error.stack) ?? error.message)
    : String(error);
}

/** The verdict on some work, which gets a signal that ends it. */
export async function judge(work: (signal: AbortSignal) => Promise<Verdict>): Promise<Verdict> {
  const controller = new AbortController();
  const cancel = setTimeout(
    () => controller.abort(new BasaltError('QUERY_WAS_CANCELLED', 'The test has waited enough')),
    CANCEL_MS,
  );
  let hang: NodeJS.Timeout | undefined;
  const hangs = new Promise<Verdict>((resolve) => {
    hang = setTimeout(
      () => resolve(`hangs: no end within ${HANG_MS} ms, cancelled after ${CANCEL_MS}`),
      HANG_MS,
    );
  });
  try {
    return await Promise.race([work(controller.signal).catch(verdictOf), hangs]);
  } finally {
    clearTimeout(cancel);
    clearTimeout(hang);
  }
}

/** Runs a statement to its end, or as many rows as anybody wants to see. */
export const judgeStatement = (db: Database, sql: string, dialect: Dialect): Promise<Verdict> =>
  judge(async (signal) => {
    const run = await db.run(sql, { dialect, signal, settings: { max_memory_usage: 64 << 20 } });
    let rows = 0;
    for await (const batch of run.batches) if ((rows += batch.rows) > MAX_ROWS) break;
    return null;
  });

/** An answer of the ClickHouse door: whatever its status, the body must be a result or a typed error. */
export function verdictOfClickHouse(status: number, body: string): Verdict {
  if (status === 200) return null;
  const name = /^Code: \d+\. DB::Exception: .*\(([A-Z_]+)\) \(version/s.exec(body)?.[1];
  return name !== undefined && name in ERRORS && name !== 'LOGICAL_ERROR'
    ? null
    : `status ${status}: ${body}`;
}

/** The same for Druid's: its error envelope, and not of the category that means a bug. */
export function verdictOfDruid(status: number, body: string): Verdict {
  if (status === 200) return null;
  try {
    const { error, errorCode, category, errorMessage } = JSON.parse(body) as Record<string, unknown>;
    const isEnvelope = [error, errorCode, category, errorMessage].every((text) => typeof text === 'string');
    if (isEnvelope && category !== 'DEFENSIVE') return null;
  } catch {}
  return `status ${status}: ${body}`;
}

export type Failure = { readonly seed: number; readonly text: string; readonly verdict: string };

/** All failures as one text, so that the report shows seed and input. */
export const report = (failures: readonly Failure[]): string =>
  failures.map(({ seed, text, verdict }) => `seed ${seed}\n${text}\n=> ${verdict}`).join('\n\n');
